// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/IntervalEstimate.h"

#include <algorithm>

namespace tocsin {

void IntervalEstimate::add(TimePoint at)
{
    if (m_last && at <= *m_last)
        return;
    if (m_last) {
        m_gaps[m_next] = secondsBetween(*m_last, at);
        m_next = (m_next + 1) % Size;
        m_count = std::min(m_count + 1, Size);
    }
    m_last = at;
}

std::optional<double> IntervalEstimate::seconds() const
{
    if (m_count < 2)
        return std::nullopt;
    std::array<double, Size> sorted = m_gaps;
    const auto middle = sorted.begin() + (m_count - 1) / 2;
    std::nth_element(sorted.begin(), middle, sorted.begin() + m_count);
    return *middle;
}

double IntervalEstimate::staleAfterSeconds() const
{
    constexpr double least = 2;
    constexpr double most = 15;
    const auto interval = seconds();
    return interval ? std::clamp(10 * *interval, least, std::max(most, 3 * *interval)) : most;
}

} // namespace tocsin
