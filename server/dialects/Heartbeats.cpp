// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/Heartbeats.h"

#include <algorithm>
#include <utility>

namespace tocsin {

Heartbeats::Heartbeats(const DialectOptions &options, Beat beat, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_beat(std::move(beat))
    , m_queue(options.heartbeat)
    , m_timer(this)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::CoarseTimer);
    connect(&m_timer, &QTimer::timeout, this, &Heartbeats::take);
}

void Heartbeats::add(quint64 number)
{
    m_queue.add(number, m_options.clock());
    arm();
}

void Heartbeats::take()
{
    const TimePoint now = m_options.clock();
    const QList<quint64> due = m_queue.takeDue(now);
    if (!due.isEmpty())
        m_beat(due, now);
    arm();
}

void Heartbeats::arm()
{
    const auto next = m_queue.next();
    if (!next) {
        m_timer.stop();
        return;
    }
    if (m_timer.isActive())
        return; // it is set for an earlier one
    using std::chrono::milliseconds;
    const auto wait = std::chrono::ceil<milliseconds>(*next - m_options.clock());
    // Looking again after a minute at the latest survives a clock that was set back.
    m_timer.start(std::clamp(wait, milliseconds(0), milliseconds(60000)));
}

} // namespace tocsin
