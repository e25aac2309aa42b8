// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/ClusterGrid.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace tocsin::map {

Clustering cluster(std::span<const ClusterPoint> points, double radius, int least)
{
    Clustering result;
    const auto cellOf = [radius](double v) { return qint64(std::floor(v / radius)); };
    const auto key = [](qint64 x, qint64 y) { return (quint64(y) << 32U) ^ (quint64(x) & 0xFFFFFFFFU); };

    std::unordered_map<quint64, std::vector<int>> cells;
    cells.reserve(points.size());
    for (size_t i = 0; i < points.size(); ++i) {
        if (!points[i].alone)
            cells[key(cellOf(points[i].world.x()), cellOf(points[i].world.y()))].push_back(int(i));
    }

    std::vector<bool> taken(points.size(), false);
    std::vector<int> near;
    for (size_t i = 0; i < points.size(); ++i) {
        if (taken[i])
            continue;
        if (points[i].alone) {
            result.singles.push_back(int(i));
            continue;
        }
        near.clear();
        const QPointF here = points[i].world;
        for (qint64 y = cellOf(here.y()) - 1; y <= cellOf(here.y()) + 1; ++y) {
            for (qint64 x = cellOf(here.x()) - 1; x <= cellOf(here.x()) + 1; ++x) {
                const auto cell = cells.find(key(x, y));
                if (cell == cells.end())
                    continue;
                // Members of finished groups are dropped on the way, or crowded cells would be read again and again.
                std::erase_if(cell->second, [&](int other) { return taken[size_t(other)]; });
                for (const int other : cell->second) {
                    const QPointF d = points[size_t(other)].world - here;
                    if (d.x() * d.x() + d.y() * d.y() <= radius * radius)
                        near.push_back(other);
                }
            }
        }
        taken[i] = true;
        if (int(near.size()) < least) {
            result.singles.push_back(int(i));
            continue;
        }
        Cluster group;
        for (const int member : near) {
            taken[size_t(member)] = true;
            group.center += points[size_t(member)].world;
        }
        group.center /= double(near.size());
        std::ranges::sort(near);
        group.members = near;
        result.clusters.push_back(std::move(group));
    }
    return result;
}

} // namespace tocsin::map
