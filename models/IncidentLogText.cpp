// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/IncidentLogText.h"

#include "models/Format.h"

#include <QCoreApplication>

namespace tocsin {

namespace {
using Tone = IncidentLogEntry::Tone;

QString say(const char *text)
{
    return QCoreApplication::translate("tocsin", text);
}

/// What a verb says, and how loud.
struct Said
{
    QString title;
    Tone tone = Tone::Plain;
};

Said deed(const QString &title)
{
    return {title, Tone::Deed};
}

Said ofWelfare(const AlertChange &change)
{
    if (change.reason == QLatin1String("confirmed"))
        return deed(say("Said to be well"));
    if (change.reason == QLatin1String("asked_again"))
        return {say("Welfare check unanswered, asked again"), Tone::Warning};
    return {say("Welfare check asked"), Tone::Plain};
}

Said ofEscalation(const AlertChange &change)
{
    if (change.reason == QLatin1String("welfare_missed"))
        return {say("Two welfare checks missed: escalated to the top"), Tone::Emergency};
    return {say("Escalated to step %1").arg(change.alert.escalation), Tone::Warning};
}

Said ofClaim(const AlertChange &change)
{
    return deed(change.reason == QLatin1String("accepted") ? say("Taken over") : say("Taken"));
}

Said ofRelease(const AlertChange &change)
{
    if (change.reason == QLatin1String("declined"))
        return deed(say("Hand-over declined"));
    if (change.reason == QLatin1String("lease_expired"))
        return {say("Nobody handles it any more: the console fell silent"), Tone::Warning};
    return deed(say("Let go"));
}

Said ofChange(const AlertChange &change)
{
    const Alert &alert = change.alert;
    const bool incident = alert.kind == AlertKind::Incident;
    switch (change.verb) {
    case AlertVerb::Raise:
        return {incident ? say("Panic received") : say("Raised"), Tone::Emergency};
    case AlertVerb::Seen:
        return {say("Shown at a desk"), Tone::Plain};
    case AlertVerb::Acknowledge:
        return deed(say("Acknowledged"));
    case AlertVerb::Unacknowledge:
        return change.reason == QLatin1String("ack_expired") ? Said{say("Acknowledge ran out"), Tone::Warning}
                                                             : deed(say("Acknowledge taken back"));
    case AlertVerb::Stage:
        return deed(say("Stage: %1").arg(alert.incident ? stageText(alert.incident->stage) : QString()));
    case AlertVerb::Close:
        return deed(say("Closed: %1").arg(dispositionText(alert.care.valueOr({}).disposition)));
    case AlertVerb::Reopen:
        return deed(say("Opened again"));
    case AlertVerb::Cancel:
        return {say("Canceled by the caller"), Tone::Warning};
    case AlertVerb::Duress:
        return {say("Canceled under duress"), Tone::Emergency};
    case AlertVerb::Reactivate:
        return {change.reason == QLatin1String("cancel_unconfirmed") ? say("Cancel not confirmed: active again")
                                                                     : say("Active again"),
                Tone::Emergency};
    case AlertVerb::Escalate:
        return ofEscalation(change);
    case AlertVerb::ContactLost:
        return {say("Contact lost"), Tone::Emergency};
    case AlertVerb::ContactBack:
        return {say("Contact is back"), Tone::Plain};
    case AlertVerb::Welfare:
        return ofWelfare(change);
    case AlertVerb::Claim:
        return ofClaim(change);
    case AlertVerb::Release:
        return ofRelease(change);
    case AlertVerb::Transfer:
        return deed(change.reason == QLatin1String("withdrawn")
                        ? say("Offer withdrawn")
                        : say("Offered to %1").arg(alert.care.valueOr({}).offeredToName));
    case AlertVerb::Silence:
        return change.reason == QLatin1String("expired") ? Said{say("Sounds again"), Tone::Plain}
                                                         : deed(say("Silenced"));
    case AlertVerb::Repeat:
        return {say("Reported again"), Tone::Plain};
    case AlertVerb::LevelChange:
        return {say("Level: %1").arg(format::alertLevel(alert.level)), Tone::Warning};
    case AlertVerb::Return:
        return {say("Over"), Tone::Plain};
    case AlertVerb::Remind:
        return {say("Reminder to whoever acknowledged it"), Tone::Warning};
    case AlertVerb::Comment:
        return deed(change.comment);
    default:
        return {toString(change.verb).replace(QLatin1Char('_'), QLatin1Char(' ')), Tone::Plain};
    }
}

QString whoOf(const Actor &actor, const Actor &self)
{
    if (actor.kind == Actor::Kind::System)
        return {};
    if (actor.kind == Actor::Kind::Operator && !actor.id.isEmpty() && actor.id == self.id)
        return say("you");
    return actor.name.isEmpty() ? actor.id : actor.name;
}

QString afterText(double seconds)
{
    return say("%1 after the call").arg(format::age(seconds));
}
} // namespace

QString stageText(IncidentStage stage)
{
    switch (stage) {
    case IncidentStage::Received:
        return say("Received");
    case IncidentStage::Contacting:
        return say("Contacting");
    case IncidentStage::Dispatched:
        return say("Dispatched");
    case IncidentStage::OnScene:
        return say("On scene");
    case IncidentStage::Monitoring:
        return say("Monitoring");
    case IncidentStage::Closed:
        break;
    }
    return say("Closed");
}

QString dispositionText(Disposition disposition)
{
    switch (disposition) {
    case Disposition::Assisted:
        return say("assisted");
    case Disposition::HandedToAgency:
        return say("handed to another agency");
    case Disposition::FalseAlarm:
        return say("false alarm");
    case Disposition::Test:
        return say("test");
    case Disposition::Duplicate:
        return say("duplicate");
    case Disposition::UnableToContact:
        return say("unable to contact");
    case Disposition::CanceledConfirmed:
        return say("canceled, safety confirmed");
    case Disposition::None:
        break;
    }
    return say("no disposition");
}

std::optional<IncidentLogEntry> logEntryOf(const Event &event, const QString &alertId, const Actor &self,
                                           const QTimeZone &zone)
{
    IncidentLogEntry entry;
    entry.seq = event.seq;
    entry.at = event.at;
    entry.who = whoOf(event.actor, self);
    QStringList detail{format::timeOfDay(event.at, zone)};
    if (const auto *change = std::get_if<AlertChange>(&event.body)) {
        const bool renewed = change->verb == AlertVerb::Claim && change->reason == QLatin1String("renewed");
        if (change->alert.id != alertId || renewed)
            return std::nullopt;
        const Said said = ofChange(*change);
        entry.title = said.title;
        entry.tone = said.tone;
        if (!entry.who.isEmpty())
            detail.append(entry.who);
        if (change->verb == AlertVerb::Raise && !change->alert.message.isEmpty())
            detail.append(change->alert.message);
        if (change->verb == AlertVerb::Seen)
            detail.append(afterText(secondsBetween(change->alert.raisedAt, event.at)));
        if (!change->comment.isEmpty() && change->verb != AlertVerb::Comment)
            detail.append(change->comment);
    } else if (const auto *message = std::get_if<ChatMessage>(&event.body)) {
        const QString name = message->senderName.isEmpty() ? message->senderId : message->senderName;
        const bool own = message->fromDesk && message->senderId == self.id;
        entry.at = message->at;
        entry.who = own ? say("you") : name;
        detail = {format::timeOfDay(message->at, zone), message->automatic ? say("automatic answer") : say("chat")};
        const QString text = message->text.simplified();
        entry.title = say("%1: %2").arg(own ? say("You") : name, text.isEmpty() ? say("sent a picture") : text);
    } else if (const auto *record = std::get_if<AuditRecord>(&event.body)) {
        if (record->object != alertId)
            return std::nullopt;
        const bool notified = record->action == QLatin1String("notify");
        if (!notified && record->action != QLatin1String("export"))
            return std::nullopt;
        if (tellsContact(*record))
            entry.title = record->ok ? say("Contact told") : say("Contact not reached");
        else if (notified)
            entry.title = record->ok ? say("Notified") : say("Not notified");
        else
            entry.title = say("Exported");
        entry.tone = record->ok ? Tone::Plain : Tone::Warning;
        if (!record->detail.isEmpty())
            detail.append(record->detail);
    } else {
        return std::nullopt;
    }
    entry.detail = detail.join(QStringLiteral(" · "));
    return entry;
}

} // namespace tocsin
