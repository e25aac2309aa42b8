// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/RateLimit.h"
#include "server/dialects/ReplyBox.h"
#include "server/dialects/Route.h"
#include "server/dialects/VehicleDirectory.h"
#include "server/dialects/VehicleOutbound.h"
#include "server/dialects/VehicleSockets.h"

namespace tocsin {

/// What dialect 1's clients say: one text frame in, a reading for the sink or a request for the desk out. A frame that is wrong
/// is answered by an error that names the field, and changes nothing; the connection lives on. Server thread.
class VehicleInbound
{
public:
    VehicleInbound(const DialectOptions &options, const DialectServices &services, VehicleSockets &sockets,
                   VehicleDirectory &directory, VehicleOutbound &outbound, ReplyBox &replies);

    void receive(VehicleSocket &socket, const QByteArray &utf8);
    void refuseBinary(VehicleSocket &socket);

    [[nodiscard]] qint64 received() const { return m_received; }
    [[nodiscard]] qint64 rateLimited() const { return m_rateLimited; }

private:
    void takeClientInfo(VehicleSocket &socket, const QJsonObject &message);
    void takeTelemetry(VehicleSocket &socket, const QJsonObject &message);
    void takeAlert(VehicleSocket &socket, const Rule &rule, const QJsonObject &message);
    void takeAcknowledge(VehicleSocket &socket, const Rule &rule, const QJsonObject &message);
    void answerPing(VehicleSocket &socket);
    void takeChat(VehicleSocket &socket, const QJsonObject &message);
    void takeReceipt(VehicleSocket &socket, const QJsonObject &message);

    [[nodiscard]] bool admit(VehicleSocket &socket);
    [[nodiscard]] bool permits(const VehicleSocket &socket, const Rule &rule) const;
    [[nodiscard]] bool mayTouch(const VehicleSocket &socket, Act act, const QString &subject) const;
    [[nodiscard]] std::optional<QJsonObject> dataOf(VehicleSocket &socket, const QJsonObject &message);
    [[nodiscard]] bool vehicleAgrees(VehicleSocket &socket, const QJsonObject &object, const QString &path);
    void invalid(VehicleSocket &socket, const QString &field, const QString &why);
    void submit(VehicleSocket &socket, const RequestBody &body, const QString &field,
                std::function<void(VehicleSocket &, const Outcome &)> done = {});

    const DialectOptions &m_options;
    DialectServices m_services;
    VehicleSockets &m_sockets;
    VehicleDirectory &m_directory;
    VehicleOutbound &m_outbound;
    ReplyBox &m_replies;
    AddressLimits m_addresses;
    qint64 m_received = 0;
    qint64 m_rateLimited = 0;
};

} // namespace tocsin
