// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertBook.h"

#include "models/domain/AlertBookParts.h"

#include <algorithm>

// The operators' verbs: which alert they mean, and telling what became of it. What they do is in AlertHandling.cpp.

namespace tocsin {

AlertBook::Result AlertBook::applyVerb(const QString &alertId, int occurrence, AlertLevel seenLevel,
                                       const QString &comment, const Verb &verb)
{
    Slot *slot = openSlot(alertId);
    if (!slot) {
        const Alert *closed = closedAlert(alertId);
        return closed ? refused(*closed, "closed", QStringLiteral("The alert is already over."))
                      : unknownAlert(alertId);
    }
    if (const auto superseded = supersededBy(slot->track.alert(), occurrence, seenLevel))
        return *superseded;
    const AlertState from = stateOf(slot->track.alert());
    Alert facts = slot->track.alert();
    const AlertHandling::Result said = verb(facts);
    if (!said.refusal.isEmpty())
        return {Outcome::refused(said.refusal, said.sentence, alertId), {}};
    Result result{Outcome::done(alertId, said.changed), {}};
    result.outcome.message = said.sentence;
    if (said.changed) {
        slot->track.facts() = facts;
        slot->track.changed(said.verb, from, result.changes, said.reason, comment);
        settle(*slot);
        result.changes = finished(std::move(result.changes));
    }
    return result;
}

AlertBook::Result AlertBook::handle(const HandleAlert &request, const Actor &actor, TimePoint now)
{
    follow(now);
    if (request.verb == AlertVerb::Reopen)
        return reopen(request.alertId, actor);
    return applyVerb(request.alertId, request.occurrence, request.seenLevel, request.comment, [&](Alert &alert) {
        const AlertRule *rule = ruleOf(alert);
        if (!rule || !rule->care.longestShelf || alert.level == AlertLevel::Emergency)
            return AlertHandling(m_limits.care).handle(alert, request, actor, now);
        CareLimits limits = m_limits.care; // the rule's own shelf
        for (CareLimits::Level *level : {&limits.info, &limits.warning, &limits.critical})
            level->longestShelf = *rule->care.longestShelf;
        return AlertHandling(limits).handle(alert, request, actor, now);
    });
}

AlertBook::Result AlertBook::takeOutOfService(const TakeOutOfService &request, const Actor &actor, TimePoint now)
{
    follow(now);
    return applyVerb(request.alertId, request.occurrence, AlertLevel::Emergency, request.comment,
                     [&](Alert &alert) { return AlertHandling::takeOutOfService(alert, request, actor, now); });
}

AlertBook::Result AlertBook::returnToService(const ReturnToService &request, TimePoint now)
{
    follow(now);
    return applyVerb(request.alertId, 0, AlertLevel::Emergency, request.comment,
                     [](Alert &alert) { return AlertHandling::returnToService(alert); });
}

AlertBook::Result AlertBook::reopen(const QString &alertId, const Actor &actor)
{
    if (openSlot(alertId)) {
        Result open{Outcome::done(alertId, false), {}};
        open.outcome.message = QStringLiteral("It is open.");
        return open;
    }
    const Alert *closed = closedAlert(alertId);
    if (!closed)
        return unknownAlert(alertId);
    Alert facts = *closed;
    const AlertHandling::Result said = AlertHandling(m_limits.care).reopen(facts, actor, m_common.now);
    if (!said.refusal.isEmpty())
        return refused(*closed, said.refusal.toLatin1().constData(), said.sentence);
    const bool raisedAnew = std::any_of(m_openById.cbegin(), m_openById.cend(), [&facts](const Slot *slot) {
        const Alert &other = slot->track.alert();
        return other.source == facts.source && other.code == facts.code && other.instance == facts.instance;
    });
    if (raisedAnew)
        return refused(*closed, "closed", QStringLiteral("Its source has reported it again; that alert is open."));
    std::erase_if(m_closed, [&alertId](const Alert &old) { return old.id == alertId; });
    Result result{Outcome::done(alertId), {}};
    Slot &slot = takeUp(facts, m_common.now);
    if (const AlertRule *rule = ruleOf(facts)) // closing took it
        slot.track.facts().latched = rule->latch;
    if (slot.track.alert().acked) // it lives as long as any
        m_common.timers.acknowledged(slot.track.facts(), slot.track.own(), m_common.now);
    if (slot.source)
        m_moved.push_back(slot.source); // what suppresses it may still be there
    slot.track.changed(AlertVerb::Reopen, AlertState::Normal, result.changes);
    settle(slot);
    result.changes = finished(std::move(result.changes));
    return result;
}

const AlertRule *AlertBook::ruleOf(const Alert &alert) const
{
    const int rule = alert.ruleId.isEmpty() ? -1 : m_ruleById.value(alert.ruleId, -1);
    return rule < 0 ? nullptr : &m_rules.at(rule);
}

QList<AlertChange> AlertBook::setAudible(bool audible, TimePoint now)
{
    follow(now);
    m_common.timers.setAudible(audible);
    if (audible)
        return {};
    for (const auto &[serial, slot] : m_slots) {
        Alert &alert = slot->track.facts();
        if (slot->track.open() && isWaiting(alert) && alert.level >= AlertLevel::Critical && alert.escalation == 0) {
            alert.escalateAt = now;
            arm(*slot);
        }
    }
    return tick(now);
}

QList<AlertChange> AlertBook::stepUnreached(const QString &alertId, int step, TimePoint now)
{
    follow(now);
    Slot *slot = openSlot(alertId);
    if (!slot || !isWaiting(slot->track.alert()) || slot->track.alert().escalation != step ||
        !slot->track.alert().escalateAt)
        return {};
    slot->track.facts().escalateAt = now;
    arm(*slot);
    return tick(now);
}

} // namespace tocsin
