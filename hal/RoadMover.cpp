// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/RoadMover.h"

#include <algorithm>
#include <cmath>

namespace tocsin {

namespace {
constexpr double Substep = 0.1;         // s
constexpr double LookAhead = 0.7;       // s: the driver acts for where he will be
constexpr double ReactionTime = 0.6;    // s: how quickly a wrong speed is put right
constexpr double LightsCycle = 50;      // s
constexpr double Green = 22;            // s, for each direction; 3 s for nobody between
constexpr double SeesLightsFrom = 90;   // m
constexpr double StopsBeforeLights = 6; // m
constexpr double ShortestTrip = 900;    // m, as the crow flies
constexpr int Tries = 24;

bool isGreen(const TrackPoint &lights, double simTime)
{
    const double offset = std::fmod(lights.node * 17.3, LightsCycle);
    const double phase = std::fmod(simTime + offset, LightsCycle);
    return lights.firstAxis ? phase < Green : phase >= LightsCycle / 2 && phase < LightsCycle / 2 + Green;
}
} // namespace

RoadMover::RoadMover(const StreetGraph &graph, const DrivingStyle &style, std::optional<LocalPoint> start,
                     SimRandom &random)
    : m_graph(graph)
    , m_style(style)
    , m_random(random)
{
    const auto &nodes = graph.usableNodes();
    depart(start ? graph.nodeNear(*start) : nodes[std::size_t(random.index(int(nodes.size())))]);
    m_s = start ? 0 : m_track.length() * random.uniform(0.15, 0.6);
    m_v = mostAt(m_s) * 0.9;
}

void RoadMover::depart(int from)
{
    const auto &nodes = m_graph.usableNodes();
    std::vector<StreetGraph::Leg> legs;
    for (int i = 0; i < Tries && legs.empty(); ++i) {
        const int to = nodes[std::size_t(m_random.index(int(nodes.size())))];
        const bool far = distanceBetween(m_graph.node(from).at, m_graph.node(to).at) >= ShortestTrip;
        const bool enough = far || i >= Tries / 2; // small towns have no long trips
        if (to == from || !enough || (!m_graph.node(to).main && m_random.uniform(0, 1) < 0.4))
            continue;
        legs = m_graph.route(from, to, m_arrivedBy);
        m_destination = to;
    }
    if (legs.empty()) { // any neighbour will do: usable nodes have one
        const int piece = m_graph.node(from).pieces.front();
        const bool forward = m_graph.piece(piece).from == from;
        legs.push_back({piece, forward});
        m_destination = forward ? m_graph.piece(piece).to : m_graph.piece(piece).from;
    }
    m_arrivedBy = legs.back().piece;
    m_track = Track::of(m_graph, legs);
    m_track.planSpeeds(m_style.cornering, m_style.braking, m_style.shareOfLimit, m_style.topMs);
    m_s = 0;
}

void RoadMover::crash(double standSeconds)
{
    m_crashing = true;
    m_stand = standSeconds;
}

double RoadMover::limitMs() const
{
    return m_track.points()[m_track.stretchAt(m_s)].limitMs;
}

double RoadMover::mostAt(double s) const
{
    const std::size_t i = m_track.stretchAt(s);
    const TrackPoint &here = m_track.points()[i];
    const TrackPoint &next = m_track.points()[i + 1];
    const double left = std::max(0.0, next.s - s);
    return std::min(here.limitMs, std::sqrt(next.mostMs * next.mostMs + 2 * m_style.braking * left));
}

/// How fast one may be `ahead` metres from here, given the lights.
double RoadMover::mostBeforeLights(double ahead, double simTime) const
{
    const auto &points = m_track.points();
    for (std::size_t i = m_track.stretchAt(m_s) + 1; i < points.size() && points[i].s < m_s + SeesLightsFrom; ++i) {
        const double stopAt = points[i].s - StopsBeforeLights;
        if (!points[i].lights || isGreen(points[i], simTime) || stopAt < m_s - 1)
            continue;
        if (m_v * m_v / (2 * (MostBraking - 0.5)) > stopAt - m_s + 1)
            continue; // too late to stop
        return std::sqrt(2 * m_style.braking * std::max(0.0, stopAt - m_s - ahead));
    }
    return m_style.topMs;
}

void RoadMover::advance(double seconds, double simTime)
{
    const int steps = std::max(1, int(std::ceil(seconds / Substep - 1e-6)));
    const double h = seconds / steps;
    if (h <= 0)
        return;
    for (int i = 0; i < steps; ++i)
        step(h, simTime - seconds + (i + 1) * h);
}

void RoadMover::step(double h, double simTime)
{
    m_coast -= h;
    double wanted = 0;
    if (m_crashing) {
        wanted = -CrashBraking;
    } else if (m_stand <= 0) {
        const double ahead = m_v * LookAhead;
        const double most = std::min({mostAt(m_s), mostAt(m_s + ahead), mostBeforeLights(ahead, simTime)});
        const double drive = m_style.acceleration * std::max(0.2, 1 - m_v / (m_style.topMs * 1.25));
        wanted = std::clamp((most - m_v) / ReactionTime, -MostBraking, m_coast > 0 ? 0.1 : drive);
    }
    const double before = m_v;
    m_v = std::max(0.0, m_v + wanted * h);
    m_a = (m_v - before) / h;
    const double moved = std::min((before + m_v) / 2 * h, m_track.length() - m_s);
    m_s += moved;
    m_travelled += moved;

    if (m_v > 0.6)
        return;
    if (m_crashing && m_v <= 0)
        m_crashing = false;
    if (m_stand > 0) {
        m_v = 0;
        m_stand -= h;
        return;
    }
    if (!m_crashing && m_track.length() - m_s < 0.5) { // arrived
        m_v = 0;
        m_stand = m_random.uniform(m_style.leastStop, m_style.mostStop);
        depart(m_destination);
    }
}

} // namespace tocsin
