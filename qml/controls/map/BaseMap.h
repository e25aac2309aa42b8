// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QPointF>
#include <QString>

#include <optional>
#include <vector>

class QIODevice;

namespace tocsin::map {

/// A place's name for orientation.
struct BasePlace
{
    enum class Kind : quint8 { City, Country };
    QString name;
    QPointF world;
    double minZoom = 0; ///< shown from this zoom on
    Kind kind = Kind::City;
};

/// One square of one level of detail. Coordinates are quantised; corner() turns them into parts of the cell's side.
struct BaseCell
{
    struct Corner
    {
        quint16 x;
        quint16 y;
    };
    using Line = std::vector<Corner>;

    int x = 0;
    int y = 0;
    std::vector<Corner> corners;    ///< of the land's triangles
    std::vector<quint16> triangles; ///< three indices each
    std::vector<Line> coasts;
    std::vector<Line> borders;

    /// Parts of the cell's side from its north-west corner; a little below 0 or above 1 in the cell's margin.
    [[nodiscard]] static QPointF point(Corner corner);
};

struct BaseLevel
{
    int gridBits = 0; ///< 2^gridBits cells per side of the world
    double minZoom = 0;
    std::vector<BaseCell> cells;

    [[nodiscard]] const BaseCell *cell(int x, int y) const;
    void index();

private:
    std::vector<int> m_byPlace; ///< cell number by y × side + x, -1 where there is only water
};

/// The vector base map: land, coasts, country borders and places in levels of detail. Plain value, read once, then
/// constant, so any thread may read it. Format TBM1: resources/basemap/README.md.
class BaseMap
{
public:
    struct Result;
    /// Refuses anything that is not a whole, undamaged map of a known version, and says why.
    [[nodiscard]] static Result read(QIODevice &device);
    [[nodiscard]] static Result readFile(const QString &path);

    [[nodiscard]] const std::vector<BaseLevel> &levels() const { return m_levels; }
    [[nodiscard]] const std::vector<BasePlace> &places() const { return m_places; }
    /// Number of the level to draw at this zoom, -1 for an empty map.
    [[nodiscard]] int levelFor(double zoom) const;

private:
    std::vector<BaseLevel> m_levels;
    std::vector<BasePlace> m_places;
};

struct BaseMap::Result
{
    std::optional<BaseMap> map;
    QString error; ///< one English sentence if there is no map
};

} // namespace tocsin::map
