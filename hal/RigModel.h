// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/Scenario.h"
#include "hal/SimRandom.h"
#include "hal/StreetGraph.h"
#include "models/domain/Reading.h"

namespace tocsin {

/// One device of a simulated hardware rig: a yard trailer that creeps around a circle of 25 m at 2 m/s, with a
/// thermometer, an inertial sensor, a motor that works through a duty cycle, and a GPS receiver.
/// Plain logic; everything but noise is a function of the simulation's time.
class RigModel
{
public:
    RigModel(RigSpec spec, GeoPoint center, quint64 seed);
    [[nodiscard]] Reading reading(TimePoint now, double simTime, const QString &source);
    [[nodiscard]] const RigSpec &spec() const { return m_spec; }

private:
    RigSpec m_spec;
    StreetGraph m_frame; ///< without streets: only for its metres
    SimRandom m_random;
};

} // namespace tocsin
