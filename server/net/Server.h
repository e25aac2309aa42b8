// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/InwardGauge.h"
#include "server/net/FrontDoor.h"
#include "server/net/HttpConnection.h"
#include "server/net/ServerSettings.h"

#include <QObject>
#include <QSet>

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

QT_BEGIN_NAMESPACE
class QSslConfiguration;
class QTimer;
class QWebSocketServer;
QT_END_NAMESPACE

namespace tocsin::net {

class ClientRegistry;
class Doorstep;
class GuardSocket;
class Listener;
class ReadGate;
class TurnQueue;
class WebSocketSession;

/// The server: HTTP and WebSocket for every dialect on one set of ports. Made anywhere, moved to the server thread, and
/// from start() on used and deleted there only (or after that thread has ended). The handshake is QWebSocketServer's,
/// which never listens itself: it gets guard sockets (GuardSocket).
class Server final : public QObject, private HttpConnection::Owner
{
    Q_OBJECT
public:
    Server(ServerSettings settings, std::shared_ptr<const Authorizer> authorizer, QObject *parent = nullptr);
    ~Server() override;

    /// Before start(). Dialects are asked in this order.
    void addDialect(std::unique_ptr<Dialect> dialect) { m_router.add(std::move(dialect)); }

    /// Before start(). While too much waits for the desk, sockets that bring no alerts are not read.
    void setInwardGauge(std::shared_ptr<const InwardGauge> gauge) { m_inward = std::move(gauge); }

    struct StartResult
    {
        QStringList listening; ///< "http://127.0.0.1:8000", in the order of the settings
        QString error;         ///< one sentence naming the cause; then nothing listens
    };
    [[nodiscard]] StartResult start();

    /// Stops listening, closes every session with 1001, sends what waits. stopped() follows, after 2 s at the latest.
    void stop();

    /// Connections that come from now on get this certificate. Server thread, after start().
    void setTlsIdentity(const TlsIdentity &identity);

    [[nodiscard]] ServerCounters counters() const;
    /// The open WebSockets. Goes with the server.
    [[nodiscard]] ClientRegistry &clients() { return *m_clients; }

Q_SIGNALS:
    void stopped();

private:
    struct PendingUpgrade;

    /// One address on which we listen.
    struct Gate
    {
        std::unique_ptr<Listener> listener;
        bool encrypted = false;
        bool proxied = false;
    };

    [[nodiscard]] QString checkSettings() const;
    [[nodiscard]] QString openGate(const QString &text, Gate &gate) const;
    void accept(const Gate &gate, qintptr descriptor);
    void onPassed(Doorstep *step, bool encrypted, bool overCap);
    void onFailed(Doorstep *step);
    void admit(HttpConnection::Arrival arrival, const QString &key);
    enum class Cap { Below, Above, FarAbove };
    [[nodiscard]] Cap capFor(const QString &key) const;
    void enter(const QString &key);
    [[nodiscard]] QString keyOf(const QHostAddress &peer) const;
    [[nodiscard]] bool httpClientIs(HttpConnection *connection, const QHostAddress &client) override;
    void httpUpgraded(HttpConnection *connection, Judgement judgement, std::unique_ptr<Transport> transport,
                      QByteArray early) override;
    void httpEnded(HttpConnection *connection) override;
    void onNewWebSocket();
    void openSession(WebSocketSession *session, const PendingUpgrade &upgrade);
    void onSessionEnded(WebSocketSession *session);
    void closeUnauthorized(TimePoint now);
    void tick();
    void killAll();
    void leave(const QString &addressKey);
    void leaveAddress(const QString &addressKey);
    void dropDoorsteps(const std::function<bool(const Doorstep &)> &which);
    void checkStopped();

    ServerSettings m_settings;
    ServerCounters m_counters;
    Router m_router;
    FrontDoor m_door;
    std::unique_ptr<ClientRegistry> m_clients;
    std::shared_ptr<const InwardGauge> m_inward;
    std::unique_ptr<TurnQueue> m_turns;
    std::unique_ptr<ReadGate> m_gate;
    std::unique_ptr<HalfSent> m_halfSent;
    std::unique_ptr<QWebSocketServer> m_webSockets;
    std::unique_ptr<QTimer> m_ticker;
    std::vector<std::unique_ptr<Gate>> m_gates;
    std::unique_ptr<QSslConfiguration> m_tls;
    std::unordered_map<quint64, std::unique_ptr<PendingUpgrade>> m_upgrades; ///< between our yes and Qt's 101
    QHash<Doorstep *, QString> m_doorsteps; ///< each with the key of its address, as below
    QHash<HttpConnection *, QString> m_http;
    QHash<WebSocketSession *, QString> m_sessions;
    QHash<QString, int> m_perAddress;
    std::chrono::steady_clock::time_point m_lastTrim;
    int m_endedSinceTrim = 0;
    quint64 m_nextId = 1;
    quint64 m_credentialRevision = 0; ///< of the last look at what let the open sockets in
    bool m_stopping = false;
    bool m_stopped = false;
};

} // namespace tocsin::net
