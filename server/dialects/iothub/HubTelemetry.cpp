// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/iothub/HubTelemetry.h"

#include "models/domain/Channels.h"
#include "server/dialects/Route.h"
#include "server/dialects/TelemetryReader.h"
#include "server/dialects/VehicleFrames.h"

#include <cmath>

namespace tocsin {

namespace {

constexpr double perThousand = 1000; // mV in a V

/// How the hub spells a channel: a plain name, and the number of the trackers' own protocol.
struct Spelling
{
    const QString &channel;
    const char *plain;
    const char *number;
    double plainScale = 1; ///< the value on the wire under the plain name, divided by this, is the channel's
    double numberScale = 1;
};

const QList<Spelling> &spellings()
{
    using namespace channel;
    static const QList<Spelling> table{
        {EngineRpm, "engineRpm", "36"},
        {Speed, "speed", "24"},
        {FuelLevel, "fuelLevel", "48"},
        {BatteryVoltage, "batteryVoltage", "67", 1, perThousand},
        {Crash, "crashDetection", "247"},
        {TroubleCount, "dtc", "30"},
        {ExternalVoltage, "externalVoltage", "66", perThousand, perThousand},
        {EngineLoad, "engineLoad", "31"},
        {OilTemperature, "engineOilTemp", "58"},
        {Odometer, "totalMileage", "16"},
        {Altitude, "altitude", "alt"},
        {Heading, "angle", "ang"},
        {Satellites, "satellites", "sat"},
    };
    return table;
}

const QString vinChannel = QStringLiteral("vin");

/// The known names of one message, each to its channel.
class Names
{
public:
    struct Target
    {
        QString channel;
        double scale = 1;
    };
    Names()
    {
        for (const Spelling &spelling : spellings()) {
            m_targets.insert(QLatin1String(spelling.plain), {spelling.channel, spelling.plainScale});
            m_targets.insert(QLatin1String(spelling.number), {spelling.channel, spelling.numberScale});
        }
    }
    [[nodiscard]] const Target *find(const QString &name) const
    {
        const auto it = m_targets.constFind(name);
        return it == m_targets.cend() ? nullptr : &*it;
    }

private:
    QHash<QString, Target> m_targets;
};

QString join(const QString &path, const QString &name)
{
    return path.isEmpty() ? name : path + QLatin1Char('.') + name;
}

FieldError wrong(const QString &field, const QString &why)
{
    return {field, QStringLiteral("%1 %2").arg(field, why)};
}

void put(Reading &into, const QString &channel, const Value &value)
{
    for (Sample &sample : into.samples) {
        if (sample.channel == channel) {
            sample.value = value;
            return;
        }
    }
    into.samples.append({channel, value});
}

/// "lat,lng", both degrees.
std::optional<FieldError> takeLatLng(const QJsonValue &value, const QString &path, Reading &into)
{
    if (value.isNull())
        return std::nullopt;
    const QStringList parts = value.toString().split(QLatin1Char(','));
    bool good = value.isString() && parts.size() == 2;
    Position position;
    if (good)
        position.latitude = parts.at(0).trimmed().toDouble(&good);
    if (good)
        position.longitude = parts.at(1).trimmed().toDouble(&good);
    if (!good)
        return wrong(path, QStringLiteral("must be \"latitude,longitude\""));
    return telemetry::readLocation(
        QJsonObject{{QStringLiteral("latitude"), position.latitude}, {QStringLiteral("longitude"), position.longitude}},
        path, into);
}

std::optional<FieldError> takeNumber(const Names::Target &target, const QJsonValue &value, const QString &path,
                                     Reading &into)
{
    if (value.isNull()) {
        put(into, target.channel, std::monostate());
    } else if (value.isBool()) {
        put(into, target.channel, value.toBool() ? 1.0 : 0.0);
    } else if (value.isDouble() && std::isfinite(value.toDouble())) {
        put(into, target.channel, value.toDouble() / target.scale);
    } else {
        return wrong(path, QStringLiteral("must be a number"));
    }
    return std::nullopt;
}

/// One object of values, whichever names they have.
std::optional<FieldError> takeValues(const QJsonObject &data, const QString &prefix, Reading &into)
{
    static const Names names;
    QJsonObject rest; // what only the general reader knows, or nobody
    for (auto it = data.begin(); it != data.end(); ++it) {
        const QString path = join(prefix, it.key());
        std::optional<FieldError> error;
        if (it.key() == QLatin1String("position")) {
            error = telemetry::readLocation(it.value(), path, into);
        } else if (it.key() == QLatin1String("latlng")) {
            error = takeLatLng(it.value(), path, into);
        } else if (it.key() == QLatin1String("256") || it.key() == vinChannel) {
            if (!it.value().isString() && !it.value().isNull())
                error = wrong(path, QStringLiteral("must be text"));
            else if (it.value().isString())
                put(into, vinChannel, it.value().toString().left(64));
        } else if (it.key() == QLatin1String("ts")) {
            auto time = telemetry::readTime(it.value(), path);
            if (const auto *bad = std::get_if<FieldError>(&time))
                error = *bad;
            else if (const auto &told = std::get<std::optional<TimePoint>>(time))
                into.sourceTime = told;
        } else if (it.key() == QLatin1String("sp")) {
            // The receiver's speed counts where the vehicle tells none.
            if (!data.contains(QLatin1String("24")) && !data.contains(QLatin1String("speed")))
                error = takeNumber({channel::Speed, 1}, it.value(), path, into);
        } else if (const Names::Target *target = names.find(it.key())) {
            error = takeNumber(*target, it.value(), path, into);
        } else {
            rest.insert(it.key(), it.value());
        }
        if (error)
            return error;
    }
    auto read = telemetry::read(rest, prefix);
    if (const auto *error = std::get_if<FieldError>(&read))
        return *error;
    const auto &others = std::get<Reading>(read);
    for (const Sample &sample : others.samples) {
        if (!into.find(sample.channel))
            into.samples.append(sample);
    }
    if (others.sourceTime && !into.sourceTime)
        into.sourceTime = others.sourceTime;
    if (others.position && !into.position)
        into.position = others.position;
    return std::nullopt;
}

/// Steps into an object of the message; nothing and no error: it is not there.
std::variant<std::optional<QJsonObject>, FieldError> step(const QJsonObject &from, const char *name, QString &path)
{
    path = join(path, QLatin1String(name));
    const QJsonValue value = from.value(QLatin1String(name));
    if (value.isUndefined())
        return std::optional<QJsonObject>();
    if (!value.isObject())
        return wrong(path, QStringLiteral("must be an object"));
    return std::optional<QJsonObject>(value.toObject());
}

} // namespace

std::variant<QString, FieldError> readImei(const QJsonObject &message)
{
    constexpr double largestWhole = 9007199254740992; // exact as a double
    const QString field = QStringLiteral("imei");
    const QJsonValue value = message.value(field);
    QString imei = value.toString();
    if (value.isDouble() && value.toDouble() >= 0 && value.toDouble() < largestWhole)
        imei = QString::number(value.toInteger());
    else if (!value.isUndefined() && !value.isNull() && !value.isString())
        return wrong(field, QStringLiteral("must be text"));
    if (imei.isEmpty())
        return wrong(field, QStringLiteral("is missing"));
    if (!isPathId(imei))
        return wrong(field, QStringLiteral("must have 1 to 128 characters and no slash"));
    return imei;
}

HubTelemetry readHubTelemetry(const QJsonObject &message)
{
    auto imei = readImei(message);
    if (const auto *error = std::get_if<FieldError>(&imei))
        return *error;
    Reading reading;
    reading.deviceId = std::get<QString>(imei);
    QString path;
    QJsonObject values;
    if (message.contains(QLatin1String("payload"))) {
        values = message;
        for (const char *name : {"payload", "state", "reported"}) {
            auto found = step(values, name, path);
            if (const auto *error = std::get_if<FieldError>(&found))
                return *error;
            const auto &object = std::get<std::optional<QJsonObject>>(found);
            if (!object)
                return wrong(path, QStringLiteral("is missing"));
            values = *object;
        }
    } else {
        auto found = step(message, "data", path);
        if (const auto *error = std::get_if<FieldError>(&found))
            return *error;
        const auto &object = std::get<std::optional<QJsonObject>>(found);
        if (!object)
            return wrong(path, QStringLiteral("is missing"));
        values = *object;
    }
    if (auto error = takeValues(values, path, reading))
        return *error;
    const QString field = QStringLiteral("timestamp");
    auto time = telemetry::readTime(message.value(field), field);
    if (const auto *error = std::get_if<FieldError>(&time))
        return *error;
    if (const auto &told = std::get<std::optional<TimePoint>>(time))
        reading.sourceTime = told;
    if (reading.position) {
        Position &position = *reading.position;
        if (!position.headingDeg)
            position.headingDeg = reading.number(channel::Heading);
        if (!position.altitudeM)
            position.altitudeM = reading.number(channel::Altitude);
    }
    return reading;
}

QJsonObject hubData(const LatestReading &known, TimePoint since)
{
    static const QHash<QString, const Spelling *> byChannel = [] {
        QHash<QString, const Spelling *> table;
        for (const Spelling &spelling : spellings())
            table.insert(spelling.channel, &spelling);
        return table;
    }();
    QJsonObject data;
    if (known.position && known.positionAt >= since)
        data.insert(QStringLiteral("position"), vehicle::placeObject(*known.position));
    for (auto it = known.channels.cbegin(); it != known.channels.cend(); ++it) {
        if (it->at < since)
            continue;
        QJsonValue value = vehicle::jsonOf(it->value);
        if (value.isUndefined())
            continue;
        const Spelling *spelling = byChannel.value(it.key());
        if (spelling && value.isDouble() && spelling->plainScale != 1)
            value = value.toDouble() * spelling->plainScale;
        vehicle::putAt(data, spelling ? QString(QLatin1String(spelling->plain)) : it.key(), value);
    }
    if (!data.contains(QLatin1String("speed")) && known.position && known.positionAt >= since &&
        known.position->speedKmh && std::isfinite(*known.position->speedKmh))
        data.insert(QStringLiteral("speed"), *known.position->speedKmh);
    return data;
}

} // namespace tocsin
