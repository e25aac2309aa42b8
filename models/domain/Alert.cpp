// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Alert.h"

#include <utility>

namespace tocsin {

namespace {
template<class Enum, std::size_t N>
using Names = const std::pair<Enum, QLatin1String> (&)[N];

template<class Enum, std::size_t N>
QString nameOf(Names<Enum, N> names, Enum value)
{
    for (const auto &[candidate, name] : names) {
        if (candidate == value)
            return name;
    }
    return {};
}

template<class Enum, std::size_t N>
std::optional<Enum> valueOf(Names<Enum, N> names, QStringView text)
{
    for (const auto &[candidate, name] : names) {
        if (text.compare(name, Qt::CaseInsensitive) == 0)
            return candidate;
    }
    return std::nullopt;
}

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
};
} // namespace

AlertState stateOf(const Alert &alert)
{
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
    return alert.acked ? AlertState::Normal : AlertState::ReturnedUnacknowledged;
}

bool isOpen(const Alert &alert)
{
    return stateOf(alert) != AlertState::Normal;
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
