// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"
#include "models/domain/Command.h"
#include "models/domain/Device.h"
#include "models/domain/Reading.h"

#include <QByteArray>
#include <QJsonObject>

#include <optional>

// What dialect 4 writes (PROTOCOL.md, Dialect 4). Plain functions without state, any thread. What is not known is null or left out, never
// written as zero.

namespace tocsin::monitor {

/// {type, data, timestamp}
[[nodiscard]] QByteArray envelope(const QString &type, const QJsonObject &data, TimePoint now);
/// {message, code[, field][, retry_after_ms]} in an envelope; an empty code is null.
[[nodiscard]] QByteArray errorFrame(const QString &message, const QString &code, const QString &field, TimePoint now,
                                    std::optional<qint64> retryAfterMs = {});

/// One entry of device_status. Figures that are older than `since` are not known.
[[nodiscard]] QJsonObject deviceObject(const Device &device, const std::optional<DevicePresence> &presence,
                                       const std::optional<LatestReading> &latest, TimePoint since);
/// The figures that came at or after `since`, under the flat names in which they are sent.
[[nodiscard]] QJsonObject metricsObject(const LatestReading &known, TimePoint since);

/// A panic, a crash, or what somebody reported as an affair of security.
[[nodiscard]] bool isSecurity(const Alert &alert);
/// `severity` as the sender wrote it; empty: in this dialect's words.
[[nodiscard]] QJsonObject securityObject(const Alert &alert, const QString &severity, TimePoint now);
/// What happened to an alert, for people.
[[nodiscard]] QJsonObject notificationOf(const AlertChange &change, const QString &severity, TimePoint now);

/// queued, in_progress, completed, failed
[[nodiscard]] QString actionStatus(CommandState state);
[[nodiscard]] QJsonObject actionObject(const Command &command, TimePoint now);

} // namespace tocsin::monitor
