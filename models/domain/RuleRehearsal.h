// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRule.h"
#include "models/domain/Reading.h"
#include "models/domain/RulesPort.h"

#include <QList>

namespace tocsin {

/// When `rule` would have raised, risen or fallen and returned, had it judged these readings of one device, oldest first, and nothing
/// more until `to`. As the desk judges (AlertBook), but for whom the rule is: schedules suppress nothing here, nobody inhibits, it is for
/// this device, and each alert is acknowledged when it is over. Pure; any thread.
[[nodiscard]] RuleTrialAnswer rehearse(AlertRule rule, const QList<Reading> &readings, TimePoint to);

} // namespace tocsin
