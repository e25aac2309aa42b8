// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/RulesPort.h"

#include <QJsonObject>

#include <optional>

// What the desk says about its alert rules ↔ documents of the native protocol. Plain functions, any thread. fromJson functions name the
// field in `error`.

namespace tocsin::wire {

[[nodiscard]] QJsonObject toJson(const RulesAnswer &answer);
[[nodiscard]] std::optional<RulesAnswer> rulesAnswerFromJson(const QJsonObject &json, QString *error);

[[nodiscard]] QJsonObject toJson(const RuleTrialAnswer &answer);
[[nodiscard]] std::optional<RuleTrialAnswer> ruleTrialAnswerFromJson(const QJsonObject &json, QString *error);

} // namespace tocsin::wire
