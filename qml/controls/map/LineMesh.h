// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>

#include <span>
#include <vector>

namespace tocsin::map {

/// As shaders/line.vert reads it.
struct LineVertex
{
    float x, y;   ///< world units from the layer's origin
    float nx, ny; ///< direction of widening, times the half width in pixels
    float side;   ///< -1 … 1 across the line
    float along;  ///< world units from the line's start, for dashes
    float alpha;
};

/// Turns lines into triangles that a shader widens on the screen: the width is no part of the mesh, so zooming
/// and panning rebuild nothing. Plain value, any thread.
class LineMesh
{
public:
    enum class Ends {
        Flat,  ///< thin lines: corners mitred or cut
        Round, ///< wide lines: round corners and round ends
    };

    /// A line whose first and last point are equal is closed. `alpha` is empty (opaque) or holds one value per point.
    /// Repeated points are skipped; fewer than two different points add nothing.
    void add(std::span<const QPointF> points, Ends ends, std::span<const float> alpha = {});
    void clear();

    [[nodiscard]] const std::vector<LineVertex> &vertices() const { return m_vertices; }
    [[nodiscard]] const std::vector<quint32> &indices() const { return m_indices; }
    [[nodiscard]] bool isEmpty() const { return m_indices.empty(); }

private:
    struct Node
    {
        QPointF at;
        double along;
        float alpha;
    };
    quint32 vertex(const Node &node, QPointF normal, float side);
    /// A left and a right vertex; answers the left one's number, the right one follows.
    quint32 pair(const Node &node, QPointF normal, double stretch);
    void bridge(quint32 from, quint32 to);
    /// Fills between two directions around a point, on the side to which they point.
    void fan(const Node &node, double from, double sweep, float side, int steps);
    struct Joined
    {
        quint32 arriving;
        quint32 leaving;
    };
    Joined join(const Node &node, QPointF before, QPointF after, Ends ends);

    std::vector<LineVertex> m_vertices;
    std::vector<quint32> m_indices;
};

} // namespace tocsin::map
