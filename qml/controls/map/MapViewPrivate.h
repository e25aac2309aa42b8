// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/controls/map/BaseMap.h"
#include "qml/controls/map/CityOverlay.h"
#include "qml/controls/map/FenceMesh.h"
#include "qml/controls/map/FenceTable.h"
#include "qml/controls/map/MapNode.h"
#include "qml/controls/map/MapView.h"
#include "qml/controls/map/MarkerScene.h"
#include "qml/controls/map/MarkerTable.h"
#include "qml/controls/map/OverlayMesh.h"
#include "qml/controls/map/ViewGuide.h"

#include <QElapsedTimer>
#include <QPointer>
#include <QTimer>

#include <optional>

namespace tocsin::map {

/// MapView's state and its inner steps; the three source files of MapView share it.
struct MapView::Private
{
    explicit Private(MapView *view);

    // -- the view
    void viewMoved();
    void guideMoved(bool wasLocked, bool couldGoBack);
    void takeView(const View &view);
    void userMoved(bool moved);
    void followNow();
    [[nodiscard]] double showZoom() const;

    // -- content
    void loadBaseMap();
    void loadOverlay();
    void rebuildTrail();
    void rebuildTip();

    // -- frames
    [[nodiscard]] qint64 now() const { return clock.elapsed(); }
    /// Reads what the model announced; true if there was anything.
    bool refreshTable();
    void refreshFences();
    void relayout();
    void layout();
    void regroup();
    void scheduleFrame();
    [[nodiscard]] double pulseLevel() const;

    // -- the hand
    void press(QPointF at);
    void drag(QPointF to);
    void lift(QPointF at, bool click);
    void letGo();
    void click(QPointF at);
    [[nodiscard]] MarkerScene::Hit hit(QPointF at, double reach);
    void setHovered(const QString &id);
    void pinch(QPointF middle, double distance);

    MapView *const q;
    QElapsedTimer clock;
    MapCamera camera;
    ViewGuide guide;
    MapPalette ownColors;
    QPointer<MapPalette> colors;

    QUrl baseMapSource;
    std::optional<BaseMap> baseMap;
    QString baseMapError;
    quint64 baseRevision = 1;
    QUrl overlaySource;
    std::optional<CityOverlay> overlay;
    std::optional<OverlayMesh> overlayMesh;
    QString overlayError;
    quint64 overlayRevision = 1;

    FenceTable fences;
    FenceMesh fenceMesh;
    quint64 fencesRevision = 1;
    QList<QRectF> covered;
    MarkerTable table;
    Clustering groups;
    int groupsLevel = -1;
    quint64 groupsRevision = 0;
    qint64 groupedAt = 0;
    bool groupsStale = true;
    bool positionsStale = true;
    bool showFences = true;
    QString selectedId;
    QString hoveredId;
    QList<QPointF> trail;
    TrailMesh trailMesh;
    std::optional<QPointF> tipStart; ///< from the trail's origin
    quint64 trailRevision = 1;
    quint64 tipRevision = 1;

    MarkerScene markerScene;
    LabelPlacer placer;
    LabelAtlas atlas;
    Scene scene;
    quint64 sceneRevision = 1;
    bool layoutStale = true;
    QTimer frame;

    bool handDown = false;
    bool dragging = false;
    bool pinching = false;
    bool ignoreClick = false;
    QPointF pressedAt;
    QPointF lastAt;
    double lastDistance = 0;

    double clusterBelowZoom = 14.6;
    bool glide = true;
    bool labels = true;
    bool pulse = true;
};

} // namespace tocsin::map
