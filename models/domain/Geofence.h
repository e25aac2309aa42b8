// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRule.h"
#include "models/domain/Reading.h"

#include <QList>
#include <QString>

#include <optional>

// Places on the ground that rules look at. Plain values and pure functions, any thread.

namespace tocsin {

struct GeoPoint
{
    double latitude = 0;  ///< degrees, WGS 84
    double longitude = 0; ///< degrees
    bool operator==(const GeoPoint &) const = default;
};

/// One place: a circle, a polygon with holes, or a line, which has an inside when it has a width. Edges are straight in degrees, as GeoJSON
/// (RFC 7946) has them; the antimeridian is no border.
struct Geofence
{
    enum class Shape { Circle, Polygon, Line };
    QString id; ///< letters, digits, '-' and '_': part of the metrics' names
    QString name;
    Shape shape = Shape::Circle;
    QList<GeoPoint> points; ///< the centre; the outline, not closed; the line
    QList<QList<GeoPoint>> holes;
    double radiusM = 0; ///< of a circle
    double widthM = 0;  ///< of a line, from edge to edge; 0: it can only be crossed
    AlertMatch match;   ///< whose fence it is

    [[nodiscard]] bool hasInside() const { return shape != Shape::Line || widthM > 0; }
    bool operator==(const Geofence &) const = default;
};

/// How far the point is from the fence's border, in metres: positive inside, negative outside. Good to a percent within 100 km.
[[nodiscard]] double depthInside(const Geofence &fence, const GeoPoint &point);
/// How far the point is from the line's course, in metres, whatever its width.
[[nodiscard]] double distanceToCourse(const Geofence &line, const GeoPoint &point);
/// Whether the straight way from one point to the other crosses the line: 1 from its left to its right, as seen along it, −1 the other way, 0 not
/// (or there and back).
[[nodiscard]] int crossing(const Geofence &line, const GeoPoint &from, const GeoPoint &to);

[[nodiscard]] QString toString(Geofence::Shape shape); ///< "circle", "polygon", "line"
[[nodiscard]] std::optional<Geofence::Shape> geofenceShapeFromString(QStringView text);

/// What a fence is called in rules: "fence.depot".
[[nodiscard]] QString fenceMetric(const QString &fenceId);
/// The fence that a metric is about; empty: none.
[[nodiscard]] QString fenceOfMetric(const QString &metric);

} // namespace tocsin
