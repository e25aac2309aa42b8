// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/MapView.h"

#include "qml/controls/map/MapViewPrivate.h"
#include "qml/controls/map/Mercator.h"

#include <QLoggingCategory>
#include <QQmlFile>

#include <algorithm>

namespace tocsin::map {

namespace {

Q_LOGGING_CATEGORY(lcMap, "tocsin.map", QtInfoMsg)

constexpr double CloseZoom = 15;
constexpr double ClosestFit = 16;

QString localPath(const QUrl &source)
{
    return QQmlFile::isLocalFile(source) ? QQmlFile::urlToLocalFileOrQrc(source) : QString();
}

} // namespace

MapView::MapView(QQuickItem *parent) : QQuickItem(parent), d(std::make_unique<Private>(this))
{
    setFlag(ItemHasContents);
    setFlag(ItemIsFocusScope, false);
    setActiveFocusOnTab(true);
    setClip(true);
    setAcceptedMouseButtons(Qt::LeftButton);
    setAcceptHoverEvents(true);
    setAcceptTouchEvents(true);
}

MapView::~MapView() = default;

void MapView::componentComplete()
{
    QQuickItem::componentComplete();
    if (!d->baseMap && d->baseMapError.isEmpty())
        d->loadBaseMap();
    d->relayout();
}

// ---- The view ----------------------------------------------------------------------------------------------

QGeoCoordinate MapView::center() const
{
    return mercator::toCoordinate(d->camera.center());
}

void MapView::setCenter(const QGeoCoordinate &center)
{
    if (center.isValid())
        d->takeView({mercator::fromCoordinate(center), d->camera.zoom()});
}

double MapView::zoomLevel() const
{
    return d->camera.zoom();
}

void MapView::setZoomLevel(double zoom)
{
    d->takeView({d->camera.center(), zoom});
}

double MapView::minimumZoom() const
{
    return d->camera.minimumZoom();
}

void MapView::setMinimumZoom(double zoom)
{
    if (zoom == minimumZoom())
        return;
    d->camera.setZoomLimits(zoom, maximumZoom());
    Q_EMIT limitsChanged();
    d->viewMoved();
}

double MapView::maximumZoom() const
{
    return d->camera.maximumZoom();
}

void MapView::setMaximumZoom(double zoom)
{
    if (zoom == maximumZoom())
        return;
    d->camera.setZoomLimits(minimumZoom(), zoom);
    Q_EMIT limitsChanged();
    d->viewMoved();
}

double MapView::metresPerPixel() const
{
    return d->camera.metresPerPixel();
}

QGeoCoordinate MapView::coordinate(double latitude, double longitude)
{
    return {latitude, longitude};
}

QPointF MapView::toScreen(const QGeoCoordinate &coordinate) const
{
    return d->camera.toScreen(mercator::fromCoordinate(coordinate));
}

QGeoCoordinate MapView::toCoordinate(QPointF point) const
{
    return mercator::toCoordinate(d->camera.toWorld(point));
}

void MapView::setView(double latitude, double longitude, double zoom)
{
    d->takeView({mercator::fromDegrees(latitude, longitude), zoom});
}

void MapView::fit(const QList<QGeoCoordinate> &coordinates, double margin)
{
    QList<QPointF> points;
    for (const QGeoCoordinate &coordinate : coordinates) {
        if (coordinate.isValid())
            points.append(mercator::fromCoordinate(coordinate));
    }
    d->takeView(d->camera.fitting(points, margin, ClosestFit));
}

void MapView::fitBounds(double south, double west, double north, double east, double margin)
{
    fit({{south, west}, {north, east}}, margin);
}

void MapView::fitMarkers(double margin)
{
    d->refreshTable();
    QList<QPointF> points;
    for (const Marker &marker : d->table.markers()) {
        if (marker.placed)
            points.append(marker.to);
    }
    d->takeView(d->camera.fitting(points, margin, ClosestFit));
}

void MapView::fitOverlay(double margin)
{
    if (!d->overlay)
        return;
    const QRectF bounds = d->overlay->bounds();
    d->takeView(d->camera.fitting({bounds.topLeft(), bounds.bottomRight()}, margin, ClosestFit));
}

void MapView::zoomBy(double steps, QPointF point)
{
    const View before = d->camera.view();
    d->camera.zoomAbout(point, d->camera.zoom() + steps);
    d->userMoved(before != d->camera.view());
}

void MapView::zoomBy(double steps)
{
    zoomBy(steps, {width() / 2, height() / 2});
}

void MapView::panBy(double dx, double dy)
{
    const View before = d->camera.view();
    d->camera.pan({-dx, -dy});
    d->userMoved(before != d->camera.view());
}

QString MapView::follow() const
{
    return d->guide.followed();
}

void MapView::setFollow(const QString &id)
{
    if (id == d->guide.followed())
        return;
    const bool locked = viewLocked();
    d->guide.follow(id);
    Q_EMIT followChanged();
    d->guideMoved(locked, canGoBack());
    d->followNow();
    d->relayout();
}

bool MapView::viewLocked() const
{
    return d->guide.isLocked();
}

bool MapView::canGoBack() const
{
    return d->guide.canGoBack();
}

void MapView::release()
{
    const bool locked = viewLocked();
    d->guide.release();
    d->guideMoved(locked, canGoBack());
    d->followNow();
}

void MapView::showMarker(const QString &id)
{
    d->refreshTable();
    const int number = d->table.indexOf(id);
    if (number < 0 || !d->table.markers()[size_t(number)].placed || d->handDown)
        return;
    const bool locked = viewLocked();
    const bool back = canGoBack();
    const View there{d->table.markers()[size_t(number)].at(d->now()), d->showZoom()};
    d->takeView(d->guide.show(id, d->camera.view(), there));
    d->guideMoved(locked, back);
}

void MapView::goBack()
{
    const bool locked = viewLocked();
    const bool back = canGoBack();
    if (const auto view = d->guide.goBack())
        d->takeView(*view);
    d->guideMoved(locked, back);
}

// ---- Content -----------------------------------------------------------------------------------------------

MapPalette *MapView::colors() const
{
    return d->colors ? d->colors.get() : &d->ownColors;
}

void MapView::setColors(MapPalette *palette)
{
    if (palette == d->colors)
        return;
    if (d->colors)
        d->colors->disconnect(this);
    d->colors = palette;
    if (palette != nullptr) {
        connect(palette, &MapPalette::changed, this, [this] { d->relayout(); });
        connect(palette, &QObject::destroyed, this, [this] {
            d->relayout();
            Q_EMIT colorsChanged();
        });
    }
    d->relayout();
    Q_EMIT colorsChanged();
}

QString MapView::fontFamily() const
{
    return d->atlas.family();
}

void MapView::setFontFamily(const QString &family)
{
    if (family == fontFamily())
        return;
    d->atlas.setFamily(family);
    d->relayout();
    Q_EMIT fontFamilyChanged();
}

QUrl MapView::baseMapSource() const
{
    return d->baseMapSource;
}

void MapView::setBaseMapSource(const QUrl &source)
{
    if (source == d->baseMapSource)
        return;
    d->baseMapSource = source;
    d->loadBaseMap();
}

QString MapView::baseMapError() const
{
    return d->baseMapError;
}

QString MapView::attribution() const
{
    return tr("Base map: Natural Earth");
}

void MapView::Private::loadBaseMap()
{
    BaseMap::Result result;
    const QString path = localPath(baseMapSource);
    if (path.isEmpty())
        result.error = QStringLiteral("The base map %1 is no local file.").arg(baseMapSource.toString());
    else
        result = BaseMap::readFile(path);
    baseMap = std::move(result.map);
    baseMapError = result.error;
    if (!baseMapError.isEmpty())
        qCWarning(lcMap, "%s", qUtf8Printable(baseMapError));
    ++baseRevision;
    relayout();
    Q_EMIT q->baseMapChanged();
}

QUrl MapView::overlaySource() const
{
    return d->overlaySource;
}

void MapView::setOverlaySource(const QUrl &source)
{
    if (source == d->overlaySource)
        return;
    d->overlaySource = source;
    d->loadOverlay();
}

void MapView::Private::loadOverlay()
{
    CityOverlay::Result result;
    if (!overlaySource.isEmpty()) {
        const QString path = localPath(overlaySource);
        if (path.isEmpty())
            result.error = QStringLiteral("The overlay %1 is no local file.").arg(overlaySource.toString());
        else
            result = CityOverlay::readFile(path);
    }
    overlay = std::move(result.overlay);
    overlayError = result.error;
    if (!overlayError.isEmpty())
        qCWarning(lcMap, "Overlay: %s", qUtf8Printable(overlayError));
    overlayMesh.reset();
    if (overlay)
        overlayMesh.emplace(*overlay);
    ++overlayRevision;
    relayout();
    Q_EMIT q->overlayChanged();
}

QString MapView::overlayError() const
{
    return d->overlayError;
}

bool MapView::hasOverlay() const
{
    return d->overlay.has_value();
}

QString MapView::overlayName() const
{
    return d->overlay ? d->overlay->name : QString();
}

QGeoCoordinate MapView::overlayCenter() const
{
    return d->overlay ? mercator::toCoordinate(d->overlay->center) : QGeoCoordinate();
}

QAbstractItemModel *MapView::fences() const
{
    return d->fences.model();
}

void MapView::setFences(QAbstractItemModel *model)
{
    d->fences.setModel(model);
}

int MapView::fenceCount() const
{
    return d->fences.count();
}

bool MapView::showFences() const
{
    return d->showFences;
}

void MapView::setShowFences(bool on)
{
    if (on == d->showFences)
        return;
    d->showFences = on;
    d->relayout();
    Q_EMIT behaviourChanged();
}

QList<QRectF> MapView::covered() const
{
    return d->covered;
}

void MapView::setCovered(const QList<QRectF> &covered)
{
    if (covered == d->covered)
        return;
    d->covered = covered;
    d->relayout();
    Q_EMIT coveredChanged();
}

QAbstractItemModel *MapView::markers() const
{
    return d->table.model();
}

void MapView::setMarkers(QAbstractItemModel *model)
{
    d->table.setModel(model);
}

int MapView::markerCount() const
{
    return int(d->table.markers().size());
}

QString MapView::detailRole() const
{
    return d->table.detailRole();
}

void MapView::setDetailRole(const QString &role)
{
    if (role == d->table.detailRole())
        return;
    d->table.setDetailRole(role);
    Q_EMIT markersChanged();
}

QString MapView::selectedId() const
{
    return d->selectedId;
}

void MapView::setSelectedId(const QString &id)
{
    if (id == d->selectedId)
        return;
    d->selectedId = id;
    d->groupsStale = true;
    d->rebuildTrail();
    Q_EMIT selectedIdChanged();
}

QString MapView::hoveredId() const
{
    return d->hoveredId;
}

QList<QPointF> MapView::trail() const
{
    return d->trail;
}

void MapView::setTrail(const QList<QPointF> &trail)
{
    if (trail == d->trail)
        return;
    d->trail = trail;
    d->rebuildTrail();
    Q_EMIT trailChanged();
}

bool MapView::glide() const
{
    return d->glide;
}

void MapView::setGlide(bool on)
{
    if (on == d->glide)
        return;
    d->glide = on;
    d->table.setGlide(on);
    Q_EMIT behaviourChanged();
}

double MapView::clusterBelowZoom() const
{
    return d->clusterBelowZoom;
}

void MapView::setClusterBelowZoom(double zoom)
{
    if (zoom == d->clusterBelowZoom)
        return;
    d->clusterBelowZoom = zoom;
    d->groupsStale = true;
    d->relayout();
    Q_EMIT behaviourChanged();
}

bool MapView::labels() const
{
    return d->labels;
}

void MapView::setLabels(bool on)
{
    if (on == d->labels)
        return;
    d->labels = on;
    d->relayout();
    Q_EMIT behaviourChanged();
}

bool MapView::pulse() const
{
    return d->pulse;
}

void MapView::setPulse(bool on)
{
    if (on == d->pulse)
        return;
    d->pulse = on;
    d->relayout();
    Q_EMIT behaviourChanged();
}

QString MapView::markerAt(QPointF point)
{
    const MarkerScene::Hit hit = d->hit(point, 6);
    return hit.marker >= 0 ? d->table.markers()[size_t(hit.marker)].id : QString();
}

double MapView::Private::showZoom() const
{
    return std::clamp(camera.zoom(), std::min(CloseZoom, camera.maximumZoom()), camera.maximumZoom());
}

} // namespace tocsin::map
