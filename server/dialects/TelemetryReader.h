// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Reading.h"
#include "models/wire/Json.h"

#include <QJsonObject>

#include <optional>
#include <variant>

namespace tocsin {

/// What one message may carry; beyond it the sender is told which field is too much.
struct TelemetryLimits
{
    int samples = 256;
    int pathLength = 128;  ///< characters of a field's dotted path
    int textLength = 1024; ///< characters of a text value
    int listLength = 256;
};

/// Reads dialect 1's telemetry, in all the forms that its clients send: the full one (engine_metrics.rpm, …), the flat one
/// (engine_temp, rpm, …) and mixtures. Fields it does not know are kept as channels under their dotted path; a field
/// of a known name and a wrong type is an error that names it; null is kept as "unknown"; what is absent stays absent.
/// Coordinates out of range are kept as channels (location.latitude, …) but are no position. Plain functions, any thread.
namespace telemetry {

/// `prefix` is put before the fields' paths in errors ("data", "sensor_data"). deviceId and source are the caller's to set.
[[nodiscard]] std::variant<Reading, FieldError> read(const QJsonObject &data, const QString &prefix,
                                                     const TelemetryLimits &limits = {});

/// A place as an object of its own (REST `location`), added to `into`.
[[nodiscard]] std::optional<FieldError> readLocation(const QJsonValue &location, const QString &path, Reading &into,
                                                     const TelemetryLimits &limits = {});

/// ISO 8601 with or without a zone, seconds or milliseconds since 1970; null and absent are nothing.
[[nodiscard]] std::variant<std::optional<TimePoint>, FieldError> readTime(const QJsonValue &value, const QString &path);

/// Tells one stored reading from another: the same for the answer to an ingest and for the history.
[[nodiscard]] QString recordId(const Reading &reading);

} // namespace telemetry

} // namespace tocsin
