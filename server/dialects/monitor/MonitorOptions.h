// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

#include <chrono>
#include <functional>

namespace tocsin {

/// What dialect 4 has beyond what is the same for every dialect.
struct MonitorOptions
{
    std::chrono::seconds status{30};        ///< device_status, analytics and performance this often
    std::chrono::seconds cleanup{300};      ///< monitoring that nobody listened to for so long ends
    qsizetype monitorings = 1000;           ///< devices that are monitored at once
    int topicsPerSocket = 1000;             ///< that one connection may listen to
    std::function<ServerStats()> figures{}; ///< of the server, for performance_data; may be empty
};

} // namespace tocsin
