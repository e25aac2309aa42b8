// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/OverlayMesh.h"

#include "qml/controls/map/Triangulate.h"

#include <algorithm>
#include <cmath>

namespace tocsin::map {

OverlayMesh::OverlayMesh(const CityOverlay &overlay) : origin(overlay.center), bounds(overlay.bounds())
{
    const auto local = [this](const QList<QPointF> &points) {
        QList<QPointF> result;
        result.reserve(points.size() + 1);
        for (const QPointF &point : points)
            result.append(point - origin);
        return result;
    };
    for (const CityOverlay::Area &area : overlay.areas) {
        Fill &fill = areas[size_t(area.kind)];
        QList<QPointF> outline = local(area.points);
        const auto first = quint32(fill.vertices.size());
        for (const QPointF &point : std::as_const(outline))
            fill.vertices.push_back({float(point.x()), float(point.y())});
        for (const quint32 corner : triangulate(outline))
            fill.indices.push_back(first + corner);
        const QPointF start = outline.first();
        outline.append(start);
        fill.outline.add(outline, LineMesh::Ends::Flat);
        for (const QPointF &point : area.points) {
            bounds.setLeft(std::min(bounds.left(), point.x()));
            bounds.setRight(std::max(bounds.right(), point.x()));
            bounds.setTop(std::min(bounds.top(), point.y()));
            bounds.setBottom(std::max(bounds.bottom(), point.y()));
        }
    }
    for (const CityOverlay::Street &street : overlay.streets)
        streets[size_t(street.kind)].add(local(street.points), LineMesh::Ends::Round);
}

double streetWidth(CityOverlay::StreetClass kind, double zoom)
{
    struct Stop
    {
        double zoom;
        double width;
    };
    static constexpr Stop Stops[3][5]{
        {{11, 0.5}, {13, 1}, {15, 2.6}, {17, 9}, {20, 46}},
        {{9, 0.8}, {12, 2.2}, {14, 4.4}, {17, 15}, {20, 70}},
        {{7, 0.8}, {11, 2.6}, {14, 6.4}, {17, 20}, {20, 90}},
    };
    const auto &stops = Stops[size_t(kind)];
    if (zoom <= stops[0].zoom)
        return stops[0].width;
    for (size_t i = 1; i < std::size(stops); ++i) {
        if (zoom <= stops[i].zoom) {
            const double part = (zoom - stops[i - 1].zoom) / (stops[i].zoom - stops[i - 1].zoom);
            return stops[i - 1].width * std::pow(stops[i].width / stops[i - 1].width, part);
        }
    }
    return stops[std::size(stops) - 1].width;
}

} // namespace tocsin::map
