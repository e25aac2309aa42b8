// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/ReadingCodec.h"

#include "models/wire/JsonFields.h"

#include <QJsonArray>

#include <cmath>
#include <limits>

namespace tocsin::wire {

namespace {

constexpr QLatin1String numberKey("number");

QJsonValue numberToJson(double value)
{
    if (std::isnan(value))
        return QJsonObject{{numberKey, QStringLiteral("nan")}};
    if (std::isinf(value))
        return QJsonObject{{numberKey, value > 0 ? QStringLiteral("inf") : QStringLiteral("-inf")}};
    return value;
}

std::optional<double> numberFromJson(const QJsonValue &json)
{
    if (json.isDouble())
        return json.toDouble();
    const QString word = json.toObject().value(numberKey).toString();
    if (word == QLatin1String("nan"))
        return std::numeric_limits<double>::quiet_NaN();
    if (word == QLatin1String("inf"))
        return std::numeric_limits<double>::infinity();
    if (word == QLatin1String("-inf"))
        return -std::numeric_limits<double>::infinity();
    return std::nullopt;
}

std::optional<TimePoint> timeFromJson(const QJsonValue &json)
{
    constexpr qint64 mark = std::numeric_limits<qint64>::min();
    const qint64 micros = json.toInteger(mark);
    return json.isDouble() && micros != mark ? std::optional<TimePoint>(fromEpochMicros(micros)) : std::nullopt;
}

/// The fields that a reading and the newest state of a device share.
template<class Io, class R>
void sharedFields(Io &io, R &reading)
{
    fieldOf(io, "device", reading.deviceId);
    fieldOf(io, "source", reading.source);
    fieldOf(io, "source_time", reading.sourceTime);
}

template<class R>
void putPosition(QJsonObject &object, const R &reading)
{
    if (reading.position)
        object.insert(QLatin1String("position"), positionToJson(*reading.position));
}

template<class R>
void getPosition(JsonReader &in, R &reading)
{
    const QJsonValue json = in.value(QLatin1String("position"));
    if (json.isUndefined())
        return;
    reading.position = positionFromJson(json);
    if (!reading.position)
        in.fail(QLatin1String("position"));
}

} // namespace

QJsonValue valueToJson(const Value &value)
{
    struct Encode
    {
        QJsonValue operator()(std::monostate) const { return QJsonValue::Null; }
        QJsonValue operator()(double number) const { return numberToJson(number); }
        QJsonValue operator()(bool flag) const { return flag; }
        QJsonValue operator()(const QString &text) const { return text; }
        QJsonValue operator()(const QStringList &list) const { return QJsonArray::fromStringList(list); }
    };
    return std::visit(Encode{}, value);
}

std::optional<Value> valueFromJson(const QJsonValue &json)
{
    switch (json.type()) {
    case QJsonValue::Null:
        return Value(std::monostate{});
    case QJsonValue::Bool:
        return Value(json.toBool());
    case QJsonValue::String:
        return Value(json.toString());
    case QJsonValue::Array: {
        QStringList list;
        for (const QJsonValueConstRef item : json.toArray()) {
            if (!item.isString())
                return std::nullopt;
            list.append(item.toString());
        }
        return Value(list);
    }
    case QJsonValue::Double:
    case QJsonValue::Object:
        if (const auto number = numberFromJson(json))
            return Value(*number);
        return std::nullopt;
    case QJsonValue::Undefined:
        break;
    }
    return std::nullopt;
}

QJsonObject positionToJson(const Position &p)
{
    JsonWriter out;
    out.put(QLatin1String("lat"), std::optional<double>(p.latitude));
    out.put(QLatin1String("lon"), std::optional<double>(p.longitude));
    out.put(QLatin1String("altitude_m"), p.altitudeM);
    out.put(QLatin1String("accuracy_m"), p.accuracyM);
    out.put(QLatin1String("heading_deg"), p.headingDeg);
    out.put(QLatin1String("speed_kmh"), p.speedKmh);
    return out.object();
}

std::optional<Position> positionFromJson(const QJsonValue &json)
{
    if (!json.isObject())
        return std::nullopt;
    JsonReader in(json.toObject());
    Position p;
    in.get(QLatin1String("lat"), p.latitude);
    in.get(QLatin1String("lon"), p.longitude);
    in.get(QLatin1String("altitude_m"), p.altitudeM);
    in.get(QLatin1String("accuracy_m"), p.accuracyM);
    in.get(QLatin1String("heading_deg"), p.headingDeg);
    in.get(QLatin1String("speed_kmh"), p.speedKmh);
    return in.error().isEmpty() ? std::optional<Position>(p) : std::nullopt;
}

QJsonObject toJson(const Reading &reading)
{
    JsonWriter out;
    sharedFields(out, reading);
    out.put(QLatin1String("at"), reading.receivedAt);
    QJsonObject object = out.object();
    putPosition(object, reading);
    QJsonArray samples; // a list: their order and a channel that comes twice are the source's affair
    for (const Sample &sample : reading.samples)
        samples.append(QJsonArray{sample.channel, valueToJson(sample.value)});
    object.insert(QLatin1String("samples"), samples);
    return object;
}

std::optional<Reading> readingFromJson(const QJsonObject &json, QString *error)
{
    JsonReader in(json);
    Reading reading;
    sharedFields(in, reading);
    in.get(QLatin1String("at"), reading.receivedAt);
    getPosition(in, reading);
    for (const QJsonValueConstRef item : in.value(QLatin1String("samples")).toArray()) {
        const QJsonArray pair = item.toArray();
        const auto value = valueFromJson(pair.at(1));
        if (pair.size() != 2 || !pair.at(0).isString() || !value)
            in.fail(QLatin1String("samples"));
        else
            reading.samples.append({pair.at(0).toString(), *value});
    }
    *error = in.error();
    return error->isEmpty() ? std::optional<Reading>(reading) : std::nullopt;
}

QJsonObject toJson(const LatestReading &reading)
{
    JsonWriter out;
    sharedFields(out, reading);
    out.put(QLatin1String("at"), reading.lastSeen);
    if (reading.position)
        out.put(QLatin1String("position_at"), reading.positionAt);
    QJsonObject object = out.object();
    putPosition(object, reading);
    QJsonObject channels;
    for (auto it = reading.channels.begin(); it != reading.channels.end(); ++it)
        channels.insert(it.key(), QJsonArray{valueToJson(it->value), toEpochMicros(it->at)});
    object.insert(QLatin1String("channels"), channels);
    return object;
}

std::optional<LatestReading> latestFromJson(const QJsonObject &json, QString *error)
{
    JsonReader in(json);
    LatestReading reading;
    sharedFields(in, reading);
    in.get(QLatin1String("at"), reading.lastSeen);
    getPosition(in, reading);
    if (reading.position)
        in.get(QLatin1String("position_at"), reading.positionAt);
    const QJsonObject channels = in.value(QLatin1String("channels")).toObject();
    for (auto it = channels.begin(); it != channels.end(); ++it) {
        const QJsonArray pair = it.value().toArray();
        const auto value = valueFromJson(pair.at(0));
        const auto at = timeFromJson(pair.at(1));
        if (pair.size() != 2 || !value || !at)
            in.fail(QLatin1String("channels"));
        else
            reading.channels.insert(it.key(), {*value, *at});
    }
    *error = in.error();
    return error->isEmpty() ? std::optional<LatestReading>(reading) : std::nullopt;
}

QJsonObject toJson(const HistoryResult &result)
{
    QJsonArray series;
    for (const HistorySeries &one : result.series) {
        QJsonArray points;
        for (const HistoryPoint &point : one.points)
            points.append(QJsonArray{toEpochMicros(point.at), numberToJson(point.value)});
        series.append(QJsonObject{{QLatin1String("channel"), one.channel}, {QLatin1String("points"), points}});
    }
    return {{QLatin1String("series"), series}};
}

std::optional<HistoryResult> historyFromJson(const QJsonObject &json, QString *error)
{
    HistoryResult result;
    JsonReader in(json);
    for (const QJsonValueConstRef item : in.value(QLatin1String("series")).toArray()) {
        const QJsonObject one = item.toObject();
        HistorySeries series{one.value(QLatin1String("channel")).toString(), {}};
        for (const QJsonValueConstRef pairItem : one.value(QLatin1String("points")).toArray()) {
            const QJsonArray pair = pairItem.toArray();
            const auto at = timeFromJson(pair.at(0));
            const auto number = numberFromJson(pair.at(1));
            if (!at || !number)
                in.fail(QLatin1String("series"));
            else
                series.points.append({*at, *number});
        }
        result.series.append(series);
    }
    *error = in.error();
    return error->isEmpty() ? std::optional<HistoryResult>(result) : std::nullopt;
}

} // namespace tocsin::wire
