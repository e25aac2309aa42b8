// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Requests.h"
#include "server/dialects/RateLimit.h"
#include "server/net/Session.h"

#include <QString>

#include <memory>
#include <unordered_map>
#include <vector>

namespace tocsin {

/// One open connection of dialect 1.
struct VehicleSocket
{
    enum class Kind { Telemetry, Alerts, Chat };
    quint64 number = 0;              ///< never used twice
    net::Session *session = nullptr; ///< null once it closed
    Kind kind = Kind::Telemetry;
    QString subject;          ///< vehicle id or user id of the path
    bool producer = false;    ///< declared that it never reads
    int framesToProducer = 0; ///< sent to it nevertheless: errors
    RateLimit limit;
};

/// Whose act it is what comes over a socket that has its session. Staff in somebody else's conversation are the desk; in their
/// own they are people like all others.
[[nodiscard]] Actor actorOf(const VehicleSocket &socket);

/// The open connections by number. Server thread. A socket that closes while one of its messages is being handled stays valid
/// (without session) until the next sweep().
class VehicleSockets
{
public:
    VehicleSocket &add(net::Session *session, VehicleSocket::Kind kind, const QString &subject, int messagesPerWindow);
    void close(quint64 number);
    void sweep(); ///< frees what was closed; never call it while handling a message
    [[nodiscard]] VehicleSocket *find(quint64 number) const;
    [[nodiscard]] int count() const { return static_cast<int>(m_sockets.size()); }

private:
    std::unordered_map<quint64, std::unique_ptr<VehicleSocket>> m_sockets;
    std::vector<std::unique_ptr<VehicleSocket>> m_closed;
    quint64 m_last = 0;
};

} // namespace tocsin
