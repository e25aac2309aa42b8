// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

namespace tocsin {

Q_DECLARE_LOGGING_CATEGORY(lcHal)
Q_DECLARE_LOGGING_CATEGORY(lcSerial)
Q_DECLARE_LOGGING_CATEGORY(lcReplay)
Q_DECLARE_LOGGING_CATEGORY(lcSimulation)

} // namespace tocsin
