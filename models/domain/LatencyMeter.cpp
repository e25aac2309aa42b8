// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/LatencyMeter.h"

#include <algorithm>
#include <cmath>

namespace tocsin {

namespace {
constexpr double growth = 1.25;

qint64 secondOf(TimePoint t)
{
    return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}
} // namespace

void LatencyMeter::add(Duration latency, TimePoint now)
{
    const qint64 second = secondOf(now);
    Slot &slot = m_slots[static_cast<std::size_t>(((second % slotCount) + slotCount) % slotCount)];
    if (slot.second != second)
        slot = Slot{.second = second};
    const double us = std::max(1.0, static_cast<double>(latency.count()));
    const int bucket = std::clamp(static_cast<int>(std::ceil(std::log(us) / std::log(growth))), 0, bucketCount - 1);
    ++slot.buckets[static_cast<std::size_t>(bucket)];
    ++slot.total;
}

bool LatencyMeter::counts(const Slot &slot, TimePoint now) const
{
    const qint64 age = secondOf(now) - slot.second;
    return slot.second >= 0 && age >= 0 && age < slotCount;
}

double LatencyMeter::percentileMs(double share, TimePoint now)
{
    std::array<quint64, bucketCount> sum{};
    quint64 total = 0;
    for (const Slot &slot : m_slots) {
        if (!counts(slot, now))
            continue;
        total += slot.total;
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += slot.buckets[i];
    }
    if (total == 0)
        return 0;
    const auto wanted = static_cast<quint64>(std::ceil(share * static_cast<double>(total)));
    quint64 seen = 0;
    for (std::size_t i = 0; i < sum.size(); ++i) {
        seen += sum[i];
        if (seen >= wanted)
            return std::pow(growth, static_cast<double>(i)) / 1000.0;
    }
    return std::pow(growth, bucketCount - 1) / 1000.0;
}

double LatencyMeter::perSecond(TimePoint now)
{
    quint64 total = 0;
    qint64 oldest = secondOf(now);
    for (const Slot &slot : m_slots) {
        if (!counts(slot, now))
            continue;
        total += slot.total;
        oldest = std::min(oldest, slot.second);
    }
    const double span = std::max(1.0, secondsBetween(TimePoint{std::chrono::seconds{oldest}}, now));
    return static_cast<double>(total) / span;
}

} // namespace tocsin
