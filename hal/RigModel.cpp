// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/RigModel.h"

#include "models/domain/Channels.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tocsin {

namespace {
constexpr double Radius = 25;    // m
constexpr double CreepMs = 2.0;  // m/s
constexpr double DutyCycle = 60; // s: rest, run up, run, run down
constexpr double FullRpm = 1800;

double dutyAt(double simTime)
{
    const double t = std::fmod(simTime + 20, DutyCycle);
    if (t < 10)
        return 0.45;
    if (t < 18)
        return 0.45 + 0.55 * (t - 10) / 8;
    if (t < 45)
        return 1;
    return std::max(0.45, 1 - 0.55 * (t - 45) / 10);
}
} // namespace

RigModel::RigModel(RigSpec spec, GeoPoint center, quint64 seed)
    : m_spec(std::move(spec))
    , m_frame(center, {})
    , m_random(seed, m_spec.id)
{
}

Reading RigModel::reading(TimePoint now, double simTime, const QString &source)
{
    Reading reading;
    reading.deviceId = m_spec.id;
    reading.source = source;
    reading.receivedAt = now;
    reading.sourceTime = now;
    const auto add = [&](const QString &channel, double value, double step) {
        reading.samples.append(Sample{channel, roundedTo(value, step)});
    };
    double duty = dutyAt(simTime);
    if (m_stopped)
        duty = 0;
    else if (m_speed)
        duty = *m_speed / FullRpm;
    const double turn = CreepMs / Radius; // rad/s
    switch (m_spec.type) {
    case RigSpec::Type::Temperature:
        add(channel::Temperature, 24 + 3 * std::sin(simTime / 95) + 0.6 * std::sin(simTime / 13) + m_random.noise(0.05),
            0.01);
        break;
    case RigSpec::Type::Imu:
        add(channel::AccelerationX, 0.4 * std::sin(simTime * 2.1) * duty + m_random.noise(0.04), 0.001);
        add(channel::AccelerationY, CreepMs * turn + m_random.noise(0.04), 0.001);
        add(channel::AccelerationZ, 9.81 + 0.5 * duty * std::sin(simTime * 11) + m_random.noise(0.05), 0.001);
        add(channel::GyroX, 1.5 * std::sin(simTime * 1.7) + m_random.noise(0.2), 0.01);
        add(channel::GyroY, 1.2 * std::sin(simTime * 1.3) + m_random.noise(0.2), 0.01);
        add(channel::GyroZ, -turn * 180 / std::numbers::pi + m_random.noise(0.2), 0.01);
        break;
    case RigSpec::Type::Motor:
        add(channel::MotorRpm, FullRpm * duty + m_random.noise(4), 1);
        add(channel::MotorCurrent, 2.2 + 6.5 * duty * duty + m_random.noise(0.08), 0.01);
        add(channel::MotorTemperature, 44 + 9 * duty + 3 * std::sin(simTime / 70) + m_random.noise(0.1), 0.1);
        break;
    case RigSpec::Type::Gps: {
        const double angle = turn * simTime; // clockwise
        const LocalPoint middle = m_frame.toLocal(m_spec.at);
        const GeoPoint place = m_frame.toGeo({middle.x + Radius * std::sin(angle) + m_random.noise(0.15),
                                              middle.y + Radius * std::cos(angle) + m_random.noise(0.15)});
        Position position;
        position.latitude = roundedTo(place.latitude, 1e-7);
        position.longitude = roundedTo(place.longitude, 1e-7);
        position.altitudeM = 6.5;
        position.accuracyM = 1.8;
        position.headingDeg = roundedTo(std::fmod(angle * 180 / std::numbers::pi + 90, 360), 0.1);
        position.speedKmh = roundedTo(CreepMs * 3.6, 0.1);
        reading.position = position;
        add(channel::Speed, *position.speedKmh, 0.1);
        add(channel::Heading, *position.headingDeg, 0.1);
        add(channel::Satellites, 11, 1);
        add(channel::FixQuality, 2, 1);
        add(channel::Hdop, 0.8, 0.1);
        break;
    }
    }
    return reading;
}

QStringList RigModel::actions(RigSpec::Type type)
{
    switch (type) {
    case RigSpec::Type::Motor:
        return {QStringLiteral("start"), QStringLiteral("stop"), QStringLiteral("set_speed")};
    case RigSpec::Type::Gps:
        return {QStringLiteral("ping"), QStringLiteral("cold_start")};
    case RigSpec::Type::Temperature:
    case RigSpec::Type::Imu:
        break;
    }
    return {QStringLiteral("ping"), QStringLiteral("calibrate")};
}

QByteArray RigModel::obey(const QString &action, const QByteArray &parameters)
{
    QJsonObject answer{{QStringLiteral("device"), m_spec.id}, {QStringLiteral("action"), action}};
    if (m_spec.type == RigSpec::Type::Motor) {
        if (action == QLatin1String("stop")) {
            m_stopped = true;
        } else if (action == QLatin1String("start")) {
            m_stopped = false;
        } else if (action == QLatin1String("set_speed")) {
            const QJsonObject told = QJsonDocument::fromJson(parameters).object();
            m_speed = std::clamp(told.value(QLatin1String("rpm")).toDouble(FullRpm), 0.0, FullRpm);
            answer.insert(QStringLiteral("rpm"), *m_speed);
        }
        answer.insert(QStringLiteral("running"), !m_stopped);
    }
    return QJsonDocument(answer).toJson(QJsonDocument::Compact);
}

} // namespace tocsin
