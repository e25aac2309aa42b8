// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Geofence.h"

#include "models/domain/EnumNames.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace tocsin {

namespace {

constexpr QLatin1String metricPrefix("fence.");
constexpr double metresPerDegree = 6'371'008.8 * std::numbers::pi / 180;
constexpr double half = 180; ///< of a turn, degrees

constexpr std::pair<Geofence::Shape, QLatin1String> shapeNames[] = {
    {Geofence::Shape::Circle, QLatin1String("circle")},
    {Geofence::Shape::Polygon, QLatin1String("polygon")},
    {Geofence::Shape::Line, QLatin1String("line")},
};

/// Metres east and north of a point.
struct Offset
{
    double x = 0;
    double y = 0;
};

double wrapped(double degrees)
{
    return std::remainder(degrees, 2 * half);
}

/// A chain of points as seen from `origin`. Each lies next to the one before it, also across the antimeridian.
QList<Offset> seenFrom(const GeoPoint &origin, const QList<GeoPoint> &points)
{
    QList<Offset> seen;
    seen.reserve(points.size());
    const double scale = std::cos(origin.latitude * std::numbers::pi / half);
    double east = 0;
    for (qsizetype i = 0; i < points.size(); ++i) {
        east = i == 0 ? wrapped(points.at(i).longitude - origin.longitude)
                      : east + wrapped(points.at(i).longitude - points.at(i - 1).longitude);
        seen.append({east * scale * metresPerDegree, (points.at(i).latitude - origin.latitude) * metresPerDegree});
    }
    return seen;
}

double cross(const Offset &a, const Offset &b)
{
    return a.x * b.y - a.y * b.x;
}

Offset minus(const Offset &a, const Offset &b)
{
    return {a.x - b.x, a.y - b.y};
}

/// From the origin to the nearest point of a segment.
double distanceTo(const Offset &a, const Offset &b)
{
    const Offset along = minus(b, a);
    const double length2 = along.x * along.x + along.y * along.y;
    const double t = length2 == 0 ? 0 : std::clamp(-(a.x * along.x + a.y * along.y) / length2, 0.0, 1.0);
    return std::hypot(a.x + t * along.x, a.y + t * along.y);
}

double distanceTo(const QList<Offset> &chain, bool closed)
{
    double nearest = std::numeric_limits<double>::infinity();
    if (chain.size() == 1)
        return std::hypot(chain.constFirst().x, chain.constFirst().y);
    for (qsizetype i = 0; i + 1 < chain.size(); ++i)
        nearest = std::min(nearest, distanceTo(chain.at(i), chain.at(i + 1)));
    if (closed)
        nearest = std::min(nearest, distanceTo(chain.constLast(), chain.constFirst()));
    return nearest;
}

/// Whether the origin is inside a ring: a ray to the east crosses it an odd number of times.
bool holdsOrigin(const QList<Offset> &ring)
{
    bool inside = false;
    for (qsizetype i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
        const Offset &a = ring.at(i);
        const Offset &b = ring.at(j);
        if ((a.y > 0) != (b.y > 0) && (b.x - a.x) * (-a.y) / (b.y - a.y) + a.x > 0)
            inside = !inside;
    }
    return inside;
}

double depthInPolygon(const Geofence &fence, const GeoPoint &point)
{
    const QList<Offset> outline = seenFrom(point, fence.points);
    double nearest = distanceTo(outline, true);
    bool inside = holdsOrigin(outline);
    for (const QList<GeoPoint> &hole : fence.holes) {
        const QList<Offset> ring = seenFrom(point, hole);
        nearest = std::min(nearest, distanceTo(ring, true));
        inside = inside && !holdsOrigin(ring);
    }
    return inside ? nearest : -nearest;
}

} // namespace

double depthInside(const Geofence &fence, const GeoPoint &point)
{
    switch (fence.shape) {
    case Geofence::Shape::Circle:
        return fence.radiusM - distanceTo(seenFrom(point, fence.points), false);
    case Geofence::Shape::Polygon:
        return depthInPolygon(fence, point);
    case Geofence::Shape::Line:
        return fence.widthM / 2 - distanceToCourse(fence, point);
    }
    return 0;
}

double distanceToCourse(const Geofence &line, const GeoPoint &point)
{
    return distanceTo(seenFrom(point, line.points), false);
}

int crossing(const Geofence &line, const GeoPoint &from, const GeoPoint &to)
{
    const QList<Offset> chain = seenFrom(from, line.points);
    const Offset way = seenFrom(from, {from, to}).constLast();
    int crossings = 0;
    for (qsizetype i = 0; i + 1 < chain.size(); ++i) {
        const Offset along = minus(chain.at(i + 1), chain.at(i));
        // Where start and end of the way lie: positive is left of the segment. A segment has its first end and not its last, so that a way
        // through a corner is counted once.
        const double start = cross(along, minus({0, 0}, chain.at(i)));
        const double end = cross(along, minus(way, chain.at(i)));
        const double first = cross(way, chain.at(i));
        const double last = cross(way, chain.at(i + 1));
        if ((start > 0) != (end > 0) && (first > 0) != (last > 0))
            crossings += start > 0 ? 1 : -1;
    }
    return std::clamp(crossings, -1, 1);
}

QString toString(Geofence::Shape shape)
{
    return names::nameOf(shapeNames, shape);
}

std::optional<Geofence::Shape> geofenceShapeFromString(QStringView text)
{
    return names::valueOf(shapeNames, text);
}

QString fenceMetric(const QString &fenceId)
{
    return metricPrefix + fenceId;
}

QString fenceOfMetric(const QString &metric)
{
    return metric.startsWith(metricPrefix) ? metric.mid(metricPrefix.size()).section(QLatin1Char('.'), 0, 0)
                                           : QString();
}

} // namespace tocsin
