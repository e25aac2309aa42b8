// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

namespace tocsin {

/// The names of the channels that Tocsin knows, with the unit each is stored in.
/// Any other name may be carried too (unknown telemetry fields are kept under the path they came with);
/// channelInfo() then answers with the name as label, no unit and no range.
namespace channel {
inline const QString Speed = QStringLiteral("speed");                                // km/h
inline const QString Heading = QStringLiteral("heading");                            // degrees true
inline const QString Altitude = QStringLiteral("altitude");                          // m
inline const QString EngineRpm = QStringLiteral("engine.rpm");                       // rpm
inline const QString EngineTemperature = QStringLiteral("engine.temperature");       // °C, coolant
inline const QString OilPressure = QStringLiteral("engine.oil_pressure");            // psi
inline const QString OilTemperature = QStringLiteral("engine.oil_temperature");      // °C
inline const QString EngineLoad = QStringLiteral("engine.load");                     // %
inline const QString BatteryVoltage = QStringLiteral("battery.voltage");             // V
inline const QString BatteryLevel = QStringLiteral("battery.level");                 // %
inline const QString FuelLevel = QStringLiteral("fuel.level");                       // %
inline const QString FuelConsumption = QStringLiteral("fuel.consumption");           // L/100 km
inline const QString Odometer = QStringLiteral("odometer");                          // km
inline const QString ExternalVoltage = QStringLiteral("external.voltage");           // V
inline const QString Crash = QStringLiteral("crash");                                // > 0: detected
inline const QString TroubleCount = QStringLiteral("diagnostic.count");              // number of codes
inline const QString TroubleCodes = QStringLiteral("diagnostic.codes");              // list of text
inline const QString AmbientTemperature = QStringLiteral("environment.temperature"); // °C
inline const QString Humidity = QStringLiteral("environment.humidity");              // %
inline const QString Satellites = QStringLiteral("gps.satellites");                  // in use
inline const QString SatellitesInView = QStringLiteral("gps.satellites_in_view");
inline const QString FixQuality = QStringLiteral("gps.fix"); // 0 none, 1 GPS, 2 DGPS, 4 RTK, 5 float
inline const QString FixMode = QStringLiteral("gps.mode");   // 1 none, 2 2-D, 3 3-D
inline const QString Hdop = QStringLiteral("gps.hdop");
inline const QString Temperature = QStringLiteral("temperature");            // °C, a rig's sensor
inline const QString MotorRpm = QStringLiteral("motor.rpm");                 // rpm
inline const QString MotorCurrent = QStringLiteral("motor.current");         // A
inline const QString MotorTemperature = QStringLiteral("motor.temperature"); // °C
inline const QString AccelerationX = QStringLiteral("imu.acceleration_x");   // m/s²
inline const QString AccelerationY = QStringLiteral("imu.acceleration_y");
inline const QString AccelerationZ = QStringLiteral("imu.acceleration_z");
inline const QString GyroX = QStringLiteral("imu.gyro_x"); // °/s
inline const QString GyroY = QStringLiteral("imu.gyro_y");
inline const QString GyroZ = QStringLiteral("imu.gyro_z");
inline const QString Signal = QStringLiteral("signal"); // dBm
// A reading's position is not a sample; the history offers it under these names all the same (the trail asks for them).
inline const QString Latitude = QStringLiteral("position.latitude");   // degrees
inline const QString Longitude = QStringLiteral("position.longitude"); // degrees
} // namespace channel

/// How a channel is shown. `order` ranks gauges of one device, lower first.
struct ChannelInfo
{
    QString name;
    QString label; ///< English, short: "Engine speed"
    QString unit;  ///< "km/h"; empty for counts and unknown channels
    double minimum = 0;
    double maximum = 0; ///< minimum == maximum: no known range, show a number without a dial
    int decimals = 0;
    int order = 1000;

    [[nodiscard]] bool hasRange() const { return maximum > minimum; }
};

[[nodiscard]] ChannelInfo channelInfo(const QString &name);

} // namespace tocsin
