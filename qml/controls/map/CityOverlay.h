// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QPointF>
#include <QRectF>
#include <QString>

#include <optional>

class QIODevice;

namespace tocsin::map {

/// Streets, areas and place names of one city, laid over the base map. Plain value, any thread. Read from a JSON
/// object {"city": {"name", "center": [lat, lon], "streets": [{"name", "class", "points": [[lat, lon], …]}],
/// "areas": [{"kind", "name", "points"}], "places": [{"name", "at": [lat, lon], "rank"}]}}; other members are ignored.
class CityOverlay
{
public:
    enum class StreetClass : quint8 { Minor, Major, Motorway };
    enum class AreaKind : quint8 { Park, Water, Zone };
    struct Street
    {
        QString name; ///< may be empty
        StreetClass kind = StreetClass::Minor;
        QList<QPointF> points; ///< world units, at least two
    };
    struct Area
    {
        QString name;
        AreaKind kind = AreaKind::Park;
        QList<QPointF> points; ///< outline in world units, at least three, first not repeated
    };
    struct Place
    {
        QString name;
        QPointF world;
        int rank = 3; ///< 1 the city itself, larger numbers are shown later
    };

    /// Points per file; a larger file is refused.
    static constexpr qsizetype MaxPoints = 400'000;
    /// Points per area; outlines are cut into triangles at load, which takes the square of this.
    static constexpr qsizetype MaxOutline = 3'000;

    struct Result;
    /// Errors name the item, as in "city.streets[4].points[2]: the latitude 95 is not within ±90".
    [[nodiscard]] static Result parse(const QByteArray &json);
    [[nodiscard]] static Result readFile(const QString &path);

    QString name;
    QPointF center;
    QList<Street> streets;
    QList<Area> areas;
    QList<Place> places;

    /// Everything but water and zones: what a first view should show.
    [[nodiscard]] QRectF bounds() const;
};

struct CityOverlay::Result
{
    std::optional<CityOverlay> overlay;
    QString error;
};

} // namespace tocsin::map
