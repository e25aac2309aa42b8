// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Reading.h"
#include "models/wire/Json.h"

#include <QJsonObject>

#include <variant>

// Telemetry as the IoT hub's devices and clients write it (PROTOCOL.md, Dialect 2). Plain functions, any thread.

namespace tocsin {

/// What a device sent: the reading's deviceId is the IMEI; source and receivedAt are the caller's to set.
using HubTelemetry = std::variant<Reading, FieldError>;

/// {imei, timestamp?, data{…}} with plain names, or {imei, payload{state{reported{…}}}} with a tracker's numbers or with plain
/// names. Unknown fields are kept under the path that they came with, null is "not known"; a wrong type names its field.
[[nodiscard]] HubTelemetry readHubTelemetry(const QJsonObject &message);

/// The `imei` of a message: text, or a whole number; 1–128 characters without a slash.
[[nodiscard]] std::variant<QString, FieldError> readImei(const QJsonObject &message);

/// `data` with plain names of what came at or after `since`. What is not known is left out.
[[nodiscard]] QJsonObject hubData(const LatestReading &known, TimePoint since);

} // namespace tocsin
