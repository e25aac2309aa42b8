// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/monitor/MonitorFrames.h"

#include "models/domain/Channels.h"
#include "server/dialects/VehicleFrames.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <array>

namespace tocsin::monitor {

namespace {

/// The first of the channels that has a number that is recent enough.
QJsonValue figure(const std::optional<LatestReading> &latest, TimePoint since, std::initializer_list<QString> channels)
{
    if (!latest)
        return QJsonValue::Null;
    for (const QString &channel : channels) {
        const auto it = latest->channels.constFind(channel);
        if (it == latest->channels.cend() || it->at < since)
            continue;
        if (const auto value = number(it->value))
            return *value;
    }
    return QJsonValue::Null;
}

QString severityOf(const Alert &alert, const QString &severity)
{
    if (!severity.isEmpty())
        return severity;
    switch (alert.level) {
    case AlertLevel::Info:
        return QStringLiteral("low");
    case AlertLevel::Warning:
        return QStringLiteral("medium");
    case AlertLevel::Critical:
        return QStringLiteral("high");
    case AlertLevel::Emergency:
        break;
    }
    return QStringLiteral("critical");
}

QString titleOf(const Alert &alert)
{
    const QString what = alert.title.isEmpty() ? alert.code : alert.title;
    return alert.sourceName.isEmpty() ? what : QStringLiteral("%1: %2").arg(alert.sourceName, what);
}

/// What became of it: the type of its notification and, unless its own words say it, a sentence.
std::pair<QString, QString> newsOf(const AlertChange &change)
{
    const QString by = change.alert.ackedBy.isEmpty() ? QStringLiteral("somebody") : change.alert.ackedBy;
    switch (change.verb) {
    case AlertVerb::Acknowledge:
        return {QStringLiteral("alert_acknowledged"), QStringLiteral("Acknowledged by %1.").arg(by)};
    case AlertVerb::Return:
        return {QStringLiteral("alert_resolved"), QStringLiteral("Back to normal.")};
    case AlertVerb::Cancel:
        return {QStringLiteral("alert_canceled"), QStringLiteral("Canceled.")};
    default:
        return {QStringLiteral("alert"), {}};
    }
}

} // namespace

QByteArray envelope(const QString &type, const QJsonObject &data, TimePoint now)
{
    return QJsonDocument(QJsonObject{{QStringLiteral("type"), type},
                                     {QStringLiteral("data"), data},
                                     {QStringLiteral("timestamp"), toIso8601(now)}})
        .toJson(QJsonDocument::Compact);
}

QByteArray errorFrame(const QString &message, const QString &code, const QString &field, TimePoint now,
                      std::optional<qint64> retryAfterMs)
{
    QJsonObject data{{QStringLiteral("message"), message},
                     {QStringLiteral("code"), code.isEmpty() ? QJsonValue(QJsonValue::Null) : QJsonValue(code)}};
    if (!field.isEmpty())
        data.insert(QStringLiteral("field"), field);
    if (retryAfterMs)
        data.insert(QStringLiteral("retry_after_ms"), *retryAfterMs);
    return envelope(QStringLiteral("error"), data, now);
}

QJsonObject deviceObject(const Device &device, const std::optional<DevicePresence> &presence,
                         const std::optional<LatestReading> &latest, TimePoint since)
{
    const auto named = [](const char *name) { return QString::fromLatin1(name); };
    const TimePoint told = presence ? presence->lastSeen : TimePoint();
    const TimePoint lastSeen = latest && latest->lastSeen > told ? latest->lastSeen : told;
    return {
        {QStringLiteral("id"), device.id},
        {QStringLiteral("name"), device.name.isEmpty() ? device.id : device.name},
        {QStringLiteral("status"), toString(presence ? presence->presence : Presence::Unknown)},
        {QStringLiteral("battery_level"), figure(latest, since, {channel::BatteryLevel})},
        {QStringLiteral("cpu_usage"), figure(latest, since, {named("cpu_usage"), named("cpu.usage"), named("cpu")})},
        {QStringLiteral("memory_usage"),
         figure(latest, since, {named("memory_usage"), named("memory.usage"), named("memory")})},
        {QStringLiteral("storage_usage"),
         figure(latest, since, {named("storage_usage"), named("storage.usage"), named("storage")})},
        {QStringLiteral("last_seen"),
         lastSeen == TimePoint() ? QJsonValue(QJsonValue::Null) : QJsonValue(toIso8601(lastSeen))}};
}

QJsonObject metricsObject(const LatestReading &known, TimePoint since)
{
    Reading reading;
    for (auto it = known.channels.cbegin(); it != known.channels.cend(); ++it) {
        if (it->at >= since)
            reading.samples.append({it.key(), it->value});
    }
    QJsonObject metrics = vehicle::sensorData(reading);
    if (known.position && known.positionAt >= since)
        metrics.insert(QStringLiteral("location"), vehicle::placeObject(*known.position));
    return metrics;
}

bool isSecurity(const Alert &alert)
{
    static const std::array words{QLatin1String("security"), QLatin1String("crash"), QLatin1String("safety")};
    return alert.kind == AlertKind::Incident || std::any_of(words.begin(), words.end(), [&alert](QLatin1String word) {
               return alert.category.compare(word, Qt::CaseInsensitive) == 0;
           });
}

QJsonObject securityObject(const Alert &alert, const QString &severity, TimePoint now)
{
    QJsonObject data{{QStringLiteral("device_id"), alert.source},
                     {QStringLiteral("alert_type"), alert.code},
                     {QStringLiteral("message"), alert.message.isEmpty() ? alert.title : alert.message},
                     {QStringLiteral("severity"), severityOf(alert, severity)},
                     {QStringLiteral("alert_id"), alert.id},
                     {QStringLiteral("acknowledged"), alert.acked},
                     {QStringLiteral("timestamp"), toIso8601(now)}};
    if (!alert.userId.isEmpty())
        data.insert(QStringLiteral("user_id"), alert.userId);
    return data;
}

QJsonObject notificationOf(const AlertChange &change, const QString &severity, TimePoint now)
{
    const Alert &alert = change.alert;
    const auto &[type, sentence] = newsOf(change);
    QJsonObject about{{QStringLiteral("alert_id"), alert.id},
                      {QStringLiteral("alert_type"), alert.code},
                      {QStringLiteral("acknowledged"), alert.acked},
                      {QStringLiteral("status"), vehicle::statusOf(alert)}};
    if (!alert.ackedBy.isEmpty())
        about.insert(QStringLiteral("acknowledged_by"), alert.ackedBy);
    return {{QStringLiteral("id"), QStringLiteral("%1-%2").arg(alert.id).arg(alert.revision)},
            {QStringLiteral("type"), type},
            {QStringLiteral("title"), titleOf(alert)},
            {QStringLiteral("message"), sentence.isEmpty() ? alert.message : sentence},
            {QStringLiteral("severity"), severityOf(alert, severity)},
            {QStringLiteral("timestamp"), toIso8601(now)},
            {QStringLiteral("read"), false},
            {QStringLiteral("device_id"), alert.source},
            {QStringLiteral("data"), about}};
}

QString actionStatus(CommandState state)
{
    switch (state) {
    case CommandState::Queued:
        return QStringLiteral("queued");
    case CommandState::Sent:
    case CommandState::Accepted:
        return QStringLiteral("in_progress");
    case CommandState::Succeeded:
        return QStringLiteral("completed");
    case CommandState::Failed:
    case CommandState::TimedOut:
    case CommandState::Unknown:
    case CommandState::Canceled:
        break;
    }
    return QStringLiteral("failed");
}

QJsonObject actionObject(const Command &command, TimePoint now)
{
    QJsonObject data{{QStringLiteral("action_id"), command.id},
                     {QStringLiteral("device_id"), command.deviceId},
                     {QStringLiteral("action_type"), command.action},
                     {QStringLiteral("status"), actionStatus(command.state)},
                     {QStringLiteral("timestamp"), toIso8601(now)}};
    const QString error = !command.error.isEmpty()                  ? command.error
                          : command.state == CommandState::TimedOut ? QStringLiteral("No answer in time")
                          : command.state == CommandState::Unknown  ? QStringLiteral("Outcome unknown")
                          : command.state == CommandState::Canceled ? QStringLiteral("Canceled")
                                                                    : QString();
    // Any JSON value may be an answer; an array around it makes it a document.
    const QJsonArray answer = QJsonDocument::fromJson('[' + command.response + ']').array();
    if (!error.isEmpty())
        data.insert(QStringLiteral("result"), QJsonObject{{QStringLiteral("error"), error}});
    else if (!answer.isEmpty())
        data.insert(QStringLiteral("result"), answer.first());
    return data;
}

} // namespace tocsin::monitor
