// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Requests.h"
#include "server/dialects/SocketTable.h"

#include <QString>

namespace tocsin {

/// One open connection of dialect 1.
struct VehicleSocket : DialectSocket
{
    enum class Kind { Telemetry, Alerts, Chat };
    Kind kind = Kind::Telemetry;
    QString subject;          ///< vehicle id or user id of the path
    bool producer = false;    ///< declared that it never reads
    int framesToProducer = 0; ///< sent to it nevertheless: errors
};

/// Whose act it is what comes over a socket that has its session. Staff in somebody else's conversation are the desk; in their
/// own they are people like all others.
[[nodiscard]] Actor actorOf(const VehicleSocket &socket);

using VehicleSockets = SocketTable<VehicleSocket>;

} // namespace tocsin
