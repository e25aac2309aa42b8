// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/StreetGraph.h"

#include <vector>

namespace tocsin {

/// A way to go: points with the distance from the start, and what a driver must know of each.
struct TrackPoint
{
    LocalPoint at;
    double s = 0;       ///< metres from the start
    double limitMs = 0; ///< of the stretch that begins here, m/s
    double mostMs = 0;  ///< how fast one may be here, so as to manage all that follows
    int node = -1;      ///< crossing, if it is one
    bool lights = false;
    bool firstAxis = true; ///< which of the two directions of the lights
};

class Track
{
public:
    Track() = default;
    [[nodiscard]] static Track of(const std::vector<LocalPoint> &points);
    [[nodiscard]] static Track of(const StreetGraph &graph, const std::vector<StreetGraph::Leg> &legs);
    /// Fills mostMs: cornering at `lateral` and braking at `braking` m/s², stopping at the end;
    /// limits times `share`, at most `topMs`.
    void planSpeeds(double lateral, double braking, double share, double topMs);

    [[nodiscard]] bool isEmpty() const { return m_points.size() < 2; }
    [[nodiscard]] double length() const { return m_points.empty() ? 0 : m_points.back().s; }
    [[nodiscard]] LocalPoint at(double s) const;
    [[nodiscard]] double headingAt(double s) const; ///< over the few metres around, as a vehicle turns
    /// The stretch that s lies on: index of its first point.
    [[nodiscard]] std::size_t stretchAt(double s) const;
    [[nodiscard]] const std::vector<TrackPoint> &points() const { return m_points; }

private:
    void append(LocalPoint at, double limitMs, int node);
    std::vector<TrackPoint> m_points;
};

} // namespace tocsin
