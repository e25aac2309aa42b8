// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/emergency/EmergencyReader.h"

#include "models/domain/Channels.h"
#include "server/dialects/TelemetryReader.h"

#include <QJsonArray>

#include <algorithm>
#include <cmath>

namespace tocsin::emergency {

namespace {

constexpr qsizetype longestText = 2000; // characters
constexpr qsizetype longestWord = 200;
constexpr qsizetype longestPin = 64;
constexpr qsizetype longestChat = 8000; // ChatMessage::text
constexpr qsizetype mostInfo = 4096;    // bytes, IncidentFacts::deviceInfo
constexpr qsizetype mostPictures = 8;   // ChatMessage::attachments

QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

/// A number, or one that is written as text, as some clients send coordinates.
std::optional<double> numberOf(const QJsonValue &value)
{
    if (value.isDouble() && std::isfinite(value.toDouble()))
        return value.toDouble();
    bool ok = false;
    const double number = value.toString().trimmed().toDouble(&ok);
    return ok && std::isfinite(number) ? std::optional<double>(number) : std::nullopt;
}

bool flagOf(const QJsonObject &body, const char *name)
{
    const QJsonValue value = body.value(QLatin1String(name));
    return value.toBool() || value.toString().compare(QLatin1String("true"), Qt::CaseInsensitive) == 0;
}

/// Control characters but line ends are left out: what is shown to the desk must not play tricks on it.
QString textOf(const QJsonObject &body, const char *name, qsizetype longest)
{
    QString out;
    const QString sent = body.value(QLatin1String(name)).toString();
    for (const QChar c : sent) {
        if (c.category() != QChar::Other_Control || c == QLatin1Char('\n'))
            out += c;
    }
    return out.trimmed().left(longest);
}

/// PINs are digits, but some clients send them as a number.
QString pinOf(const QJsonValue &value)
{
    return readId(value).left(longestPin);
}

QByteArray infoOf(const QJsonValue &value)
{
    if (!value.isObject())
        return {};
    const QByteArray json = QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact);
    return json.size() <= mostInfo ? json : QByteArray();
}

int priorityOf(const QJsonValue &value)
{
    if (const auto number = numberOf(value))
        return std::clamp(int(std::lround(std::clamp(*number, 0.0, 10.0))), lowestPriority, highestPriority);
    static const QStringList words{text("low"), text("medium"), text("high"), text("critical"), text("emergency")};
    const qsizetype word = words.indexOf(value.toString().toLower());
    return word < 0 ? 0 : int(word) + 1;
}

QString alertTypeOf(const QJsonValue &value)
{
    static const QStringList words{text("panic_button"), text("shake_to_alert"), text("decoy_screen"), text("manual"),
                                   text("scheduled")};
    return words.contains(value.toString()) ? value.toString() : words.first();
}

/// Both coordinates, within their ranges; the rest as far as it is a number.
std::optional<Position> positionOf(const QJsonObject &from, const char *accuracy)
{
    const auto latitude = numberOf(from.value(QLatin1String("latitude")));
    const auto longitude = numberOf(from.value(QLatin1String("longitude")));
    if (!latitude || !longitude)
        return std::nullopt;
    Position position;
    position.latitude = *latitude;
    position.longitude = *longitude;
    position.accuracyM = numberOf(from.value(QLatin1String(accuracy)));
    position.altitudeM = numberOf(from.value(QLatin1String("altitude")));
    position.headingDeg = numberOf(from.value(QLatin1String("heading")));
    position.speedKmh = numberOf(from.value(QLatin1String("speed")));
    return position.isValid() ? std::optional<Position>(position) : std::nullopt;
}

} // namespace

QString readId(const QJsonValue &value)
{
    return value.isDouble() ? QString::number(value.toInteger()) : value.toString();
}

std::variant<RaisePanic, FieldError> readPanic(const QJsonObject &body)
{
    RaisePanic panic;
    panic.gpsUnavailable = flagOf(body, "gps_unavailable");
    panic.position = positionOf(body, "location_accuracy");
    if (!panic.position && !panic.gpsUnavailable)
        return FieldError{text("latitude"), text("Location data (latitude and longitude) is required")};
    panic.gpsUnavailable = !panic.position;
    panic.alertType = alertTypeOf(body.value(QLatin1String("alert_type")));
    panic.priority = priorityOf(body.value(QLatin1String("priority")));
    panic.message = textOf(body, "description", longestText);
    panic.address = textOf(body, "address", longestWord);
    panic.silent = flagOf(body, "is_silent");
    panic.autoCallEmergency = flagOf(body, "auto_call_emergency");
    panic.deviceInfo = infoOf(body.value(QLatin1String("device_info")));
    panic.networkInfo = infoOf(body.value(QLatin1String("network_info")));
    panic.clientAlertId = readId(body.value(QLatin1String("client_alert_id")));
    panic.pin = pinOf(body.value(QLatin1String("pin")));
    panic.duressPin = pinOf(body.value(QLatin1String("duress_pin")));
    if (panic.pin == panic.duressPin)
        panic.duressPin.clear();
    return panic;
}

std::variant<Reading, FieldError> readLocation(const QJsonObject &message)
{
    const QJsonValue nested = message.value(QLatin1String("location"));
    const QJsonObject from = nested.isObject() ? nested.toObject() : message;
    FieldError invalid{text("location"), text("Invalid location data")};
    if (!nested.isUndefined() && !nested.isObject())
        return invalid;
    Reading reading;
    reading.position = positionOf(from, "accuracy");
    if (!reading.position)
        return invalid;
    for (const char *name : {"accuracy", "altitude", "heading", "speed", "battery_level"}) {
        const QJsonValue value = from.value(QLatin1String(name));
        if (!value.isUndefined() && !value.isNull() && !numberOf(value))
            return FieldError{text("location.") + QLatin1String(name), invalid.message};
    }
    QJsonValue when = from.value(QLatin1String("timestamp"));
    if (when.isUndefined())
        when = message.value(QLatin1String("timestamp"));
    const auto time = telemetry::readTime(when, text("timestamp"));
    if (const auto *time_ = std::get_if<std::optional<TimePoint>>(&time))
        reading.sourceTime = *time_;
    else
        return FieldError{text("timestamp"), invalid.message};
    if (const auto battery = numberOf(from.value(QLatin1String("battery_level"))))
        reading.samples.append({channel::BatteryLevel, *battery});
    if (const QString provider = textOf(from, "provider", longestWord); !provider.isEmpty())
        reading.samples.append({locationProviderChannel(), provider});
    return reading;
}

std::variant<SendChat, FieldError> readChat(const QJsonObject &message)
{
    const QJsonValue words = message.value(QLatin1String("message"));
    if (!words.isUndefined() && !words.isNull() && !words.isString())
        return FieldError{text("message"), text("message must be text")};
    SendChat chat;
    chat.text = words.toString().trimmed();
    if (chat.text.size() > longestChat)
        return FieldError{text("message"), text("message is longer than 8000 characters")};
    const QJsonValue pictures = message.value(QLatin1String("attachments"));
    if (!pictures.isUndefined() && !pictures.isNull() && !pictures.isArray())
        return FieldError{text("attachments"), text("attachments must be a list of ids")};
    const QJsonArray ids = pictures.toArray();
    if (ids.size() > mostPictures)
        return FieldError{text("attachments"), text("attachments must not be more than 8")};
    for (const auto &id : ids) {
        if (!id.isString())
            return FieldError{text("attachments"), text("attachments must be a list of ids")};
        chat.attachments.append(id.toString());
    }
    if (chat.text.isEmpty() && chat.attachments.isEmpty())
        return FieldError{text("message"), text("Empty message")};
    chat.clientMessageId = readId(message.value(QLatin1String("client_message_id"))).left(128);
    return chat;
}

std::variant<Closing, FieldError> readClosing(const QJsonObject &message)
{
    for (const char *name : {"notes", "disposition", "status"}) {
        const QJsonValue value = message.value(QLatin1String(name));
        if (!value.isUndefined() && !value.isNull() && !value.isString())
            return FieldError{QLatin1String(name), QStringLiteral("%1 must be text").arg(QLatin1String(name))};
    }
    Closing closing{textOf(message, "notes", longestText), textOf(message, "disposition", longestWord)};
    if (closing.notes.isEmpty())
        closing.notes = textOf(message, "resolution_notes", longestText);
    if (closing.disposition.isEmpty() && message.value(QLatin1String("status")) == QLatin1String("false_alarm"))
        closing.disposition = text("false_alarm");
    if (!closing.disposition.isEmpty() && !dispositionFromString(closing.disposition))
        return FieldError{text("disposition"), text("disposition is not known: ") + closing.disposition};
    return closing;
}

} // namespace tocsin::emergency
