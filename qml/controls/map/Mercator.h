// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QGeoCoordinate>
#include <QPointF>

/// Web Mercator (EPSG:3857) with the whole world as the unit square: x grows eastward from 180° W, y southward
/// from 85.05° N. Pure functions, any thread. Latitudes beyond the square's edge are clamped to it.
namespace tocsin::map::mercator {

inline constexpr double MaxLatitude = 85.0511287798066;

[[nodiscard]] QPointF fromDegrees(double latitude, double longitude);
/// An invalid coordinate gives the point at 0° N 0° E.
[[nodiscard]] QPointF fromCoordinate(const QGeoCoordinate &coordinate);
/// x may lie outside 0 … 1 (further turns around the world); the longitude comes back within ±180°.
[[nodiscard]] QGeoCoordinate toCoordinate(QPointF world);

/// x brought into [0, 1).
[[nodiscard]] double wrapped(double x);
/// The copy of x that lies nearest to `reference`, whole turns apart.
[[nodiscard]] double nearestCopy(double x, double reference);
/// Ground metres that one world unit measures at this latitude.
[[nodiscard]] double metresPerUnit(double worldY);

} // namespace tocsin::map::mercator
