// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/Mercator.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tocsin::map::mercator {

using std::numbers::pi;

QPointF fromDegrees(double latitude, double longitude)
{
    const double limited = std::clamp(latitude, -MaxLatitude, MaxLatitude);
    const double s = std::sin(limited * pi / 180);
    const double y = 0.5 - std::log((1 + s) / (1 - s)) / (4 * pi);
    return {(longitude + 180) / 360, std::clamp(y, 0.0, 1.0)};
}

QPointF fromCoordinate(const QGeoCoordinate &coordinate)
{
    return coordinate.isValid() ? fromDegrees(coordinate.latitude(), coordinate.longitude()) : QPointF(0.5, 0.5);
}

QGeoCoordinate toCoordinate(QPointF world)
{
    const double y = std::clamp(world.y(), 0.0, 1.0);
    const double latitude = std::atan(std::sinh(pi * (1 - 2 * y))) * 180 / pi;
    return {latitude, wrapped(world.x()) * 360 - 180};
}

double wrapped(double x)
{
    const double rest = x - std::floor(x);
    return rest < 1 ? rest : 0;
}

double nearestCopy(double x, double reference)
{
    return x + std::round(reference - x);
}

double metresPerUnit(double worldY)
{
    constexpr double Equator = 40075016.6856;
    return Equator / std::cosh(pi * (1 - 2 * std::clamp(worldY, 0.0, 1.0)));
}

} // namespace tocsin::map::mercator
