// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/emergency/EmergencyDesk.h"
#include "server/dialects/emergency/EmergencyOutbound.h"
#include "server/dialects/emergency/EmergencyRoutes.h"

#include <QObject>

namespace tocsin::emergency {

/// What dialect 5's clients say, once they are identified. Server thread. A frame that is wrong is answered by an error and changes nothing;
/// the connection lives on.
class Inbound : public QObject
{
    Q_OBJECT
public:
    struct Parts
    {
        const DialectOptions &options;
        Sockets &sockets;
        Incidents &incidents;
        Outbound &outbound;
        DeskWork &desk;
        AddressLimits &addresses;
    };
    explicit Inbound(const Parts &parts, QObject *parent = nullptr) : QObject(parent), m_parts(parts) {}

    void receive(Socket &socket, const QByteArray &utf8);
    void refuseBinary(Socket &socket);

    [[nodiscard]] qint64 received() const { return m_received; }

Q_SIGNALS:
    void typed(const tocsin::TypingNotice &notice); ///< for the other dialects and the console

private:
    [[nodiscard]] bool admit(Socket &socket);
    [[nodiscard]] bool permits(const Socket &socket, const Rule &rule) const;
    void handle(Socket &socket, Message message, const QJsonObject &frame);
    void cancel(Socket &socket, const QJsonObject &frame);
    void acknowledge(Socket &socket, const QJsonObject &frame);
    void resolve(Socket &socket, const QJsonObject &frame);
    void markSeen(Socket &socket, const QJsonObject &frame);
    void takeLocation(Socket &socket, const QJsonObject &frame);
    void takeChat(Socket &socket, const QJsonObject &frame);
    void takeTyping(Socket &socket);
    /// Answers the socket when the desk has: `done` when it was changed, else `refused`. Without `done` nothing is said when all went well.
    [[nodiscard]] DeskWork::Done answer(Socket &socket, const QString &done, const QString &refused);

    const Parts m_parts;
    qint64 m_received = 0;
};

} // namespace tocsin::emergency
