// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/VehicleModel.h"

#include "models/domain/Channels.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tocsin {

struct VehicleModel::Engine
{
    std::vector<double> rpmPerKmh; ///< by gear
    double idleRpm;
    double shiftUpRpm;
    double shiftDownRpm;
    double massTonnes;
    double idleLitresPerHour;
    double litresPerTonneAndForce; ///< per hour at full load, see run()
    double tankLitres;
    DrivingStyle style;
};

const VehicleModel::Engine &VehicleModel::engineOf(bool truck)
{
    static const Engine van{{118, 67, 44, 32, 25.5, 21.5},   790, 2650, 1350, 2.6, 0.8, 14, 75,
                            {2.0, 2.0, 2.0, 25, 0.95, 6, 22}};
    static const Engine heavy{{196, 128, 88, 62, 45, 34, 26, 20.5}, 620, 1850, 1080, 11, 1.9, 46, 240,
                              {1.1, 1.5, 1.5, 22.5, 0.9, 10, 32}};
    return truck ? heavy : van;
}

namespace {
constexpr double ThermostatC = 89;
constexpr double AmbientC = 17.5;

/// Goes towards `target` with the given time constant.
void approach(double &value, double target, double seconds, double timeConstant)
{
    value += (target - value) * (1 - std::exp(-seconds / timeConstant));
}

DrivingStyle personal(DrivingStyle style, SimRandom &random)
{
    style.shareOfLimit *= random.uniform(0.92, 1.0);
    style.acceleration *= random.uniform(0.9, 1.1);
    return style;
}

std::optional<LocalPoint> startOf(const VehicleSpec &spec, const StreetGraph &graph)
{
    return spec.at ? std::optional<LocalPoint>(graph.toLocal(*spec.at)) : std::nullopt;
}
} // namespace

VehicleModel::VehicleModel(VehicleSpec spec, const StreetGraph &graph, quint64 seed)
    : m_spec(std::move(spec))
    , m_engine(engineOf(m_spec.truck))
    , m_graph(graph)
    , m_random(seed, m_spec.id)
    , m_mover(graph, personal(m_engine.style, m_random), startOf(m_spec, graph), m_random)
{
    m_coolantC = m_spec.coolantC.value_or(ThermostatC + m_random.uniform(-2, 3));
    m_oilC = m_spec.coolantC ? *m_spec.coolantC - 3 : m_coolantC + m_random.uniform(3, 8);
    m_voltage = m_random.uniform(13.8, 14.2);
    m_fuelLitres = m_engine.tankLitres * m_spec.fuelPercent / 100;
    m_startOdometerKm = std::floor(m_random.uniform(20'000, 180'000));
    m_odometerKm = m_startOdometerKm;
    m_litresPer100Km = m_spec.truck ? 24 : 9.5;
    m_load = 0.35;
    for (int i = 0; i < int(m_engine.rpmPerKmh.size()); ++i)
        shift();
    m_rpm = std::max(m_engine.idleRpm, m_mover.speedMs() * 3.6 * m_engine.rpmPerKmh[std::size_t(m_gear)]);
}

void VehicleModel::shift()
{
    const double kmh = m_mover.speedMs() * 3.6;
    const double rpm = kmh * m_engine.rpmPerKmh[std::size_t(m_gear)];
    const int top = int(m_engine.rpmPerKmh.size()) - 1;
    // A calm driver shifts up early when not accelerating.
    const double up = m_mover.accelerationMs2() > 0.5 ? m_engine.shiftUpRpm : m_engine.shiftUpRpm * 0.82;
    if (rpm > up && m_gear < top) {
        ++m_gear;
        m_mover.coastFor(0.35);
    } else if (rpm < m_engine.shiftDownRpm && m_gear > 0) {
        const double lower = kmh * m_engine.rpmPerKmh[std::size_t(m_gear) - 1];
        if (lower < up)
            --m_gear;
    }
}

void VehicleModel::advance(double seconds, double simTime)
{
    constexpr double most = 0.25; // gears are looked at so often
    const int steps = std::max(1, int(std::ceil(seconds / most - 1e-6)));
    const double h = seconds / steps;
    if (h <= 0)
        return;
    for (int i = 0; i < steps; ++i) {
        m_mover.advance(h, simTime - seconds + (i + 1) * h);
        shift();
        run(h);
    }
}

void VehicleModel::run(double seconds)
{
    const double kmh = m_mover.speedMs() * 3.6;
    const double rpm = std::max(m_engine.idleRpm, kmh * m_engine.rpmPerKmh[std::size_t(m_gear)]);
    approach(m_rpm, rpm, seconds, 0.3);

    // Share of full load: rolling and air resistance, acceleration, and what idling takes.
    const double pull = std::max(0.0, m_mover.accelerationMs2()) / m_engine.style.acceleration;
    approach(m_load, std::clamp(0.14 + 0.0016 * kmh + 0.000022 * kmh * kmh + 0.62 * pull, 0.1, 0.97), seconds, 0.5);

    const double target = ThermostatC + 5 * m_load;
    if (m_coolantC < ThermostatC - 1)
        m_coolantC += (0.06 + 0.25 * m_load) * seconds; // the thermostat is closed: it warms up
    else
        approach(m_coolantC, target, seconds, 45);
    approach(m_oilC, m_coolantC + 4 + 10 * m_load, seconds, 240);

    approach(m_voltage, 14.15 - 0.25 * m_load - (m_rpm < m_engine.idleRpm * 1.15 ? 0.3 : 0), seconds, 2);

    const double speedFactor = m_rpm / m_engine.shiftUpRpm;
    const double litresPerHour = m_engine.idleLitresPerHour + m_engine.litresPerTonneAndForce * m_load * speedFactor;
    m_fuelLitres =
        std::max(m_engine.tankLitres * 0.08, m_fuelLitres - litresPerHour * seconds / 3600); // then it is refuelled
    if (m_fuelLitres <= m_engine.tankLitres * 0.08)
        m_fuelLitres = m_engine.tankLitres;
    if (kmh > 5)
        approach(m_litresPer100Km, std::min(40.0, litresPerHour / kmh * 100), seconds, 6);
    m_odometerKm = m_startOdometerKm + m_mover.travelled() / 1000;
}

Reading VehicleModel::reading(TimePoint now, const QString &source)
{
    const double kmh = m_mover.speedMs() * 3.6;
    const double heading = roundedTo(m_mover.headingDeg(), 0.1);
    const GeoPoint place = m_graph.toGeo(m_mover.position());
    Reading reading;
    reading.deviceId = m_spec.id;
    reading.source = source;
    reading.receivedAt = now;
    reading.sourceTime = now;
    Position position;
    position.latitude = roundedTo(place.latitude, 1e-7);
    position.longitude = roundedTo(place.longitude, 1e-7);
    position.accuracyM = roundedTo(m_random.uniform(2.5, 4.5), 0.1);
    position.headingDeg = heading >= 360 ? 0 : heading;
    position.speedKmh = roundedTo(kmh, 0.1);
    reading.position = position;

    const double oilPressure = 21 + 0.0125 * m_rpm - 0.06 * (m_oilC - 90) + m_random.noise(0.25);
    const auto add = [&](const QString &channel, double value, double step) {
        reading.samples.append(Sample{channel, roundedTo(value, step)});
    };
    add(channel::Speed, kmh, 0.1);
    add(channel::Heading, *position.headingDeg, 0.1);
    add(channel::EngineRpm, m_rpm + m_random.noise(6), 1);
    add(channel::EngineTemperature, m_coolantC + m_random.noise(0.05), 0.1);
    add(channel::OilPressure, std::max(28.0, oilPressure), 0.1);
    add(channel::OilTemperature, m_oilC, 0.1);
    add(channel::EngineLoad, 100 * m_load, 0.1);
    add(channel::BatteryVoltage, m_voltage + m_random.noise(0.01), 0.01);
    add(channel::FuelLevel, 100 * m_fuelLitres / m_engine.tankLitres, 0.1);
    add(channel::FuelConsumption, m_litresPer100Km, 0.1);
    add(channel::Odometer, m_odometerKm, 0.01);
    add(channel::AmbientTemperature, AmbientC, 0.1);
    add(channel::Crash, 0, 1);
    add(channel::TroubleCount, 0, 1);
    reading.samples.append(Sample{channel::TroubleCodes, QStringList()});
    return reading;
}

} // namespace tocsin
