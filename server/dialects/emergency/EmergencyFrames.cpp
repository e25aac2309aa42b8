// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/emergency/EmergencyFrames.h"

#include "models/domain/Channels.h"
#include "server/dialects/emergency/EmergencyReader.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>

namespace tocsin::emergency {

namespace {

QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

QJsonValue numberOrNull(const std::optional<double> &value)
{
    return value && std::isfinite(*value) ? QJsonValue(*value) : QJsonValue();
}

QJsonValue nameOrNull(const QString &name)
{
    return name.isEmpty() ? QJsonValue() : QJsonValue(name);
}

QJsonValue timeOrNull(const std::optional<TimePoint> &time)
{
    return time ? QJsonValue(toIso8601(*time)) : QJsonValue();
}

QJsonValue coordsOf(const std::optional<Position> &position)
{
    return position ? QJsonValue(QJsonArray{position->latitude, position->longitude}) : QJsonValue();
}

/// "panic_button" → "Panic Button".
QString display(const QString &word)
{
    if (word == QLatin1String("shake_to_alert"))
        return text("Shake to Alert");
    QString out = word;
    bool first = true;
    for (QChar &c : out) {
        if (c == QLatin1Char('_'))
            c = QLatin1Char(' ');
        else if (first)
            c = c.toUpper();
        first = c == QLatin1Char(' ');
    }
    return out;
}

QString priorityDisplay(int priority)
{
    static const QStringList words{text("Low"), text("Medium"), text("High"), text("Critical"), text("Emergency")};
    return words.value(priority - 1);
}

/// An object that the phone sent; null when it sent none.
QJsonValue objectOrNull(const QByteArray &json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json);
    return document.isObject() ? QJsonValue(document.object()) : QJsonValue();
}

} // namespace

std::optional<Place> placeOf(const Reading &reading)
{
    if (!reading.position)
        return std::nullopt;
    Place place{*reading.position, reading.receivedAt, reading.sourceTime, {}, reading.number(channel::BatteryLevel)};
    if (const Value *provider = reading.find(locationProviderChannel()))
        place.provider = tocsin::text(*provider);
    return place;
}

QByteArray frame(const QString &type, QJsonObject body, TimePoint now)
{
    body.insert(text("type"), type);
    if (!body.contains(QLatin1String("timestamp")))
        body.insert(text("timestamp"), toIso8601(now));
    return QJsonDocument(body).toJson(QJsonDocument::Compact);
}

QByteArray errorFrame(const FieldError &error, TimePoint now, std::optional<qint64> retryAfterMs)
{
    QJsonObject body{{text("code"), text("error")}, {text("message"), error.message}};
    if (!error.field.isEmpty())
        body.insert(text("field"), error.field);
    if (retryAfterMs)
        body.insert(text("retry_after_ms"), *retryAfterMs);
    return frame(text("error"), body, now);
}

QByteArray successFrame(const QString &message, TimePoint now)
{
    return frame(text("success"), {{text("message"), message}}, now);
}

QJsonObject userObject(const QString &id, const QString &name, const AccountsSnapshot &accounts)
{
    const auto account = accounts.accounts.constFind(id);
    const bool known = account != accounts.accounts.cend();
    QString username = known ? account->name : name;
    if (username.isEmpty())
        username = id;
    QString email = known ? account->email : QString();
    if (email.isEmpty() && username.contains(QLatin1Char('@')))
        email = username;
    return {{text("id"), id},
            {text("username"), username},
            {text("email"), email},
            {text("first_name"), known ? account->firstName : QString()},
            {text("last_name"), known ? account->lastName : QString()}};
}

QString statusOf(const Alert &alert, View view)
{
    return panicStatus(view == View::Phone ? asOriginatorSees(alert) : alert);
}

QJsonObject alertObject(const Alert &alert, View view, const AccountsSnapshot &accounts, const Tally &tally,
                        TimePoint now)
{
    const Alert told = view == View::Phone ? asOriginatorSees(alert) : alert;
    const IncidentFacts facts = told.incident.valueOr({});
    const AlertCare care = told.care.valueOr({});
    const QString status = panicStatus(told);
    const QString type = facts.alertType.isEmpty() ? told.category : facts.alertType;
    const int priority = facts.priority > 0 ? facts.priority : defaultPriority;
    const bool over = status == QLatin1String("resolved") || status == QLatin1String("false_alarm") ||
                      status == QLatin1String("canceled");
    const std::optional<TimePoint> resolvedAt = care.closedAt ? care.closedAt : told.clearedAt;
    QJsonObject object{
        {text("id"), told.id},
        {text("user"), userObject(told.userId.isEmpty() ? told.source : told.userId, told.sourceName, accounts)},
        {text("alert_type"), type},
        {text("alert_type_display"), display(type)},
        {text("status"), status},
        {text("status_display"), display(status)},
        {text("priority"), priority},
        {text("priority_display"), priorityDisplay(priority)},
        {text("latitude"), told.position ? QJsonValue(told.position->latitude) : QJsonValue()},
        {text("longitude"), told.position ? QJsonValue(told.position->longitude) : QJsonValue()},
        {text("location_accuracy"), told.position ? numberOrNull(told.position->accuracyM) : QJsonValue()},
        {text("location_coords"), coordsOf(told.position)},
        {text("gps_unavailable"), facts.gpsUnavailable},
        {text("address"), facts.address},
        {text("description"), facts.description},
        {text("is_silent"), told.silentAtSource},
        {text("auto_call_emergency"), facts.autoCallEmergency},
        {text("assigned_operator"), nameOrNull(care.ownerName.isEmpty() ? told.ackedBy : care.ownerName)},
        {text("acknowledged_by"), nameOrNull(told.ackedBy)},
        {text("created_at"), toIso8601(told.raisedAt)},
        {text("updated_at"), toIso8601(told.lastSeenAt)},
        {text("acknowledged_at"), timeOrNull(told.ackedAt)},
        {text("seen_at"), timeOrNull(facts.seenAt)},
        {text("resolved_at"), over ? timeOrNull(resolvedAt) : QJsonValue()},
        {text("is_active"), !over},
        {text("duration"), std::floor(secondsBetween(told.raisedAt, over && resolvedAt ? *resolvedAt : now))},
        {text("count"), told.count},
        {text("media_count"), tally.media},
        {text("location_count"), tally.locations},
    };
    if (view == View::Phone)
        return object;
    // What the dispatcher sees beyond it.
    object.insert(text("stage"), toString(facts.stage));
    object.insert(text("duress"), facts.duress);
    object.insert(text("contact_lost"), facts.contactLost);
    object.insert(text("device_info"), objectOrNull(facts.deviceInfo));
    object.insert(text("network_info"), objectOrNull(facts.networkInfo));
    object.insert(text("disposition"), nameOrNull(toString(care.disposition)));
    object.insert(text("resolution_notes"), care.closeComment);
    object.insert(text("resolved_by"), nameOrNull(care.closedBy));
    return object;
}

QJsonObject alertBody(const QJsonObject &alert)
{
    const QJsonValue who = alert.value(QLatin1String("assigned_operator"));
    return {{text("alert"), alert},
            {text("alert_id"), alert.value(QLatin1String("id"))},
            {text("status"), alert.value(QLatin1String("status"))},
            {text("operator"), who},
            {text("operator_name"), who}};
}

QString sentenceAbout(const Alert &alert)
{
    const Alert told = asOriginatorSees(alert);
    const QString status = panicStatus(told);
    if (status == QLatin1String("acknowledged"))
        return text("Your alert has been acknowledged by an operator");
    if (status == QLatin1String("responding"))
        return text("Help is on the way");
    if (status == QLatin1String("resolved"))
        return text("Your alert has been resolved");
    if (status == QLatin1String("false_alarm"))
        return text("Your alert has been closed as a false alarm");
    if (status == QLatin1String("canceled"))
        return text("Your alert has been canceled");
    return told.incident && told.incident->seenAt ? text("Your alert has been seen by an operator")
                                                  : text("Your alert has been received");
}

QJsonObject placeObject(const Place &place)
{
    const Position &position = place.position;
    return {{text("id"), QString::number(toEpochMicros(place.at))},
            {text("latitude"), position.latitude},
            {text("longitude"), position.longitude},
            {text("accuracy"), numberOrNull(position.accuracyM)},
            {text("altitude"), numberOrNull(position.altitudeM)},
            {text("speed"), numberOrNull(position.speedKmh)},
            {text("heading"), numberOrNull(position.headingDeg)},
            {text("timestamp"), toIso8601(place.sourceTime.value_or(place.at))},
            {text("provider"), nameOrNull(place.provider)},
            {text("battery_level"), numberOrNull(place.batteryPercent)},
            {text("coords"), coordsOf(position)}};
}

QJsonObject lineObject(const ChatMessage &message)
{
    QJsonObject object{
        {text("id"), message.id},
        {text("message_id"), message.id},
        {text("message"), message.text},
        {text("sender"), message.senderName.isEmpty() ? message.senderId : message.senderName},
        {text("sender_id"), message.senderId},
        {text("is_staff"), message.fromDesk},
        {text("timestamp"), toIso8601(message.at)},
        {text("alert_id"), incidentOfChatThread(message.thread)},
        {text("attachments"), QJsonArray::fromStringList(message.attachments)},
    };
    if (message.urgent)
        object.insert(text("urgent"), true);
    if (!message.clientMessageId.isEmpty())
        object.insert(text("client_message_id"), message.clientMessageId);
    return object;
}

} // namespace tocsin::emergency
