// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/Downsampler.h"

#include <algorithm>

namespace tocsin {

Downsampler::Downsampler(TimePoint from, TimePoint to, int maxPoints)
    : m_from(from)
    , m_to(std::max(from, to))
    , m_maxPoints(static_cast<std::size_t>(std::max(2, maxPoints)))
{
}

void Downsampler::add(TimePoint at, double value)
{
    ++m_samples;
    const HistoryPoint point{at, value};
    if (!m_steps.empty()) {
        fold(point);
        return;
    }
    m_plain.push_back(point);
    if (m_plain.size() > m_maxPoints) {
        m_steps.resize(m_maxPoints / 2);
        for (const HistoryPoint &kept : m_plain)
            fold(kept);
        m_plain.clear();
        m_plain.shrink_to_fit();
    }
}

void Downsampler::fold(const HistoryPoint &point)
{
    // In double: the span times the number of steps may exceed 64 bits.
    const double span = static_cast<double>((m_to - m_from).count()) + 1;
    const double share = static_cast<double>((point.at - m_from).count()) / span;
    const auto last = static_cast<double>(m_steps.size() - 1);
    Step &step = m_steps[static_cast<std::size_t>(std::clamp(share * (last + 1), 0.0, last))];
    if (!step.used) {
        step = {point, point, true};
        return;
    }
    if (point.value < step.least.value)
        step.least = point;
    if (point.value > step.greatest.value)
        step.greatest = point;
}

QList<HistoryPoint> Downsampler::points() const
{
    QList<HistoryPoint> points;
    points.reserve(static_cast<qsizetype>(m_plain.size()) + static_cast<qsizetype>(m_steps.size()) * 2);
    for (const HistoryPoint &point : m_plain)
        points.append(point);
    for (const Step &step : m_steps) {
        if (!step.used)
            continue;
        points.append(step.least.at <= step.greatest.at ? step.least : step.greatest);
        if (!(step.least == step.greatest))
            points.append(step.least.at <= step.greatest.at ? step.greatest : step.least);
    }
    // Samples that came out of order (a clock that was set back) are put in place here.
    std::stable_sort(points.begin(), points.end(),
                     [](const HistoryPoint &a, const HistoryPoint &b) { return a.at < b.at; });
    return points;
}

} // namespace tocsin
