// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRule.h"
#include "models/domain/Desk.h"
#include "models/domain/Ports.h"

#include <QList>

#include <chrono>

namespace tocsin {

struct RecallLimits
{
    Duration longest = std::chrono::hours(1); ///< of what is looked at, back from the last sign of any device
    std::chrono::milliseconds patience{3000}; ///< for all of it; what is not read by then is not recalled
    int readingsPerDevice = 5000;
    qsizetype readings = 200'000;
};

/// What devices told before the server stopped, as far as rules look back (delays, counts, trends, silences), oldest first, for
/// AlertBook::recall(). Asks the archive and waits: for the start alone, on a thread that is none of the archive's. Nothing is asked
/// when no rule looks back.
[[nodiscard]] QList<Reading> recallReadings(const QList<AlertRule> &rules, const DeskSnapshot &state,
                                            ArchivePort &archive, const RecallLimits &limits = {});

} // namespace tocsin
