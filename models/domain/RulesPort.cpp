// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/RulesPort.h"

#include "models/domain/EnumNames.h"

#include <utility>

namespace tocsin {

namespace {
constexpr std::pair<RuleTrialMoment::What, QLatin1String> whatNames[] = {
    {RuleTrialMoment::What::Raised, QLatin1String("raised")},
    {RuleTrialMoment::What::Level, QLatin1String("level")},
    {RuleTrialMoment::What::Cleared, QLatin1String("cleared")},
};
} // namespace

QString toString(const RulesError &error)
{
    QString text;
    if (error.line > 0)
        text += QStringLiteral("line %1: ").arg(error.line);
    if (error.rule >= 0)
        text += QStringLiteral("rule %1").arg(error.rule + 1);
    if (!error.ruleId.isEmpty())
        text += QStringLiteral(" (%1)").arg(error.ruleId);
    if (error.rule >= 0 && !error.key.isEmpty())
        text += QStringLiteral(", ");
    text += error.key;
    if (error.rule >= 0 || !error.key.isEmpty())
        text += QStringLiteral(": ");
    return text + error.reason;
}

QString toString(RuleTrialMoment::What what)
{
    return names::nameOf(whatNames, what);
}

std::optional<RuleTrialMoment::What> ruleTrialWhatFromString(QStringView text)
{
    return names::valueOf(whatNames, text);
}

} // namespace tocsin
