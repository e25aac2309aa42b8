// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/Desk.h"

#include <algorithm>
#include <utility>

// The desk's rules: which readings they must not miss, and other rules while it runs.

namespace tocsin {

/// What was told before the start goes on in the rules that look back.
void Desk::recall(TimePoint now)
{
    if (m_settings.recall.isEmpty())
        return;
    TimePoint end = m_settings.recall.constLast().receivedAt;
    for (const DevicePresence &presence : m_initial.presence)
        end = std::max(end, presence.lastSeen);
    QList<Reading> told = m_settings.recall;
    for (Reading &reading : told)
        reading.samples += m_fences.judge(reading);
    m_book.recall(told, std::min(end, now));
}

void Desk::setRules(const QList<AlertRule> &rules, const Actor &by, const AuditRecord &record, Reply reply)
{
    QMetaObject::invokeMethod(
        this, [this, rules, by, record, reply = std::move(reply)] { takeRules(rules, by, record, reply); },
        Qt::QueuedConnection);
}

void Desk::takeRules(const QList<AlertRule> &rules, const Actor &by, const AuditRecord &record, const Reply &reply)
{
    if (!m_commits || m_finished || !m_accepting) {
        reply(Outcome::refused(QStringLiteral("overloaded"), QStringLiteral("The desk is not running.")));
        return;
    }
    if (m_commits->failing() || m_commits->size() >= m_settings.uncommitted) {
        reply(Outcome::refused(QStringLiteral("storage_failed"),
                               QStringLiteral("The server cannot store anything at the moment.")));
        return;
    }
    const TimePoint now = m_settings.clock();
    m_commits->add(record, by, {}, now);
    addChanges(m_book.setRules(rules, now), by, {}, now);
    m_readings.setMustKeep(eventsOf(rules));
    m_commits->answer(reply, Outcome::done(record.object));
    m_commits->flush();
    m_uncommitted = m_commits->size();
    arm();
}

} // namespace tocsin
