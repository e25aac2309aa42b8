// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/iothub/EnginePackets.h"
#include "server/dialects/iothub/HubDoings.h"
#include "server/dialects/iothub/HubOutbound.h"
#include "server/dialects/iothub/HubRoutes.h"
#include "server/dialects/iothub/HubSockets.h"
#include "server/net/Http.h"

namespace tocsin {

/// What dialect 2's clients say: one Socket.IO packet in; a place in the default namespace, a reading for the sink or a request for the desk
/// out. What is wrong is answered by an `error` event, and by the acknowledgement when one was asked for; the connection lives on. Server
/// thread.
class HubInbound
{
public:
    HubInbound(const DialectOptions &options, std::shared_ptr<const net::Authorizer> authorizer, HubSockets &sockets,
               HubDoings &doings, HubOutbound &outbound);

    void receive(HubSocket &socket, const QByteArray &packet);
    void receiveBinary(HubSocket &socket);
    void refuseStrange(HubSocket &socket);

    [[nodiscard]] qint64 received() const { return m_received; }
    [[nodiscard]] qint64 rateLimited() const { return m_rateLimited; }

private:
    /// Whoever waits for an answer to one event.
    struct Asker
    {
        quint64 socket = 0;
        std::optional<qint64> ack;
    };
    void join(HubSocket &socket, const engine::SocketPacket &packet);
    [[nodiscard]] bool identify(HubSocket &socket, const QJsonObject &auth, QString &refusal, QString &code);
    void leave(HubSocket &socket);
    void takeEvent(HubSocket &socket, const engine::SocketPacket &packet);
    void registerDevice(HubSocket &socket, const Asker &asker, const HubEventRule &rule, const QJsonObject &payload);
    void takeTelemetry(HubSocket &socket, const Asker &asker, const HubEventRule &rule, const QJsonObject &payload);
    void takeHeartbeat(HubSocket &socket, const Asker &asker, const HubEventRule &rule, const QJsonObject &payload);
    void subscribe(HubSocket &socket, const Asker &asker, const HubEventRule &rule, const QJsonObject &payload);

    [[nodiscard]] bool admit(HubSocket &socket, const Asker &asker);
    void succeed(const Asker &asker, const QString &event, const QJsonObject &payload);
    void fail(const Asker &asker, const QString &message, const FieldError &why,
              std::optional<qint64> retryAfterMs = {});
    void fail(const Asker &asker, const HubEventRule &rule, const FieldError &why);

    const DialectOptions &m_options;
    std::shared_ptr<const net::Authorizer> m_authorizer;
    HubSockets &m_sockets;
    HubDoings &m_doings;
    HubOutbound &m_outbound;
    AddressLimits m_addresses;
    qint64 m_received = 0;
    qint64 m_rateLimited = 0;
};

} // namespace tocsin
