// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertHandling.h"

#include <algorithm>

namespace tocsin {

namespace {

AlertHandling::Result refusal(const char *code, const QString &sentence)
{
    return {QString::fromLatin1(code), sentence, false};
}

AlertHandling::Result done(AlertVerb verb, const QString &reason = {})
{
    return {{}, {}, true, verb, reason};
}

AlertHandling::Result same(AlertVerb verb, const QString &sentence)
{
    return {{}, sentence, false, verb};
}

QString nameOf(const Actor &actor)
{
    return actor.name.isEmpty() ? actor.id : actor.name;
}

void dropOffer(AlertCare &care)
{
    care.offeredToId.clear();
    care.offeredToName.clear();
    care.offeredBy.clear();
    care.offeredById.clear();
    care.offerNote.clear();
}

bool isActive(const Alert &alert)
{
    return alert.cond == AlertCondition::Active || alert.cond == AlertCondition::Clearing;
}

} // namespace

AlertHandling::Result AlertHandling::handle(Alert &alert, const HandleAlert &request, const Actor &actor,
                                            TimePoint now) const
{
    switch (request.verb) {
    case AlertVerb::Unacknowledge:
        return unacknowledge(alert, request);
    case AlertVerb::Silence:
        return silence(alert, request, now);
    case AlertVerb::Claim:
        return claim(alert, actor, now);
    case AlertVerb::Transfer:
        return offer(alert, request, actor);
    case AlertVerb::Release:
        return letGo(alert, actor);
    case AlertVerb::Comment:
        if (request.comment.isEmpty())
            return refusal("comment_required", QStringLiteral("comment: must not be empty."));
        return done(AlertVerb::Comment);
    case AlertVerb::Shelve:
        return shelve(alert, request, actor, now);
    case AlertVerb::Unshelve:
        return unshelve(alert);
    case AlertVerb::Reset:
        return reset(alert);
    case AlertVerb::Welfare:
        return confirmWelfare(alert, now);
    default:
        return refusal("invalid", QStringLiteral("verb: %1 is not asked for.").arg(toString(request.verb)));
    }
}

AlertHandling::Result AlertHandling::unacknowledge(Alert &alert, const HandleAlert &request)
{
    if (request.comment.isEmpty()) // row 12
        return refusal("comment_required", QStringLiteral("comment: say why it is not acknowledged any more."));
    if (!alert.acked)
        return same(AlertVerb::Unacknowledge, QStringLiteral("It is not acknowledged."));
    if (!isActive(alert))
        return refusal("closed", QStringLiteral("It is over: there is nothing left to acknowledge."));
    alert.acked = false;
    alert.ackedAt.reset();
    alert.ackedBy.clear();
    alert.ackComment.clear();
    return done(AlertVerb::Unacknowledge);
}

AlertHandling::Result AlertHandling::silence(Alert &alert, const HandleAlert &request, TimePoint now) const
{
    if (!isWaiting(alert)) // row 18
        return same(AlertVerb::Silence, QStringLiteral("It makes no sound."));
    const Duration longest = m_limits.of(alert.level).longestSilence;
    const TimePoint until = std::clamp(request.until.value_or(now + longest), now, now + longest);
    alert.silencedUntil = until;
    return done(AlertVerb::Silence);
}

AlertHandling::Result AlertHandling::claim(Alert &alert, const Actor &actor, TimePoint now) const
{
    const bool accepts = alert.care && !actor.id.isEmpty() && alert.care->offeredToId == actor.id; // row 20
    const bool renewed = !accepts && alert.care && alert.care->ownerId == actor.id;
    alert.care.edit([&](AlertCare &care) {
        care.ownerId = actor.id;
        care.ownerName = nameOf(actor);
        care.ownedUntil = now + m_limits.lease;
        if (!renewed)
            dropOffer(care); // whoever takes it meanwhile has it: there is nothing left to hand over
    });
    if (accepts)
        return done(AlertVerb::Claim, QStringLiteral("accepted"));
    return done(AlertVerb::Claim, renewed ? QStringLiteral("renewed") : QString());
}

/// It stays with its owner until the other claims it (accepts) or releases it (declines). To oneself: the open offer is taken back.
AlertHandling::Result AlertHandling::offer(Alert &alert, const HandleAlert &request, const Actor &actor)
{
    if (request.toId.isEmpty())
        return refusal("invalid", QStringLiteral("to_id: must say who takes it over."));
    const AlertCare care = alert.care.valueOr({});
    if (request.toId == actor.id && !care.offeredToId.isEmpty() && care.offeredToId != actor.id)
        return withdraw(alert, actor);
    if (request.toId == actor.id)
        return refusal("invalid", QStringLiteral("to_id: it is handed over to somebody else; claim it to take it."));
    if (!care.ownerId.isEmpty() && care.ownerId != actor.id && !actor.supervises)
        return refusal(
            "forbidden",
            QStringLiteral("%1 handles it; only a supervisor can hand it over for others.").arg(care.ownerName));
    if (care.ownerId == request.toId)
        return refusal("invalid", QStringLiteral("to_id: %1 handles it already.").arg(care.ownerName));
    const QString name = request.toName.isEmpty() ? request.toId : request.toName;
    if (care.offeredToId == request.toId && care.offeredBy == nameOf(actor) && care.offerNote == request.comment)
        return same(AlertVerb::Transfer, QStringLiteral("It is offered to %1 already.").arg(name));
    alert.care.edit([&](AlertCare &facts) {
        facts.offeredToId = request.toId;
        facts.offeredToName = name;
        facts.offeredBy = nameOf(actor);
        facts.offeredById = actor.id;
        facts.offerNote = request.comment;
    });
    return done(AlertVerb::Transfer, QStringLiteral("offered"));
}

AlertHandling::Result AlertHandling::withdraw(Alert &alert, const Actor &actor)
{
    const AlertCare care = alert.care.valueOr({});
    if (care.offeredById != actor.id && !actor.supervises)
        return refusal(
            "forbidden",
            QStringLiteral("%1 offered it; only a supervisor can withdraw that for others.").arg(care.offeredBy));
    alert.care.edit(dropOffer);
    return done(AlertVerb::Transfer, QStringLiteral("withdrawn"));
}

AlertHandling::Result AlertHandling::letGo(Alert &alert, const Actor &actor)
{
    const AlertCare facts = alert.care.valueOr({});
    if (!facts.offeredToId.isEmpty() && facts.offeredToId == actor.id) {
        alert.care.edit(dropOffer);
        return done(AlertVerb::Release, QStringLiteral("declined"));
    }
    if (facts.ownerId.isEmpty())
        return same(AlertVerb::Release, QStringLiteral("Nobody handles it."));
    if (facts.ownerId != actor.id && !actor.supervises)
        return refusal(
            "forbidden",
            QStringLiteral("%1 handles it; only a supervisor can release it for others.").arg(facts.ownerName));
    alert.care.edit([](AlertCare &care) {
        care.ownerId.clear();
        care.ownerName.clear();
        care.ownedUntil.reset();
        dropOffer(care); // who offered it has it no more
    });
    return done(AlertVerb::Release);
}

AlertHandling::Result AlertHandling::shelve(Alert &alert, const HandleAlert &request, const Actor &actor,
                                            TimePoint now) const
{
    const Duration longest = m_limits.of(alert.level).longestShelf; // row 14
    if (longest == Duration::zero() || alert.kind == AlertKind::Incident)
        return refusal("shelve_forbidden", QStringLiteral("An emergency must not be shelved."));
    if (alert.hold == AlertHold::OutOfService || alert.hold == AlertHold::Suppressed)
        return refusal("shelve_forbidden", QStringLiteral("It is %1 already.").arg(toString(alert.hold)));
    if (request.comment.isEmpty())
        return refusal("comment_required", QStringLiteral("comment: say why it is shelved."));
    if (request.oneShot && !isActive(alert))
        return refusal("closed", QStringLiteral("It is over: there is no return to wait for."));
    const TimePoint until = request.oneShot ? now + longest : request.until.value_or(now);
    if (until <= now)
        return refusal("invalid", QStringLiteral("until: must be later than now, or one_shot be true."));
    if (until > now + longest)
        return refusal("shelve_too_long", QStringLiteral("%1 must not be shelved for more than %2 h.")
                                              .arg(toString(alert.level))
                                              .arg(std::chrono::duration_cast<std::chrono::hours>(longest).count()));
    alert.hold = AlertHold::Shelved;
    alert.care.edit([&](AlertCare &care) {
        care.heldBy = nameOf(actor);
        care.holdReason = request.comment;
        care.heldUntil = until;
        care.heldOnce = request.oneShot;
        care.heldLevel = int(alert.level);
    });
    return done(AlertVerb::Shelve, request.oneShot ? QStringLiteral("one_shot") : QString());
}

AlertHandling::Result AlertHandling::unshelve(Alert &alert)
{
    if (alert.hold != AlertHold::Shelved)
        return same(AlertVerb::Unshelve, QStringLiteral("It is not shelved."));
    AlertTimers::release(alert);
    return done(AlertVerb::Unshelve);
}

AlertHandling::Result AlertHandling::reset(Alert &alert)
{
    if (isActive(alert)) // row 11
        return refusal("still_active", QStringLiteral("Its source still reports it."));
    if (!alert.acked)
        return refusal("invalid", QStringLiteral("It has to be acknowledged first."));
    if (!alert.latched)
        return same(AlertVerb::Reset, QStringLiteral("There is nothing to reset."));
    alert.latched = false;
    return done(AlertVerb::Reset);
}

AlertHandling::Result AlertHandling::confirmWelfare(Alert &alert, TimePoint now) const
{
    if (!alert.incident)
        return refusal("invalid", QStringLiteral("alert_id: only incidents have welfare checks."));
    alert.incident.edit([&](IncidentFacts &facts) {
        facts.welfareAsked = false;
        facts.welfareMisses = 0;
        facts.welfareDue = now + m_limits.welfareEvery;
    });
    return done(AlertVerb::Welfare, QStringLiteral("confirmed"));
}

AlertHandling::Result AlertHandling::takeOutOfService(Alert &alert, const TakeOutOfService &request, const Actor &actor,
                                                      TimePoint now)
{
    if (alert.level == AlertLevel::Emergency || alert.kind == AlertKind::Incident) // row 17
        return refusal("forbidden", QStringLiteral("An emergency must not be taken out of service."));
    if (request.comment.isEmpty())
        return refusal("comment_required", QStringLiteral("comment: say why it is out of service."));
    if (request.until && *request.until <= now)
        return refusal("invalid", QStringLiteral("until: must be later than now."));
    if (alert.hold == AlertHold::OutOfService)
        return same(AlertVerb::OutOfService, QStringLiteral("It is out of service already."));
    const QString first = alert.care ? alert.care->proposedBy : QString();
    if (alert.level >= AlertLevel::Critical && (first.isEmpty() || first == actor.id)) {
        if (first == actor.id)
            return same(AlertVerb::OutOfService, QStringLiteral("A second person has to ask for it, too."));
        alert.care.edit([&](AlertCare &care) { care.proposedBy = actor.id; });
        Result result = done(AlertVerb::OutOfService, QStringLiteral("proposed"));
        result.sentence = QStringLiteral("It is critical: a second person has to ask for it, too.");
        return result;
    }
    alert.hold = AlertHold::OutOfService;
    alert.care.edit([&](AlertCare &care) {
        care.heldBy = nameOf(actor);
        care.holdReason = request.comment;
        care.heldUntil = request.until;
        care.heldOnce = false;
        care.heldLevel = int(alert.level);
    });
    return done(AlertVerb::OutOfService);
}

AlertHandling::Result AlertHandling::returnToService(Alert &alert)
{
    if (alert.hold != AlertHold::OutOfService)
        return same(AlertVerb::ReturnToService, QStringLiteral("It is in service."));
    AlertTimers::release(alert);
    return done(AlertVerb::ReturnToService);
}

AlertHandling::Result AlertHandling::reopen(Alert &alert, const Actor &actor, TimePoint now) const
{
    if (!alert.care || !alert.care->closedAt)
        return refusal("closed", QStringLiteral("It is over; nobody closed it."));
    if (alert.care->closedById != actor.id)
        return refusal("forbidden",
                       QStringLiteral("Only %1, who closed it, can take that back.").arg(alert.care->closedBy));
    if (now > *alert.care->closedAt + m_limits.reopenWithin)
        return refusal("closed", QStringLiteral("It was closed too long ago."));
    alert.cond = alertConditionFromString(alert.care->openCond).value_or(AlertCondition::Active);
    alert.acked = alert.care->openAcked;
    if (!alert.acked) {
        alert.ackedAt.reset();
        alert.ackedBy.clear();
    }
    if (isActive(alert))
        alert.clearedAt.reset();
    const auto stage = incidentStageFromString(alert.care->openStage);
    alert.care.edit([](AlertCare &care) {
        care.disposition = Disposition::None;
        care.closedAt.reset();
        care.closedById.clear();
        care.closedBy.clear();
        care.closeComment.clear();
        care.openCond.clear();
        care.openAcked = false;
        care.openStage.clear();
    });
    if (alert.incident) {
        const IncidentStage usual = alert.acked ? IncidentStage::Contacting : IncidentStage::Received;
        alert.incident.edit([&](IncidentFacts &facts) { facts.stage = stage.value_or(usual); });
    }
    return done(AlertVerb::Reopen);
}

} // namespace tocsin
