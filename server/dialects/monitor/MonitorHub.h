// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/Heartbeats.h"
#include "server/dialects/RateLimit.h"
#include "server/dialects/monitor/MonitorTopics.h"
#include "server/net/FanOut.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <unordered_map>

namespace tocsin {

/// One open connection of dialect 4.
struct MonitorSocket
{
    quint64 number = 0;              ///< never used twice
    net::Session *session = nullptr; ///< null once it closed
    QString clientId;                ///< as the client calls itself; several connections may have the same
    int topics = 0;
    RateLimit limit;
};

/// The connections of dialect 4, what each listens to, and their heartbeats. Server thread. A socket that closes while one of its
/// messages is handled stays valid, without its session, as long as somebody holds it.
class MonitorHub : public QObject
{
    Q_OBJECT
public:
    using Socket = std::shared_ptr<MonitorSocket>;
    using Hears = std::function<bool(const Principal &)>; ///< who is to get it; empty: everybody

    MonitorHub(const DialectOptions &options, const DialectServices &services, QObject *parent = nullptr);

    [[nodiscard]] Socket open(net::Session *session);
    void close(const Socket &socket);

    /// False: it did already.
    bool join(MonitorSocket &socket, const monitor::Topic &topic);
    bool leave(MonitorSocket &socket, const monitor::Topic &topic);
    [[nodiscard]] bool listens(const MonitorSocket &socket, const monitor::Topic &topic) const;
    /// Shows out whoever listens to what is no longer theirs, now that the owners of a device are others.
    void reconsider(const QString &deviceId);

    /// To one, at once.
    void send(MonitorSocket &socket, const QByteArray &utf8);
    /// These answer how many connections it went to. `encode` is called once, and not at all for nobody.
    using Encode = std::function<QByteArray()>;
    int publish(const monitor::Topic &topic, const Encode &encode, net::Delivery delivery = net::Delivery::A,
                const QString &key = {}, const Hears &hears = {}, const std::optional<monitor::Topic> &unless = {});
    int sendToUser(const QString &userId, const QByteArray &utf8);
    int sendToAll(const QByteArray &utf8);

    [[nodiscard]] QStringList topicsOf(const net::Session *session) const { return m_fanOut.topicsOf(session); }
    [[nodiscard]] bool hasSockets() const { return !m_sockets.empty(); }
    [[nodiscard]] int listeners(const monitor::Topic &topic) const { return m_fanOut.subscriberCount(topic.key()); }

    struct Counts
    {
        int open = 0;
        qint64 ever = 0;
        int users = 0;              ///< distinct ones
        QHash<QString, int> topics; ///< by the names that clients use
        [[nodiscard]] int subscriptions() const;
    };
    [[nodiscard]] Counts counts() const;

private:
    void beat(const QList<quint64> &due, TimePoint now);

    const DialectOptions &m_options;
    DialectServices m_services;
    std::unordered_map<quint64, Socket> m_sockets;
    net::FanOut m_fanOut;
    Heartbeats m_beats;
    quint64 m_last = 0;
};

} // namespace tocsin
