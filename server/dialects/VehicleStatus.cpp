// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/VehicleStatus.h"

#include "models/domain/Channels.h"
#include "server/dialects/VehicleFrames.h"

#include <algorithm>

namespace tocsin::VehicleStatus {

namespace {

QJsonValue orNull(const std::optional<double> &value)
{
    return value ? QJsonValue(*value) : QJsonValue(QJsonValue::Null);
}

struct Range
{
    double least = 0;
    double most = 0;
    double sum = 0;
    double last = 0;
    int count = 0;
};

} // namespace

QJsonObject of(const std::optional<LatestReading> &latest, const std::optional<DevicePresence> &presence, TimePoint now,
               std::chrono::seconds onlineWithin)
{
    std::optional<TimePoint> heard;
    if (latest)
        heard = latest->lastSeen;
    // A presence without a time was never heard.
    if (presence && toEpochMicros(presence->lastSeen) > 0 && (!heard || presence->lastSeen > *heard))
        heard = presence->lastSeen;

    const auto number = [&latest](const QString &channel) { return latest ? latest->number(channel) : std::nullopt; };
    QJsonObject engine;
    const std::pair<QLatin1String, QString> gauges[] = {{QLatin1String("temperature"), channel::EngineTemperature},
                                                        {QLatin1String("rpm"), channel::EngineRpm},
                                                        {QLatin1String("oil_pressure"), channel::OilPressure}};
    for (const auto &[name, channel] : gauges) {
        if (const auto value = number(channel))
            engine.insert(name, *value);
    }
    if (const auto said = number(QStringLiteral("engine_running")))
        engine.insert(QStringLiteral("running"), *said > 0);
    else if (const auto rpm = number(channel::EngineRpm))
        engine.insert(QStringLiteral("running"), *rpm > 0);

    auto speed = number(channel::Speed);
    if (!speed && latest && latest->position)
        speed = latest->position->speedKmh;
    return {
        {QStringLiteral("is_online"), heard && now - *heard < onlineWithin},
        {QStringLiteral("last_update"), heard ? QJsonValue(toIso8601(*heard)) : QJsonValue(QJsonValue::Null)},
        {QStringLiteral("engine_status"), engine},
        {QStringLiteral("battery_level"), orNull(number(channel::BatteryLevel))},
        {QStringLiteral("fuel_level"), orNull(number(channel::FuelLevel))},
        {QStringLiteral("speed"), orNull(speed)},
        {QStringLiteral("location"),
         latest && latest->position ? vehicle::placeObject(*latest->position) : QJsonObject()},
    };
}

QJsonValue quality(const QList<Reading> &readings)
{
    qint64 all = 0;
    qint64 known = 0;
    for (const Reading &reading : readings) {
        all += reading.samples.size();
        known += std::count_if(reading.samples.begin(), reading.samples.end(), [](const Sample &sample) {
            return !std::holds_alternative<std::monostate>(sample.value);
        });
        if (reading.position) {
            ++all;
            ++known;
        }
    }
    return all == 0 ? QJsonValue(QJsonValue::Null) : QJsonValue(static_cast<double>(known) / static_cast<double>(all));
}

QJsonObject stats(const QList<Reading> &newestFirst, const QList<Alert> &alerts, TimePoint from, TimePoint to)
{
    QHash<QString, Range> ranges;
    for (const Reading &reading : newestFirst) {
        for (const Sample &sample : reading.samples) {
            const auto value = number(sample.value);
            if (!value)
                continue;
            Range &range = ranges[sample.channel];
            if (range.count++ == 0)
                range = {*value, *value, 0, *value, 1};
            range.least = std::min(range.least, *value);
            range.most = std::max(range.most, *value);
            range.sum += *value;
        }
    }
    QJsonObject metrics;
    for (auto it = ranges.cbegin(); it != ranges.cend(); ++it) {
        metrics.insert(it.key(), QJsonObject{{QStringLiteral("min"), it->least},
                                             {QStringLiteral("max"), it->most},
                                             {QStringLiteral("avg"), it->sum / it->count},
                                             {QStringLiteral("last"), it->last},
                                             {QStringLiteral("count"), it->count}});
    }
    const auto raised = std::count_if(alerts.begin(), alerts.end(), [&](const Alert &alert) {
        return alert.raisedAt >= from && alert.raisedAt <= to;
    });
    const TimePoint start = newestFirst.isEmpty() ? from : newestFirst.last().receivedAt;
    const TimePoint end = newestFirst.isEmpty() ? to : newestFirst.first().receivedAt;
    return {
        {QStringLiteral("total_records"), newestFirst.size()},
        {QStringLiteral("date_range"),
         QJsonObject{{QStringLiteral("start"), toIso8601(start)}, {QStringLiteral("end"), toIso8601(end)}}},
        {QStringLiteral("anomaly_count"), static_cast<qint64>(raised)},
        {QStringLiteral("average_quality_score"), quality(newestFirst)},
        {QStringLiteral("metrics"), metrics},
    };
}

QJsonObject health(const QList<Reading> &readings, const QList<Alert> &open)
{
    QJsonObject health;
    for (const Reading &reading : readings) {
        for (const Sample &sample : reading.samples) {
            if (number(sample.value) && !health.contains(sample.channel))
                health.insert(sample.channel, 1.0);
        }
    }
    for (const Alert &alert : open) {
        const auto sensor = health.find(alert.channel);
        if (sensor == health.end() || alert.level < AlertLevel::Warning)
            continue;
        const double share = alert.level >= AlertLevel::Critical ? 0.0 : 0.5;
        sensor.value() = std::min(sensor.value().toDouble(), share);
    }
    return health;
}

} // namespace tocsin::VehicleStatus
