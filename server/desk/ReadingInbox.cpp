// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/ReadingInbox.h"

#include <utility>

namespace tocsin {

ReadingInbox::ReadingInbox(std::size_t capacity, std::size_t keptCapacity,
                           std::function<bool(const Reading &)> mustKeep, std::function<void()> wake)
    : m_capacity(capacity)
    , m_keptCapacity(keptCapacity)
    , m_mustKeep(std::move(mustKeep))
    , m_wake(std::move(wake))
{
}

void ReadingInbox::push(const QList<Reading> &readings)
{
    if (readings.isEmpty())
        return;
    bool first = false;
    {
        const std::scoped_lock lock(m_mutex);
        first = m_batches.empty() && m_kept.empty();
        m_batches.push_back(readings);
        m_size += static_cast<std::size_t>(readings.size());
        while (m_size > m_capacity)
            dropOldest();
    }
    if (first && m_wake)
        m_wake();
}

void ReadingInbox::dropOldest()
{
    const QList<Reading> oldest = std::move(m_batches.front());
    m_batches.pop_front();
    m_size -= static_cast<std::size_t>(oldest.size());
    for (const Reading &reading : oldest) {
        if (!m_mustKeep || !m_mustKeep(reading)) {
            ++m_dropped;
            continue;
        }
        m_kept.push_back(reading);
        if (m_kept.size() > m_keptCapacity) {
            m_kept.pop_front();
            ++m_dropped;
        }
    }
}

QList<QList<Reading>> ReadingInbox::drain(std::size_t readings)
{
    const std::scoped_lock lock(m_mutex);
    QList<QList<Reading>> drained;
    std::size_t taken = 0;
    if (!m_kept.empty()) {
        const auto kept = std::exchange(m_kept, {});
        drained.append(QList<Reading>(kept.cbegin(), kept.cend()));
        taken = kept.size();
    }
    while (!m_batches.empty() && taken < readings) {
        taken += static_cast<std::size_t>(m_batches.front().size());
        m_size -= static_cast<std::size_t>(m_batches.front().size());
        drained.append(std::move(m_batches.front()));
        m_batches.pop_front();
    }
    return drained;
}

bool ReadingInbox::isEmpty() const
{
    const std::scoped_lock lock(m_mutex);
    return m_batches.empty() && m_kept.empty();
}

quint64 ReadingInbox::dropped() const
{
    const std::scoped_lock lock(m_mutex);
    return m_dropped;
}

} // namespace tocsin
