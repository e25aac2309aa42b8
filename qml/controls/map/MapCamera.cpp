// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/MapCamera.h"

#include "qml/controls/map/Mercator.h"

#include <algorithm>
#include <cmath>

namespace tocsin::map {

namespace {

constexpr double TileSize = 256;

} // namespace

double MapCamera::scale() const
{
    return TileSize * std::exp2(m_view.zoom);
}

double MapCamera::metresPerPixel() const
{
    return mercator::metresPerUnit(m_view.center.y()) / scale();
}

double MapCamera::limitedZoom(double zoom) const
{
    if (!std::isfinite(zoom))
        return m_view.zoom;
    const double filling = m_size.height() > 0 ? std::log2(m_size.height() / TileSize) : LowestZoom;
    const double lowest = std::max(m_minimumZoom, filling);
    return std::clamp(zoom, lowest, std::max(lowest, m_maximumZoom));
}

QPointF MapCamera::limitedCenter(QPointF world) const
{
    if (!std::isfinite(world.x()) || !std::isfinite(world.y()))
        return m_view.center;
    const double half = std::min(0.5, m_size.height() / 2 / scale());
    return {mercator::wrapped(world.x()), std::clamp(world.y(), half, 1 - half)};
}

void MapCamera::setView(const View &view)
{
    m_view.zoom = limitedZoom(view.zoom);
    m_view.center = limitedCenter(view.center);
}

void MapCamera::setCenter(QPointF world)
{
    m_view.center = limitedCenter(world);
}

void MapCamera::setZoom(double zoom)
{
    setView({m_view.center, zoom});
}

void MapCamera::setSize(QSizeF size)
{
    m_size = size;
    setView(m_view);
}

void MapCamera::setZoomLimits(double minimum, double maximum)
{
    m_minimumZoom = std::clamp(minimum, LowestZoom, HighestZoom);
    m_maximumZoom = std::clamp(maximum, m_minimumZoom, HighestZoom);
    setView(m_view);
}

QPointF MapCamera::toScreen(QPointF world) const
{
    const double x = mercator::nearestCopy(world.x(), m_view.center.x());
    return {m_size.width() / 2 + (x - m_view.center.x()) * scale(),
            m_size.height() / 2 + (world.y() - m_view.center.y()) * scale()};
}

QPointF MapCamera::toWorld(QPointF screen) const
{
    return {m_view.center.x() + (screen.x() - m_size.width() / 2) / scale(),
            m_view.center.y() + (screen.y() - m_size.height() / 2) / scale()};
}

QRectF MapCamera::visibleWorld() const
{
    return {toWorld({0, 0}), toWorld({m_size.width(), m_size.height()})};
}

void MapCamera::pan(QPointF delta)
{
    setCenter(m_view.center - delta / scale());
}

void MapCamera::zoomAbout(QPointF screen, double zoom)
{
    const QPointF held = toWorld(screen);
    m_view.zoom = limitedZoom(zoom);
    setCenter(m_view.center + held - toWorld(screen));
}

View MapCamera::fitting(const QList<QPointF> &points, double margin, double closest) const
{
    QList<double> xs;
    double top = 1;
    double bottom = 0;
    for (const QPointF &point : points) {
        if (!std::isfinite(point.x()) || !std::isfinite(point.y()))
            continue;
        xs.append(mercator::wrapped(point.x()));
        top = std::min(top, point.y());
        bottom = std::max(bottom, point.y());
    }
    if (xs.isEmpty())
        return m_view;

    // The emptiest stretch of the equator stays outside; what is left may cross the date line.
    std::ranges::sort(xs);
    double gap = xs.first() + 1 - xs.last();
    double left = xs.first();
    for (qsizetype i = 1; i < xs.size(); ++i) {
        if (xs[i] - xs[i - 1] > gap) {
            gap = xs[i] - xs[i - 1];
            left = xs[i];
        }
    }
    const double width = 1 - gap;
    const double height = bottom - top;
    MapCamera result = *this;
    double zoom = std::min(m_view.zoom, closest);
    if (width > 1e-9 || height > 1e-9) {
        const double w = std::max(1.0, m_size.width() - 2 * margin);
        const double h = std::max(1.0, m_size.height() - 2 * margin);
        zoom = std::min(closest, std::log2(std::min(w / std::max(width, 1e-9), h / std::max(height, 1e-9)) / TileSize));
    }
    result.setView({{left + width / 2, (top + bottom) / 2}, zoom});
    return result.view();
}

} // namespace tocsin::map
