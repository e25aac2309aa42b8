// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/controls/map/MapView.h"
#include "tests/qml/map/MarkerRows.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QEvent>
#include <QQuickItem>
#include <QQuickWindow>

/// A window with a map that fills it, as the console shows one.
class MapWindow
{
public:
    MapWindow(int width, int height)
    {
        window.resize(width, height);
        map = new Map(window.contentItem());
        map->setSize(QSizeF(width, height));
        map->finish();
    }

    /// Shows the window and answers its picture once nothing is left to be drawn.
    QImage picture()
    {
        window.show();
        for (int quiet = 0; quiet < 6; ++quiet) {
            QImage ignored = window.grabWindow();
            QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
        }
        return window.grabWindow();
    }

    struct Map : tocsin::map::MapView
    {
        using MapView::MapView;
        void finish() { componentComplete(); }
    };

    QQuickWindow window;
    Map *map = nullptr;
    MarkerRows rows;
};
