// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/Recording.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace tocsin {

namespace {
QJsonValue toJson(const Value &value)
{
    if (const auto *d = std::get_if<double>(&value))
        return *d; // QJsonValue writes NaN and infinities as null
    if (const auto *b = std::get_if<bool>(&value))
        return *b;
    if (const auto *s = std::get_if<QString>(&value))
        return *s;
    if (const auto *l = std::get_if<QStringList>(&value))
        return QJsonArray::fromStringList(*l);
    return QJsonValue::Null;
}

std::optional<Value> toValue(const QJsonValue &json)
{
    switch (json.type()) {
    case QJsonValue::Null:
        return Value{};
    case QJsonValue::Double:
        return Value{json.toDouble()};
    case QJsonValue::Bool:
        return Value{json.toBool()};
    case QJsonValue::String:
        return Value{json.toString()};
    case QJsonValue::Array: {
        QStringList list;
        const QJsonArray items = json.toArray();
        for (const auto &item : items) {
            if (!item.isString())
                return std::nullopt;
            list.append(item.toString());
        }
        return Value{list};
    }
    default:
        return std::nullopt;
    }
}

/// Reads the optional numbers of a position; false: `error` says which is none.
bool readNumbers(const QJsonObject &json, Position &position, QString &error)
{
    const std::pair<const char *, std::optional<double> *> fields[] = {{"altitude", &position.altitudeM},
                                                                       {"accuracy", &position.accuracyM},
                                                                       {"heading", &position.headingDeg},
                                                                       {"speed", &position.speedKmh}};
    for (const auto &[name, target] : fields) {
        const QJsonValue value = json[QLatin1String(name)];
        if (value.isDouble()) {
            *target = value.toDouble();
        } else if (!value.isUndefined() && !value.isNull()) {
            error = QStringLiteral("position.%1 is not a number").arg(QLatin1String(name));
            return false;
        }
    }
    return true;
}

std::optional<Position> readPosition(const QJsonValue &json, QString &error)
{
    if (json.isUndefined() || json.isNull())
        return std::nullopt;
    const QJsonObject object = json.toObject();
    const QJsonValue latitude = object[QLatin1String("latitude")];
    const QJsonValue longitude = object[QLatin1String("longitude")];
    Position position;
    position.latitude = latitude.toDouble();
    position.longitude = longitude.toDouble();
    if (!latitude.isDouble() || !longitude.isDouble() || !position.isValid())
        error = QStringLiteral("position needs a latitude (-90 to 90) and a longitude (-180 to 180)");
    else if (readNumbers(object, position, error))
        return position;
    return std::nullopt;
}
} // namespace

QByteArray toRecordingLine(const Reading &reading)
{
    QJsonObject line{{QLatin1String("t"), toIso8601(reading.receivedAt)}, {QLatin1String("device"), reading.deviceId}};
    if (const auto &p = reading.position) {
        QJsonObject position{{QLatin1String("latitude"), p->latitude}, {QLatin1String("longitude"), p->longitude}};
        const auto add = [&](const char *name, const std::optional<double> &value) {
            if (value)
                position.insert(QLatin1String(name), *value);
        };
        add("altitude", p->altitudeM);
        add("accuracy", p->accuracyM);
        add("heading", p->headingDeg);
        add("speed", p->speedKmh);
        line.insert(QLatin1String("position"), position);
    }
    QJsonObject values;
    for (const Sample &sample : reading.samples)
        values.insert(sample.channel, toJson(sample.value));
    line.insert(QLatin1String("values"), values);
    return QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n';
}

ParsedLine parseRecordingLine(const QByteArray &line, const QString &source)
{
    ParsedLine parsed;
    QJsonParseError syntax;
    const QJsonDocument document = QJsonDocument::fromJson(line, &syntax);
    if (!document.isObject()) {
        parsed.error = document.isNull() ? QStringLiteral("not JSON: %1").arg(syntax.errorString())
                                         : QStringLiteral("not a JSON object");
        return parsed;
    }
    const QJsonObject object = document.object();
    const auto time = timeFromIso8601(object[QLatin1String("t")].toString());
    const QString id = object[QLatin1String("device")].toString();
    if (!time) {
        parsed.error = QStringLiteral("t is missing or not an ISO 8601 time");
        return parsed;
    }
    if (id.isEmpty()) {
        parsed.error = QStringLiteral("device is missing or not a text");
        return parsed;
    }
    Reading reading;
    reading.deviceId = id;
    reading.source = source;
    reading.sourceTime = time;
    reading.position = readPosition(object[QLatin1String("position")], parsed.error);
    const QJsonValue values = object[QLatin1String("values")];
    if (!values.isUndefined() && !values.isObject() && parsed.error.isEmpty())
        parsed.error = QStringLiteral("values is not an object");
    const QJsonObject channels = values.toObject();
    for (auto it = channels.begin(); it != channels.end() && parsed.error.isEmpty(); ++it) {
        if (const auto value = toValue(it.value()))
            reading.samples.append(Sample{it.key(), *value});
        else
            parsed.error =
                QStringLiteral("values.%1 is neither number, true/false, text, list of texts nor null").arg(it.key());
    }
    if (!parsed.error.isEmpty())
        return parsed;

    const QString name = object[QLatin1String("name")].toString();
    const QString deviceClass = object[QLatin1String("class")].toString();
    const QString kind = object[QLatin1String("kind")].toString();
    if (!name.isEmpty() || !deviceClass.isEmpty() || !kind.isEmpty()) {
        Device device;
        device.id = id;
        device.name = name.isEmpty() ? id : name;
        device.deviceClass = deviceClass.isEmpty() ? QStringLiteral("Recording") : deviceClass;
        device.kind = deviceKindFromString(kind);
        parsed.item.device = device;
    }
    parsed.item.time = time;
    parsed.item.readings.append(reading);
    return parsed;
}

} // namespace tocsin
