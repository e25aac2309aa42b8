// SPDX-License-Identifier: GPL-3.0-or-later
// MapView, second part: what moves the view, and how a frame comes about.
#include "qml/controls/map/MapView.h"

#include "qml/controls/map/MapViewPrivate.h"
#include "qml/controls/map/Mercator.h"
#include "qml/controls/map/PlaceLabels.h"

#include <QQuickWindow>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>

namespace tocsin::map {

namespace {

constexpr double ClusterRadius = 40; ///< pixels
constexpr int Ungrouped = std::numeric_limits<int>::max();
constexpr qint64 RegroupMs = 300;  ///< while markers merely move
constexpr int LabelsPerFrame = 16; ///< newly drawn ones; the others follow in the next frames
constexpr double PulseMs = 1800;
constexpr double TrailJoinMetres = 5;

} // namespace

MapView::Private::Private(MapView *view)
    : q(view)
    , baseMapSource(QStringLiteral("qrc:/tocsin/map/basemap.tbm"))
    , table([this] { return now(); })
{
    clock.start();
    frame.setSingleShot(true);
    frame.setTimerType(Qt::PreciseTimer);
    QObject::connect(&frame, &QTimer::timeout, q, [this] {
        if (!q->isVisible() || q->window() == nullptr)
            return;
        if (!q->window()->isExposed()) {
            frame.start(500);
            return;
        }
        relayout();
    });
    QObject::connect(&ownColors, &MapPalette::changed, q, [this] { relayout(); });
    QObject::connect(&table, &MarkerTable::stale, q, [this] { q->polish(); });
    QObject::connect(&fences, &FenceTable::stale, q, [this] { q->polish(); });
    QObject::connect(&fences, &FenceTable::countChanged, q, &MapView::fencesChanged);
    QObject::connect(&fences, &FenceTable::modelChanged, q, &MapView::fencesChanged);
    QObject::connect(&table, &MarkerTable::countChanged, q, &MapView::markerCountChanged);
    QObject::connect(&table, &MarkerTable::modelChanged, q, &MapView::markersChanged);
}

// ---- What moves the view -------------------------------------------------------------------------------------

void MapView::Private::viewMoved()
{
    if (!markerScene.covers(camera))
        q->polish();
    q->update();
    Q_EMIT q->viewChanged();
}

void MapView::Private::guideMoved(bool wasLocked, bool couldGoBack)
{
    if (wasLocked != guide.isLocked() || couldGoBack != guide.canGoBack())
        Q_EMIT q->guideChanged();
}

void MapView::Private::takeView(const View &view)
{
    if (handDown)
        return;
    const View before = camera.view();
    camera.setView(view);
    if (before != camera.view())
        viewMoved();
}

void MapView::Private::userMoved(bool moved)
{
    if (!moved)
        return;
    const bool locked = guide.isLocked();
    guide.userMoved();
    viewMoved();
    guideMoved(locked, guide.canGoBack());
    Q_EMIT q->userMoved();
}

void MapView::Private::followNow()
{
    if (!guide.mayFollow())
        return;
    refreshTable();
    const int number = table.indexOf(guide.followed());
    if (number < 0 || !table.markers()[size_t(number)].placed)
        return;
    const QPointF there = table.markers()[size_t(number)].at(now());
    const QPointF here = camera.toScreen(there);
    const QPointF middle(camera.size().width() / 2, camera.size().height() / 2);
    if ((here - middle).manhattanLength() > 0.2)
        takeView({there, camera.zoom()});
}

// ---- Trail -----------------------------------------------------------------------------------------------------

void MapView::Private::rebuildTrail()
{
    QList<QPointF> points;
    for (const QPointF &place : std::as_const(trail)) {
        if (!std::isfinite(place.x()) || !std::isfinite(place.y()))
            continue;
        QPointF point = mercator::fromDegrees(place.y(), place.x());
        if (!points.isEmpty())
            point.setX(mercator::nearestCopy(point.x(), points.last().x()));
        points.append(point);
    }
    trailMesh.body.clear();
    trailMesh.tip.clear();
    trailMesh.origin = points.isEmpty() ? QPointF() : points.last();
    std::vector<float> fade;
    for (qsizetype i = 0; i < points.size(); ++i) {
        points[i] -= trailMesh.origin;
        fade.push_back(float(i + 1) / float(points.size()));
    }
    if (points.size() > 2)
        trailMesh.body.add(std::span(points.constData(), size_t(points.size() - 1)), LineMesh::Ends::Round, fade);
    tipStart = points.size() > 1 ? std::optional(points[points.size() - 2]) : std::nullopt;
    ++trailRevision;
    relayout();
}

void MapView::Private::rebuildTip()
{
    const int number = table.indexOf(selectedId);
    if (!tipStart && trailMesh.tip.isEmpty())
        return;
    trailMesh.tip.clear();
    ++tipRevision;
    if (!tipStart)
        return;
    QPointF end(0, 0); // the trail's last point is its origin
    if (number >= 0 && table.markers()[size_t(number)].placed) {
        const Marker &marker = table.markers()[size_t(number)];
        const auto fromOrigin = [this](QPointF world) {
            return QPointF(mercator::nearestCopy(world.x(), trailMesh.origin.x()), world.y()) - trailMesh.origin;
        };
        const QPointF gap = fromOrigin(marker.to);
        // The trail ends at the newest fix, to which the marker is still on its way.
        if (std::hypot(gap.x(), gap.y()) * mercator::metresPerUnit(marker.to.y()) < TrailJoinMetres)
            end = fromOrigin(marker.at(now()));
    }
    trailMesh.tip.add(std::array{*tipStart, end}, LineMesh::Ends::Round);
}

// ---- Frames ----------------------------------------------------------------------------------------------------

bool MapView::Private::refreshTable()
{
    if (!table.refresh())
        return false;
    positionsStale = true;
    relayout();
    return true;
}

void MapView::Private::refreshFences()
{
    if (!fences.refresh())
        return;
    fenceMesh = FenceMesh(fences.fences());
    ++fencesRevision;
    relayout();
}

void MapView::Private::relayout()
{
    layoutStale = true;
    q->polish();
    q->update();
}

void MapView::Private::regroup()
{
    const bool grouping = camera.zoom() < clusterBelowZoom;
    const int level = grouping ? int(std::floor(camera.zoom() * 4)) : Ungrouped;
    const bool moved = grouping && positionsStale && now() - groupedAt >= RegroupMs;
    if (!groupsStale && table.revision() == groupsRevision && level == groupsLevel && !moved)
        return;
    groupsStale = positionsStale = false;
    groupsRevision = table.revision();
    groupsLevel = level;
    groupedAt = now();

    const std::vector<Marker> &markers = table.markers();
    if (!grouping) {
        groups.clusters.clear();
        groups.singles.resize(markers.size());
        std::iota(groups.singles.begin(), groups.singles.end(), 0);
        return;
    }
    std::vector<ClusterPoint> points;
    points.reserve(markers.size());
    for (const Marker &marker : markers) {
        const QPointF world(mercator::wrapped(marker.to.x()), marker.to.y());
        points.push_back({world, !marker.placed || marker.alerting() || marker.id == selectedId});
    }
    const double radius = ClusterRadius / (256 * std::exp2(level / 4.0));
    groups = cluster(points, radius);
}

void MapView::Private::layout()
{
    layoutStale = false;
    const int hovered = table.indexOf(hoveredId);
    if (hovered < 0)
        setHovered({});
    if (q->window() != nullptr)
        atlas.setDensity(q->window()->effectiveDevicePixelRatio());
    atlas.setBudget(LabelsPerFrame);
    regroup();
    scene.start(camera.center());
    placer.clear();
    for (const QRectF &room : std::as_const(covered))
        placer.block(room);
    markerScene.build({.camera = camera,
                       .markers = table.markers(),
                       .groups = groups,
                       .palette = *q->colors(),
                       .selected = table.indexOf(selectedId),
                       .hovered = hovered,
                       .now = now(),
                       .showLabels = labels},
                      scene, placer, atlas);
    PlaceLabels places(camera, *q->colors(), scene, placer, atlas);
    if (showFences)
        places.add(fences.fences());
    if (overlay)
        places.add(*overlay);
    if (baseMap)
        places.add(*baseMap);
    ++sceneRevision;
    rebuildTip();
    scheduleFrame();
}

void MapView::Private::scheduleFrame()
{
    double wait = std::numeric_limits<double>::infinity();
    if (atlas.takePostponed())
        wait = 1;
    if (positionsStale)
        wait = std::min(wait, double(std::max<qint64>(groupedAt + RegroupMs - now(), 16)));
    // A new frame is worth its cost when the fastest marker has moved by a third of a device pixel.
    if (markerScene.fastest() > 0)
        wait = std::min(wait, std::clamp(330 / atlas.density() / markerScene.fastest(), 16.0, 250.0));
    if (pulse && markerScene.pulses())
        wait = std::min(wait, 50.0);
    if (std::isfinite(wait))
        frame.start(int(wait));
    else
        frame.stop();
}

double MapView::Private::pulseLevel() const
{
    if (!pulse || !markerScene.pulses())
        return 1;
    const double turn = std::fmod(double(now()), PulseMs) / PulseMs;
    return 0.75 + 0.25 * std::cos(turn * 2 * std::numbers::pi);
}

void MapView::itemChange(ItemChange change, const ItemChangeData &data)
{
    QQuickItem::itemChange(change, data);
    if (change == ItemSceneChange || change == ItemVisibleHasChanged || change == ItemDevicePixelRatioHasChanged)
        d->relayout();
}

void MapView::geometryChange(const QRectF &newGeometry, const QRectF &oldGeometry)
{
    QQuickItem::geometryChange(newGeometry, oldGeometry);
    if (newGeometry.size() == oldGeometry.size())
        return;
    d->camera.setSize(newGeometry.size());
    d->viewMoved();
}

void MapView::updatePolish()
{
    d->refreshTable();
    d->refreshFences();
    d->followNow();
    if (d->layoutStale || !d->markerScene.covers(d->camera)) {
        d->layout();
        update();
    }
}

QSGNode *MapView::updatePaintNode(QSGNode *old, UpdatePaintNodeData * /*data*/)
{
    auto *node = static_cast<MapNode *>(old);
    if (width() <= 0 || height() <= 0) {
        delete node;
        return nullptr;
    }
    if (node == nullptr)
        node = new MapNode;
    node->sync({.camera = d->camera,
                .palette = *colors(),
                .baseMap = d->baseMap ? &*d->baseMap : nullptr,
                .baseRevision = d->baseRevision,
                .overlay = d->overlayMesh ? &*d->overlayMesh : nullptr,
                .overlayRevision = d->overlayRevision,
                .fences = d->showFences ? &d->fenceMesh : nullptr,
                .fencesRevision = d->fencesRevision,
                .trail = &d->trailMesh,
                .trailRevision = d->trailRevision,
                .tipRevision = d->tipRevision,
                .scene = &d->scene,
                .sceneRevision = d->sceneRevision,
                .atlas = &d->atlas,
                .window = window(),
                .density = d->atlas.density(),
                .pulse = d->pulseLevel()});
    return node;
}

} // namespace tocsin::map
