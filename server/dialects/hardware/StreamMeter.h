// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/hardware/StreamPace.h"

#include <QJsonObject>

#include <array>

namespace tocsin::hardware {

/// How long samples take from the edge to the socket, and how many frames go out. Of fixed size: a histogram whose steps are an eighth of
/// an octave wide, so percentiles are right within 9 %. Plain value; time is an argument.
class StreamMeter
{
public:
    void noteFrame(StreamTime now);
    void noteLatency(Duration latency);
    void add(const StreamMeter &other, StreamTime now); ///< for totals

    [[nodiscard]] qint64 frames() const { return m_frames; }
    [[nodiscard]] double averageMs() const;
    [[nodiscard]] double percentileMs(double share) const; ///< 0 when there is nothing
    [[nodiscard]] double minimumMs() const { return toMs(m_least); }
    [[nodiscard]] double maximumMs() const { return toMs(m_most); }
    /// Frames a second over the last five full seconds, or since the first frame.
    [[nodiscard]] double perSecond(StreamTime now) const;
    /// avg_latency_ms, p50_latency_ms, p95_latency_ms, p99_latency_ms, min_latency_ms, max_latency_ms, message_count,
    /// throughput_msg_per_sec
    [[nodiscard]] QJsonObject toJson(StreamTime now) const;

private:
    static constexpr int stepsPerOctave = 8;
    static constexpr int octaves = 26; ///< 1 µs to 67 s
    static constexpr int window = 5;   ///< seconds
    [[nodiscard]] static double toMs(Duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

    std::array<quint32, std::size_t(stepsPerOctave *octaves)> m_steps{};
    std::array<qint64, window + 1> m_counts{};
    std::array<qint64, window + 1> m_seconds{}; ///< which second each count belongs to
    StreamTime m_first;
    qint64 m_frames = 0;
    qint64 m_latencies = 0;
    Duration m_sum{};
    Duration m_least{};
    Duration m_most{};
};

} // namespace tocsin::hardware
