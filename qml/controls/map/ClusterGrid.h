// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>

#include <span>
#include <vector>

namespace tocsin::map {

/// Markers drawn as one bubble.
struct Cluster
{
    QPointF center;           ///< mean of its members, world units
    std::vector<int> members; ///< numbers as given, ascending
};

/// What of a set of points stands for itself and what is grouped.
struct Clustering
{
    std::vector<Cluster> clusters;
    std::vector<int> singles; ///< ascending
};

struct ClusterPoint
{
    QPointF world;
    bool alone = false; ///< never grouped: selected, alerting
};

/// Groups points closer than `radius` (world units) to one another when at least `least` come together; a bubble holds
/// what lies within `radius` of its first point. The same input gives the same groups. Plain function, any thread;
/// time grows with the number of points, not with its square, as long as crowded points end in one group.
[[nodiscard]] Clustering cluster(std::span<const ClusterPoint> points, double radius, int least = 3);

} // namespace tocsin::map
