// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/Logging.h"

namespace tocsin {

Q_LOGGING_CATEGORY(lcHal, "tocsin.hal", QtInfoMsg)
Q_LOGGING_CATEGORY(lcSerial, "tocsin.hal.serial", QtInfoMsg)
Q_LOGGING_CATEGORY(lcReplay, "tocsin.hal.replay", QtInfoMsg)
Q_LOGGING_CATEGORY(lcSimulation, "tocsin.hal.simulation", QtInfoMsg)

} // namespace tocsin
