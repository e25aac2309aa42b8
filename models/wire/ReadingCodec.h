// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"
#include "models/domain/Reading.h"

#include <QJsonObject>
#include <QJsonValue>

#include <optional>

// Telemetry ↔ documents of the native protocol. Plain functions, any thread. Times are microseconds since 1970. A value is
// null (the source said "unknown"), a number, true or false, a text or a list of texts; a number that JSON cannot say is an
// object: {"number": "nan" | "inf" | "-inf"}. fromJson functions name the field in `error` and answer nothing when it is wrong.

namespace tocsin::wire {

[[nodiscard]] QJsonValue valueToJson(const Value &value);
[[nodiscard]] std::optional<Value> valueFromJson(const QJsonValue &json);

[[nodiscard]] QJsonObject positionToJson(const Position &position);
[[nodiscard]] std::optional<Position> positionFromJson(const QJsonValue &json);

[[nodiscard]] QJsonObject toJson(const Reading &reading);
[[nodiscard]] std::optional<Reading> readingFromJson(const QJsonObject &json, QString *error);

[[nodiscard]] QJsonObject toJson(const LatestReading &reading);
[[nodiscard]] std::optional<LatestReading> latestFromJson(const QJsonObject &json, QString *error);

/// {series: [{channel, points: [[at, value], …]}]}
[[nodiscard]] QJsonObject toJson(const HistoryResult &result);
[[nodiscard]] std::optional<HistoryResult> historyFromJson(const QJsonObject &json, QString *error);

} // namespace tocsin::wire
