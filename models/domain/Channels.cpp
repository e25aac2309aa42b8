// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Channels.h"

#include <QHash>

namespace tocsin {

namespace {
QHash<QString, ChannelInfo> knownChannels()
{
    using namespace channel;
    const ChannelInfo list[] = {
        {Speed, QStringLiteral("Speed"), QStringLiteral("km/h"), 0, 140, 0, 10},
        {EngineRpm, QStringLiteral("Engine speed"), QStringLiteral("rpm"), 0, 6000, 0, 20},
        {EngineTemperature, QStringLiteral("Coolant"), QStringLiteral("°C"), 40, 130, 0, 30},
        {OilPressure, QStringLiteral("Oil pressure"), QStringLiteral("psi"), 0, 80, 0, 40},
        {BatteryVoltage, QStringLiteral("Battery"), QStringLiteral("V"), 9, 16, 1, 50},
        {FuelLevel, QStringLiteral("Fuel"), QStringLiteral("%"), 0, 100, 0, 60},
        {BatteryLevel, QStringLiteral("Charge"), QStringLiteral("%"), 0, 100, 0, 70},
        {EngineLoad, QStringLiteral("Engine load"), QStringLiteral("%"), 0, 100, 0, 80},
        {OilTemperature, QStringLiteral("Oil temperature"), QStringLiteral("°C"), 40, 150, 0, 90},
        {FuelConsumption, QStringLiteral("Consumption"), QStringLiteral("L/100 km"), 0, 40, 1, 100},
        {Temperature, QStringLiteral("Temperature"), QStringLiteral("°C"), -20, 120, 1, 110},
        {MotorRpm, QStringLiteral("Motor speed"), QStringLiteral("rpm"), 0, 3000, 0, 120},
        {MotorCurrent, QStringLiteral("Motor current"), QStringLiteral("A"), 0, 20, 1, 130},
        {MotorTemperature, QStringLiteral("Motor temperature"), QStringLiteral("°C"), 0, 120, 0, 140},
        {AccelerationX, QStringLiteral("Acceleration X"), QStringLiteral("m/s²"), -20, 20, 2, 150},
        {AccelerationY, QStringLiteral("Acceleration Y"), QStringLiteral("m/s²"), -20, 20, 2, 151},
        {AccelerationZ, QStringLiteral("Acceleration Z"), QStringLiteral("m/s²"), -20, 20, 2, 152},
        {GyroX, QStringLiteral("Rotation X"), QStringLiteral("°/s"), -250, 250, 1, 153},
        {GyroY, QStringLiteral("Rotation Y"), QStringLiteral("°/s"), -250, 250, 1, 154},
        {GyroZ, QStringLiteral("Rotation Z"), QStringLiteral("°/s"), -250, 250, 1, 155},
        {Satellites, QStringLiteral("Satellites"), QString(), 0, 24, 0, 160},
        {SatellitesInView, QStringLiteral("In view"), QString(), 0, 32, 0, 165},
        {Hdop, QStringLiteral("HDOP"), QString(), 0, 20, 1, 170},
        {Heading, QStringLiteral("Heading"), QStringLiteral("°"), 0, 360, 0, 180},
        {Altitude, QStringLiteral("Altitude"), QStringLiteral("m"), 0, 0, 0, 190},
        {Signal, QStringLiteral("Signal"), QStringLiteral("dBm"), -120, -40, 0, 200},
        {AmbientTemperature, QStringLiteral("Outside"), QStringLiteral("°C"), -30, 50, 0, 210},
        {Humidity, QStringLiteral("Humidity"), QStringLiteral("%"), 0, 100, 0, 220},
        {ExternalVoltage, QStringLiteral("External supply"), QStringLiteral("V"), 0, 32, 1, 230},
        {Odometer, QStringLiteral("Odometer"), QStringLiteral("km"), 0, 0, 0, 240},
        {FixQuality, QStringLiteral("Fix"), QString(), 0, 0, 0, 250},
        {FixMode, QStringLiteral("Fix mode"), QString(), 0, 0, 0, 251},
        {Crash, QStringLiteral("Crash sensor"), QString(), 0, 0, 0, 300},
        {TroubleCount, QStringLiteral("Trouble codes"), QString(), 0, 0, 0, 310},
        {TroubleCodes, QStringLiteral("Trouble codes"), QString(), 0, 0, 0, 311},
    };
    QHash<QString, ChannelInfo> table;
    for (const ChannelInfo &info : list)
        table.insert(info.name, info);
    return table;
}
} // namespace

ChannelInfo channelInfo(const QString &name)
{
    static const QHash<QString, ChannelInfo> table = knownChannels();
    const auto it = table.constFind(name);
    if (it != table.cend())
        return *it;
    ChannelInfo unknown;
    unknown.name = name;
    unknown.label = name;
    unknown.decimals = 2;
    return unknown;
}

} // namespace tocsin
