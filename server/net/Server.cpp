// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Server.h"

#include "server/net/FrameCodec.h"
#include "server/net/GuardSocket.h"
#include "server/net/LargeBuffers.h"
#include "server/net/Listener.h"
#include "server/net/PlainTransport.h"
#include "server/net/ReadGate.h"
#include "server/net/TurnQueue.h"
#include "server/net/UpgradeRules.h"
#include "server/net/WebSocketSession.h"

#include <QLoggingCategory>
#include <QTimer>
#include <QWebSocketServer>

#include <limits>
#include <utility>

namespace tocsin::net {

namespace {

Q_LOGGING_CATEGORY(lcServer, "tocsin.server", QtInfoMsg)

constexpr auto tickInterval = std::chrono::milliseconds(250);
/// So many above a cap are still told why; beyond them connections are dropped at once.
constexpr int toldAboveCap = 256;
constexpr auto handshakePatience = std::chrono::seconds(5);

/// What counts as one address: an IPv4 address, or the /64 of an IPv6 one, which is what one customer gets.
QString addressKey(const QHostAddress &address)
{
    bool isV4 = false;
    const quint32 v4 = address.toIPv4Address(&isV4);
    if (isV4)
        return QHostAddress(v4).toString();
    Q_IPV6ADDR raw = address.toIPv6Address();
    for (int i = 8; i < 16; ++i)
        raw[i] = 0;
    return QHostAddress(raw).toString();
}

} // namespace

struct Server::PendingUpgrade
{
    std::unique_ptr<GuardSocket> guard;
    Judgement judgement;
    QByteArray early;
    QString addressKey;
    std::chrono::steady_clock::time_point since;
};

Server::Server(ServerSettings settings, std::shared_ptr<const Authorizer> authorizer, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_router(std::move(authorizer), m_settings.posture)
    , m_door(m_router, m_settings)
{
}

Server::~Server()
{
    // Everything below stands on the turn queue and the counters.
    m_listeners.clear();
    m_upgrades.clear();
    qDeleteAll(findChildren<HttpConnection *>(Qt::FindDirectChildrenOnly));
    qDeleteAll(findChildren<WebSocketSession *>(Qt::FindDirectChildrenOnly));
}

Server::StartResult Server::start()
{
    StartResult result;
    std::vector<std::unique_ptr<Listener>> listeners;
    for (const QString &text : std::as_const(m_settings.listen)) {
        const ListenAddress where = parseListenAddress(text);
        result.error = where.error;
        if (result.error.isEmpty()) {
            auto listener = std::make_unique<Listener>(nullptr);
            connect(listener.get(), &Listener::accepted, this, &Server::accept);
            result.error = listener->listenOn(where);
            result.listening.append(listener->boundTo());
            listeners.push_back(std::move(listener));
        }
        if (!result.error.isEmpty()) {
            result.listening.clear();
            return result;
        }
    }
    prepareForManyConnections();
    giveLargeBuffersBack();
    m_turns = std::make_unique<TurnQueue>();
    m_gate = std::make_unique<ReadGate>(m_inward);
    m_webSockets = std::make_unique<QWebSocketServer>(QStringLiteral("Tocsin"), QWebSocketServer::NonSecureMode);
    m_webSockets->setMaxPendingConnections(std::numeric_limits<int>::max());
    QStringList subprotocols{QStringLiteral("bearer"), QStringLiteral("websocket")};
    for (const auto &entry : m_router.entries()) {
        const QByteArrayList names = entry->dialect->subprotocols();
        for (const QByteArray &name : names)
            subprotocols.append(QString::fromLatin1(name));
    }
    m_webSockets->setSupportedSubprotocols(subprotocols);
    connect(m_webSockets.get(), &QWebSocketServer::newConnection, this, &Server::onNewWebSocket);
    m_ticker = std::make_unique<QTimer>();
    connect(m_ticker.get(), &QTimer::timeout, this, &Server::tick);
    m_ticker->start(tickInterval);
    m_listeners = std::move(listeners);
    qCInfo(lcServer) << "Listening on" << result.listening.join(QStringLiteral(", "));
    return result;
}

void Server::accept(qintptr descriptor)
{
    std::unique_ptr<Transport> transport = makePlainTransport(descriptor);
    if (!transport || m_stopping)
        return;
    ++m_counters.connectionsTotal;
    const QString key = addressKey(transport->peerAddress());
    const int fromThere = m_perAddress.value(key);
    const Limits &limits = m_settings.limits;
    const bool overCap = m_counters.connectionsNow >= limits.connections || fromThere >= limits.connectionsPerAddress;
    if (overCap) {
        ++m_counters.connectionsRefused;
        if (m_counters.connectionsNow >= limits.connections + toldAboveCap ||
            fromThere >= limits.connectionsPerAddress + toldAboveCap)
            return;
    }
    ++m_counters.connectionsNow;
    ++m_perAddress[key];
    auto *connection = new HttpConnection(std::move(transport), overCap, m_door, m_settings, m_counters, *this, this);
    m_http.insert(connection, key);
    connection->start();
}

void Server::httpEnded(HttpConnection *connection)
{
    const QString key = m_http.take(connection);
    connection->deleteLater();
    leave(key);
}

void Server::httpUpgraded(HttpConnection *connection, Judgement judgement, std::unique_ptr<Transport> transport,
                          QByteArray early)
{
    auto upgrade = std::make_unique<PendingUpgrade>();
    upgrade->addressKey = m_http.take(connection);
    connection->deleteLater();

    const quint64 id = m_nextId++;
    upgrade->guard =
        std::make_unique<GuardSocket>(id, std::move(transport), m_settings, *m_turns, *m_gate, m_counters.traffic);
    const auto deflate = m_settings.deflate
                             ? negotiateDeflate(headerValues(judgement.request, "sec-websocket-extensions"))
                             : std::nullopt;
    upgrade->guard->offerHead(judgement.request.header("sec-websocket-key"), judgement.subprotocol, deflate);
    upgrade->judgement = std::move(judgement);
    upgrade->early = std::move(early);
    upgrade->since = std::chrono::steady_clock::now();
    GuardSocket *const guard = upgrade->guard.get();
    m_upgrades.emplace(id, std::move(upgrade));
    m_webSockets->handleConnection(guard);
}

/// Qt has answered an upgrade with 101. Which one, its request path says.
void Server::onNewWebSocket()
{
    while (QWebSocket *const raw = m_webSockets->nextPendingConnection()) {
        std::unique_ptr<QWebSocket> socket(raw);
        const auto found = m_upgrades.find(socket->requestUrl().path().mid(1).toULongLong());
        if (found == m_upgrades.end()) {
            qCWarning(lcServer) << "A WebSocket opened that nobody asked for.";
            continue;
        }
        const std::unique_ptr<PendingUpgrade> upgrade = std::move(found->second);
        m_upgrades.erase(found);

        Admission admission;
        admission.request = std::move(upgrade->judgement.request);
        admission.principal = upgrade->judgement.caller.value_or(Principal{QString(), QString(), Role::Citizen, true});
        admission.at = systemNow();
        admission.counters = &upgrade->judgement.entry->counters;
        auto *session =
            new WebSocketSession(std::move(upgrade->guard), std::move(socket), std::move(admission), m_counters, this);
        m_sessions.insert(session, upgrade->addressKey);
        openSession(session, *upgrade);
    }
}

void Server::openSession(WebSocketSession *session, const PendingUpgrade &upgrade)
{
    const bool live = session->open([this](WebSocketSession *ended) { onSessionEnded(ended); });
    if (!live)
        return;
    if (upgrade.judgement.overloaded) {
        session->close(CloseCode::Overloaded, QStringLiteral("Server overloaded"));
        session->read({});
        return;
    }
    Router::Entry *const entry = upgrade.judgement.entry;
    ++m_counters.sessionsNow;
    ++entry->counters.sessionsNow;
    ++entry->counters.sessionsTotal;
    connect(session, &Session::closed, this, [this, entry] {
        --m_counters.sessionsNow;
        --entry->counters.sessionsNow;
    });
    entry->dialect->opened(session);
    if (m_stopping)
        session->goAway(m_settings.deadlines.stopLinger);
    session->read(upgrade.early);
}

void Server::onSessionEnded(WebSocketSession *session)
{
    const QString key = m_sessions.take(session);
    session->deleteLater();
    leave(key);
}

void Server::leave(const QString &key)
{
    --m_counters.connectionsNow;
    const auto at = m_perAddress.find(key);
    if (at != m_perAddress.end() && --*at == 0)
        m_perAddress.erase(at);
    checkStopped();
}

void Server::tick()
{
    const auto now = std::chrono::steady_clock::now();
    const QList<HttpConnection *> connections = m_http.keys();
    for (HttpConnection *connection : connections)
        connection->tick(now);
    const QList<WebSocketSession *> sessions = m_sessions.keys();
    for (WebSocketSession *session : sessions)
        session->tick(now, m_settings.deadlines);
    for (auto at = m_upgrades.begin(); at != m_upgrades.end();) {
        if (now - at->second->since < handshakePatience) {
            ++at;
            continue;
        }
        const QString key = at->second->addressKey;
        at = m_upgrades.erase(at);
        leave(key);
    }
}

void Server::stop()
{
    if (std::exchange(m_stopping, true))
        return;
    m_listeners.clear();
    const QList<HttpConnection *> connections = m_http.keys();
    for (HttpConnection *connection : connections)
        connection->goAway();
    const QList<WebSocketSession *> sessions = m_sessions.keys();
    for (WebSocketSession *session : sessions)
        session->goAway(m_settings.deadlines.stopLinger);
    QTimer::singleShot(m_settings.deadlines.stopLinger, this, &Server::killAll);
    checkStopped();
}

void Server::killAll()
{
    const QList<HttpConnection *> connections = m_http.keys();
    for (HttpConnection *connection : connections)
        connection->kill();
    const QList<WebSocketSession *> sessions = m_sessions.keys();
    for (WebSocketSession *session : sessions)
        session->kill();
    const std::size_t upgrades = m_upgrades.size();
    m_upgrades.clear();
    m_counters.connectionsNow -= static_cast<int>(upgrades);
    checkStopped();
}

void Server::checkStopped()
{
    if (!m_stopping || m_stopped || m_counters.connectionsNow > 0)
        return;
    m_stopped = true;
    if (m_ticker)
        m_ticker->stop();
    qCInfo(lcServer) << "Stopped.";
    // Queued: the caller of stop() may not have connected yet.
    QMetaObject::invokeMethod(this, &Server::stopped, Qt::QueuedConnection);
}

ServerCounters Server::counters() const
{
    ServerCounters counters = m_counters;
    if (m_gate)
        counters.readingPauses = m_gate->closings();
    for (const auto &entry : m_router.entries())
        counters.dialects.insert(entry->dialect->name(), entry->counters);
    return counters;
}

} // namespace tocsin::net
