// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/Track.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tocsin {

namespace {
constexpr double HalfWheelbase = 2.5; // metres before and behind, for the heading
constexpr double TightestTurn = 7;    // metres of radius at a street corner
constexpr double LongestArc = 25;     // metres of street that one bend takes, at most
constexpr double CrossMainRoadMs = 5; // a minor street gives way

double turnAngle(LocalPoint a, LocalPoint b, LocalPoint c)
{
    double turn = std::abs(headingBetween(b, c) - headingBetween(a, b));
    if (turn > 180)
        turn = 360 - turn;
    return turn * std::numbers::pi / 180;
}
} // namespace

void Track::append(LocalPoint at, double limitMs, int node)
{
    if (!m_points.empty()) {
        const double step = distanceBetween(m_points.back().at, at);
        if (step < 1e-3) { // the same point again: the new stretch counts
            m_points.back().limitMs = limitMs;
            m_points.back().node = std::max(m_points.back().node, node);
            return;
        }
        m_points.push_back({at, m_points.back().s + step, limitMs, 0, node, false, true});
    } else {
        m_points.push_back({at, 0, limitMs, 0, node, false, true});
    }
}

Track Track::of(const std::vector<LocalPoint> &points)
{
    Track track;
    for (const LocalPoint &p : points)
        track.append(p, 0, -1);
    return track;
}

Track Track::of(const StreetGraph &graph, const std::vector<StreetGraph::Leg> &legs)
{
    Track track;
    for (const StreetGraph::Leg &leg : legs) {
        const StreetGraph::Piece &piece = graph.piece(leg.piece);
        std::vector<LocalPoint> points = piece.points;
        if (!leg.forward)
            std::reverse(points.begin(), points.end());
        const double limit = limitKmh(piece.streetClass) / 3.6;
        for (std::size_t i = 0; i < points.size(); ++i) {
            const int from = leg.forward ? piece.from : piece.to;
            const int to = leg.forward ? piece.to : piece.from;
            track.append(points[i], limit, i == 0 ? from : i + 1 == points.size() ? to : -1);
        }
    }
    for (std::size_t i = 1; i < track.m_points.size(); ++i) {
        TrackPoint &p = track.m_points[i];
        if (p.node < 0 || !graph.node(p.node).lights)
            continue;
        p.lights = true;
        const double off =
            (headingBetween(track.m_points[i - 1].at, p.at) - graph.node(p.node).axisDeg) * std::numbers::pi / 180;
        p.firstAxis = std::abs(std::cos(off)) > std::numbers::sqrt2 / 2;
    }
    // A minor street that crosses a main road without lights: slow down there.
    for (std::size_t i = 1; i + 1 < track.m_points.size(); ++i) {
        TrackPoint &p = track.m_points[i];
        const double mainLimit = limitKmh(StreetClass::Major) / 3.6;
        if (p.node >= 0 && graph.node(p.node).main && !p.lights && track.m_points[i - 1].limitMs < mainLimit)
            p.mostMs = CrossMainRoadMs;
    }
    return track;
}

void Track::planSpeeds(double lateral, double braking, double share, double topMs)
{
    if (isEmpty())
        return;
    const std::size_t n = m_points.size();
    for (TrackPoint &p : m_points)
        p.limitMs = std::min(p.limitMs * share, topMs);
    m_points.back().mostMs = 0;
    for (std::size_t i = n - 1; i-- > 0;) {
        TrackPoint &p = m_points[i];
        const TrackPoint &next = m_points[i + 1];
        double most = p.mostMs > 0 ? p.mostMs : p.limitMs;
        most = std::min(most, p.limitMs);
        if (i > 0) {
            const TrackPoint &before = m_points[i - 1];
            most = std::min(most, before.limitMs);
            const double turn = turnAngle(before.at, p.at, next.at);
            if (turn > 0.01) {
                const double arc = std::min({p.s - before.s, next.s - p.s, LongestArc});
                const double radius = std::max(TightestTurn, arc / 2 / std::tan(std::min(turn, 3.0) / 2));
                most = std::min(most, std::sqrt(lateral * radius));
            }
        }
        p.mostMs = std::min(most, std::sqrt(next.mostMs * next.mostMs + 2 * braking * (next.s - p.s)));
    }
}

std::size_t Track::stretchAt(double s) const
{
    const auto after =
        std::upper_bound(m_points.cbegin(), m_points.cend(), s, [](double v, const TrackPoint &p) { return v < p.s; });
    const auto index = std::distance(m_points.cbegin(), after) - 1;
    return std::size_t(std::clamp<std::ptrdiff_t>(index, 0, std::ptrdiff_t(m_points.size()) - 2));
}

LocalPoint Track::at(double s) const
{
    const std::size_t i = stretchAt(s);
    const TrackPoint &a = m_points[i];
    const TrackPoint &b = m_points[i + 1];
    const double t = std::clamp((s - a.s) / (b.s - a.s), 0.0, 1.0);
    return {a.at.x + t * (b.at.x - a.at.x), a.at.y + t * (b.at.y - a.at.y)};
}

double Track::headingAt(double s) const
{
    const double from = std::clamp(s - HalfWheelbase, 0.0, std::max(0.0, length() - 2 * HalfWheelbase));
    return headingBetween(at(from), at(std::min(from + 2 * HalfWheelbase, length())));
}

} // namespace tocsin
