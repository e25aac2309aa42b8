// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/StatusBoard.h"

namespace tocsin {

class Desk;
class LogStore;
class TelemetryHistory;

/// What the desk and the stores tell /metrics. Any thread.
[[nodiscard]] QList<Metric> deskMetrics(const Desk &desk, const LogStore &log, const TelemetryHistory &history);

} // namespace tocsin
