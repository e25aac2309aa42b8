// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertVerbs.h"

#include "models/AlertWords.h"

#include <array>

namespace tocsin {

namespace {

bool isActive(const Alert &alert)
{
    return alert.cond == AlertCondition::Active || alert.cond == AlertCondition::Clearing;
}

/// Once for all: what the book's defaults are.
const CareLimits &limits()
{
    static const CareLimits defaults;
    return defaults;
}

struct Key
{
    AlertVerbs::Verb verb;
    const char *actionId;
};
constexpr std::array keys{
    Key{AlertVerbs::Acknowledge, "acknowledge"},
    Key{AlertVerbs::Unacknowledge, "unacknowledge"},
    Key{AlertVerbs::Comment, "comment"},
    Key{AlertVerbs::Shelve, "shelve"},
    Key{AlertVerbs::Unshelve, "unshelve"},
    Key{AlertVerbs::Claim, "claim"},
    Key{AlertVerbs::Release, "release"},
    Key{AlertVerbs::Transfer, "transfer"},
    Key{AlertVerbs::Reset, "reset"},
    Key{AlertVerbs::OutOfService, "outOfService"},
    Key{AlertVerbs::ReturnToService, "returnToService"},
    Key{AlertVerbs::Close, "closeAlert"},
};

} // namespace

Duration AlertVerbs::longestShelf(const Alert &alert)
{
    return alert.kind == AlertKind::Incident ? Duration::zero() : limits().of(alert.level).longestShelf;
}

QString AlertVerbs::whyNot(Verb verb, const Alert &alert, const Actor &self, TimePoint now)
{
    if (verb == Reopen) {
        if (isOpen(alert) || !alert.care || !alert.care->closedAt)
            return tr("Nobody has closed it.");
        if (alert.care->closedById != self.id)
            return tr("Only %1, who closed it, can take that back.").arg(alert.care->closedBy);
        return now > *alert.care->closedAt + limits().reopenWithin ? tr("It was closed too long ago.") : QString();
    }
    if (!isOpen(alert))
        return tr("It is closed.");
    switch (verb) {
    case Acknowledge:
        return alert.acked ? tr("It is already acknowledged.") : QString();
    case Unacknowledge:
        return !alert.acked       ? tr("It is not acknowledged.")
               : !isActive(alert) ? tr("It is over: there is nothing left to acknowledge.")
                                  : QString();
    case Shelve:
        if (longestShelf(alert) == Duration::zero())
            return tr("An emergency must not be shelved: somebody has to deal with it.");
        if (alert.hold == AlertHold::OutOfService || alert.hold == AlertHold::Suppressed)
            return tr("It is %1 already.").arg(AlertWords::state(stateOf(alert)));
        return {};
    case Unshelve:
        return alert.hold == AlertHold::Shelved ? QString() : tr("It is not shelved.");
    case Claim:
        return AlertWords::isOwn(alert, self) ? tr("You handle it already.") : QString();
    case Release:
        return alert.care && !alert.care->ownerId.isEmpty() ? QString() : tr("Nobody handles it.");
    case Reset:
        if (isActive(alert))
            return tr("Its source still reports it.");
        return !alert.acked    ? tr("It has to be acknowledged first.")
               : alert.latched ? QString()
                               : tr("There is nothing to reset.");
    case OutOfService:
        if (alert.level == AlertLevel::Emergency || alert.kind == AlertKind::Incident)
            return tr("An emergency must not be taken out of service.");
        return alert.hold == AlertHold::OutOfService ? tr("It is out of service already.") : QString();
    case ReturnToService:
        return alert.hold == AlertHold::OutOfService ? QString() : tr("It is in service.");
    case Withdraw:
        return alert.care && AlertWords::isOfferedBy(*alert.care, self) ? QString()
                                                                        : tr("You have offered it to nobody.");
    case Silence:
        return isWaiting(alert) ? QString() : tr("It makes no sound.");
    default:
        return {};
    }
}

RequestBody AlertVerbs::request(Verb verb, const Alert &alert, const Details &details)
{
    const auto handle = [&](AlertVerb what) {
        HandleAlert request;
        request.verb = what;
        request.alertId = alert.id;
        request.occurrence = alert.occurrence;
        request.seenLevel = alert.level;
        request.comment = details.comment;
        request.until = details.until;
        request.oneShot = details.oneShot;
        request.toId = details.toId;
        request.toName = details.toName;
        return request;
    };
    switch (verb) {
    case Unacknowledge:
        return handle(AlertVerb::Unacknowledge);
    case Comment:
        return handle(AlertVerb::Comment);
    case Shelve:
        return handle(AlertVerb::Shelve);
    case Unshelve:
        return handle(AlertVerb::Unshelve);
    case Claim:
        return handle(AlertVerb::Claim);
    case Release:
        return handle(AlertVerb::Release);
    case Transfer:
        return handle(AlertVerb::Transfer);
    case Reset:
        return handle(AlertVerb::Reset);
    case Reopen:
        return handle(AlertVerb::Reopen);
    case Silence:
        return handle(AlertVerb::Silence);
    case Withdraw: {
        HandleAlert back = handle(AlertVerb::Transfer);
        back.toId = alert.care.valueOr({}).offeredById; // to oneself
        return back;
    }
    case OutOfService:
        return TakeOutOfService{alert.id, alert.occurrence, details.until, details.comment};
    case ReturnToService:
        return tocsin::ReturnToService{alert.id, details.comment};
    case Close:
        return CloseAlert{alert.id, alert.occurrence, details.disposition, details.comment};
    case None:
    case Acknowledge:
        break;
    }
    return tocsin::Acknowledge{alert.id, alert.occurrence, alert.level, details.comment};
}

std::pair<AlertVerbs::Verb, QString> AlertVerbs::verbOf(const RequestBody &body)
{
    if (const auto *close = std::get_if<CloseAlert>(&body))
        return {Close, close->alertId};
    if (const auto *out = std::get_if<TakeOutOfService>(&body))
        return {OutOfService, out->alertId};
    if (const auto *back = std::get_if<tocsin::ReturnToService>(&body))
        return {ReturnToService, back->alertId};
    const auto *handle = std::get_if<HandleAlert>(&body);
    if (!handle)
        return {None, {}};
    switch (handle->verb) {
    case AlertVerb::Unacknowledge:
        return {Unacknowledge, handle->alertId};
    case AlertVerb::Comment:
        return {Comment, handle->alertId};
    case AlertVerb::Shelve:
        return {Shelve, handle->alertId};
    case AlertVerb::Unshelve:
        return {Unshelve, handle->alertId};
    case AlertVerb::Claim:
        return {Claim, handle->alertId};
    case AlertVerb::Release:
        return {Release, handle->alertId};
    case AlertVerb::Transfer:
        return {handle->toName.isEmpty() ? Withdraw : Transfer, handle->alertId};
    case AlertVerb::Reset:
        return {Reset, handle->alertId};
    case AlertVerb::Reopen:
        return {Reopen, handle->alertId};
    case AlertVerb::Silence:
        return {Silence, handle->alertId};
    default:
        return {None, {}};
    }
}

QString AlertVerbs::title(Verb verb)
{
    switch (verb) {
    case None:
        break;
    case Acknowledge:
        return tr("Acknowledge");
    case Unacknowledge:
        return tr("Take the acknowledge back");
    case Comment:
        return tr("Comment");
    case Shelve:
        return tr("Shelve");
    case Unshelve:
        return tr("Unshelve");
    case Claim:
        return tr("Claim");
    case Release:
        return tr("Release");
    case Transfer:
        return tr("Hand over");
    case Reset:
        return tr("Reset");
    case OutOfService:
        return tr("Take out of service");
    case ReturnToService:
        return tr("Return to service");
    case Close:
        return tr("Close");
    case Reopen:
        return tr("Reopen");
    case Silence:
        return tr("Silence");
    case Withdraw:
        return tr("Withdraw the offer");
    }
    return {};
}

QString AlertVerbs::busy(Verb verb)
{
    switch (verb) {
    case None:
        break;
    case Acknowledge:
        return tr("acknowledging");
    case Unacknowledge:
        return tr("taking the acknowledge back");
    case Comment:
        return tr("commenting");
    case Shelve:
        return tr("shelving");
    case Unshelve:
        return tr("unshelving");
    case Claim:
        return tr("claiming");
    case Release:
        return tr("releasing");
    case Transfer:
        return tr("handing over");
    case Reset:
        return tr("resetting");
    case OutOfService:
        return tr("taking out of service");
    case ReturnToService:
        return tr("returning to service");
    case Close:
        return tr("closing");
    case Reopen:
        return tr("reopening");
    case Silence:
        return tr("silencing");
    case Withdraw:
        return tr("withdrawing the offer");
    }
    return {};
}

QString AlertVerbs::done(Verb verb)
{
    switch (verb) {
    case None:
        break;
    case Acknowledge:
        return tr("acknowledged");
    case Unacknowledge:
        return tr("acknowledge taken back");
    case Comment:
        return tr("commented");
    case Shelve:
        return tr("shelved");
    case Unshelve:
        return tr("unshelved");
    case Claim:
        return tr("claimed");
    case Release:
        return tr("released");
    case Transfer:
        return tr("handed over");
    case Reset:
        return tr("reset");
    case OutOfService:
        return tr("taken out of service");
    case ReturnToService:
        return tr("returned to service");
    case Close:
        return tr("closed");
    case Reopen:
        return tr("reopened");
    case Silence:
        return tr("silenced");
    case Withdraw:
        return tr("taken back");
    }
    return {};
}

QString AlertVerbs::actionId(Verb verb)
{
    for (const Key &key : keys) {
        if (key.verb == verb)
            return QString::fromLatin1(key.actionId);
    }
    return {};
}

AlertVerbs::Verb AlertVerbs::verbOf(const QString &actionId)
{
    for (const Key &key : keys) {
        if (actionId == QLatin1String(key.actionId))
            return key.verb;
    }
    return None;
}

} // namespace tocsin
