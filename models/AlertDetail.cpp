// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertDetail.h"

#include "models/AlertWords.h"
#include "models/Format.h"

#include <utility>

namespace tocsin {

AlertDetail::AlertDetail(DeskLink &link, ModelClock clock, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_clock(std::move(clock))
    , m_log(link, m_clock)
    , m_chart(link, m_clock)
{
}

QString AlertDetail::who() const
{
    return AlertWords::who(m_alert);
}

QString AlertDetail::valueText() const
{
    return AlertWords::value(m_alert);
}

QString AlertDetail::limitText() const
{
    return AlertWords::limit(m_alert);
}

QString AlertDetail::ownerText() const
{
    return AlertWords::owner(m_alert, m_link.self());
}

QString AlertDetail::offerText() const
{
    if (!m_alert.care || m_alert.care->offeredToId.isEmpty() || !isOpen(m_alert))
        return {};
    const AlertCare &care = *m_alert.care;
    const QString note = care.offerNote.isEmpty() ? QString() : tr(": %1").arg(care.offerNote);
    return care.offeredToId == m_link.self().id ? tr("%1 offers it to you%2").arg(care.offeredBy, note)
                                                : tr("offered to %1%2").arg(care.offeredToName, note);
}

bool AlertDetail::offeredByMe() const
{
    return m_alert.care && isOpen(m_alert) && AlertWords::isOfferedBy(*m_alert.care, m_link.self());
}

bool AlertDetail::shelvable() const
{
    return m_alert.hold == AlertHold::None &&
           AlertVerbs::whyNot(AlertVerbs::Shelve, m_alert, m_link.self(), m_clock.now()).isEmpty();
}

void AlertDetail::show(const Alert *alert, const QString &busyText, const QString &ageText)
{
    const TimePoint now = m_clock.now();
    const Alert shown = alert ? *alert : Alert();
    if (shown == m_alert && busyText == m_busyText) {
        if (ageText != m_ageText) {
            m_ageText = ageText;
            Q_EMIT aged();
        }
        return;
    }
    m_alert = shown;
    m_busyText = busyText;
    m_ageText = ageText;
    m_stateText = alert ? AlertWords::sentence(m_alert, m_link.self(), now, m_clock.zone) : QString();
    showFacts(now);
    m_verbs.show(alert ? &m_alert : nullptr, m_link.self(), now);
    m_log.show(m_alert.id);
    if (alert)
        m_chart.show(m_alert);
    else
        m_chart.clear();
    renewTimes(now);
    Q_EMIT changed();
    Q_EMIT aged();
}

void AlertDetail::showFacts(TimePoint now)
{
    if (m_alert.id.isEmpty()) {
        m_facts.assign({});
        return;
    }
    const auto at = [&](TimePoint t) {
        return format::withDay(format::timeOfDay(t, m_clock.zone), t, now, m_clock.zone);
    };
    QList<Fact> facts{
        {tr("Kind"), tr("%1, %2").arg(AlertWords::kind(m_alert.kind), format::alertLevel(m_alert.level))}};
    if (m_alert.peakLevel > m_alert.level)
        facts.append({tr("At worst"), format::alertLevel(m_alert.peakLevel)});
    facts.append({tr("Raised"), at(m_alert.raisedAt)});
    if (m_alert.lastSeenAt > m_alert.raisedAt)
        facts.append({tr("Last seen"), at(m_alert.lastSeenAt)});
    const QString occurrence = format::number(m_alert.occurrence, 0);
    facts.append(
        {tr("Occurrences"), m_alert.count > 1
                                ? tr("%1, seen %2 times in this one").arg(occurrence, format::number(m_alert.count, 0))
                                : occurrence});
    const QString owner = ownerText();
    facts.append({tr("Handled by"), owner.isEmpty() ? tr("nobody") : owner});
    if (m_alert.silencedUntil && isOpen(m_alert))
        facts.append({tr("Silenced"), tr("until %1").arg(at(*m_alert.silencedUntil))});
    if (m_alert.care && m_alert.care->ackDue && m_alert.acked && isOpen(m_alert))
        facts.append({tr("Acknowledge holds"), tr("until %1").arg(at(*m_alert.care->ackDue))});
    facts.append({tr("Source"), m_alert.source});
    if (!m_alert.category.isEmpty())
        facts.append({tr("Category"), m_alert.category});
    if (!m_alert.ruleId.isEmpty())
        facts.append({tr("Rule"), m_alert.ruleId});
    facts.append({tr("Alert"), m_alert.id});
    m_facts.assign(facts);
}

void AlertDetail::renewTimes(TimePoint now)
{
    QString text;
    if (isOpen(m_alert) && !m_alert.id.isEmpty()) {
        if (m_alert.escalation > 0)
            text = tr("escalated, step %1").arg(m_alert.escalation);
        if (m_alert.escalateAt && isWaiting(m_alert)) {
            const QString next = tr("next step in %1").arg(format::waiting(secondsBetween(now, *m_alert.escalateAt)));
            text = text.isEmpty() ? tr("escalates in %1").arg(format::waiting(secondsBetween(now, *m_alert.escalateAt)))
                                  : tr("%1 · %2").arg(text, next);
        }
    }
    m_escalationText = text;
}

void AlertDetail::tick(TimePoint now)
{
    m_chart.tick(now);
    const QString before = m_escalationText;
    renewTimes(now);
    if (m_escalationText != before)
        Q_EMIT aged();
    if (!m_alert.id.isEmpty() && !isOpen(m_alert))
        m_verbs.show(&m_alert, m_link.self(), now); // reopening is possible for a while
}

} // namespace tocsin
