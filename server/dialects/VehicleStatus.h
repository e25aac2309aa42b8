// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"
#include "models/domain/Device.h"
#include "models/domain/Reading.h"

#include <QJsonObject>
#include <QJsonValue>

#include <optional>

namespace tocsin {

/// What dialect 1's HTTP clients are told of one vehicle, computed from what is known. Unknown figures are null,
/// unknown places and engines empty objects: never zero. Plain functions, any thread; time is an argument.
namespace VehicleStatus {

/// {is_online, last_update, engine_status{temperature, rpm, oil_pressure, running}, battery_level, fuel_level,
/// location{latitude, longitude, …}, speed}. `presence` serves a device that has not spoken since the server started.
[[nodiscard]] QJsonObject of(const std::optional<LatestReading> &latest, const std::optional<DevicePresence> &presence,
                             TimePoint now, std::chrono::seconds onlineWithin);

/// {total_records, date_range{start, end}, anomaly_count, average_quality_score, metrics{channel{min, max, avg, last, count}}}.
[[nodiscard]] QJsonObject stats(const QList<Reading> &newestFirst, const QList<Alert> &alerts, TimePoint from,
                                TimePoint to);

/// Per sensor that reported: 1 without an open alert on it, 0.5 with a warning, 0 with a critical one.
[[nodiscard]] QJsonObject health(const QList<Reading> &readings, const QList<Alert> &open);

/// The share of values that were known, 0…1; null without any.
[[nodiscard]] QJsonValue quality(const QList<Reading> &readings);

} // namespace VehicleStatus

} // namespace tocsin
