// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/HeartbeatQueue.h"

#include <algorithm>

namespace tocsin {

void HeartbeatQueue::add(quint64 id, TimePoint now)
{
    // Only a clock that was set back could break the order.
    const TimePoint at = m_queue.empty() ? now + m_interval : std::max(now + m_interval, m_queue.back().at);
    m_due.insert(id, at);
    m_queue.push_back({id, at});
}

void HeartbeatQueue::remove(quint64 id)
{
    m_due.remove(id);
    dropRemoved();
}

void HeartbeatQueue::dropRemoved()
{
    while (!m_queue.empty()) {
        const auto it = m_due.constFind(m_queue.front().id);
        if (it != m_due.cend() && *it == m_queue.front().at)
            return;
        m_queue.pop_front();
    }
}

QList<quint64> HeartbeatQueue::takeDue(TimePoint now)
{
    QList<quint64> due;
    for (dropRemoved(); !m_queue.empty() && m_queue.front().at <= now; dropRemoved()) {
        const Entry entry = m_queue.front();
        m_queue.pop_front();
        due.append(entry.id);
        TimePoint again = entry.at + m_interval;
        if (again <= now)
            again = now + m_interval;
        if (!m_queue.empty())
            again = std::max(again, m_queue.back().at);
        m_due.insert(entry.id, again);
        m_queue.push_back({entry.id, again});
    }
    return due;
}

std::optional<TimePoint> HeartbeatQueue::next() const
{
    return m_queue.empty() ? std::nullopt : std::optional<TimePoint>(m_queue.front().at);
}

} // namespace tocsin
