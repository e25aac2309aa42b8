// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <array>
#include <optional>

namespace tocsin {

/// How often something usually comes: the median of the last 15 gaps. Plain logic.
class IntervalEstimate
{
public:
    void add(TimePoint at);                              ///< repeated or older times are ignored
    [[nodiscard]] std::optional<double> seconds() const; ///< nothing before the third arrival

    /// The age from which a value is no longer shown as current: 10 × the usual interval, at least 2 s, at most 15 s or,
    /// for what comes rarely, 3 × the interval; 15 s while the interval is unknown.
    [[nodiscard]] double staleAfterSeconds() const;

private:
    static constexpr int Size = 15;
    std::array<double, Size> m_gaps{};
    int m_count = 0;
    int m_next = 0;
    std::optional<TimePoint> m_last;
};

} // namespace tocsin
