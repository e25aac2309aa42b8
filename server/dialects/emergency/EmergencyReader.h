// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Reading.h"
#include "models/domain/Requests.h"
#include "models/wire/Json.h"

#include <QJsonObject>

#include <variant>

namespace tocsin::emergency {

inline constexpr int defaultPriority = 5;
inline constexpr int lowestPriority = 1;
inline constexpr int highestPriority = 5;

/// Where the provider of a place is kept among a reading's samples.
[[nodiscard]] inline QString locationProviderChannel()
{
    return QStringLiteral("location.provider");
}

/// Reads what phones and dashboards send. Plain functions, any thread. A FieldError is an answer in the words that the clients of
/// this dialect know.

/// The body of a call for help. Only a place that is wrong, or that is missing without `gps_unavailable`, is refused: whatever else is
/// wrong with it, a person needs help.
[[nodiscard]] std::variant<RaisePanic, FieldError> readPanic(const QJsonObject &body);
/// {latitude, longitude, accuracy, provider, battery_level, altitude, speed, heading, timestamp}, or that within `location`. The reading has
/// no device yet.
[[nodiscard]] std::variant<Reading, FieldError> readLocation(const QJsonObject &message);
/// {message, attachments[], client_message_id}; neither text nor attachment: "Empty message".
[[nodiscard]] std::variant<SendChat, FieldError> readChat(const QJsonObject &message);

struct Closing
{
    QString notes;
    QString disposition; ///< of toString(Disposition); empty: not said
};
/// {notes, disposition | status}
[[nodiscard]] std::variant<Closing, FieldError> readClosing(const QJsonObject &message);
/// Text, or a whole number; empty when it is neither.
[[nodiscard]] QString readId(const QJsonValue &value);

} // namespace tocsin::emergency
