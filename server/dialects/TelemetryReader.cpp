// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/TelemetryReader.h"

#include "server/dialects/TelemetryNames.h"

#include <QJsonArray>
#include <QUuid>

#include <algorithm>
#include <cmath>

namespace tocsin::telemetry {

namespace {

using Problem = std::optional<FieldError>;

/// Collects the samples of one message; the first problem ends it.
class Collector
{
public:
    Collector(Reading &into, QString prefix, const TelemetryLimits &limits)
        : m_into(into)
        , m_prefix(std::move(prefix))
        , m_limits(limits)
    {
    }

    [[nodiscard]] Problem field(const QString &path, const QJsonValue &value)
    {
        if (path.size() > m_limits.pathLength)
            return wrong(path.left(m_limits.pathLength),
                         QStringLiteral("has a name longer than %1 characters").arg(m_limits.pathLength));
        const Spelling *known = spellingOf(path);
        if (!known)
            known = spellingOfChannel(path); // "engine.rpm", as the console calls it
        if (known)
            return known->list ? textList(known->channel, path, value) : number(known->channel, path, value);
        if (isGroup(path) && !value.isObject() && !value.isNull())
            return wrong(path, QStringLiteral("must be an object"));
        return unknown(path, value);
    }

    [[nodiscard]] Problem number(const QString &channel, const QString &path, const QJsonValue &value)
    {
        if (value.isNull())
            return put(channel, path, std::monostate());
        if (!value.isDouble() || !std::isfinite(value.toDouble()))
            return wrong(path, QStringLiteral("must be a number"));
        return put(channel, path, value.toDouble());
    }

    /// The field as the sender wrote it, before it is looked up.
    [[nodiscard]] FieldError wrong(const QString &path, const QString &why) const
    {
        const QString field = m_prefix.isEmpty() ? path : m_prefix + QLatin1Char('.') + path;
        return {field, QStringLiteral("%1 %2").arg(field, why)};
    }

private:
    [[nodiscard]] Problem textList(const QString &channel, const QString &path, const QJsonValue &value)
    {
        if (value.isNull())
            return put(channel, path, std::monostate());
        if (!value.isArray())
            return wrong(path, QStringLiteral("must be a list of text"));
        QStringList list;
        const QJsonArray array = value.toArray();
        if (array.size() > m_limits.listLength)
            return wrong(path, QStringLiteral("has more than %1 entries").arg(m_limits.listLength));
        for (const auto &entry : array) {
            if (!entry.isString() || entry.toString().size() > m_limits.textLength)
                return wrong(path, QStringLiteral("must be a list of text"));
            list.append(entry.toString());
        }
        return put(channel, path, list);
    }

    [[nodiscard]] Problem unknown(const QString &path, const QJsonValue &value)
    {
        switch (value.type()) {
        case QJsonValue::Object: {
            const QJsonObject object = value.toObject();
            for (auto it = object.begin(); it != object.end(); ++it) {
                if (auto problem = field(path + QLatin1Char('.') + it.key(), it.value()))
                    return problem;
            }
            return std::nullopt;
        }
        case QJsonValue::Array:
            return unknownList(path, value.toArray());
        case QJsonValue::String:
            if (value.toString().size() > m_limits.textLength)
                return wrong(path, QStringLiteral("is longer than %1 characters").arg(m_limits.textLength));
            return put(path, path, value.toString());
        case QJsonValue::Bool:
            return put(path, path, value.toBool());
        case QJsonValue::Double:
            return put(path, path, value.toDouble());
        case QJsonValue::Null:
        case QJsonValue::Undefined:
            break;
        }
        return put(path, path, std::monostate());
    }

    /// A list of text stays a list; anything else gets its index into the path (wheels.0.pressure).
    [[nodiscard]] Problem unknownList(const QString &path, const QJsonArray &array)
    {
        if (std::all_of(array.begin(), array.end(), [](const QJsonValue &v) { return v.isString(); }))
            return textList(path, path, array);
        for (qsizetype i = 0; i < array.size(); ++i) {
            if (auto problem = field(QStringLiteral("%1.%2").arg(path).arg(i), array.at(i)))
                return problem;
        }
        return std::nullopt;
    }

    [[nodiscard]] Problem put(const QString &channel, const QString &path, const Value &value)
    {
        const auto there = std::find_if(m_into.samples.begin(), m_into.samples.end(),
                                        [&channel](const Sample &s) { return s.channel == channel; });
        if (there != m_into.samples.end()) {
            there->value = value;
            return std::nullopt;
        }
        if (m_into.samples.size() >= m_limits.samples)
            return wrong(path, QStringLiteral("is one field too many, %1 are allowed").arg(m_limits.samples));
        m_into.samples.append({channel, value});
        return std::nullopt;
    }

    Reading &m_into;
    QString m_prefix;
    const TelemetryLimits &m_limits;
};

/// A number under one of its names; `bad` is set when it is there and no number.
std::optional<double> coordinate(const QJsonObject &object, std::initializer_list<const char *> names, QString &bad)
{
    for (const char *name : names) {
        const QJsonValue value = object.value(QLatin1String(name));
        if (value.isUndefined() || value.isNull())
            continue;
        if (value.isDouble() && std::isfinite(value.toDouble()))
            return value.toDouble();
        bad = QLatin1String(name);
        return std::nullopt;
    }
    return std::nullopt;
}

Problem placeInto(const QJsonObject &object, const QString &path, Reading &into, const TelemetryLimits &limits)
{
    Collector collect(into, QString(), limits);
    QString bad;
    const auto latitude = coordinate(object, {"latitude", "lat"}, bad);
    const auto longitude = coordinate(object, {"longitude", "lng", "lon"}, bad);
    Position position;
    position.altitudeM = coordinate(object, {"altitude"}, bad);
    position.accuracyM = coordinate(object, {"accuracy"}, bad);
    position.headingDeg = coordinate(object, {"heading"}, bad);
    position.speedKmh = coordinate(object, {"speed"}, bad);
    if (!bad.isEmpty())
        return collect.wrong(path + QLatin1Char('.') + bad, QStringLiteral("must be a number"));
    static const QStringList known{QStringLiteral("latitude"), QStringLiteral("lat"),     QStringLiteral("longitude"),
                                   QStringLiteral("lng"),      QStringLiteral("lon"),     QStringLiteral("altitude"),
                                   QStringLiteral("accuracy"), QStringLiteral("heading"), QStringLiteral("speed")};
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (known.contains(it.key()))
            continue;
        if (auto problem = collect.field(QStringLiteral("location.") + it.key(), it.value()))
            return problem;
    }
    if (!latitude && !longitude)
        return std::nullopt; // an empty place: not known
    if (!latitude || !longitude) {
        const QString missing = path + (latitude ? QLatin1String(".longitude") : QLatin1String(".latitude"));
        return collect.wrong(missing, QStringLiteral("is missing"));
    }
    position.latitude = *latitude;
    position.longitude = *longitude;
    if (position.isValid()) {
        into.position = position;
        return std::nullopt;
    }
    // Impossible, but said: shown as a value, never drawn on the map.
    if (auto problem = collect.number(QStringLiteral("location.latitude"), QStringLiteral("location"), *latitude))
        return problem;
    return collect.number(QStringLiteral("location.longitude"), QStringLiteral("location"), *longitude);
}

} // namespace

std::variant<std::optional<TimePoint>, FieldError> readTime(const QJsonValue &value, const QString &path)
{
    if (value.isUndefined() || value.isNull())
        return std::optional<TimePoint>();
    std::optional<TimePoint> time;
    if (value.isString())
        time = timeFromIso8601(value.toString());
    else if (value.isDouble())
        time = timeFromEpoch(value.toDouble());
    if (!time)
        return FieldError{
            path, QStringLiteral("%1 must be an ISO 8601 time or seconds or milliseconds since 1970").arg(path)};
    return time;
}

std::optional<FieldError> readLocation(const QJsonValue &location, const QString &path, Reading &into,
                                       const TelemetryLimits &limits)
{
    if (location.isUndefined() || location.isNull())
        return std::nullopt;
    if (!location.isObject())
        return FieldError{path, QStringLiteral("%1 must be an object").arg(path)};
    return placeInto(location.toObject(), path, into, limits);
}

std::variant<Reading, FieldError> read(const QJsonObject &data, const QString &prefix, const TelemetryLimits &limits)
{
    Reading reading;
    Collector collect(reading, prefix, limits);
    const auto pathOf = [&prefix](const QString &field) {
        return prefix.isEmpty() ? field : prefix + QLatin1Char('.') + field;
    };
    QJsonObject flatPlace;
    for (auto it = data.begin(); it != data.end(); ++it) {
        const QString &key = it.key();
        if (key == QLatin1String("vehicle_id")) {
            if (!it.value().isString())
                return collect.wrong(key, QStringLiteral("must be text"));
        } else if (key == QLatin1String("timestamp")) {
            auto time = readTime(it.value(), pathOf(key));
            if (auto *error = std::get_if<FieldError>(&time))
                return *error;
            reading.sourceTime = std::get<std::optional<TimePoint>>(time);
        } else if (key == QLatin1String("location")) {
            if (auto error = readLocation(it.value(), pathOf(key), reading, limits))
                return *error;
        } else if (key == QLatin1String("latitude") || key == QLatin1String("longitude")) {
            flatPlace.insert(key, it.value());
        } else if (auto error = collect.field(key, it.value())) {
            return *error;
        }
    }
    if (!flatPlace.isEmpty() && !reading.position) {
        if (auto error = placeInto(flatPlace, prefix, reading, limits))
            return *error;
    }
    if (reading.position && !reading.position->headingDeg)
        reading.position->headingDeg = reading.number(channel::Heading);
    return reading;
}

QString recordId(const Reading &reading)
{
    static const QUuid space(QStringLiteral("6ba7b812-9dad-11d1-80b4-00c04fd430c8"));
    const QString name = QStringLiteral("%1/%2").arg(reading.deviceId).arg(toEpochMicros(reading.receivedAt));
    return QUuid::createUuidV5(space, name).toString(QUuid::WithoutBraces);
}

} // namespace tocsin::telemetry
