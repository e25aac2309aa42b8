// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/FenceMesh.h"

#include "qml/controls/map/Mercator.h"

#include <algorithm>

namespace tocsin::map {

FenceMesh::FenceMesh(std::span<const Fence> fences)
{
    if (fences.empty())
        return;
    origin = fences.front().bounds.center();
    for (const Fence &fence : fences) {
        // Next to the origin, also across the antimeridian.
        const double turn = mercator::nearestCopy(fence.bounds.center().x(), origin.x()) - fence.bounds.center().x();
        const auto local = [this, turn](const QList<QPointF> &points, bool closed) {
            QList<QPointF> result;
            result.reserve(points.size() + 1);
            for (const QPointF &point : points)
                result.append(point - origin + QPointF(turn, 0));
            if (closed && !result.isEmpty())
                result.append(QPointF(result.first()));
            return result;
        };
        Layer &layer = layers.at(size_t(std::clamp(fence.level + 1, 0, Levels - 1)));
        if (fence.course.size() > 1 && fence.outline.isEmpty())
            layer.courses.add(local(fence.course, false), LineMesh::Ends::Round);
        if (fence.outline.size() < 3)
            continue;
        layer.lines.add(local(fence.outline, true), LineMesh::Ends::Flat);
        for (const QList<QPointF> &hole : fence.holes)
            layer.lines.add(local(hole, true), LineMesh::Ends::Flat);
        if (fence.filled.empty())
            continue;
        const auto first = quint32(layer.vertices.size());
        const QList<QPointF> ring = local(fence.ring, false);
        for (const QPointF &point : ring)
            layer.vertices.push_back({float(point.x()), float(point.y())});
        for (const quint32 corner : fence.filled)
            layer.indices.push_back(first + corner);
    }
}

} // namespace tocsin::map
