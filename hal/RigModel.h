// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/Scenario.h"
#include "hal/SimRandom.h"
#include "hal/StreetGraph.h"
#include "models/domain/Reading.h"

#include <QByteArray>
#include <QStringList>

#include <optional>

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
    /// What it offers; it takes any other action too.
    [[nodiscard]] static QStringList actions(RigSpec::Type type);
    /// Does what it is told; the answer is a JSON object. Motors run, stop and change their speed.
    [[nodiscard]] QByteArray obey(const QString &action, const QByteArray &parameters);

private:
    RigSpec m_spec;
    StreetGraph m_frame; ///< without streets: only for its metres
    SimRandom m_random;
    bool m_stopped = false;        ///< motors
    std::optional<double> m_speed; ///< told, rpm; else by the duty cycle
};

} // namespace tocsin
