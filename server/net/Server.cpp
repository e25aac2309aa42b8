// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Server.h"

#include "server/net/AddressKey.h"
#include "server/net/ClientRegistry.h"
#include "server/net/Doorstep.h"
#include "server/net/FrameCodec.h"
#include "server/net/GuardSocket.h"
#include "server/net/LargeBuffers.h"
#include "server/net/Listener.h"
#include "server/net/PlainTransport.h"
#include "server/net/ReadGate.h"
#include "server/net/TlsTransport.h"
#include "server/net/TurnQueue.h"
#include "server/net/UpgradeRules.h"
#include "server/net/WebSocketSession.h"

#include <QLoggingCategory>
#include <QSslConfiguration>
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
/// Memory is given back when so many connections have ended, at most so often.
constexpr int endedForTrim = 32;
constexpr auto trimInterval = std::chrono::seconds(5);
constexpr auto handshakePatience = std::chrono::seconds(5);

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
    , m_clients(std::make_unique<ClientRegistry>())
{
}

Server::~Server()
{
    // Everything below stands on the turn queue and the counters.
    m_gates.clear();
    m_upgrades.clear();
    qDeleteAll(findChildren<Doorstep *>(Qt::FindDirectChildrenOnly));
    qDeleteAll(findChildren<HttpConnection *>(Qt::FindDirectChildrenOnly));
    qDeleteAll(findChildren<WebSocketSession *>(Qt::FindDirectChildrenOnly));
}

QString Server::checkSettings() const
{
    if (const QString error = TrustedProxies::parse(m_settings.trustedProxies).error; !error.isEmpty())
        return error;
    for (const QString &text : m_settings.proxyProtocol) {
        if (!m_settings.listen.contains(text))
            return QStringLiteral("The PROXY protocol is expected on \"%1\", where nobody listens.").arg(text);
        if (m_settings.trustedProxies.isEmpty())
            return QStringLiteral("The PROXY protocol on \"%1\" needs trusted proxies; there are none.").arg(text);
    }
    return {};
}

QString Server::openGate(const QString &text, Gate &gate) const
{
    const ListenAddress where = parseListenAddress(text);
    if (!where.error.isEmpty())
        return where.error;
    if (where.encrypted && m_settings.tls.chain.isEmpty())
        return QStringLiteral("There is no certificate for %1.").arg(text);
    gate.encrypted = where.encrypted;
    gate.proxied = m_settings.proxyProtocol.contains(text);
    gate.listener = makeListener();
    return gate.listener->listenOn(where);
}

Server::StartResult Server::start()
{
    StartResult result;
    result.error = checkSettings();
    if (!result.error.isEmpty())
        return result;
    std::vector<std::unique_ptr<Gate>> gates;
    for (const QString &text : std::as_const(m_settings.listen)) {
        gates.push_back(std::make_unique<Gate>());
        Gate &gate = *gates.back();
        result.error = openGate(text, gate);
        if (!result.error.isEmpty()) {
            result.listening.clear();
            return result;
        }
        ListenAddress bound = gate.listener->boundTo();
        bound.encrypted = gate.encrypted;
        result.listening.append(toUrl(bound));
        connect(gate.listener.get(), &Listener::accepted, this,
                [this, &gate](qintptr descriptor) { accept(gate, descriptor); });
    }
    if (!m_settings.tls.chain.isEmpty())
        m_tls = std::make_unique<QSslConfiguration>(serverConfiguration(m_settings.tls));
    prepareForManyConnections();
    giveLargeBuffersBack();
    m_turns = std::make_unique<TurnQueue>();
    m_gate = std::make_unique<ReadGate>(m_inward);
    m_halfSent = std::make_unique<HalfSent>(m_settings.limits.halfSent);
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
    m_gates = std::move(gates);
    qCInfo(lcServer) << "Listening on" << result.listening.join(QStringLiteral(", "));
    return result;
}

/// A proxy stands for many clients: only these have a cap of their own.
QString Server::keyOf(const QHostAddress &peer) const
{
    return m_door.trustedProxies().contains(peer) ? QString() : addressKey(peer);
}

Server::Cap Server::capFor(const QString &key) const
{
    const Limits &limits = m_settings.limits;
    const int fromThere = key.isEmpty() ? 0 : m_perAddress.value(key);
    const auto exceeds = [&](int more) {
        return m_counters.connectionsNow >= limits.connections + more ||
               fromThere >= limits.connectionsPerAddress + more;
    };
    return exceeds(toldAboveCap) ? Cap::FarAbove : exceeds(0) ? Cap::Above : Cap::Below;
}

void Server::enter(const QString &key)
{
    ++m_counters.connectionsNow;
    if (!key.isEmpty())
        ++m_perAddress[key];
}

void Server::accept(const Gate &gate, qintptr descriptor)
{
    const Endpoint peer = peerOf(descriptor);
    if (m_stopping || peer.address.isNull() || !makeNonBlocking(descriptor)) {
        closeDescriptor(descriptor);
        return;
    }
    ++m_counters.connectionsTotal;
    const QString key = keyOf(peer.address);
    const Cap cap = capFor(key);
    if (cap != Cap::Below)
        ++m_counters.connectionsRefused;
    const bool refusedByTrust = gate.proxied && !m_door.trustedProxies().contains(peer.address);
    if (cap == Cap::FarAbove || refusedByTrust) {
        closeDescriptor(descriptor);
        return;
    }
    enter(key);
    if (!gate.proxied && !gate.encrypted) {
        admit({makePlainTransport(descriptor), peer, std::chrono::steady_clock::now(), cap != Cap::Below}, key);
        return;
    }
    auto *step = new Doorstep(descriptor, peer, {gate.proxied, gate.encrypted}, this);
    m_doorsteps.insert(step, key);
    const bool encrypted = gate.encrypted;
    const bool overCap = cap != Cap::Below;
    connect(step, &Doorstep::passed, this, [this, step, encrypted, overCap] { onPassed(step, encrypted, overCap); });
    connect(step, &Doorstep::failed, this, [this, step] { onFailed(step); });
}

void Server::onFailed(Doorstep *step)
{
    const QString key = m_doorsteps.take(step);
    step->deleteLater();
    leave(key);
}

void Server::onPassed(Doorstep *step, bool encrypted, bool overCap)
{
    const Endpoint client = step->client();
    const QString before = m_doorsteps.take(step);
    const auto since = step->since();
    const qintptr descriptor = step->takeDescriptor();
    step->deleteLater();
    const QString key = keyOf(client.address);
    if (key != before) { // it speaks for somebody else, who is the one to be counted
        leave(before);
        const Cap cap = capFor(key);
        overCap = overCap || cap != Cap::Below;
        if (cap != Cap::Below)
            ++m_counters.connectionsRefused;
        if (cap == Cap::FarAbove || m_stopping) {
            closeDescriptor(descriptor);
            return;
        }
        enter(key);
    }
    admit(
        {encrypted ? TlsTransport::adopt(descriptor, *m_tls) : makePlainTransport(descriptor), client, since, overCap},
        key);
}

void Server::admit(HttpConnection::Arrival arrival, const QString &key)
{
    if (!arrival.transport) {
        leave(key);
        return;
    }
    auto *connection = new HttpConnection(
        std::move(arrival), HttpConnection::Shared{m_door, m_settings, *m_halfSent, m_counters, *this}, this);
    m_http.insert(connection, key);
    connection->start();
}

bool Server::httpClientIs(HttpConnection *connection, const QHostAddress &client)
{
    QString &held = m_http[connection];
    const QString key = keyOf(client);
    if (key == held)
        return true;
    const bool below = key.isEmpty() || m_perAddress.value(key) < m_settings.limits.connectionsPerAddress;
    if (!below)
        ++m_counters.connectionsRefused;
    leaveAddress(held);
    if (!key.isEmpty())
        ++m_perAddress[key];
    held = key;
    return below;
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
    upgrade->guard = std::make_unique<GuardSocket>(
        id, std::move(transport), GuardSocket::Shared{m_settings, *m_turns, *m_gate, *m_halfSent, m_counters.traffic});
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
        admission.request.headers = {};
        admission.principal = upgrade->judgement.caller.value_or(Principal{QString(), QString(), Role::Citizen, true});
        admission.subprotocol = upgrade->judgement.subprotocol;
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
    m_clients->add(session, entry->dialect.get());
    entry->dialect->opened(session);
    // The right may have gone between the judgement and the 101.
    if (const QString why = m_router.objection(session->credential(), systemNow()); !why.isEmpty())
        session->revoke(why);
    if (m_stopping)
        session->goAway(m_settings.deadlines.stopLinger);
    session->read(upgrade.early);
}

void Server::onSessionEnded(WebSocketSession *session)
{
    const QString key = m_sessions.take(session);
    m_clients->remove(session);
    session->deleteLater();
    leave(key);
}

void Server::leave(const QString &key)
{
    --m_counters.connectionsNow;
    ++m_endedSinceTrim;
    leaveAddress(key);
    checkStopped();
}

void Server::leaveAddress(const QString &key)
{
    const auto at = m_perAddress.find(key);
    if (at != m_perAddress.end() && --*at == 0)
        m_perAddress.erase(at);
}

void Server::tick()
{
    const auto now = std::chrono::steady_clock::now();
    dropDoorsteps([&](const Doorstep &step) { return now - step.since() > m_settings.deadlines.handshake; });
    const QList<HttpConnection *> connections = m_http.keys();
    for (HttpConnection *connection : connections)
        connection->tick(now);
    const QList<WebSocketSession *> sessions = m_sessions.keys();
    for (WebSocketSession *session : sessions)
        session->tick(now, m_settings.deadlines);
    closeUnauthorized(systemNow());
    for (auto at = m_upgrades.begin(); at != m_upgrades.end();) {
        if (now - at->second->since < handshakePatience) {
            ++at;
            continue;
        }
        const QString key = at->second->addressKey;
        at = m_upgrades.erase(at);
        leave(key);
    }
    if (m_endedSinceTrim >= endedForTrim && now - m_lastTrim > trimInterval) {
        m_endedSinceTrim = 0;
        m_lastTrim = now;
        giveFreedMemoryBack();
    }
}

/// A token that has ended, or that was revoked, keeps no socket open.
void Server::closeUnauthorized(TimePoint now)
{
    const quint64 revision = m_router.credentialRevision();
    const bool anyChange = std::exchange(m_credentialRevision, revision) != revision;
    const QList<WebSocketSession *> sessions = m_sessions.keys();
    for (WebSocketSession *session : sessions) {
        const std::optional<Credential> &credential = session->credential();
        if (!credential || (!anyChange && now < credential->expiresAt))
            continue;
        if (const QString why = m_router.objection(credential, now); !why.isEmpty())
            session->revoke(why);
    }
}

void Server::dropDoorsteps(const std::function<bool(const Doorstep &)> &which)
{
    const QList<Doorstep *> steps = m_doorsteps.keys();
    for (Doorstep *step : steps) {
        if (!which(*step))
            continue;
        const QString key = m_doorsteps.take(step);
        delete step;
        leave(key);
    }
}

void Server::stop()
{
    if (std::exchange(m_stopping, true))
        return;
    m_gates.clear();
    QTimer::singleShot(m_settings.deadlines.stopLinger, this, &Server::killAll);
    dropDoorsteps([](const Doorstep &) { return true; });
    const QList<HttpConnection *> connections = m_http.keys();
    for (HttpConnection *connection : connections)
        connection->goAway();
    const QList<WebSocketSession *> sessions = m_sessions.keys();
    for (WebSocketSession *session : sessions)
        session->goAway(m_settings.deadlines.stopLinger);
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

void Server::setTlsIdentity(const TlsIdentity &identity)
{
    m_tls = std::make_unique<QSslConfiguration>(serverConfiguration(identity));
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
