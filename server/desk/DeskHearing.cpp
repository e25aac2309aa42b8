// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/Desk.h"

#include <algorithm>
#include <utility>

// The desk's part about consoles that can be heard, or cannot.

namespace tocsin {

namespace {
const Actor systemActor{Actor::Kind::System, QStringLiteral("tocsin"), QStringLiteral("Tocsin"), {}};

/// `name`: "tocsin", so that the newest one takes the place of the one before.
ReportAlert nobodyHears(AlertLevel level, const QString &message)
{
    ReportAlert report;
    report.source = systemActor.id;
    report.code = QStringLiteral("NOBODY_HEARS");
    report.title = QStringLiteral("Nobody can hear alerts");
    report.category = QStringLiteral("system");
    report.level = level;
    report.message = message;
    report.recommendedActions = {QStringLiteral("Turn the sound of a console on"),
                                 QStringLiteral("Check loudspeaker and output device")};
    return report;
}
} // namespace

void Desk::followHearing(TimePoint now)
{
    const HearingInbox::Said said = m_hearingInbox.drain();
    for (auto one = said.cbegin(); one != said.cend(); ++one) {
        if (const std::optional<HearingReport> &report = one.value())
            m_hearing.report(*report, now);
        else
            m_hearing.leave(one.key(), now);
    }
    m_hearing.tick(now);
    const Audibility &found = m_hearing.audibility();
    m_audibility = (quint64(found.heard) << 33U) | (quint64(found.consoles) << 1U) | quint64(found.nobodyHears);
    if (m_commits->size() >= m_settings.uncommittedMost)
        return; // the book's timers wait, too
    if (std::exchange(m_bookHears, !found.nobodyHears) == found.nobodyHears)
        addChanges(m_book.setAudible(m_bookHears, now), systemActor, {}, now);
    if (m_hearing.takeAlarm(now)) {
        const QString reasons = m_hearing.reasons();
        const QString message = reasons.isEmpty() ? QStringLiteral("No console with sound is connected")
                                                  : QStringLiteral("No console can be heard (%1)").arg(reasons);
        const AlertBook::Result raised = m_book.report(nobodyHears(AlertLevel::Critical, message), systemActor, now);
        m_hearingAlert = raised.outcome.ref;
        addChanges(raised.changes, systemActor, {}, now);
    } else if (const std::optional<QString> relief = m_hearing.takeRelief()) {
        const std::optional<Alert> alert = m_book.find(std::exchange(m_hearingAlert, {}));
        if (!alert || !isOpen(*alert))
            return; // dealt with
        const auto silent =
            std::max(std::chrono::round<std::chrono::seconds>(now - alert->raisedAt), std::chrono::seconds(1));
        const QString message =
            QStringLiteral("No console could be heard for %1 s; that of %2 can again").arg(silent.count()).arg(*relief);
        addChanges(m_book.report(nobodyHears(AlertLevel::Warning, message), systemActor, now).changes, systemActor, {},
                   now);
    }
}

Audibility Desk::audibility() const
{
    const quint64 packed = m_audibility;
    return {static_cast<int>((packed >> 1U) & 0xffff'ffffU), static_cast<int>(packed >> 33U), (packed & 1U) != 0};
}

} // namespace tocsin
