// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/Triangulate.h"

#include <algorithm>
#include <numeric>

namespace tocsin::map {

namespace {

double cross(QPointF a, QPointF b, QPointF c)
{
    return (b.x() - a.x()) * (c.y() - a.y()) - (b.y() - a.y()) * (c.x() - a.x());
}

bool inTriangle(QPointF p, QPointF a, QPointF b, QPointF c)
{
    return cross(a, b, p) >= 0 && cross(b, c, p) >= 0 && cross(c, a, p) >= 0;
}

} // namespace

std::vector<quint32> triangulate(std::span<const QPointF> outline)
{
    size_t size = outline.size();
    if (size > 1 && outline.front() == outline.back())
        --size;
    if (size < 3)
        return {};

    double area = 0;
    for (size_t i = 0, j = size - 1; i < size; j = i++)
        area += outline[j].x() * outline[i].y() - outline[i].x() * outline[j].y();
    std::vector<quint32> rest(size);
    std::iota(rest.begin(), rest.end(), 0U);
    if (area < 0)
        std::ranges::reverse(rest);

    std::vector<quint32> triangles;
    triangles.reserve((size - 2) * 3);
    size_t at = 0;
    size_t misses = 0;
    while (rest.size() > 3) {
        const size_t n = rest.size();
        const quint32 before = rest[(at + n - 1) % n];
        const quint32 tip = rest[at % n];
        const quint32 after = rest[(at + 1) % n];
        const QPointF a = outline[before];
        const QPointF b = outline[tip];
        const QPointF c = outline[after];
        const double turn = cross(a, b, c);
        bool ear = turn > 0;
        for (size_t i = 0; ear && i < n; ++i) {
            const QPointF p = outline[rest[i]];
            if (p != a && p != b && p != c && inTriangle(p, a, b, c))
                ear = false;
        }
        // A full round without an ear means a crossing outline: cut on regardless, so that it ends.
        if (!ear && turn != 0 && misses <= n) {
            ++misses;
            at = (at + 1) % n;
            continue;
        }
        if (turn != 0)
            triangles.insert(triangles.end(), {before, tip, after});
        rest.erase(rest.begin() + qsizetype(at % n));
        misses = 0;
        at = rest.empty() ? 0 : at % rest.size();
    }
    if (cross(outline[rest[0]], outline[rest[1]], outline[rest[2]]) != 0)
        triangles.insert(triangles.end(), {rest[0], rest[1], rest[2]});
    return triangles;
}

} // namespace tocsin::map
