// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/Scenario.h"

#include <vector>

namespace tocsin {

/// Metres east and north of the city's centre.
struct LocalPoint
{
    double x = 0;
    double y = 0;
};

[[nodiscard]] double distanceBetween(LocalPoint a, LocalPoint b);
[[nodiscard]] double headingBetween(LocalPoint a, LocalPoint b); ///< degrees, 0 = north, clockwise, below 360

/// Where a street piece may be driven how fast, km/h.
[[nodiscard]] double limitKmh(StreetClass streetClass);

/// The streets of a scenario as crossings and pieces between them; only what hangs together with the greatest part
/// is used. Built once, then read only: may be shared by all actors of a simulation.
class StreetGraph
{
public:
    struct Node
    {
        LocalPoint at;
        std::vector<int> pieces;
        bool lights = false; ///< where two main roads cross
        bool main = false;   ///< a main road passes
        double axisDeg = 0;  ///< of the lights' first direction
    };
    struct Piece
    {
        int from = 0;
        int to = 0;
        StreetClass streetClass = StreetClass::Minor;
        double length = 0;
        std::vector<LocalPoint> points;
    };
    struct Leg
    {
        int piece = 0;
        bool forward = true;
    };

    StreetGraph(GeoPoint center, const QList<Street> &streets);

    [[nodiscard]] LocalPoint toLocal(GeoPoint p) const;
    [[nodiscard]] GeoPoint toGeo(LocalPoint p) const;

    [[nodiscard]] bool isEmpty() const { return m_usable.empty(); }
    [[nodiscard]] const Node &node(int i) const { return m_nodes[std::size_t(i)]; }
    [[nodiscard]] const Piece &piece(int i) const { return m_pieces[std::size_t(i)]; }
    /// Nodes that can be reached from each other.
    [[nodiscard]] const std::vector<int> &usableNodes() const { return m_usable; }
    [[nodiscard]] int nodeNear(LocalPoint p) const;
    /// The quickest way; `avoid` is a piece not to begin with (the one we came by), unless there is no other.
    [[nodiscard]] std::vector<Leg> route(int from, int to, int avoid = -1) const;
    [[nodiscard]] double distanceToStreets(LocalPoint p) const;

private:
    [[nodiscard]] std::vector<Leg> search(int from, int to, int avoid) const;
    void findUsable();
    void placeLights();

    GeoPoint m_center;
    double m_metresPerLatitude = 0;
    double m_metresPerLongitude = 0;
    std::vector<Node> m_nodes;
    std::vector<Piece> m_pieces;
    std::vector<int> m_usable;
};

} // namespace tocsin
