// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QRectF>
#include <QSizeF>

#include <array>
#include <optional>
#include <unordered_map>
#include <vector>

namespace tocsin::map {

/// Finds room for labels so that none covers another. Greedy: whoever comes first gets the place, so callers ask in the
/// order of importance. Logical pixels; plain value logic, any thread. Time per label does not depend on their number.
class LabelPlacer
{
public:
    /// Where a label may stand around its marker, in the order tried.
    enum Side { Right, Left, Below, Above };
    static constexpr int SideCount = 4;

    struct Placement
    {
        QPointF topLeft;
        Side side = Right;
    };

    void clear();
    /// Room that is taken whatever lies there.
    void block(const QRectF &room);
    [[nodiscard]] bool isFree(const QRectF &room) const;
    /// Takes room for a label of `size` around a marker at `anchor` that reaches `clearance` far. `first` is tried before
    /// the others: labels that keep their side do not jump. `force` takes the first side even if it is not free.
    [[nodiscard]] std::optional<Placement> place(QPointF anchor, double clearance, QSizeF size, Side first = Right,
                                                 bool force = false);
    /// Takes room for a label centred on `middle`; false if it is not free.
    [[nodiscard]] bool placeCentered(QPointF middle, QSizeF size);

private:
    [[nodiscard]] static QPointF corner(QPointF anchor, double clearance, QSizeF size, Side side);
    template<typename Visit>
    static void cellsOf(const QRectF &room, Visit visit);

    std::vector<QRectF> m_rooms;
    std::unordered_map<quint64, std::vector<int>> m_cells;
};

} // namespace tocsin::map
