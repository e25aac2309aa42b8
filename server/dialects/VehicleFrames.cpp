// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/VehicleFrames.h"

#include "server/dialects/TelemetryNames.h"

#include <QJsonArray>
#include <QUuid>

#include <cmath>

namespace tocsin::vehicle {

namespace {

/// Null stands for "the source said that it does not know"; undefined for "nothing to write".
QJsonValue jsonOf(const Value &value)
{
    if (const auto *number = std::get_if<double>(&value))
        return std::isfinite(*number) ? QJsonValue(*number) : QJsonValue(QJsonValue::Undefined);
    if (const auto *flag = std::get_if<bool>(&value))
        return *flag;
    if (const auto *words = std::get_if<QString>(&value))
        return *words;
    if (const auto *list = std::get_if<QStringList>(&value))
        return QJsonArray::fromStringList(*list);
    return QJsonValue::Undefined;
}

/// Puts a value under a dotted path. A path that runs through something else than an object is left out.
void putAt(QJsonObject &object, QStringView path, const QJsonValue &value)
{
    const qsizetype dot = path.indexOf(QLatin1Char('.'));
    if (dot < 0) {
        if (!object.contains(path) || !object.value(path).isObject())
            object.insert(path.toString(), value);
        return;
    }
    const QString head = path.left(dot).toString();
    const QJsonValue inner = object.value(head);
    if (!inner.isUndefined() && !inner.isObject())
        return;
    QJsonObject nested = inner.toObject();
    putAt(nested, path.sliced(dot + 1), value);
    object.insert(head, nested);
}

bool isReserved(const QString &channel)
{
    return channel == QLatin1String("vehicle_id") || channel == QLatin1String("timestamp");
}

} // namespace

QByteArray envelope(const QString &type, const QJsonObject &data, TimePoint now)
{
    return QJsonDocument(
               QJsonObject{{QStringLiteral("type"), type},
                           {QStringLiteral("data"), data},
                           {QStringLiteral("timestamp"), toIso8601(now)},
                           {QStringLiteral("message_id"), QUuid::createUuid().toString(QUuid::WithoutBraces)}})
        .toJson(QJsonDocument::Compact);
}

QJsonObject placeObject(const Position &position)
{
    QJsonObject place{{QStringLiteral("latitude"), position.latitude},
                      {QStringLiteral("longitude"), position.longitude}};
    const std::pair<QLatin1String, std::optional<double>> rest[] = {{QLatin1String("altitude"), position.altitudeM},
                                                                    {QLatin1String("accuracy"), position.accuracyM},
                                                                    {QLatin1String("heading"), position.headingDeg},
                                                                    {QLatin1String("speed"), position.speedKmh}};
    for (const auto &[name, value] : rest) {
        if (value && std::isfinite(*value))
            place.insert(name, *value);
    }
    return place;
}

QJsonObject telemetryObject(const LatestReading &known, TimePoint timestamp, TimePoint since)
{
    QJsonObject data{{QStringLiteral("vehicle_id"), known.deviceId},
                     {QStringLiteral("timestamp"), toIso8601(timestamp)}};
    if (known.position && known.positionAt >= since)
        data.insert(QStringLiteral("location"), placeObject(*known.position));
    for (auto it = known.channels.cbegin(); it != known.channels.cend(); ++it) {
        if (it->at < since || isReserved(it.key()))
            continue;
        const QJsonValue value = jsonOf(it->value);
        if (value.isUndefined())
            continue;
        const telemetry::Spelling *spelling = telemetry::spellingOfChannel(it.key());
        putAt(data, spelling ? spelling->nested : it.key(), value);
    }
    // Without a speed of its own a receiver's course-over-ground speed is the vehicle's.
    if (!data.contains(QLatin1String("speed")) && known.position && known.positionAt >= since &&
        known.position->speedKmh && std::isfinite(*known.position->speedKmh))
        data.insert(QStringLiteral("speed"), *known.position->speedKmh);
    return data;
}

QJsonObject sensorData(const Reading &reading)
{
    QJsonObject data;
    for (const Sample &sample : reading.samples) {
        const QJsonValue value = jsonOf(sample.value);
        if (value.isUndefined())
            continue;
        const telemetry::Spelling *spelling = telemetry::spellingOfChannel(sample.channel);
        if (spelling)
            data.insert(spelling->flat, value);
        else
            putAt(data, sample.channel, value);
    }
    return data;
}

QString statusOf(const Alert &alert)
{
    switch (alert.cond) {
    case AlertCondition::Canceled:
        return QStringLiteral("canceled");
    case AlertCondition::Clear:
        return QStringLiteral("resolved");
    case AlertCondition::Pending:
    case AlertCondition::Active:
    case AlertCondition::Clearing:
        break;
    }
    return alert.acked ? QStringLiteral("acknowledged") : QStringLiteral("active");
}

QJsonObject alertObject(const Alert &stored, const QString &userId, const std::optional<SentWords> &words)
{
    const Alert alert = asOriginatorSees(stored);
    const bool asSent = words && words->level == alert.level;
    QJsonObject data = asSent ? words->data : QJsonObject();
    if (alert.value)
        data.insert(QStringLiteral("value"), *alert.value);
    if (alert.threshold)
        data.insert(QStringLiteral("threshold"), *alert.threshold);
    if (!alert.unit.isEmpty())
        data.insert(QStringLiteral("unit"), alert.unit);
    const bool ofUser = alert.kind == AlertKind::Incident || alert.source == alert.userId;
    const QString severity = asSent && !words->severity.isEmpty() ? words->severity : wireLevel(alert.level);
    QJsonObject object{
        {QStringLiteral("id"), alert.id},
        {QStringLiteral("type"), alert.code},
        {QStringLiteral("title"), alert.title.isEmpty() ? alert.code : alert.title},
        {QStringLiteral("severity"), severity},
        {QStringLiteral("category"), alert.category},
        {QStringLiteral("message"), alert.message},
        {QStringLiteral("timestamp"), toIso8601(alert.raisedAt)},
        {QStringLiteral("acknowledged"), alert.acked},
        {QStringLiteral("status"), statusOf(alert)},
        {QStringLiteral("vehicle_id"), ofUser ? QString() : alert.source},
        {QStringLiteral("user_id"), alert.userId.isEmpty() ? userId : alert.userId},
        {QStringLiteral("data"), data},
        {QStringLiteral("recommended_actions"), QJsonArray::fromStringList(alert.recommendedActions)},
    };
    if (alert.level == AlertLevel::Emergency)
        object.insert(QStringLiteral("class"), toString(AlertLevel::Emergency));
    return object;
}

QByteArray chatReply(const ChatMessage &message)
{
    const QString desk = QStringLiteral("Desk");
    QJsonObject reply{{QStringLiteral("message_id"), message.id},
                      {QStringLiteral("response"), message.text},
                      {QStringLiteral("timestamp"), toIso8601(message.at)},
                      {QStringLiteral("agent"), message.senderName.isEmpty() ? desk : message.senderName},
                      {QStringLiteral("user_id"), userOfChatThread(message.thread)}};
    // Only where they say something: clients of this dialect know the five above.
    if (message.urgent)
        reply.insert(QStringLiteral("urgent"), true);
    if (!message.attachments.isEmpty())
        reply.insert(QStringLiteral("attachments"), QJsonArray::fromStringList(message.attachments));
    return QJsonDocument(reply).toJson(QJsonDocument::Compact);
}

QByteArray chatError(const FieldError &error, TimePoint now, std::optional<qint64> retryAfterMs)
{
    QJsonObject object{{QStringLiteral("error"), error.message}, {QStringLiteral("timestamp"), toIso8601(now)}};
    if (!error.field.isEmpty())
        object.insert(QStringLiteral("field"), error.field);
    if (retryAfterMs)
        object.insert(QStringLiteral("retry_after_ms"), *retryAfterMs);
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QByteArray errorFrame(const QString &code, const FieldError &error, TimePoint now, std::optional<qint64> retryAfterMs)
{
    QJsonObject data{{QStringLiteral("message"), error.message}, {QStringLiteral("code"), code}};
    if (!error.field.isEmpty())
        data.insert(QStringLiteral("field"), error.field);
    if (retryAfterMs)
        data.insert(QStringLiteral("retry_after_ms"), *retryAfterMs);
    return envelope(QStringLiteral("error"), data, now);
}

} // namespace tocsin::vehicle
