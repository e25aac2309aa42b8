// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QHash>
#include <QString>

#include <deque>
#include <optional>

namespace tocsin {

/// Exactly `limit` messages in any `window` (PROTOCOL.md: 200 per 60 s). Sliding, not a bucket: the moment of
/// each counted message is kept, so memory is at most `limit` moments. Plain value; time is an argument.
class RateLimit
{
public:
    explicit RateLimit(int limit = 200, Duration window = std::chrono::seconds(60)) : m_limit(limit), m_window(window)
    {
    }

    /// Nothing: admitted and counted. Else refused (not counted): how long until one would be admitted.
    [[nodiscard]] std::optional<Duration> admit(TimePoint now);
    /// How long until one would be admitted; nothing when it would be now. Counts nothing.
    [[nodiscard]] std::optional<Duration> wait(TimePoint now);
    [[nodiscard]] bool isIdle(TimePoint now);

private:
    void forget(TimePoint now);

    int m_limit;
    Duration m_window;
    std::deque<TimePoint> m_admitted;
};

/// The two limits of one message: that of its connection and that of its address (2,000 per 60 s).
/// One object per server; addresses that fell silent are forgotten. Server thread.
class AddressLimits
{
public:
    explicit AddressLimits(int limit = 2000, Duration window = std::chrono::seconds(60))
        : m_limit(limit)
        , m_window(window)
    {
    }
    /// Admits by both limits or counts in neither.
    [[nodiscard]] std::optional<Duration> admit(RateLimit &connection, const QString &address, TimePoint now);
    [[nodiscard]] qsizetype addresses() const { return m_addresses.size(); }

private:
    int m_limit;
    Duration m_window;
    TimePoint m_sweepAt;
    QHash<QString, RateLimit> m_addresses;
};

} // namespace tocsin
