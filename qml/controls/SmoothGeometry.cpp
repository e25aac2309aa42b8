// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/SmoothGeometry.h"

#include <QSGGeometryNode>
#include <QSGVertexColorMaterial>
#include <QtMath>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace tocsin {

namespace {

QPointF direction(qreal degrees)
{
    const qreal angle = qDegreesToRadians(degrees);
    return {std::sin(angle), -std::cos(angle)};
}

/// Each corner moved so that every edge lies `distance` further out (mitred); corners clockwise, y down.
std::vector<QPointF> outset(std::span<const QPointF> corners, qreal distance)
{
    const std::size_t count = corners.size();
    const auto normal = [&](std::size_t from) {
        const QPointF edge = corners[(from + 1) % count] - corners[from];
        const qreal length = std::hypot(edge.x(), edge.y());
        return length > 0 ? QPointF(edge.y() / length, -edge.x() / length) : QPointF();
    };
    std::vector<QPointF> moved;
    moved.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const QPointF before = normal((i + count - 1) % count);
        const QPointF after = normal(i);
        const QPointF sum = before + after;
        const qreal length = QPointF::dotProduct(sum, sum);
        moved.push_back(length > 1e-6 ? corners[i] + sum * (2 * distance / length) : corners[i] + before * distance);
    }
    return moved;
}

} // namespace

std::vector<QPointF> SmoothGeometry::regular(QPointF centre, qreal radius, int corners, qreal firstDeg)
{
    std::vector<QPointF> points;
    points.reserve(static_cast<std::size_t>(corners));
    for (int i = 0; i < corners; ++i)
        points.push_back(centre + direction(firstDeg + 360.0 * i / corners) * radius);
    return points;
}

void SmoothGeometry::fillPolygon(std::span<const QPointF> corners, const QColor &color)
{
    if (corners.size() < 3)
        return;
    const std::array<std::pair<qreal, qreal>, 2> offsets = {{{m_fade, 0}, {-m_fade, 1}}};
    addLoops(corners, offsets, color);
    const std::size_t first = m_corners.size() - corners.size();
    for (std::size_t i = 1; i + 1 < corners.size(); ++i) {
        m_indices.push_back(static_cast<quint16>(first));
        m_indices.push_back(static_cast<quint16>(first + i));
        m_indices.push_back(static_cast<quint16>(first + i + 1));
    }
}

void SmoothGeometry::strokePolygon(std::span<const QPointF> corners, qreal width, const QColor &color)
{
    if (corners.size() < 3)
        return;
    const std::array<std::pair<qreal, qreal>, 4> offsets = {
        {{m_fade, 0}, {-m_fade, 1}, {-width + m_fade, 1}, {-width - m_fade, 0}}};
    addLoops(corners, offsets, color);
}

void SmoothGeometry::addArc(QPointF centre, qreal outerRadius, qreal width, qreal startDeg, qreal sweepDeg,
                            const QColor &color)
{
    if (!(sweepDeg > 0) || !(outerRadius > 0))
        return;
    const qreal sweep = std::min<qreal>(sweepDeg, 360);
    const int steps = std::max(2, static_cast<int>(std::ceil(sweep / 4)));
    const std::array<std::pair<qreal, qreal>, 4> rings = {{{outerRadius + m_fade, 0},
                                                           {outerRadius - m_fade, 1},
                                                           {outerRadius - width + m_fade, 1},
                                                           {outerRadius - width - m_fade, 0}}};
    // The ends fade too: one more column before the first and after the last.
    const qreal endFade = qRadiansToDegrees(2 * m_fade / outerRadius);
    std::array<quint16, 4> previous{};
    for (int column = -1; column <= steps + 1; ++column) {
        const bool outside = column < 0 || column > steps;
        const qreal angle = column < 0       ? startDeg - endFade
                            : column > steps ? startDeg + sweep + endFade
                                             : startDeg + sweep * column / steps;
        std::array<quint16, 4> current{};
        for (std::size_t ring = 0; ring < rings.size(); ++ring)
            current[ring] = add(centre + direction(angle) * rings[ring].first, color, outside ? 0 : rings[ring].second);
        if (column >= 0) {
            for (std::size_t ring = 0; ring + 1 < rings.size(); ++ring)
                quad(previous[ring], current[ring], current[ring + 1], previous[ring + 1]);
        }
        previous = current;
    }
}

QSGNode *SmoothGeometry::update(QSGNode *node) const
{
    auto *geometryNode = static_cast<QSGGeometryNode *>(node);
    const auto corners = static_cast<int>(m_corners.size());
    const auto indices = static_cast<int>(m_indices.size());
    if (!geometryNode) {
        auto made = std::make_unique<QSGGeometryNode>();
        auto geometry = std::make_unique<QSGGeometry>(QSGGeometry::defaultAttributes_ColoredPoint2D(), corners, indices,
                                                      QSGGeometry::UnsignedShortType);
        geometry->setDrawingMode(QSGGeometry::DrawTriangles);
        made->setGeometry(geometry.release());
        made->setFlag(QSGNode::OwnsGeometry);
        auto material = std::make_unique<QSGVertexColorMaterial>();
        material->setFlag(QSGMaterial::Blending);
        made->setMaterial(material.release());
        made->setFlag(QSGNode::OwnsMaterial);
        geometryNode = made.release();
    } else {
        geometryNode->geometry()->allocate(corners, indices);
    }
    QSGGeometry::ColoredPoint2D *vertex = geometryNode->geometry()->vertexDataAsColoredPoint2D();
    for (const Corner &corner : m_corners) {
        vertex->set(static_cast<float>(corner.at.x()), static_cast<float>(corner.at.y()),
                    static_cast<uchar>(qRed(corner.color)), static_cast<uchar>(qGreen(corner.color)),
                    static_cast<uchar>(qBlue(corner.color)), static_cast<uchar>(qAlpha(corner.color)));
        ++vertex;
    }
    std::copy(m_indices.begin(), m_indices.end(), geometryNode->geometry()->indexDataAsUShort());
    geometryNode->markDirty(QSGNode::DirtyGeometry);
    return geometryNode;
}

quint16 SmoothGeometry::add(QPointF at, const QColor &color, qreal opacity)
{
    QColor faded = color;
    faded.setAlphaF(static_cast<float>(color.alphaF() * opacity));
    m_corners.push_back({at, qPremultiply(faded.rgba())});
    return static_cast<quint16>(m_corners.size() - 1);
}

/// Loops around the corners, one per (distance, opacity), joined to a band each.
void SmoothGeometry::addLoops(std::span<const QPointF> corners, std::span<const std::pair<qreal, qreal>> offsets,
                              const QColor &color)
{
    const std::size_t count = corners.size();
    for (std::size_t loop = 0; loop < offsets.size(); ++loop) {
        const std::size_t first = m_corners.size();
        for (const QPointF &corner : outset(corners, offsets[loop].first))
            add(corner, color, offsets[loop].second);
        if (loop == 0)
            continue;
        const std::size_t previous = first - count;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t next = (i + 1) % count;
            quad(static_cast<quint16>(previous + i), static_cast<quint16>(previous + next),
                 static_cast<quint16>(first + next), static_cast<quint16>(first + i));
        }
    }
}

void SmoothGeometry::quad(quint16 a, quint16 b, quint16 c, quint16 d)
{
    for (const quint16 index : {a, b, c, a, c, d})
        m_indices.push_back(index);
}

} // namespace tocsin
