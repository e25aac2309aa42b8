// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <array>
#include <optional>

namespace tocsin {

/// Which way a metric goes: a straight line through what came within a window, by least squares. A value; time is an argument.
///
/// Samples may come as they like: in bursts, with gaps, twice at one moment. They are gathered in cells of a part of the window each, so
/// what it keeps is bounded, and nothing is allocated. A source that is slower than the window is judged by its last two samples. What
/// comes out of order is left out; after a long gap, or when the clock was set back, it begins anew.
class MetricTrend
{
public:
    struct Line
    {
        double perSecond = 0;
        double value = 0; ///< of the line at the newest sample
    };

    explicit MetricTrend(Duration window) : m_window(window) {}
    [[nodiscard]] Duration window() const { return m_window; }

    void add(TimePoint at, double value);
    /// Nothing until half the window has been seen.
    [[nodiscard]] std::optional<Line> line() const;
    /// The clock was set back by `by`.
    void shift(Duration by);

private:
    static constexpr std::size_t most = 32;
    struct Cell
    {
        TimePoint first;
        double seconds = 0; ///< sum, since `first`
        double values = 0;  ///< sum
        int count = 0;
    };
    [[nodiscard]] const Cell &cell(std::size_t index) const { return m_cells[(m_begin + index) % most]; }
    void drop();

    Duration m_window;
    std::array<Cell, most> m_cells{}; ///< a ring
    std::size_t m_begin = 0;
    std::size_t m_count = 0;
    TimePoint m_newest;
};

/// Seconds until a metric at `line` meets `>`, `>=`, `<` or `<=` `limit`; 0: it does, infinite: it goes another way.
[[nodiscard]] double secondsTo(bool above, double limit, const MetricTrend::Line &line);

} // namespace tocsin
