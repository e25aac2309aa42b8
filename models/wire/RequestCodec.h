// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Requests.h"
#include "models/wire/Json.h"

#include <QJsonObject>

#include <variant>

// What may be asked of the desk, and its answers, as documents of the native protocol. Plain functions, any thread. What is empty is left out.
// A body that is not ours is refused with the dotted path of the field.

namespace tocsin::wire {

/// "acknowledge", "send_chat", "report_alert", "raise_panic", "cancel_panic", "put_device", "issue_command", "report_command",
/// "cancel_command", "mark_chat", "note_audit"
[[nodiscard]] QString kindOf(const RequestBody &body);

/// {kind, …}
[[nodiscard]] QJsonObject toJson(const RequestBody &body);
[[nodiscard]] std::variant<RequestBody, FieldError> requestFromJson(const QJsonObject &json);

/// {changed, ref} of an outcome that is ok; the refusal is in the reply's error.
[[nodiscard]] QJsonObject toJson(const Outcome &outcome);
[[nodiscard]] Outcome outcomeFromJson(const QJsonObject &result);

} // namespace tocsin::wire
