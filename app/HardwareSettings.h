// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Settings.h"
#include "hal/AdapterConfig.h"

#include <QList>
#include <QStringList>

namespace tocsin {

/// The adapters that the settings ask for. A value.
struct HardwareSettings
{
    QList<AdapterConfig> adapters;
    QStringList errors; ///< a sentence each, naming the flag
    int simulations = 0;

    [[nodiscard]] static HardwareSettings read(const Settings &settings);
};

} // namespace tocsin
