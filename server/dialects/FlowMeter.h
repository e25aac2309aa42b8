// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <array>

namespace tocsin {

/// How many readings a second come in and how long they take from the edge to the subscribers. Fixed size;
/// time is an argument. One thread.
class FlowMeter
{
public:
    /// One reading that was taken in at `receivedAt` and handed on at `now`.
    void note(TimePoint receivedAt, TimePoint now);

    [[nodiscard]] qint64 total() const { return m_total; }
    /// Over the last five full seconds before `now`.
    [[nodiscard]] double perSecond(TimePoint now) const;
    /// Of the newest 1,024 readings of the last 60 s; 0 when there is none.
    [[nodiscard]] double p95Ms(TimePoint now) const;

private:
    struct Latency
    {
        TimePoint at;
        double ms = 0;
    };
    static constexpr int windowSeconds = 5;
    std::array<qint64, windowSeconds + 1> m_counts{};
    std::array<qint64, windowSeconds + 1> m_seconds{}; ///< which second each count belongs to
    std::array<Latency, 1024> m_latencies{};
    std::size_t m_next = 0;
    qint64 m_total = 0;
};

} // namespace tocsin
