// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/StreetGraph.h"

#include <QHash>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <queue>

namespace tocsin {

namespace {
constexpr double MetresPerDegree = 111'195; // of a great circle
constexpr double Infinity = std::numeric_limits<double>::infinity();

/// Streets meet where a point is written the same, to a tenth of a metre.
std::pair<qint64, qint64> keyOf(GeoPoint p)
{
    return {std::llround(p.latitude * 1e6), std::llround(p.longitude * 1e6)};
}

double distanceToSegment(LocalPoint p, LocalPoint a, LocalPoint b)
{
    const double dx = b.x - a.x;
    const double dy = b.y - a.y;
    const double square = dx * dx + dy * dy;
    const double t = square > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / square, 0.0, 1.0) : 0;
    return distanceBetween(p, {a.x + t * dx, a.y + t * dy});
}
} // namespace

double distanceBetween(LocalPoint a, LocalPoint b)
{
    return std::hypot(a.x - b.x, a.y - b.y);
}

double headingBetween(LocalPoint a, LocalPoint b)
{
    const double degrees = std::atan2(b.x - a.x, b.y - a.y) * 180 / std::numbers::pi;
    return degrees < 0 ? degrees + 360 : degrees;
}

double limitKmh(StreetClass streetClass)
{
    switch (streetClass) {
    case StreetClass::Motorway:
        return 90;
    case StreetClass::Major:
        return 60;
    case StreetClass::Minor:
        break;
    }
    return 40;
}

StreetGraph::StreetGraph(GeoPoint center, const QList<Street> &streets)
    : m_center(center)
    , m_metresPerLatitude(MetresPerDegree)
    , m_metresPerLongitude(MetresPerDegree * std::cos(center.latitude * std::numbers::pi / 180))
{
    QHash<std::pair<qint64, qint64>, int> uses;
    for (const Street &street : streets) {
        for (qsizetype i = 0; i < street.points.size(); ++i)
            uses[keyOf(street.points[i])] += i == 0 || i + 1 == street.points.size() ? 2 : 1; // ends are nodes anyway
    }
    QHash<std::pair<qint64, qint64>, int> nodeAt;
    const auto nodeFor = [&](GeoPoint p) {
        const auto key = keyOf(p);
        const auto it = nodeAt.constFind(key);
        if (it != nodeAt.cend())
            return *it;
        const int index = int(m_nodes.size());
        m_nodes.push_back(Node{toLocal(p), {}, false, false, 0});
        nodeAt.insert(key, index);
        return index;
    };
    for (const Street &street : streets) {
        Piece piece;
        for (const GeoPoint &p : street.points) {
            const LocalPoint at = toLocal(p);
            if (!piece.points.empty())
                piece.length += distanceBetween(piece.points.back(), at);
            piece.points.push_back(at);
            if (uses.value(keyOf(p)) < 2)
                continue;
            const int node = nodeFor(p);
            if (piece.points.size() > 1 && piece.length > 0) {
                piece.to = node;
                piece.streetClass = street.streetClass;
                const int index = int(m_pieces.size());
                m_nodes[std::size_t(piece.from)].pieces.push_back(index);
                m_nodes[std::size_t(piece.to)].pieces.push_back(index);
                m_pieces.push_back(piece);
            }
            piece = Piece{};
            piece.from = node;
            piece.points.push_back(at);
        }
    }
    findUsable();
    placeLights();
}

LocalPoint StreetGraph::toLocal(GeoPoint p) const
{
    return {(p.longitude - m_center.longitude) * m_metresPerLongitude,
            (p.latitude - m_center.latitude) * m_metresPerLatitude};
}

GeoPoint StreetGraph::toGeo(LocalPoint p) const
{
    return {m_center.latitude + p.y / m_metresPerLatitude, m_center.longitude + p.x / m_metresPerLongitude};
}

void StreetGraph::findUsable()
{
    std::vector<bool> seen(m_nodes.size(), false);
    for (int start = 0; start < int(m_nodes.size()); ++start) {
        if (seen[std::size_t(start)])
            continue;
        std::vector<int> part{start};
        seen[std::size_t(start)] = true;
        for (std::size_t k = 0; k < part.size(); ++k) {
            for (const int p : node(part[k]).pieces) {
                for (const int other : {piece(p).from, piece(p).to}) {
                    if (!seen[std::size_t(other)]) {
                        seen[std::size_t(other)] = true;
                        part.push_back(other);
                    }
                }
            }
        }
        if (part.size() > 1 && part.size() > m_usable.size())
            m_usable = part;
    }
    std::sort(m_usable.begin(), m_usable.end());
}

void StreetGraph::placeLights()
{
    for (int i = 0; i < int(m_nodes.size()); ++i) {
        Node &n = m_nodes[std::size_t(i)];
        int mainArms = 0;
        for (const int p : n.pieces) {
            if (piece(p).streetClass == StreetClass::Minor)
                continue;
            if (mainArms++ == 0) {
                const auto &points = piece(p).points;
                n.axisDeg = piece(p).from == i ? headingBetween(points[0], points[1])
                                               : headingBetween(points[points.size() - 2], points.back());
            }
        }
        n.main = mainArms >= 2;
        n.lights = mainArms >= 3;
    }
}

int StreetGraph::nodeNear(LocalPoint p) const
{
    int best = -1;
    double nearest = Infinity;
    for (const int i : m_usable) {
        const double d = distanceBetween(p, node(i).at);
        if (d < nearest) {
            nearest = d;
            best = i;
        }
    }
    return best;
}

std::vector<StreetGraph::Leg> StreetGraph::route(int from, int to, int avoid) const
{
    std::vector<Leg> legs = search(from, to, avoid);
    return legs.empty() && avoid >= 0 ? search(from, to, -1) : legs;
}

std::vector<StreetGraph::Leg> StreetGraph::search(int from, int to, int avoid) const
{
    std::vector<double> cost(m_nodes.size(), Infinity);
    std::vector<int> cameBy(m_nodes.size(), -1);
    using Entry = std::pair<double, int>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
    cost[std::size_t(from)] = 0;
    open.emplace(0.0, from);
    while (!open.empty()) {
        const auto [reached, at] = open.top();
        open.pop();
        if (at == to)
            break;
        if (reached > cost[std::size_t(at)])
            continue;
        for (const int p : node(at).pieces) {
            if (at == from && p == avoid)
                continue;
            const Piece &street = piece(p);
            const int other = street.from == at ? street.to : street.from;
            const double total =
                reached + street.length / (tocsin::limitKmh(street.streetClass) / 3.6) + 2.0; // a crossing costs time
            if (total < cost[std::size_t(other)]) {
                cost[std::size_t(other)] = total;
                cameBy[std::size_t(other)] = p;
                open.emplace(total, other);
            }
        }
    }
    std::vector<Leg> legs;
    for (int at = to; at != from;) {
        const int p = cameBy[std::size_t(at)];
        if (p < 0)
            return {};
        const bool forward = piece(p).to == at;
        legs.push_back({p, forward});
        at = forward ? piece(p).from : piece(p).to;
    }
    std::reverse(legs.begin(), legs.end());
    return legs;
}

double StreetGraph::distanceToStreets(LocalPoint p) const
{
    double nearest = Infinity;
    for (const Piece &street : m_pieces) {
        for (std::size_t i = 1; i < street.points.size(); ++i)
            nearest = std::min(nearest, distanceToSegment(p, street.points[i - 1], street.points[i]));
    }
    return nearest;
}

} // namespace tocsin
