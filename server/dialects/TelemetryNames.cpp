// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/TelemetryNames.h"

#include <QSet>

#include <algorithm>

namespace tocsin::telemetry {

const QList<Spelling> &spellings()
{
    using namespace channel;
    const auto number = [](const QString &channel, const char *nested, const char *flat) {
        return Spelling{channel, QLatin1String(nested), QLatin1String(flat), false};
    };
    static const QList<Spelling> table{
        number(Speed, "speed", "speed"),
        number(EngineTemperature, "engine_metrics.temperature", "engine_temp"),
        number(EngineRpm, "engine_metrics.rpm", "rpm"),
        number(OilPressure, "engine_metrics.oil_pressure", "oil_pressure"),
        number(OilTemperature, "engine_metrics.oil_temperature", "oil_temp"),
        number(EngineLoad, "engine_metrics.load", "engine_load"),
        number(BatteryVoltage, "battery_metrics.voltage", "battery_voltage"),
        number(BatteryLevel, "battery_metrics.level", "battery_level"),
        number(FuelLevel, "fuel_metrics.level", "fuel_level"),
        number(FuelConsumption, "fuel_metrics.consumption", "fuel_consumption"),
        number(AmbientTemperature, "environmental_data.ambient_temp", "ambient_temp"),
        number(Humidity, "environmental_data.humidity", "humidity"),
        number(Odometer, "odometer", "odometer"),
        number(Heading, "heading", "heading"),
        number(Altitude, "altitude", "altitude"),
        Spelling{TroubleCodes, QStringLiteral("diagnostic_codes"), QStringLiteral("diagnostic_codes"), true},
    };
    return table;
}

const Spelling *spellingOf(const QString &path)
{
    static const QHash<QString, const Spelling *> byPath = [] {
        QHash<QString, const Spelling *> table;
        for (const Spelling &spelling : spellings()) {
            table.insert(spelling.nested, &spelling);
            table.insert(spelling.flat, &spelling);
        }
        const std::pair<QLatin1String, QString> aliases[] = {
            {QLatin1String("engine_temperature"), QStringLiteral("engine_temp")},
            {QLatin1String("engine_rpm"), QStringLiteral("rpm")},
            {QLatin1String("vehicle_speed"), QStringLiteral("speed")},
            {QLatin1String("mileage"), QStringLiteral("odometer")},
        };
        for (const auto &[alias, flat] : aliases)
            table.insert(alias, table.value(flat));
        return table;
    }();
    return byPath.value(path, nullptr);
}

const Spelling *spellingOfChannel(const QString &channel)
{
    static const QHash<QString, const Spelling *> byChannel = [] {
        QHash<QString, const Spelling *> table;
        for (const Spelling &spelling : spellings())
            table.insert(spelling.channel, &spelling);
        return table;
    }();
    return byChannel.value(channel, nullptr);
}

bool isGroup(const QString &path)
{
    static const QSet<QString> groups{QStringLiteral("engine_metrics"), QStringLiteral("battery_metrics"),
                                      QStringLiteral("fuel_metrics"), QStringLiteral("environmental_data")};
    return groups.contains(path);
}

} // namespace tocsin::telemetry
