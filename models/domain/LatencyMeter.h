// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <array>

namespace tocsin {

/// How long things took lately: a histogram of a sliding window of ten seconds, in buckets that grow by
/// a quarter each (1 µs … 100 s), so a percentile is right to 25 %. Plain value; one thread.
class LatencyMeter
{
public:
    void add(Duration latency, TimePoint now);
    /// The latency that `share` (0…1) of the last ten seconds' entries did not exceed; 0 when there are none.
    [[nodiscard]] double percentileMs(double share, TimePoint now);
    /// Entries per second over the window.
    [[nodiscard]] double perSecond(TimePoint now);

private:
    static constexpr int bucketCount = 84;
    static constexpr int slotCount = 10;
    struct Slot
    {
        qint64 second = -1;
        std::array<quint32, bucketCount> buckets{};
        quint64 total = 0;
    };
    [[nodiscard]] bool counts(const Slot &slot, TimePoint now) const;

    std::array<Slot, slotCount> m_slots{};
};

} // namespace tocsin
