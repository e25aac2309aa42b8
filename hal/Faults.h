// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/Scenario.h"
#include "hal/SimRandom.h"
#include "models/domain/Reading.h"

#include <vector>

namespace tocsin {

/// The faults under way on all devices of a simulation: bends readings from what is normal to what the fault
/// says and back. Plain logic.
class Faults
{
public:
    explicit Faults(quint64 seed) : m_random(seed, QStringLiteral("faults")) {}

    void begin(const TimelineStep &step, double simTime);
    void apply(Reading &reading, double simTime);
    [[nodiscard]] bool isSilent(const QString &device, double simTime) const;
    void forget(double simTime); ///< what is over
    [[nodiscard]] std::size_t underWay() const { return m_running.size(); }

private:
    struct Running
    {
        TimelineStep step;
        double since = 0;
    };
    /// 0 normal … 1 the fault's value; smooth.
    [[nodiscard]] static double strength(const Running &fault, double simTime);

    SimRandom m_random;
    std::vector<Running> m_running;
};

} // namespace tocsin
