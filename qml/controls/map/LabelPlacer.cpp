// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/LabelPlacer.h"

#include <algorithm>
#include <cmath>

namespace tocsin::map {

namespace {

constexpr double CellSize = 64;
/// A room wider than this many cells is entered in its outermost cells' range only up to here.
constexpr qint64 MaxCells = 256;

} // namespace

template<typename Visit>
void LabelPlacer::cellsOf(const QRectF &room, Visit visit)
{
    const auto left = qint64(std::floor(room.left() / CellSize));
    const auto top = qint64(std::floor(room.top() / CellSize));
    const auto right = std::min(qint64(std::floor(room.right() / CellSize)), left + MaxCells);
    const auto bottom = std::min(qint64(std::floor(room.bottom() / CellSize)), top + MaxCells);
    for (qint64 y = top; y <= bottom; ++y) {
        for (qint64 x = left; x <= right; ++x)
            visit((quint64(y) << 32U) ^ (quint64(x) & 0xFFFFFFFFU));
    }
}

void LabelPlacer::clear()
{
    m_rooms.clear();
    m_cells.clear();
}

void LabelPlacer::block(const QRectF &room)
{
    if (!room.isValid())
        return;
    const int number = int(m_rooms.size());
    m_rooms.push_back(room);
    cellsOf(room, [&](quint64 key) { m_cells[key].push_back(number); });
}

bool LabelPlacer::isFree(const QRectF &room) const
{
    bool free = true;
    cellsOf(room, [&](quint64 key) {
        const auto cell = free ? m_cells.find(key) : m_cells.end();
        if (cell == m_cells.end())
            return;
        free = std::ranges::none_of(cell->second, [&](int number) { return m_rooms[size_t(number)].intersects(room); });
    });
    return free;
}

QPointF LabelPlacer::corner(QPointF anchor, double clearance, QSizeF size, Side side)
{
    switch (side) {
    case Right:
        return {anchor.x() + clearance, anchor.y() - size.height() / 2};
    case Left:
        return {anchor.x() - clearance - size.width(), anchor.y() - size.height() / 2};
    case Below:
        return {anchor.x() - size.width() / 2, anchor.y() + clearance - 2};
    case Above:
        break;
    }
    return {anchor.x() - size.width() / 2, anchor.y() - clearance - size.height() + 2};
}

std::optional<LabelPlacer::Placement> LabelPlacer::place(QPointF anchor, double clearance, QSizeF size, Side first,
                                                         bool force)
{
    for (int i = -1; i < SideCount; ++i) {
        const Side side = i < 0 ? first : Side(i);
        if (i >= 0 && side == first)
            continue;
        const QPointF topLeft = corner(anchor, clearance, size, side);
        if (isFree({topLeft, size})) {
            block({topLeft, size});
            return Placement{topLeft, side};
        }
    }
    if (!force)
        return std::nullopt;
    const QPointF topLeft = corner(anchor, clearance, size, first);
    block({topLeft, size});
    return Placement{topLeft, first};
}

bool LabelPlacer::placeCentered(QPointF middle, QSizeF size)
{
    const QRectF room(middle - QPointF(size.width() / 2, size.height() / 2), size);
    if (!isFree(room))
        return false;
    block(room);
    return true;
}

} // namespace tocsin::map
