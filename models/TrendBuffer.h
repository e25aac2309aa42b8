// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/IntervalEstimate.h"
#include "models/domain/Ports.h"

#include <QList>
#include <QPointF>

#include <map>

namespace tocsin {

/// One channel over a window that moves with time, reduced to the least and greatest value per step: at most
/// MaxPoints points however much comes. Plain logic; a sample that comes twice (live and from history) counts once.
class TrendBuffer
{
public:
    static constexpr int Steps = 300;
    static constexpr int MaxPoints = 2 * Steps + 2;
    using Segment = QList<QPointF>; ///< x: ms since 1970 UTC, ascending; y: the channel's unit

    explicit TrendBuffer(Duration window);
    void add(TimePoint at, double value);          ///< live; NaN is ignored
    void merge(const QList<HistoryPoint> &points); ///< history
    void dropBefore(TimePoint from);
    /// The line, broken where nothing came for more than three usual intervals (and more than a step).
    [[nodiscard]] QList<Segment> segments(TimePoint from, TimePoint to) const;
    /// All points in one list; a NaN y stands in each break.
    [[nodiscard]] Segment points(TimePoint from, TimePoint to) const;
    [[nodiscard]] bool isEmpty() const { return m_steps.empty(); }

private:
    struct Step
    {
        HistoryPoint first;
        HistoryPoint last;
        HistoryPoint least;
        HistoryPoint greatest;
    };
    void put(const HistoryPoint &point);
    [[nodiscard]] double gapSeconds() const;

    Duration m_step;
    std::map<qint64, Step> m_steps;
    IntervalEstimate m_live;
    std::optional<double> m_historySpacing; ///< seconds, median
};

struct AxisRange
{
    double minimum = 0;
    double maximum = 1;
    double interval = 1; ///< between ticks
    bool operator==(const AxisRange &) const = default;
};
/// A range of round numbers (1, 2, 2.5 or 5 × 10ⁿ apart, 2 to 6 intervals) that holds least…greatest.
[[nodiscard]] AxisRange niceRange(double least, double greatest);

} // namespace tocsin
