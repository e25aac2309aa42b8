// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/ServerFeed.h"

#include <utility>

namespace tocsin {

ServerFeed::ServerFeed(DeskMirror &mirror, QObject *parent) : ServerFeed(mirror, Limits(), parent)
{
}

ServerFeed::ServerFeed(DeskMirror &mirror, Limits limits, QObject *parent)
    : QObject(parent)
    , m_mirror(mirror)
    , m_limits(limits)
{
}

bool ServerFeed::Waiting::isEmpty() const
{
    return readings.isEmpty() && !snapshot && events.isEmpty() && presence.isEmpty() && !overrun;
}

void ServerFeed::wake(bool wasEmpty)
{
    if (wasEmpty)
        QMetaObject::invokeMethod(this, &ServerFeed::handOn, Qt::QueuedConnection);
}

void ServerFeed::takeReadings(const QList<Reading> &readings)
{
    if (readings.isEmpty())
        return;
    const std::scoped_lock lock(m_mutex);
    const bool wasEmpty = m_waiting.isEmpty();
    for (const Reading &reading : readings) {
        if (m_waiting.readings.size() < m_limits.readings)
            m_waiting.readings.append(reading);
        else
            conflate(reading);
    }
    wake(wasEmpty);
}

void ServerFeed::conflate(const Reading &reading)
{
    const auto index = m_waiting.newestIndex.constFind(reading.deviceId);
    if (index == m_waiting.newestIndex.cend()) {
        if (m_waiting.newest.size() >= m_limits.devices) {
            ++m_dropped;
            return;
        }
        m_waiting.newestIndex.insert(reading.deviceId, m_waiting.newest.size());
        m_waiting.newest.append(reading);
        return;
    }
    ++m_conflated;
    Reading &newest = m_waiting.newest[*index];
    QList<Sample> samples = reading.samples;
    for (const Sample &older : std::as_const(newest.samples)) {
        if (!reading.find(older.channel))
            samples.append(older);
    }
    const auto position = reading.position ? reading.position : newest.position;
    const auto sourceTime = reading.sourceTime ? reading.sourceTime : newest.sourceTime;
    newest = reading;
    newest.samples = samples;
    newest.position = position;
    newest.sourceTime = sourceTime;
}

void ServerFeed::takeSnapshot(const DeskSnapshot &snapshot)
{
    const std::scoped_lock lock(m_mutex);
    const bool wasEmpty = m_waiting.isEmpty();
    m_waiting.snapshot = snapshot;
    m_waiting.overrun = false;
    m_waiting.events.removeIf([&snapshot](const Event &event) { return event.seq <= snapshot.seq; });
    wake(wasEmpty);
}

void ServerFeed::takeEvents(const QList<Event> &events)
{
    if (events.isEmpty())
        return;
    const std::scoped_lock lock(m_mutex);
    const bool wasEmpty = m_waiting.isEmpty();
    if (m_waiting.events.size() + events.size() > m_limits.events) {
        // What is taken from here on leaves a gap, which the mirror notices.
        m_waiting.events.clear();
        m_waiting.overrun = true;
    }
    if (!m_waiting.overrun)
        m_waiting.events.append(events);
    wake(wasEmpty);
}

void ServerFeed::takePresence(const QList<DevicePresence> &changes)
{
    if (changes.isEmpty())
        return;
    const std::scoped_lock lock(m_mutex);
    const bool wasEmpty = m_waiting.isEmpty();
    for (const DevicePresence &change : changes)
        m_waiting.presence.insert(change.deviceId, change);
    wake(wasEmpty);
}

void ServerFeed::handOn()
{
    Waiting taken;
    {
        const std::scoped_lock lock(m_mutex);
        taken = std::exchange(m_waiting, Waiting());
    }
    // State before telemetry: a reading may be the first of a device that the events introduce.
    if (taken.snapshot)
        m_mirror.setSnapshot(*taken.snapshot);
    if (taken.overrun)
        m_mirror.markGap();
    else if (!taken.events.isEmpty())
        m_mirror.apply(taken.events);
    if (!taken.presence.isEmpty())
        m_mirror.applyPresence(taken.presence.values());
    taken.readings.append(taken.newest);
    if (taken.readings.isEmpty())
        return;
    Q_EMIT readings(taken.readings);
    const TimePoint now = systemNow();
    for (const Reading &reading : std::as_const(taken.readings))
        m_flow.note(reading.receivedAt, now);
}

qint64 ServerFeed::droppedReadings() const
{
    const std::scoped_lock lock(m_mutex);
    return m_dropped;
}

qint64 ServerFeed::conflatedReadings() const
{
    const std::scoped_lock lock(m_mutex);
    return m_conflated;
}

} // namespace tocsin
