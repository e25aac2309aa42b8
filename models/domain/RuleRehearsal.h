// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRule.h"
#include "models/domain/Geofence.h"
#include "models/domain/Reading.h"
#include "models/domain/RulesPort.h"

#include <QList>

#include <optional>

namespace tocsin {

/// When `rule` would have raised, risen or fallen and returned, had it judged these readings of one device, oldest first, and nothing
/// more until `to`. As the desk judges (AlertBook), but for whom the rule is: schedules suppress nothing here, nobody inhibits, it is for
/// this device, and each alert is acknowledged when it is over. Pure; any thread.
[[nodiscard]] RuleTrialAnswer rehearse(AlertRule rule, const QList<Reading> &readings, TimePoint to);

/// The geofences that the rule is about: by its metric, and by what it makes an exception of.
[[nodiscard]] QList<Geofence> fencesOf(const AlertRule &rule, const QList<Geofence> &fences);

/// The same for a rule about geofences: their metrics are made of the positions in `readings` as the desk makes them (GeofenceWatch), each fence being
/// for this device. `before` is where the device was before the first of them; nothing: it enters and leaves from its second position on.
[[nodiscard]] RuleTrialAnswer rehearse(const AlertRule &rule, const QList<Geofence> &fences,
                                       const std::optional<Reading> &before, QList<Reading> readings, TimePoint to);

} // namespace tocsin
