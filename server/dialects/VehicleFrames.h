// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"
#include "models/domain/Chat.h"
#include "models/domain/Reading.h"
#include "models/wire/Json.h"

#include <QJsonObject>

#include <optional>

namespace tocsin {

/// The words in which an alert was reported, when a dialect's sender chose them. Repeated to its clients as long
/// as they still say what the desk says.
struct SentWords
{
    QString severity;
    AlertLevel level = AlertLevel::Warning; ///< what the word was taken as
    QJsonObject data;
};

/// What dialect 1 writes (PROTOCOL.md, Dialect 1), parts of it for others too. Plain functions without state, any thread. What is not known
/// is left out, never written as zero.
namespace vehicle {

/// {type, data, timestamp, message_id}: the last two always text, data always an object.
[[nodiscard]] QByteArray envelope(const QString &type, const QJsonObject &data, TimePoint now);

/// The flat form of a vehicle's telemetry: the channels that came at or after `since`, unknown fields under the path they came with.
[[nodiscard]] QJsonObject telemetryObject(const LatestReading &known, TimePoint timestamp, TimePoint since);
/// One stored reading with the flat names that `sensor_data` uses.
[[nodiscard]] QJsonObject sensorData(const Reading &reading);
[[nodiscard]] QJsonObject placeObject(const Position &position);
/// Undefined for what is not known, or is no finite number: nothing to write.
[[nodiscard]] QJsonValue jsonOf(const Value &value);
/// Puts a value under a dotted path. A path that runs through something else than an object is left out.
void putAt(QJsonObject &object, QStringView path, const QJsonValue &value);

[[nodiscard]] QJsonObject alertObject(const Alert &alert, const QString &userId,
                                      const std::optional<SentWords> &words = std::nullopt);
/// "active", "acknowledged", "resolved" or "canceled".
[[nodiscard]] QString statusOf(const Alert &alert);

/// {message_id, response, timestamp, agent, user_id}, without envelope.
[[nodiscard]] QByteArray chatReply(const ChatMessage &message);
/// {error, timestamp[, field][, retry_after_ms]}, without envelope.
[[nodiscard]] QByteArray chatError(const FieldError &error, TimePoint now, std::optional<qint64> retryAfterMs = {});
/// Envelope of type "error", data {message, code, field?, retry_after_ms?}.
[[nodiscard]] QByteArray errorFrame(const QString &code, const FieldError &error, TimePoint now,
                                    std::optional<qint64> retryAfterMs = {});

} // namespace vehicle

} // namespace tocsin
