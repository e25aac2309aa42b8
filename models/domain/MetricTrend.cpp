// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/MetricTrend.h"

#include <cmath>
#include <limits>

namespace tocsin {

using namespace std::chrono_literals;

namespace {
constexpr int gapWindows = 3; ///< so many windows without a sample are a new beginning
constexpr Duration setBack = 2s;
constexpr int parts = 24; ///< of the window, in a cell each; fewer than there are, for those at its edges
} // namespace

void MetricTrend::drop()
{
    m_begin = (m_begin + 1) % most;
    --m_count;
}

void MetricTrend::add(TimePoint at, double value)
{
    if (!std::isfinite(value))
        return;
    if (m_count > 0 && (at + setBack < m_newest || at > m_newest + gapWindows * m_window))
        m_count = 0;
    if (m_count > 0 && at < m_newest)
        return;
    m_newest = at;
    // The last cell before the window stays: it is all that a slow source has.
    while (m_count > 2 && cell(1).first < at - m_window)
        drop();
    if (m_count == 0 || at - cell(m_count - 1).first >= m_window / parts) {
        if (m_count == most)
            drop();
        m_cells[(m_begin + m_count++) % most] = {at, 0, 0, 0};
    }
    Cell &last = m_cells[(m_begin + m_count - 1) % most];
    last.seconds += secondsBetween(last.first, at);
    last.values += value;
    ++last.count;
}

std::optional<MetricTrend::Line> MetricTrend::line() const
{
    if (m_count < 2 || m_newest - cell(0).first < m_window / 2)
        return std::nullopt;
    double weight = 0;
    double meanTime = 0; // since the newest sample: small numbers
    double meanValue = 0;
    const auto timeOf = [this](const Cell &c) { return secondsBetween(m_newest, c.first) + c.seconds / c.count; };
    for (std::size_t i = 0; i < m_count; ++i) {
        const Cell &c = cell(i);
        weight += c.count;
        meanTime += c.count * timeOf(c);
        meanValue += c.values;
    }
    meanTime /= weight;
    meanValue /= weight;
    double spread = 0;
    double together = 0;
    for (std::size_t i = 0; i < m_count; ++i) {
        const Cell &c = cell(i);
        const double t = timeOf(c) - meanTime;
        spread += c.count * t * t;
        together += c.count * t * (c.values / c.count - meanValue);
    }
    if (!(spread > 0))
        return std::nullopt;
    const double slope = together / spread;
    return Line{slope, meanValue - slope * meanTime};
}

void MetricTrend::shift(Duration by)
{
    m_newest -= by;
    for (Cell &c : m_cells)
        c.first -= by;
}

double secondsTo(bool above, double limit, const MetricTrend::Line &line)
{
    const double left = above ? limit - line.value : line.value - limit;
    if (left <= 0)
        return 0;
    const double speed = above ? line.perSecond : -line.perSecond;
    return speed > 0 ? left / speed : std::numeric_limits<double>::infinity();
}

} // namespace tocsin
