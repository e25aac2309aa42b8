// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/probe/Walk.h"

// The walks, one per dialect. Internal to models/probe.

namespace tocsin::probe {

[[nodiscard]] QList<Step> nativeSteps();
[[nodiscard]] QList<Step> vehicleSteps();
[[nodiscard]] QList<Step> hubSteps();
[[nodiscard]] QList<Step> hardwareSteps();
[[nodiscard]] QList<Step> monitorSteps();
[[nodiscard]] QList<Step> emergencySteps();

} // namespace tocsin::probe
