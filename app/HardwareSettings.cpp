// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/HardwareSettings.h"

namespace tocsin {

HardwareSettings HardwareSettings::read(const Settings &settings)
{
    HardwareSettings hardware;
    for (const QString &text : settings.serial) {
        const SerialSpec spec = parseSerialSpec(text);
        if (spec.config)
            hardware.adapters.append(*spec.config);
        else
            hardware.errors.append(QStringLiteral("--serial %1: %2").arg(text, spec.error));
    }
    for (const QString &scenario : settings.simulate) {
        SimulationConfig config;
        if (hardware.simulations++ > 0)
            config.id += QString::number(hardware.simulations);
        config.scenario = scenario;
        hardware.adapters.append(config);
    }
    for (const QString &file : settings.replay) {
        ReplayConfig config;
        config.file = file;
        config.speed = settings.replaySpeed;
        hardware.adapters.append(config);
    }
    return hardware;
}

} // namespace tocsin
