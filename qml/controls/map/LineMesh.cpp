// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/LineMesh.h"

#include <cmath>
#include <numbers>

namespace tocsin::map {

namespace {

using std::numbers::pi;

QPointF normalOf(QPointF from, QPointF to)
{
    const QPointF d = to - from;
    const double length = std::hypot(d.x(), d.y());
    return {-d.y() / length, d.x() / length};
}

} // namespace

void LineMesh::clear()
{
    m_vertices.clear();
    m_indices.clear();
}

quint32 LineMesh::vertex(const Node &node, QPointF normal, float side)
{
    m_vertices.push_back({float(node.at.x()), float(node.at.y()), float(normal.x()), float(normal.y()), side,
                          float(node.along), node.alpha});
    return quint32(m_vertices.size() - 1);
}

quint32 LineMesh::pair(const Node &node, QPointF normal, double stretch)
{
    const quint32 left = vertex(node, normal * stretch, 1);
    vertex(node, normal * -stretch, -1);
    return left;
}

void LineMesh::bridge(quint32 from, quint32 to)
{
    m_indices.insert(m_indices.end(), {from, from + 1, to, to, from + 1, to + 1});
}

void LineMesh::fan(const Node &node, double from, double sweep, float side, int steps)
{
    const quint32 middle = vertex(node, {}, 0);
    quint32 last = 0;
    for (int i = 0; i <= steps; ++i) {
        const double angle = from + sweep * i / steps;
        const quint32 next = vertex(node, {std::cos(angle), std::sin(angle)}, side);
        if (i > 0)
            m_indices.insert(m_indices.end(), {middle, last, next});
        last = next;
    }
}

LineMesh::Joined LineMesh::join(const Node &node, QPointF before, QPointF after, Ends ends)
{
    const QPointF sum = before + after;
    const double length = std::hypot(sum.x(), sum.y());
    const double cosine = length / 2; // of half the turn
    if (cosine > (ends == Ends::Round ? 0.92 : 0.6)) {
        const quint32 both = pair(node, sum / length, 1 / cosine);
        return {both, both};
    }
    const double turn =
        std::atan2(before.x() * after.y() - before.y() * after.x(), before.x() * after.x() + before.y() * after.y());
    const float outer = turn > 0 ? -1 : 1;
    const double start = std::atan2(before.y(), before.x()) + (outer < 0 ? pi : 0);
    const quint32 arriving = pair(node, before, 1);
    fan(node, start, turn, outer, ends == Ends::Round ? 2 + int(std::abs(turn) / (pi / 8)) : 1);
    return {arriving, pair(node, after, 1)};
}

void LineMesh::add(std::span<const QPointF> points, Ends ends, std::span<const float> alpha)
{
    std::vector<Node> nodes;
    nodes.reserve(points.size());
    double along = 0;
    for (size_t i = 0; i < points.size(); ++i) {
        if (!nodes.empty()) {
            const QPointF step = points[i] - nodes.back().at;
            const double length = std::hypot(step.x(), step.y());
            if (!(length > 0)) // equal points, or not numbers
                continue;
            along += length;
        }
        nodes.push_back({points[i], along, i < alpha.size() ? alpha[i] : 1.0F});
    }
    const size_t count = nodes.size();
    if (count < 2)
        return;
    const bool closed = count > 3 && nodes.front().at == nodes.back().at;

    const QPointF first = normalOf(nodes[0].at, nodes[1].at);
    const QPointF last = normalOf(nodes[count - 2].at, nodes[count - 1].at);
    quint32 open = 0;
    if (closed) {
        open = join(nodes[0], last, first, ends).leaving;
    } else {
        if (ends == Ends::Round)
            fan(nodes[0], std::atan2(first.y(), first.x()), pi, 1, 8);
        open = pair(nodes[0], first, 1);
    }
    for (size_t i = 1; i + 1 < count; ++i) {
        const Joined joined =
            join(nodes[i], normalOf(nodes[i - 1].at, nodes[i].at), normalOf(nodes[i].at, nodes[i + 1].at), ends);
        bridge(open, joined.arriving);
        open = joined.leaving;
    }
    if (closed) {
        bridge(open, join(nodes[count - 1], last, first, ends).arriving);
        return;
    }
    bridge(open, pair(nodes[count - 1], last, 1));
    if (ends == Ends::Round)
        fan(nodes[count - 1], std::atan2(last.y(), last.x()) - pi, pi, 1, 8);
}

} // namespace tocsin::map
