// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/hardware/StreamMeter.h"

#include <algorithm>
#include <cmath>

namespace tocsin::hardware {

namespace {
qint64 secondOf(StreamTime t)
{
    return std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()).count();
}
} // namespace

void StreamMeter::noteFrame(StreamTime now)
{
    if (m_frames++ == 0)
        m_first = now;
    const qint64 second = secondOf(now);
    const auto slot = static_cast<std::size_t>(second % (window + 1));
    if (m_seconds[slot] != second) {
        m_seconds[slot] = second;
        m_counts[slot] = 0;
    }
    ++m_counts[slot];
}

void StreamMeter::noteLatency(Duration latency)
{
    latency = std::max(latency, Duration(1));
    const int step = static_cast<int>(std::log2(static_cast<double>(latency.count())) * stepsPerOctave);
    ++m_steps[static_cast<std::size_t>(std::min(step, stepsPerOctave * octaves - 1))];
    m_least = m_latencies == 0 ? latency : std::min(m_least, latency);
    m_most = std::max(m_most, latency);
    m_sum += latency;
    ++m_latencies;
}

void StreamMeter::add(const StreamMeter &other, StreamTime now)
{
    if (other.m_frames == 0)
        return;
    m_first = m_frames == 0 ? other.m_first : std::min(m_first, other.m_first);
    m_frames += other.m_frames;
    const qint64 second = secondOf(now);
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        const auto slot = static_cast<std::size_t>(other.m_seconds[i] % (window + 1));
        if (other.m_seconds[i] + window < second || other.m_seconds[i] > second)
            continue;
        if (m_seconds[slot] != other.m_seconds[i])
            m_counts[slot] = 0;
        m_seconds[slot] = other.m_seconds[i];
        m_counts[slot] += other.m_counts[i];
    }
    if (other.m_latencies == 0)
        return;
    for (std::size_t i = 0; i < m_steps.size(); ++i)
        m_steps[i] += other.m_steps[i];
    m_least = m_latencies == 0 ? other.m_least : std::min(m_least, other.m_least);
    m_most = std::max(m_most, other.m_most);
    m_sum += other.m_sum;
    m_latencies += other.m_latencies;
}

double StreamMeter::averageMs() const
{
    return m_latencies == 0 ? 0 : toMs(m_sum) / static_cast<double>(m_latencies);
}

double StreamMeter::percentileMs(double share) const
{
    const auto wanted = static_cast<qint64>(std::ceil(share * static_cast<double>(m_latencies)));
    qint64 seen = 0;
    for (std::size_t i = 0; i < m_steps.size(); ++i) {
        seen += m_steps[i];
        if (seen >= wanted && seen > 0) {
            if (i + 1 == m_steps.size())
                return maximumMs(); // whatever was longer
            const double upper = std::exp2(static_cast<double>(i + 1) / stepsPerOctave) / 1000;
            return std::clamp(upper, minimumMs(), maximumMs());
        }
    }
    return 0;
}

double StreamMeter::perSecond(StreamTime now) const
{
    const qint64 second = secondOf(now);
    if (m_frames == 0)
        return 0;
    const double since = std::chrono::duration<double>(now - m_first).count();
    const bool young = since < window + 1;
    qint64 sum = 0;
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        if (m_seconds[i] >= second - window && (m_seconds[i] < second || (young && m_seconds[i] == second)))
            sum += m_counts[i];
    }
    return static_cast<double>(sum) / (young ? std::max(since, 1.0) : double(window));
}

QJsonObject StreamMeter::toJson(StreamTime now) const
{
    return {{QStringLiteral("avg_latency_ms"), averageMs()},
            {QStringLiteral("p50_latency_ms"), percentileMs(0.50)},
            {QStringLiteral("p95_latency_ms"), percentileMs(0.95)},
            {QStringLiteral("p99_latency_ms"), percentileMs(0.99)},
            {QStringLiteral("min_latency_ms"), minimumMs()},
            {QStringLiteral("max_latency_ms"), maximumMs()},
            {QStringLiteral("message_count"), m_frames},
            {QStringLiteral("throughput_msg_per_sec"), perSecond(now)}};
}

} // namespace tocsin::hardware
