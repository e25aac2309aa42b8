// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/monitor/MonitorRequests.h"

#include "server/dialects/Route.h"

#include <QJsonArray>
#include <QStringList>

#include <cmath>

namespace tocsin::monitor {

namespace {

constexpr int longestWord = 64;
constexpr int longestLine = 200;
constexpr int longestText = 2000;

/// Reads the fields of one body; keeps the first problem.
class Fields
{
public:
    explicit Fields(const QJsonObject &body) : m_body(body) {}

    /// Absent, null and empty are the same.
    [[nodiscard]] QString text(const char *name, int longest, const QString &otherwise = {})
    {
        const QJsonValue value = m_body.value(QLatin1String(name));
        if (value.isUndefined() || value.isNull() || value == QJsonValue(QString()))
            return otherwise;
        if (!value.isString())
            wrong(name, QStringLiteral("must be text"));
        else if (value.toString().size() > longest)
            wrong(name, QStringLiteral("is longer than %1 characters").arg(longest));
        return value.toString();
    }

    [[nodiscard]] QString id(const char *name)
    {
        const QString text = this->text(name, 128);
        if (!text.isEmpty() && !isPathId(text))
            wrong(name, QStringLiteral("is no id"));
        return text;
    }

    [[nodiscard]] QJsonObject object(const char *name)
    {
        const QJsonValue value = m_body.value(QLatin1String(name));
        if (!value.isUndefined() && !value.isNull() && !value.isObject())
            wrong(name, QStringLiteral("must be an object"));
        return value.toObject();
    }

    /// A sentence of its own, e.g. that several fields are needed.
    void need(bool there, const QString &sentence, const QString &field = {})
    {
        if (!there && !m_error)
            m_error = FieldError{field, sentence};
    }
    void need(const char *name, const QString &value)
    {
        need(!value.isEmpty(), QStringLiteral("%1 is required").arg(QLatin1String(name)), QLatin1String(name));
    }
    void wrong(const char *name, const QString &why)
    {
        need(false, QStringLiteral("%1 %2").arg(QLatin1String(name), why), QLatin1String(name));
    }
    [[nodiscard]] const std::optional<FieldError> &error() const { return m_error; }

private:
    const QJsonObject &m_body;
    std::optional<FieldError> m_error;
};

template<class T>
std::variant<T, FieldError> outcome(const Fields &fields, T read)
{
    if (fields.error())
        return *fields.error();
    return read;
}

const QStringList &serverTypes()
{
    static const QStringList types{
        QStringLiteral("device_connected"), QStringLiteral("device_disconnected"), QStringLiteral("device_status"),
        QStringLiteral("storage_alert"),    QStringLiteral("network_status"),      QStringLiteral("live_metrics"),
        QStringLiteral("notification"),     QStringLiteral("security_alert"),      QStringLiteral("analytics_update"),
        QStringLiteral("performance_data"), QStringLiteral("device_action"),       QStringLiteral("system_message"),
        QStringLiteral("heartbeat")};
    return types;
}

} // namespace

std::variant<Broadcast, FieldError> readBroadcast(const QJsonObject &body)
{
    Fields fields(body);
    Broadcast broadcast;
    broadcast.type = fields.text("type", longestWord);
    fields.need("type", broadcast.type);
    fields.need(serverTypes().contains(broadcast.type), QStringLiteral("Invalid message type: %1").arg(broadcast.type),
                QStringLiteral("type"));
    broadcast.data = fields.object("data");
    broadcast.filter = fields.text("subscription_filter", 256);
    return outcome(fields, broadcast);
}

std::variant<DeviceAlert, FieldError> readDeviceAlert(const QJsonObject &body)
{
    Fields fields(body);
    DeviceAlert alert;
    alert.deviceId = fields.id("device_id");
    fields.need("device_id", alert.deviceId);
    alert.alertType = fields.text("alert_type", longestWord);
    fields.need("alert_type", alert.alertType);
    alert.message = fields.text("message", longestText);
    fields.need("message", alert.message);
    alert.severity = fields.text("severity", longestWord, QStringLiteral("medium"));
    const auto level = alertLevelFromString(alert.severity.toLower());
    if (!level)
        fields.wrong("severity", QStringLiteral("must be info, low, medium, warning, high, critical or emergency"));
    alert.level = level.value_or(AlertLevel::Warning);
    return outcome(fields, alert);
}

std::variant<LiveMetrics, FieldError> readLiveMetrics(const QJsonObject &body)
{
    Fields fields(body);
    LiveMetrics live;
    live.deviceId = fields.id("device_id");
    fields.need("device_id", live.deviceId);
    fields.need(body.contains(QLatin1String("metrics")), QStringLiteral("metrics is required"),
                QStringLiteral("metrics"));
    if (!body.value(QLatin1String("metrics")).isObject())
        fields.wrong("metrics", QStringLiteral("must be an object"));
    live.metrics = fields.object("metrics");
    return outcome(fields, live);
}

std::variant<Notification, FieldError> readNotification(const QJsonObject &body)
{
    Fields fields(body);
    Notification notification;
    notification.title = fields.text("title", longestLine);
    notification.message = fields.text("message", longestText);
    fields.need(!notification.title.isEmpty() && !notification.message.isEmpty(),
                QStringLiteral("title and message are required"));
    notification.type = fields.text("type", longestWord, QStringLiteral("system"));
    notification.severity = fields.text("severity", longestWord, QStringLiteral("info"));
    notification.userId = fields.id("user_id");
    notification.deviceId = fields.id("device_id");
    notification.data = fields.object("data");
    return outcome(fields, notification);
}

std::variant<PerformanceData, FieldError> readPerformanceData(const QJsonObject &body)
{
    const QJsonValue wrapped = body.value(QLatin1String("performance"));
    PerformanceData data;
    data.performance = wrapped.isObject() || wrapped.isArray() ? wrapped : QJsonValue(body);
    data.points = data.performance.isArray() ? data.performance.toArray().size() : data.performance.toObject().size();
    if (data.points == 0)
        return FieldError{QStringLiteral("performance"), QStringLiteral("performance is required")};
    return data;
}

std::variant<DeviceAction, FieldError> readDeviceAction(const QJsonObject &body)
{
    Fields fields(body);
    DeviceAction action;
    action.actionId = fields.text("action_id", 128);
    action.actionType = fields.text("action_type", longestWord);
    action.status = fields.text("status", longestWord);
    fields.need(!action.actionId.isEmpty() && !action.actionType.isEmpty() && !action.status.isEmpty(),
                QStringLiteral("action_id, action_type, and status are required"));
    static const QStringList known{QStringLiteral("queued"), QStringLiteral("in_progress"), QStringLiteral("completed"),
                                   QStringLiteral("failed")};
    if (!known.contains(action.status))
        fields.wrong("status", QStringLiteral("must be one of %1").arg(known.join(QLatin1String(", "))));
    action.result = body.value(QLatin1String("result"));
    return outcome(fields, action);
}

std::optional<ReportCommand> DeviceAction::report() const
{
    ReportCommand report;
    report.commandId = actionId;
    if (status == QLatin1String("in_progress"))
        report.state = CommandState::Accepted;
    else if (status == QLatin1String("completed"))
        report.state = CommandState::Succeeded;
    else if (status == QLatin1String("failed"))
        report.state = CommandState::Failed;
    else
        return std::nullopt;
    if (report.state == CommandState::Failed)
        report.error =
            result.isString() ? result.toString() : result.toObject().value(QLatin1String("error")).toString();
    if (!result.isUndefined() && !result.isNull()) {
        // An array around it makes any value a document.
        const QByteArray list = QJsonDocument(QJsonArray{result}).toJson(QJsonDocument::Compact);
        report.response = list.mid(1, list.size() - 2);
    }
    return report;
}

std::variant<StartMonitoring, FieldError> readStartMonitoring(const QJsonObject &body)
{
    constexpr int longest = 3600;
    Fields fields(body);
    StartMonitoring start;
    start.type = fields.text("type", longestWord, QStringLiteral("performance"));
    const QJsonValue interval = body.value(QLatin1String("interval"));
    if (!interval.isUndefined() && !interval.isNull()) {
        const double seconds = interval.toDouble(-1);
        if (!(seconds >= 1 && seconds <= longest) || std::floor(seconds) != seconds)
            fields.wrong("interval", QStringLiteral("must be whole seconds, 1 to %1").arg(longest));
        else
            start.interval = std::chrono::seconds(int(seconds));
    }
    return outcome(fields, start);
}

} // namespace tocsin::monitor
