// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertWords.h"

#include "models/Format.h"
#include "models/domain/Channels.h"

#include <QHash>

namespace tocsin {

namespace {

bool isReturned(const Alert &alert)
{
    return alert.cond == AlertCondition::Clear || alert.cond == AlertCondition::Canceled;
}

bool isSame(const QString &person, const Actor &self)
{
    return !person.isEmpty() && (person == self.id || person == self.name);
}

} // namespace

QString AlertWords::who(const Alert &alert)
{
    return alert.sourceName.isEmpty() ? alert.source : alert.sourceName;
}

QString AlertWords::what(const Alert &alert)
{
    return tr("%1 %2").arg(who(alert), alert.code);
}

QString AlertWords::value(const Alert &alert)
{
    return alert.value ? format::quantity(*alert.value, channelInfo(alert.channel).decimals, alert.unit)
                       : format::unknown();
}

QString AlertWords::limit(const Alert &alert)
{
    if (!alert.threshold)
        return {};
    return tr("limit %1").arg(format::quantity(*alert.threshold, channelInfo(alert.channel).decimals, alert.unit));
}

QString AlertWords::state(AlertState state)
{
    switch (state) {
    case AlertState::Normal:
        return tr("closed");
    case AlertState::Unacknowledged:
        return tr("unacknowledged");
    case AlertState::Acknowledged:
        return tr("acknowledged");
    case AlertState::ReturnedUnacknowledged:
        return tr("returned");
    case AlertState::Latched:
        return tr("reset required");
    case AlertState::Shelved:
        return tr("shelved");
    case AlertState::Suppressed:
        return tr("suppressed");
    case AlertState::OutOfService:
        break;
    }
    return tr("out of service");
}

QString AlertWords::kind(AlertKind kind)
{
    return kind == AlertKind::Condition ? tr("condition") : kind == AlertKind::Event ? tr("event") : tr("incident");
}

QString AlertWords::disposition(Disposition disposition)
{
    switch (disposition) {
    case Disposition::None:
        return tr("no disposition");
    case Disposition::Assisted:
        return tr("assisted");
    case Disposition::HandedToAgency:
        return tr("handed to an agency");
    case Disposition::FalseAlarm:
        return tr("false alarm");
    case Disposition::Test:
        return tr("test");
    case Disposition::Duplicate:
        return tr("duplicate");
    case Disposition::UnableToContact:
        return tr("unable to contact");
    case Disposition::CanceledConfirmed:
        break;
    }
    return tr("cancel confirmed");
}

bool AlertWords::isOwn(const Alert &alert, const Actor &self)
{
    return alert.care && !alert.care->ownerId.isEmpty() && alert.care->ownerId == self.id;
}

bool AlertWords::isOfferedBy(const AlertCare &care, const Actor &self)
{
    return !care.offeredToId.isEmpty() && !self.id.isEmpty() && care.offeredById == self.id;
}

QString AlertWords::owner(const Alert &alert, const Actor &self)
{
    if (!alert.care || alert.care->ownerId.isEmpty())
        return {};
    if (alert.care->ownerId == self.id)
        return tr("you");
    return alert.care->ownerName.isEmpty() ? alert.care->ownerId : alert.care->ownerName;
}

QString AlertWords::holdUntil(const Alert &alert, TimePoint now, const QTimeZone &zone)
{
    if (alert.hold == AlertHold::None || !alert.care)
        return {};
    const auto at = [&](TimePoint t) { return format::withDay(format::hourMinute(t, zone), t, now, zone); };
    const std::optional<TimePoint> until = alert.care->heldUntil;
    if (alert.care->heldOnce)
        return until ? tr("until it returns, at most %1").arg(at(*until)) : tr("until it returns");
    if (until)
        return tr("until %1").arg(at(*until));
    return alert.hold == AlertHold::OutOfService ? tr("until returned to service") : QString();
}

QString AlertWords::line(const Alert &alert, const Actor &self, TimePoint now, const QTimeZone &zone)
{
    QStringList parts;
    switch (stateOf(alert)) {
    case AlertState::Acknowledged:
        parts << tr("acknowledged");
        if (!alert.ackedBy.isEmpty())
            parts << (isSame(alert.ackedBy, self) ? tr("you") : alert.ackedBy);
        break;
    case AlertState::ReturnedUnacknowledged:
        parts << (alert.cond == AlertCondition::Canceled ? tr("canceled by the caller, not acknowledged")
                                                         : tr("returned, not acknowledged"));
        break;
    case AlertState::Latched:
        parts << tr("over, reset required");
        break;
    default:
        parts << state(stateOf(alert));
        break;
    }
    if (const QString until = holdUntil(alert, now, zone); !until.isEmpty() && isOpen(alert))
        parts.last() += QLatin1Char(' ') + until;
    if (alert.count > 1)
        parts << tr("×%1").arg(format::number(alert.count, 0));
    if (alert.occurrence > 1)
        parts << tr("raised %1 times").arg(format::number(alert.occurrence, 0));
    if (alert.cond == AlertCondition::Clearing)
        parts << tr("settling");
    if (isReturned(alert) && alert.kind == AlertKind::Condition) {
        parts << (alert.value ? tr("back to normal %1").arg(value(alert)) : tr("back to normal"));
    }
    if (alert.quality == AlertQuality::Stale && !isReturned(alert))
        parts << tr("source silent");
    if (isOpen(alert) && alert.chattering)
        parts << tr("chattering");
    if (isOpen(alert) && alert.care && !alert.care->ownerId.isEmpty())
        parts << (isOwn(alert, self) ? tr("yours") : tr("%1 handles it").arg(owner(alert, self)));
    return parts.join(QStringLiteral(" · "));
}

QString AlertWords::sentence(const Alert &alert, const Actor &self, TimePoint now, const QTimeZone &zone)
{
    const auto at = [&](TimePoint t) { return format::withDay(format::timeOfDay(t, zone), t, now, zone); };
    const auto person = [&](const QString &name) { return isSame(name, self) ? tr("you") : name; };
    QStringList said;
    const AlertState now_ = stateOf(alert);
    if (alert.hold != AlertHold::None && alert.care) {
        const QString until = holdUntil(alert, now, zone);
        said << (alert.care->heldBy.isEmpty() ? state(now_)
                                              : tr("%1 by %2").arg(state(now_), person(alert.care->heldBy)));
        if (!until.isEmpty())
            said.last() += QLatin1Char(' ') + until;
        if (!alert.care->holdReason.isEmpty())
            said.last() += tr(": %1").arg(alert.care->holdReason);
    } else if (alert.care && alert.care->closedAt) {
        said << tr("closed by %1 at %2, %3")
                    .arg(person(alert.care->closedBy), at(*alert.care->closedAt), disposition(alert.care->disposition));
        if (!alert.care->closeComment.isEmpty())
            said.last() += tr(": %1").arg(alert.care->closeComment);
    } else if (now_ != AlertState::Acknowledged || alert.ackedBy.isEmpty()) {
        said << state(now_);
    }
    if (alert.acked && !alert.ackedBy.isEmpty()) {
        const QString when = alert.ackedAt ? tr(" at %1").arg(at(*alert.ackedAt)) : QString();
        said << tr("acknowledged by %1%2").arg(person(alert.ackedBy), when);
        if (!alert.ackComment.isEmpty())
            said.last() += tr(": %1").arg(alert.ackComment);
    }
    if (alert.cond == AlertCondition::Canceled)
        said << tr("canceled by the caller");
    else if (alert.clearedAt && isReturned(alert))
        said << tr("back to normal at %1").arg(at(*alert.clearedAt));
    else if (alert.cond == AlertCondition::Clearing)
        said << tr("back to normal, settling");
    if (alert.quality == AlertQuality::Stale && !isReturned(alert))
        said << tr("its source is silent");
    return said.join(QStringLiteral(" · "));
}

QString AlertWords::verb(const AlertChange &change)
{
    switch (change.verb) {
    case AlertVerb::Raise:
        return change.alert.occurrence > 1 ? tr("raised again (%1)").arg(change.alert.occurrence) : tr("raised");
    case AlertVerb::Acknowledge:
        return tr("acknowledged");
    case AlertVerb::LevelChange:
        return tr("level changed to %1").arg(format::alertLevel(change.alert.level));
    case AlertVerb::Repeat:
        return tr("seen again (×%1)").arg(change.alert.count);
    case AlertVerb::Clearing:
        return tr("good again, settling");
    case AlertVerb::Return:
        return tr("returned to normal");
    case AlertVerb::Cancel:
        return tr("canceled by the caller");
    case AlertVerb::Reactivate:
        return tr("active again");
    case AlertVerb::Stale:
        return tr("source silent");
    case AlertVerb::Fresh:
        return tr("source heard again");
    case AlertVerb::Duress:
        return tr("canceled under duress");
    case AlertVerb::Seen:
        return tr("shown at a console");
    case AlertVerb::Stage:
        return tr("stage");
    case AlertVerb::Close:
        return tr("closed");
    case AlertVerb::Reopen:
        return tr("closing taken back");
    case AlertVerb::Unacknowledge:
        return tr("acknowledge taken back");
    case AlertVerb::Silence:
        return change.reason == QLatin1String("expired") ? tr("sounds again") : tr("silenced");
    case AlertVerb::Claim:
        return tr("claimed");
    case AlertVerb::Release:
        return tr("released");
    case AlertVerb::Transfer:
        return change.reason == QLatin1String("withdrawn")
                   ? tr("offer withdrawn")
                   : tr("offered to %1").arg(change.alert.care.valueOr({}).offeredToName);
    case AlertVerb::Comment:
        return tr("comment");
    case AlertVerb::Shelve:
        return tr("shelved");
    case AlertVerb::Unshelve:
        return tr("unshelved");
    case AlertVerb::Suppress:
        return tr("suppressed");
    case AlertVerb::Unsuppress:
        return tr("no longer suppressed");
    case AlertVerb::OutOfService:
        return tr("taken out of service");
    case AlertVerb::ReturnToService:
        return tr("returned to service");
    case AlertVerb::Reset:
        return tr("reset");
    case AlertVerb::Escalate:
        return tr("escalated, step %1").arg(change.alert.escalation);
    case AlertVerb::Remind:
        return tr("reminder: the acknowledge runs out");
    case AlertVerb::ContactLost:
        return tr("contact lost");
    case AlertVerb::ContactBack:
        return tr("contact again");
    case AlertVerb::Welfare:
        break;
    }
    return tr("welfare check");
}

QString AlertWords::reason(const QString &word)
{
    static const QHash<QString, const char *> words{
        {QStringLiteral("ack_expired"), QT_TR_NOOP("the acknowledge ran out")},
        {QStringLiteral("cancel_unconfirmed"), QT_TR_NOOP("nobody confirmed the cancel")},
        {QStringLiteral("lease_expired"), QT_TR_NOOP("the claim was not renewed")},
        {QStringLiteral("expired"), QT_TR_NOOP("the time was over")},
        {QStringLiteral("unanswered"), QT_TR_NOOP("nobody answered")},
        {QStringLiteral("welfare_missed"), QT_TR_NOOP("the welfare check was not answered")},
        {QStringLiteral("one_shot"), QT_TR_NOOP("until it returns")},
        {QStringLiteral("proposed"), QT_TR_NOOP("proposed; a second person has to agree")},
        {QStringLiteral("renewed"), QT_TR_NOOP("renewed")},
        {QStringLiteral("asked"), QT_TR_NOOP("asked")},
        {QStringLiteral("asked_again"), QT_TR_NOOP("asked again")},
        {QStringLiteral("confirmed"), QT_TR_NOOP("confirmed")},
        {QStringLiteral("accepted"), QT_TR_NOOP("the offer was accepted")},
        {QStringLiteral("declined"), QT_TR_NOOP("the offer was declined")},
    };
    if (word == QLatin1String("offered") || word == QLatin1String("withdrawn"))
        return {}; // the verb says it
    if (const char *said = words.value(word))
        return tr(said);
    if (const auto ended = dispositionFromString(word); ended && *ended != Disposition::None)
        return disposition(*ended);
    return word;
}

} // namespace tocsin
