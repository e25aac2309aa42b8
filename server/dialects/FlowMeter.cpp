// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/FlowMeter.h"

#include <QtGlobal>

#include <algorithm>
#include <vector>

namespace tocsin {

namespace {
qint64 secondOf(TimePoint t)
{
    return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}
} // namespace

void FlowMeter::note(TimePoint receivedAt, TimePoint now)
{
    ++m_total;
    const qint64 second = secondOf(now);
    const auto slot = static_cast<std::size_t>(second % static_cast<qint64>(m_counts.size()));
    if (m_seconds[slot] != second) {
        m_seconds[slot] = second;
        m_counts[slot] = 0;
    }
    ++m_counts[slot];
    m_latencies[m_next] = {now, std::max(0.0, secondsBetween(receivedAt, now) * 1e3)};
    m_next = (m_next + 1) % m_latencies.size();
}

double FlowMeter::perSecond(TimePoint now) const
{
    const qint64 current = secondOf(now);
    qint64 sum = 0;
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        if (m_seconds[i] < current && m_seconds[i] >= current - windowSeconds)
            sum += m_counts[i];
    }
    return static_cast<double>(sum) / windowSeconds;
}

double FlowMeter::p95Ms(TimePoint now) const
{
    std::vector<double> recent;
    recent.reserve(m_latencies.size());
    for (const Latency &latency : m_latencies) {
        if (latency.at > now - std::chrono::seconds(60) && latency.at <= now)
            recent.push_back(latency.ms);
    }
    if (recent.empty())
        return 0;
    const std::size_t rank = (recent.size() * 95 + 99) / 100 - 1; // nearest rank
    std::nth_element(recent.begin(), recent.begin() + static_cast<std::ptrdiff_t>(rank), recent.end());
    return recent[rank];
}

} // namespace tocsin
