// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Requests.h"
#include "server/dialects/SocketTable.h"

#include <QHash>
#include <QStringList>

namespace tocsin {

/// One Socket.IO client of dialect 2.
struct HubSocket : DialectSocket
{
    QString socketId;       ///< as its client knows it; while it is connected
    bool connected = false; ///< has joined the default namespace
    bool known = false;     ///< somebody let it in: a token, or the open posture
    TimePoint connectBy;    ///< while it is not connected
    int attachments = 0;    ///< binary messages of a refused event that are still to come
    QStringList emails;     ///< whom it has subscribed to, as it wrote them
};

/// A device that registered over a socket.
struct HubDevice
{
    QString imei;
    quint64 socket = 0;
    QString socketId;
    TimePoint connectedAt;
    TimePoint lastHeartbeat; ///< or telemetry
    QString userEmail;
};

/// Whose act it is what comes over the hub about this device.
[[nodiscard]] Actor hubActor(const Principal &who, const QString &imei, const QString &session = {});

/// The sockets, and the devices that registered over them; a device counts as connected until it has been silent for `silence`. Server thread.
class HubSockets
{
public:
    static constexpr qsizetype maxDevicesPerSocket = 1'000;

    explicit HubSockets(Duration silence) : m_silence(silence) {}

    HubSocket &add(net::Session *session, int messagesPerWindow) { return m_sockets.add(session, messagesPerWindow); }
    void close(quint64 number);
    [[nodiscard]] HubSocket *find(quint64 number) const { return m_sockets.find(number); }
    [[nodiscard]] QList<HubSocket *> all() const; ///< the oldest first
    [[nodiscard]] int connectedCount() const;
    [[nodiscard]] QStringList emails() const; ///< of all subscriptions, each once

    /// False: this socket has too many.
    bool addDevice(HubSocket &socket, const QString &imei, const QString &email, TimePoint now);
    void heard(const QString &imei, TimePoint now);
    void forgetDevices(quint64 socket);
    void forgetSilent(TimePoint now);
    [[nodiscard]] QList<HubDevice> devices(TimePoint now) const; ///< connected ones, by IMEI

private:
    Duration m_silence;
    SocketTable<HubSocket> m_sockets;
    QHash<QString, HubDevice> m_devices;
    QHash<quint64, qsizetype> m_devicesOf;
};

} // namespace tocsin
