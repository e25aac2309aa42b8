// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/RoadMover.h"
#include "models/domain/Device.h"
#include "models/domain/Reading.h"

namespace tocsin {

/// A simulated van or truck: drives (RoadMover), shifts gears, warms up, burns fuel, charges its battery.
/// Without faults every value stays well inside the limits of the built-in alert rules.
/// Plain logic; the graph outlives it. Neither copied nor moved: the mover shares its chance.
class VehicleModel
{
public:
    VehicleModel(VehicleSpec spec, const StreetGraph &graph, quint64 seed);
    VehicleModel(const VehicleModel &) = delete;
    VehicleModel &operator=(const VehicleModel &) = delete;

    void advance(double seconds, double simTime);
    void crash(double standSeconds) { m_mover.crash(standSeconds); }
    [[nodiscard]] Reading reading(TimePoint now, const QString &source);
    [[nodiscard]] const VehicleSpec &spec() const { return m_spec; }
    [[nodiscard]] const RoadMover &mover() const { return m_mover; }

private:
    struct Engine; ///< constants of a van or a truck
    [[nodiscard]] static const Engine &engineOf(bool truck);
    void shift();
    void run(double seconds);

    const VehicleSpec m_spec;
    const Engine &m_engine;
    const StreetGraph &m_graph;
    SimRandom m_random;
    RoadMover m_mover;
    int m_gear = 0;
    double m_rpm = 0;
    double m_load = 0; ///< 0 … 1
    double m_coolantC = 0;
    double m_oilC = 0;
    double m_voltage = 0;
    double m_fuelLitres = 0;
    double m_litresPer100Km = 0;
    double m_odometerKm = 0;
    double m_startOdometerKm = 0;
};

} // namespace tocsin
