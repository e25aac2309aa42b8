// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRule.h"
#include "models/domain/InwardGauge.h"
#include "models/domain/Reading.h"

#include <QList>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace tocsin {

/// Readings that violate an event rule are not dropped under load: the event may never be told again.
[[nodiscard]] std::function<bool(const Reading &)> eventsOf(const QList<AlertRule> &rules);

/// Hands telemetry from many threads to the desk. Thread-safe and bounded: when the desk falls behind, the
/// oldest readings are dropped and counted, except those that `mustKeep` (a crash, a trouble code): they are
/// kept apart, bounded too. `mustKeep` and `wake` run on the pusher's thread; wake once per change from empty.
class ReadingInbox
{
public:
    /// What waits is counted in `gauge`, if there is one.
    ReadingInbox(std::size_t capacity, std::size_t keptCapacity, std::function<bool(const Reading &)> mustKeep,
                 std::function<void()> wake, std::shared_ptr<InwardGauge> gauge = {});
    ReadingInbox(const ReadingInbox &) = delete;
    ReadingInbox &operator=(const ReadingInbox &) = delete;

    void push(const QList<Reading> &readings);
    /// From now on these must be kept.
    void setMustKeep(std::function<bool(const Reading &)> mustKeep);
    /// Whole batches, oldest first, until `readings` are reached or nothing is left.
    [[nodiscard]] QList<QList<Reading>> drain(std::size_t readings);
    [[nodiscard]] bool isEmpty() const;
    [[nodiscard]] quint64 dropped() const; ///< readings, since start

private:
    struct Batch
    {
        QList<Reading> readings;
        qint64 bytes = 0;
    };
    void dropOldest();
    [[nodiscard]] Batch takeFront();
    void count();

    const std::size_t m_capacity;
    const std::size_t m_keptCapacity;
    const std::function<void()> m_wake;
    mutable std::mutex m_mutex;
    std::function<bool(const Reading &)> m_mustKeep;
    const std::shared_ptr<InwardGauge> m_gauge;
    std::deque<Batch> m_batches;
    std::size_t m_size = 0; ///< readings in m_batches
    qint64 m_bytes = 0;     ///< of m_batches and m_kept, about
    qint64 m_countedItems = 0;
    qint64 m_countedBytes = 0;
    std::deque<Reading> m_kept;
    quint64 m_dropped = 0;
};

} // namespace tocsin
