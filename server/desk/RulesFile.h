// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRule.h"

#include <QByteArray>
#include <QList>
#include <QString>

namespace tocsin {

/// One thing that is wrong with a rules file.
struct RulesError
{
    int line = 0;   ///< from 1; 0: the file as a whole
    int rule = -1;  ///< index in "rules", from 0; −1: none
    QString ruleId; ///< when the rule has one
    QString key;    ///< "bands[1].limit"; empty: the rule as a whole
    QString reason; ///< "must be a number"
    bool operator==(const RulesError &) const = default;
};

/// "line 12: rule 3 (fuel-level), limit: must be a number"
[[nodiscard]] QString toString(const RulesError &error);

/// All rules, or all that is wrong: with any error there are no rules.
struct RulesResult
{
    QList<AlertRule> rules;
    QList<RulesError> errors; ///< in the order of the file
    [[nodiscard]] bool ok() const { return errors.isEmpty(); }
};

/// Reads a rules file: JSON, {"version": 1, "rules": [rule, …]}. A rule:
///
///   id, code, metric, condition   required; condition: > >= < <= == != between outside any_item
///   limit | limits | prefix       a number | [lower, upper] for between and outside | text for any_item
///   level                         info, warning, critical or emergency
///   bands                         instead of the two above: [{level, limit | limits | prefix}, …]
///   clear | deadband              {condition, limit | limits} | a number ≥ 0
///   unless                        {metric, condition, limit | limits}: see AlertUnless
///   match                         {devices, kinds, classes, tags, sources}: lists of patterns
///   kind                          condition (default) or event
///   onDelay, offDelay             seconds; default 0, and by level as ALERTS.md says
///   autoClear                     default true, for rules of level info alone
///   name, title, category, message, unit, actions [text], guidance, comment
///
/// Anything else is an error, so that a misspelt key does not silently weaken a rule.
[[nodiscard]] RulesResult parseRules(const QByteArray &json);
/// The same from a file, at most 4 MiB. A file that cannot be read is an error without a line.
[[nodiscard]] RulesResult loadRulesFile(const QString &path);
/// What ships with the program (resources/rules/default.json): the rules that PROTOCOL.md promises.
[[nodiscard]] QList<AlertRule> builtInRules();

} // namespace tocsin
