// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Connections.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

namespace tocsin::net {

/// How long the newest pings of one client took. A value.
class RoundTrips
{
public:
    void add(std::chrono::microseconds took)
    {
        m_trips.at(m_count++ % kept) =
            quint32(std::clamp<qint64>(took.count(), 0, std::numeric_limits<quint32>::max()));
    }
    void describe(ClientInfo &info) const
    {
        if (m_count == 0)
            return;
        constexpr double perMs = 1000;
        constexpr std::size_t percent = 100;
        std::array<quint32, kept> sorted = m_trips;
        const std::size_t number = std::min(m_count, kept);
        std::sort(sorted.begin(), sorted.begin() + number);
        info.roundTripMs = m_trips.at((m_count - 1) % kept) / perMs;
        info.roundTripMinMs = sorted.front() / perMs;
        info.roundTripP95Ms = sorted.at((number * 95 + percent - 1) / percent - 1) / perMs;
    }

private:
    static constexpr std::size_t kept = 20;
    std::array<quint32, kept> m_trips{}; ///< microseconds, a ring
    std::size_t m_count = 0;
};

} // namespace tocsin::net
