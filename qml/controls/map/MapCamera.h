// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QPointF>
#include <QRectF>
#include <QSizeF>

namespace tocsin::map {

/// Where a view looks: enough to come back to it.
struct View
{
    QPointF center{0.5, 0.5}; ///< world units, x within [0, 1)
    double zoom = 2;
    friend bool operator==(const View &, const View &) = default;
};

/// The window onto the world: centre, zoom and size in logical pixels, north up. Plain value, any thread.
/// At zoom z the world is 256 × 2^z pixels wide. The world repeats east and west and never leaves the
/// window in the north or south: the zoom is held high enough to fill the window's height.
class MapCamera
{
public:
    static constexpr double LowestZoom = 0;
    static constexpr double HighestZoom = 20;

    [[nodiscard]] const View &view() const { return m_view; }
    [[nodiscard]] QPointF center() const { return m_view.center; }
    [[nodiscard]] double zoom() const { return m_view.zoom; }
    [[nodiscard]] QSizeF size() const { return m_size; }
    [[nodiscard]] double minimumZoom() const { return m_minimumZoom; }
    [[nodiscard]] double maximumZoom() const { return m_maximumZoom; }
    /// Pixels per world unit.
    [[nodiscard]] double scale() const;
    [[nodiscard]] double metresPerPixel() const;

    void setView(const View &view);
    void setCenter(QPointF world);
    void setZoom(double zoom);
    void setSize(QSizeF size);
    /// Limits are kept within LowestZoom … HighestZoom; a maximum below the minimum is raised to it.
    void setZoomLimits(double minimum, double maximum);

    /// Of the copies of a point (once per turn around the world) the one nearest to the centre.
    [[nodiscard]] QPointF toScreen(QPointF world) const;
    [[nodiscard]] QPointF toWorld(QPointF screen) const;
    /// The part of the world in the window; x may lie outside 0 … 1.
    [[nodiscard]] QRectF visibleWorld() const;

    /// Moves the map with a hand that went by `delta` pixels.
    void pan(QPointF delta);
    /// Changes the zoom so that the place under `screen` stays there.
    void zoomAbout(QPointF screen, double zoom);
    /// The view that shows all points, `margin` pixels from the edges, at most at `closest`. One point keeps the
    /// zoom if it is below `closest`. Points on both sides of the date line are shown across it.
    [[nodiscard]] View fitting(const QList<QPointF> &points, double margin, double closest) const;

private:
    [[nodiscard]] double limitedZoom(double zoom) const;
    [[nodiscard]] QPointF limitedCenter(QPointF world) const;

    View m_view;
    QSizeF m_size;
    double m_minimumZoom = LowestZoom;
    double m_maximumZoom = HighestZoom;
};

} // namespace tocsin::map
