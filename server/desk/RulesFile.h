// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRule.h"
#include "models/domain/RulesPort.h"

#include <QByteArray>
#include <QList>
#include <QString>

namespace tocsin {

/// All rules, or all that is wrong: with any error there are no rules.
struct RulesResult
{
    QList<AlertRule> rules;
    QList<RulesError> errors; ///< in the order of the file
    QString comment{};        ///< of the file
    [[nodiscard]] bool ok() const { return errors.isEmpty(); }
};

/// Reads a rules file: JSON, {"version": 1, "comment": text, "rules": [rule, …]}. A rule, with times in seconds:
///
///   id, code, metric, condition   required; condition: > >= < <= == != between outside any_item
///   measure                       what of the metric is compared: value (default); rate: its change per second; time_to_limit:
///                                 seconds until "target" holds if it goes on so; silence: seconds since it was last told
///   window                        rate and time_to_limit: over how long the trend is taken
///   target                        time_to_limit: {condition, limit} that the metric is not to come to
///   limit | limits | prefix       a number | [lower, upper] for between and outside | text for any_item
///   level                         info, warning, critical or emergency
///   bands                         instead of the two above: [{level, limit | limits | prefix}, …]
///   clear | deadband              {condition, limit | limits} | a number ≥ 0
///   unless                        {metric, condition, limit | limits}: see AlertUnless
///   match                         {devices, kinds, classes, tags, sources}: lists of patterns
///   kind                          condition (default) or event
///   onDelay, offDelay             default 0, and by level as ALERTS.md says
///   count, count_window           so many violations within that time raise it, beside onDelay; without one only they do
///   autoClear                     default true, for rules of level info alone
///   latch                         true: once over and acknowledged it waits for a reset
///   schedule                      {name, zone, times: [{days: ["mon", …], from: "08:00", to: "18:00"}, …], exceptions:
///                                 [{date: "2026-12-24", from, to}, …]}: outside it the alerts are suppressed. No zone: the
///                                 server's. No days: all. `to` before `from`: of the next day. An exception without times: not
///                                 that day
///   inhibited_by                  [rule id, …]: suppressed while one of them is active at the same source; "DEVICE_STALE":
///                                 while the device is silent
///   ack_comment                   true: an acknowledge has to bring a comment
///   ladder                        when each step of the escalation is due, since it was raised: [60, 180, 600]
///   ack_ttl, ack_grace            how long an acknowledge holds (0: for ever), and how long after the reminder
///   max_shelf                     for how long it may be shelved; 0: not at all
///   name, title, category, message, unit, actions [text], guidance, comment
///
/// Without a name of its own ladder, ack_ttl, ack_grace and max_shelf are those of the level. An emergency is never shelved or suppressed.
/// Anything else is an error, so that a misspelt key does not silently weaken a rule.
[[nodiscard]] RulesResult parseRules(const QByteArray &json);
/// One object of the list alone; the lines are those of `json`.
[[nodiscard]] RulesResult parseRule(const QByteArray &json);
/// The same from a file, at most 4 MiB. A file that cannot be read is an error without a line. `text`: what stands in it.
[[nodiscard]] RulesResult loadRulesFile(const QString &path, QByteArray *text = nullptr);
/// What ships with the program (resources/rules/default.json): the rules that PROTOCOL.md promises.
[[nodiscard]] QList<AlertRule> builtInRules();
[[nodiscard]] QByteArray builtInRulesText();
/// The same with those about the demo's geofences (resources/rules/demo.json).
[[nodiscard]] QByteArray demoRulesText();
/// A rules file, as people would write it; parseRules() reads the same rules from it.
[[nodiscard]] QByteArray toJson(const QList<AlertRule> &rules, const QString &comment = {});

inline constexpr qsizetype largestRulesFile = qsizetype{4} * 1024 * 1024;

} // namespace tocsin
