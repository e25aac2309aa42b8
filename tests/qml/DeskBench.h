// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Console.h"
#include "tests/qml/DeskScene.h"
#include "tests/support/FakeDeskLink.h"
#include "tests/support/FakeSoundOutput.h"

#include <QAccessible>
#include <QQmlApplicationEngine>
#include <QQuickItem>
#include <QQuickWindow>

#include <memory>

namespace tocsin {

/// The real window on the fixed scene, worked through what a screen reader would see: things are found by role and
/// accessible name, and pressed where they are. One per test function.
class DeskBench
{
public:
    enum class Start { Scene, Empty };
    explicit DeskBench(Start start = Start::Scene);
    DeskBench(const DeskBench &) = delete;
    DeskBench &operator=(const DeskBench &) = delete;
    ~DeskBench();

    [[nodiscard]] bool isReady() const { return m_window != nullptr; }
    [[nodiscard]] FakeDeskLink &link() { return m_link; }
    [[nodiscard]] FakeSoundOutput &sound() { return m_sound; }
    [[nodiscard]] Console &console() { return *m_console; }
    [[nodiscard]] QQuickWindow *window() const { return m_window; }

    /// The visible item whose accessible name begins with `name`; null when there is none.
    [[nodiscard]] QQuickItem *find(const QString &name) const;
    /// The same below another item.
    [[nodiscard]] static QQuickItem *findIn(QQuickItem *root, const QString &name);
    /// Every item in the window that can be seen.
    [[nodiscard]] QList<QQuickItem *> seenItems() const;
    /// Presses the middle of what find() finds; false when there is nothing.
    bool click(const QString &name);
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier);
    void type(const QString &text);
    /// Names of the alert rows, top to bottom, up to the first comma.
    [[nodiscard]] QStringList alertRows() const;
    [[nodiscard]] QStringList deviceRows() const;

private:
    [[nodiscard]] QStringList rowsOf(const QString &list) const;

    FakeDeskLink m_link;
    FakeSoundOutput m_sound;
    std::unique_ptr<Console> m_console;
    QQmlApplicationEngine m_engine;
    QQuickWindow *m_window = nullptr;
};

} // namespace tocsin
