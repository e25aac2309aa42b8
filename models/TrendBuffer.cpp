// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TrendBuffer.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace tocsin {

TrendBuffer::TrendBuffer(Duration window) : m_step(std::max(Duration(1), window / Steps))
{
}

void TrendBuffer::put(const HistoryPoint &point)
{
    if (!std::isfinite(point.value))
        return;
    const qint64 key = toEpochMicros(point.at) / m_step.count();
    const auto [it, fresh] = m_steps.try_emplace(key, Step{point, point, point, point});
    if (fresh)
        return;
    Step &step = it->second;
    if (point.at < step.first.at)
        step.first = point;
    if (point.at > step.last.at)
        step.last = point;
    if (point.value < step.least.value)
        step.least = point;
    if (point.value > step.greatest.value)
        step.greatest = point;
}

void TrendBuffer::add(TimePoint at, double value)
{
    m_live.add(at);
    put({at, value});
}

void TrendBuffer::merge(const QList<HistoryPoint> &points)
{
    // Reduced history comes in pairs (least and greatest of a step), so the spacing is measured over two.
    QList<double> gaps;
    for (qsizetype i = 0; i < points.size(); ++i) {
        put(points[i]);
        if (i >= 2)
            gaps.append(secondsBetween(points[i - 2].at, points[i].at) / 2);
    }
    if (gaps.isEmpty())
        return;
    const auto middle = gaps.begin() + gaps.size() / 2;
    std::nth_element(gaps.begin(), middle, gaps.end());
    m_historySpacing = *middle;
}

void TrendBuffer::dropBefore(TimePoint from)
{
    m_steps.erase(m_steps.begin(), m_steps.lower_bound(toEpochMicros(from) / m_step.count()));
}

double TrendBuffer::gapSeconds() const
{
    const double usual = std::max(m_live.seconds().value_or(0), m_historySpacing.value_or(0));
    const double step = std::chrono::duration<double>(m_step).count();
    return std::max(3 * usual, 2.1 * step);
}

QList<TrendBuffer::Segment> TrendBuffer::segments(TimePoint from, TimePoint to) const
{
    QList<Segment> result;
    const double gap = gapSeconds();
    const Step *previous = nullptr;
    const auto point = [](const HistoryPoint &p) { return QPointF(double(toEpochMicros(p.at)) / 1000, p.value); };
    const auto end = m_steps.upper_bound(toEpochMicros(to) / m_step.count());
    for (auto it = m_steps.lower_bound(toEpochMicros(from) / m_step.count()); it != end; ++it) {
        const Step &step = it->second;
        if (!previous || secondsBetween(previous->last.at, step.first.at) > gap)
            result.append(Segment());
        const bool rising = step.least.at <= step.greatest.at;
        const HistoryPoint &one = rising ? step.least : step.greatest;
        const HistoryPoint &two = rising ? step.greatest : step.least;
        result.last().append(point(one));
        if (two != one)
            result.last().append(point(two));
        previous = &step;
    }
    return result;
}

TrendBuffer::Segment TrendBuffer::points(TimePoint from, TimePoint to) const
{
    Segment all;
    for (const Segment &segment : segments(from, to)) {
        if (!all.isEmpty()) {
            all.append(QPointF((all.last().x() + segment.first().x()) / 2, std::numeric_limits<double>::quiet_NaN()));
        }
        all += segment;
    }
    return all;
}

AxisRange niceRange(double least, double greatest)
{
    if (!std::isfinite(least) || !std::isfinite(greatest))
        return {};
    double low = std::min(least, greatest);
    double high = std::max(least, greatest);
    if (high - low < 1e-9 * std::max({1.0, std::abs(low), std::abs(high)})) {
        const double room = std::max(1.0, std::abs(low) * 0.1);
        low -= room;
        high += room;
    }
    // Of the round intervals that give 2 to 6 of them, the one that adds least around the data; then nearest to four.
    AxisRange best;
    double bestSpan = std::numeric_limits<double>::infinity();
    double bestTicks = 0;
    const int power = int(std::floor(std::log10(high - low)));
    for (int exponent = power - 1; exponent <= power + 1; ++exponent) {
        for (const double mantissa : {1.0, 2.0, 2.5, 5.0}) {
            const double interval = mantissa * std::pow(10, exponent);
            const double from = std::floor(low / interval + 1e-9) * interval;
            const double to = std::ceil(high / interval - 1e-9) * interval;
            const double ticks = std::round((to - from) / interval);
            if (ticks < 2 || ticks > 6)
                continue;
            const double span = to - from;
            const bool closer = std::abs(ticks - 4) < std::abs(bestTicks - 4);
            if (span < bestSpan * (1 - 1e-9) || (span < bestSpan * (1 + 1e-9) && closer)) {
                best = {from, to, interval};
                bestSpan = span;
                bestTicks = ticks;
            }
        }
    }
    return best;
}

} // namespace tocsin
