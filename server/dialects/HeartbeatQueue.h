// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QHash>
#include <QList>
#include <QString>

#include <deque>
#include <optional>

namespace tocsin {

/// When each connection's next heartbeat is due: every `interval` after its own accept, never one global tick.
/// The interval is the same for all, so the queue is sorted by itself: adding and taking cost nothing beside
/// 20,000 others, and one timer serves all. Plain value logic; time is an argument.
class HeartbeatQueue
{
public:
    explicit HeartbeatQueue(Duration interval = std::chrono::seconds(30)) : m_interval(interval) {}

    void add(quint64 id, TimePoint now);
    void remove(quint64 id);
    /// The ids that are due; each is due again one interval after it was, missed beats are not made up for.
    [[nodiscard]] QList<quint64> takeDue(TimePoint now);
    [[nodiscard]] std::optional<TimePoint> next() const;
    [[nodiscard]] qsizetype size() const { return m_due.size(); }

private:
    struct Entry
    {
        quint64 id = 0;
        TimePoint at;
    };
    void dropRemoved();

    Duration m_interval;
    std::deque<Entry> m_queue; ///< ascending; entries of removed ids go when they reach the front
    QHash<quint64, TimePoint> m_due;
};

} // namespace tocsin
