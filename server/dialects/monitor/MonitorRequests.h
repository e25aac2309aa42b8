// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Command.h"
#include "models/domain/Requests.h"
#include "models/wire/Json.h"

#include <QJsonObject>

#include <chrono>
#include <optional>
#include <variant>

// Reads the bodies of dialect 4's pages. Plain functions, any thread. What is wrong is said in the words of that system where it has some,
// else by naming the field.

namespace tocsin::monitor {

struct Broadcast
{
    QString type;
    QJsonObject data;
    QString filter; ///< the topic; empty: everybody
};
[[nodiscard]] std::variant<Broadcast, FieldError> readBroadcast(const QJsonObject &body);

struct DeviceAlert
{
    QString deviceId;
    QString alertType;
    QString message;
    QString severity; ///< as written; "medium" unless given
    AlertLevel level = AlertLevel::Warning;
};
[[nodiscard]] std::variant<DeviceAlert, FieldError> readDeviceAlert(const QJsonObject &body);

struct LiveMetrics
{
    QString deviceId;
    QJsonObject metrics;
};
[[nodiscard]] std::variant<LiveMetrics, FieldError> readLiveMetrics(const QJsonObject &body);

struct Notification
{
    QString type; ///< "system" unless given
    QString title;
    QString message;
    QString severity; ///< "info" unless given
    QString userId;   ///< empty: everybody who listens
    QString deviceId;
    QJsonObject data;
};
[[nodiscard]] std::variant<Notification, FieldError> readNotification(const QJsonObject &body);

/// {performance: …}, or the figures themselves.
struct PerformanceData
{
    QJsonValue performance; ///< an object or a list
    qsizetype points = 0;
};
[[nodiscard]] std::variant<PerformanceData, FieldError> readPerformanceData(const QJsonObject &body);

struct DeviceAction
{
    QString actionId;
    QString actionType;
    QString status; ///< queued, in_progress, completed, failed
    QJsonValue result = QJsonValue::Undefined;
    /// As what the desk hears of it; nullopt: nothing to report.
    [[nodiscard]] std::optional<ReportCommand> report() const;
};
[[nodiscard]] std::variant<DeviceAction, FieldError> readDeviceAction(const QJsonObject &body);

struct StartMonitoring
{
    QString type; ///< "performance" unless given
    std::chrono::seconds interval{5};
};
[[nodiscard]] std::variant<StartMonitoring, FieldError> readStartMonitoring(const QJsonObject &body);

} // namespace tocsin::monitor
