// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QList>
#include <QPointF>

#include <span>
#include <vector>

class QSGGeometryNode;
class QSGNode;

namespace tocsin {

/// Triangles with soft edges for the scene graph: every edge fades over one device pixel, so shapes are smooth
/// without multisampling. Plain value; fill it anywhere, hand it to a node on the render thread.
/// Lengths in logical pixels, angles in degrees clockwise from twelve o'clock. At most 65,535 corners.
class SmoothGeometry
{
public:
    /// `pixelRatio`: device pixels per logical pixel; decides the width of the fade.
    explicit SmoothGeometry(qreal pixelRatio) : m_fade(0.5 / pixelRatio) {}

    /// A convex polygon, corners clockwise (y down).
    void fillPolygon(std::span<const QPointF> corners, const QColor &color);
    /// Its outline, drawn inside the edge.
    void strokePolygon(std::span<const QPointF> corners, qreal width, const QColor &color);
    /// A part of a ring, from `startDeg` clockwise over `sweepDeg` (≤ 360); nothing for an empty sweep.
    void addArc(QPointF centre, qreal outerRadius, qreal width, qreal startDeg, qreal sweepDeg, const QColor &color);

    /// Puts everything into `node`, or into a new node when that is null. Render thread.
    [[nodiscard]] QSGNode *update(QSGNode *node) const;
    [[nodiscard]] bool isEmpty() const { return m_indices.empty(); }

    /// Corners of a regular polygon standing on a flat side or a corner, clockwise from `firstDeg`.
    [[nodiscard]] static std::vector<QPointF> regular(QPointF centre, qreal radius, int corners, qreal firstDeg);

private:
    struct Corner
    {
        QPointF at;
        QRgb color; ///< premultiplied
    };

    quint16 add(QPointF at, const QColor &color, qreal opacity);
    void addLoops(std::span<const QPointF> corners, std::span<const std::pair<qreal, qreal>> offsets,
                  const QColor &color);
    void quad(quint16 a, quint16 b, quint16 c, quint16 d);

    qreal m_fade;
    std::vector<Corner> m_corners;
    std::vector<quint16> m_indices;
};

} // namespace tocsin
