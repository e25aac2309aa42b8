// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Alert.h"

#include "models/domain/EnumNames.h"

#include <utility>

namespace tocsin {

namespace {
using names::nameOf;
using names::valueOf;

constexpr std::pair<AlertLevel, QLatin1String> levelNames[] = {
    {AlertLevel::Info, QLatin1String("info")},
    {AlertLevel::Warning, QLatin1String("warning")},
    {AlertLevel::Critical, QLatin1String("critical")},
    {AlertLevel::Emergency, QLatin1String("emergency")},
    // What other systems call them.
    {AlertLevel::Info, QLatin1String("low")},
    {AlertLevel::Warning, QLatin1String("medium")},
    {AlertLevel::Critical, QLatin1String("high")},
    {AlertLevel::Critical, QLatin1String("error")},
};
constexpr std::pair<AlertKind, QLatin1String> kindNames[] = {
    {AlertKind::Condition, QLatin1String("condition")},
    {AlertKind::Event, QLatin1String("event")},
    {AlertKind::Incident, QLatin1String("incident")},
};
constexpr std::pair<AlertCondition, QLatin1String> conditionNames[] = {
    {AlertCondition::Pending, QLatin1String("pending")},   {AlertCondition::Active, QLatin1String("active")},
    {AlertCondition::Clearing, QLatin1String("clearing")}, {AlertCondition::Clear, QLatin1String("clear")},
    {AlertCondition::Canceled, QLatin1String("canceled")},
};
constexpr std::pair<AlertState, QLatin1String> stateNames[] = {
    {AlertState::Normal, QLatin1String("NORMAL")},
    {AlertState::Unacknowledged, QLatin1String("UNACK")},
    {AlertState::Acknowledged, QLatin1String("ACKED")},
    {AlertState::ReturnedUnacknowledged, QLatin1String("RTN_UNACK")},
    {AlertState::Latched, QLatin1String("LATCHED")},
    {AlertState::Shelved, QLatin1String("SHELVED")},
    {AlertState::Suppressed, QLatin1String("SUPPRESSED")},
    {AlertState::OutOfService, QLatin1String("OUT_OF_SERVICE")},
};
constexpr std::pair<AlertHold, QLatin1String> holdNames[] = {
    {AlertHold::None, QLatin1String("none")},
    {AlertHold::Shelved, QLatin1String("shelved")},
    {AlertHold::Suppressed, QLatin1String("suppressed")},
    {AlertHold::OutOfService, QLatin1String("out_of_service")},
};
constexpr std::pair<AlertVerb, QLatin1String> verbNames[] = {
    {AlertVerb::Raise, QLatin1String("raise")},
    {AlertVerb::Acknowledge, QLatin1String("acknowledge")},
    {AlertVerb::LevelChange, QLatin1String("level_change")},
    {AlertVerb::Repeat, QLatin1String("repeat")},
    {AlertVerb::Clearing, QLatin1String("clearing")},
    {AlertVerb::Return, QLatin1String("return")},
    {AlertVerb::Cancel, QLatin1String("cancel")},
    {AlertVerb::Reactivate, QLatin1String("reactivate")},
    {AlertVerb::Stale, QLatin1String("stale")},
    {AlertVerb::Fresh, QLatin1String("fresh")},
    {AlertVerb::Duress, QLatin1String("duress")},
    {AlertVerb::Seen, QLatin1String("seen")},
    {AlertVerb::Stage, QLatin1String("stage")},
    {AlertVerb::Close, QLatin1String("close")},
    {AlertVerb::Reopen, QLatin1String("reopen")},
    {AlertVerb::Unacknowledge, QLatin1String("unack")},
    {AlertVerb::Silence, QLatin1String("silence")},
    {AlertVerb::Claim, QLatin1String("claim")},
    {AlertVerb::Release, QLatin1String("release")},
    {AlertVerb::Transfer, QLatin1String("transfer")},
    {AlertVerb::Comment, QLatin1String("comment")},
    {AlertVerb::Shelve, QLatin1String("shelve")},
    {AlertVerb::Unshelve, QLatin1String("unshelve")},
    {AlertVerb::Suppress, QLatin1String("suppress")},
    {AlertVerb::Unsuppress, QLatin1String("unsuppress")},
    {AlertVerb::OutOfService, QLatin1String("out_of_service")},
    {AlertVerb::ReturnToService, QLatin1String("return_to_service")},
    {AlertVerb::Reset, QLatin1String("reset")},
    {AlertVerb::Escalate, QLatin1String("escalate")},
    {AlertVerb::Remind, QLatin1String("remind")},
    {AlertVerb::ContactLost, QLatin1String("contact_lost")},
    {AlertVerb::ContactBack, QLatin1String("contact_back")},
    {AlertVerb::Welfare, QLatin1String("welfare")},
};
} // namespace

AlertState stateOf(const Alert &alert)
{
    switch (alert.hold) {
    case AlertHold::OutOfService:
        return AlertState::OutOfService;
    case AlertHold::Suppressed:
        return AlertState::Suppressed;
    case AlertHold::Shelved:
        return AlertState::Shelved;
    case AlertHold::None:
        break;
    }
    switch (alert.cond) {
    case AlertCondition::Pending:
        return AlertState::Normal;
    case AlertCondition::Active:
    case AlertCondition::Clearing:
        return alert.acked ? AlertState::Acknowledged : AlertState::Unacknowledged;
    case AlertCondition::Clear:
    case AlertCondition::Canceled:
        break;
    }
    if (!alert.acked)
        return AlertState::ReturnedUnacknowledged;
    return alert.latched ? AlertState::Latched : AlertState::Normal;
}

bool isOpen(const Alert &alert)
{
    return stateOf(alert) != AlertState::Normal;
}

bool isWaiting(const Alert &alert)
{
    const AlertState state = stateOf(alert);
    return state == AlertState::Unacknowledged || state == AlertState::ReturnedUnacknowledged;
}

QString panicStatus(const Alert &alert)
{
    if (alert.cond == AlertCondition::Canceled)
        return QStringLiteral("canceled");
    if (!isOpen(alert)) {
        const bool falseAlarm = alert.care && alert.care->disposition == Disposition::FalseAlarm;
        return falseAlarm ? QStringLiteral("false_alarm") : QStringLiteral("resolved");
    }
    if (alert.incident && alert.incident->stage >= IncidentStage::Dispatched)
        return QStringLiteral("responding");
    return alert.acked ? QStringLiteral("acknowledged") : QStringLiteral("active");
}

Alert asOriginatorSees(const Alert &alert)
{
    if (!alert.incident)
        return alert;
    Alert seen = withoutPins(alert);
    seen.escalation = 0;
    seen.escalateAt.reset();
    seen.ackComment.clear();
    if (alert.care) {
        AlertCare ending;
        ending.disposition = alert.care->disposition;
        ending.closedAt = alert.care->closedAt;
        seen.care = Shared<AlertCare>(ending);
    }
    seen.incident.edit([](IncidentFacts &facts) {
        facts.duress = false;
        facts.confirmBy.reset();
    });
    if (seen.incident->canceledAtSource) {
        seen.cond = AlertCondition::Canceled;
        seen.clearedAt = seen.incident->canceledAtSource;
    }
    return seen;
}

bool isOriginators(const AlertChange &change)
{
    if (!change.alert.incident || !change.alert.incident->canceledAtSource)
        return true;
    return change.verb == AlertVerb::Cancel || change.verb == AlertVerb::Duress ||
           change.verb == AlertVerb::Acknowledge || change.verb == AlertVerb::Close;
}

AlertChange asOriginatorSees(const AlertChange &change)
{
    if (!change.alert.incident)
        return change;
    AlertChange seen{change.verb, change.from, change.to, asOriginatorSees(change.alert)};
    if (seen.verb == AlertVerb::Duress)
        seen.verb = AlertVerb::Cancel;
    seen.to = stateOf(seen.alert);
    return seen;
}

Alert withoutPins(const Alert &alert)
{
    if (!alert.incident || (alert.incident->pin.isEmpty() && alert.incident->duressPin.isEmpty()))
        return alert;
    Alert bare = alert;
    bare.incident.edit([](IncidentFacts &facts) {
        facts.pin.clear();
        facts.duressPin.clear();
    });
    return bare;
}

QString toString(AlertLevel level)
{
    return nameOf(levelNames, level);
}
QString wireLevel(AlertLevel level)
{
    return toString(level == AlertLevel::Emergency ? AlertLevel::Critical : level);
}
std::optional<AlertLevel> alertLevelFromString(QStringView text)
{
    return valueOf(levelNames, text);
}
QString toString(AlertKind kind)
{
    return nameOf(kindNames, kind);
}
std::optional<AlertKind> alertKindFromString(QStringView text)
{
    return valueOf(kindNames, text);
}
QString toString(AlertCondition cond)
{
    return nameOf(conditionNames, cond);
}
std::optional<AlertCondition> alertConditionFromString(QStringView text)
{
    return valueOf(conditionNames, text);
}
QString toString(AlertHold hold)
{
    return nameOf(holdNames, hold);
}
std::optional<AlertHold> alertHoldFromString(QStringView text)
{
    return valueOf(holdNames, text);
}
std::optional<AlertState> alertStateFromString(QStringView text)
{
    return valueOf(stateNames, text);
}
QString toString(AlertState state)
{
    return nameOf(stateNames, state);
}
QString toString(AlertVerb verb)
{
    return nameOf(verbNames, verb);
}
std::optional<AlertVerb> alertVerbFromString(QStringView text)
{
    return valueOf(verbNames, text);
}

} // namespace tocsin
