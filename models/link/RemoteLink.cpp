// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/link/RemoteLink.h"

#include "models/wire/MessagePack.h"
#include "models/wire/SnapshotCodec.h"

#include <QJsonDocument>
#include <QLoggingCategory>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslError>
#include <QSslSocket>
#include <QUuid>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(lcLink, "tocsin.link", QtInfoMsg)

const QString deskStreamName = QStringLiteral("desk");
constexpr auto frameInterval = 33ms;
constexpr auto ackInterval = 50ms;
constexpr qint64 ackAfterEvents = 64;
constexpr double telemetryHz = 30;
constexpr auto comeBackAtMost = std::chrono::milliseconds(60'000);

constexpr quint16 notAuthenticated = 4001;
constexpr quint16 forbidden = 4003;

std::chrono::milliseconds retryTold(const QString &closeReason)
{
    static const QRegularExpression told(QStringLiteral("retry_ms=(\\d{1,9})"));
    const auto match = told.match(closeReason);
    return std::min(std::chrono::milliseconds(match.captured(1).toLongLong()), comeBackAtMost);
}
} // namespace

RemoteLink::RemoteLink(LinkTarget target, Options options, QObject *parent)
    : QObject(parent)
    , m_target(std::move(target))
    , m_options(std::move(options))
    , m_delay(m_options.delay)
    , m_self{Actor::Kind::Operator, {}, m_options.operatorName, {}}
    , m_retry(this)
    , m_check(this)
    , m_frame(this)
    , m_ack(this)
    , m_save(this)
{
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &RemoteLink::connectNow);
    m_check.setInterval(250ms);
    connect(&m_check, &QTimer::timeout, this, &RemoteLink::check);
    m_frame.setSingleShot(true);
    m_frame.setInterval(frameInterval);
    connect(&m_frame, &QTimer::timeout, this, &RemoteLink::flushLatest);
    m_ack.setSingleShot(true);
    m_ack.setInterval(ackInterval);
    connect(&m_ack, &QTimer::timeout, this, &RemoteLink::acknowledge);
    m_save.setSingleShot(true);
    connect(&m_save, &QTimer::timeout, this, &RemoteLink::savePending);
}

RemoteLink::~RemoteLink()
{
    savePending();
    closeSocket();
}

// --- the connection

void RemoteLink::start()
{
    if (m_state != State::Closed)
        return;
    restorePending();
    setState(State::Connecting);
    connectNow();
}

void RemoteLink::stop()
{
    if (m_state == State::Closed || m_state == State::Closing)
        return;
    m_retry.stop();
    m_check.stop();
    const bool connected = m_socket && m_socket->state() == QAbstractSocket::ConnectedState;
    setState(State::Closing);
    if (connected) {
        m_socket->close(QWebSocketProtocol::CloseCodeNormal);
        if (m_socket && m_socket->state() != QAbstractSocket::UnconnectedState)
            return; // lost() follows
    }
    closeSocket();
    setState(State::Closed);
    savePending();
}

void RemoteLink::connectNow()
{
    makeSocket();
    m_heard.start();
    m_pinged.start();
    m_check.start();
    QWebSocketHandshakeOptions handshake;
    handshake.setSubprotocols(
        {m_options.messagePack ? QStringLiteral("tocsin.v1.msgpack") : QStringLiteral("tocsin.v1.json")});
    m_socket->open(m_target.url, handshake);
}

void RemoteLink::makeSocket()
{
    closeSocket();
    m_trouble.clear();
    m_comeBackIn = {};
    m_socket = std::make_unique<QWebSocket>();
    QWebSocket *socket = m_socket.get();
    socket->setMaxAllowedIncomingMessageSize(static_cast<quint64>(m_options.largestMessage));
    socket->setMaxAllowedIncomingFrameSize(static_cast<quint64>(m_options.largestMessage));
    if (m_target.url.scheme() == QLatin1String("wss")) {
        QSslConfiguration ssl = QSslConfiguration::defaultConfiguration();
        if (!m_target.caFile.isEmpty())
            ssl.addCaCertificates(m_target.caFile);
        socket->setSslConfiguration(ssl);
        connect(socket, &QWebSocket::sslErrors, this, &RemoteLink::judgeCertificate);
    }
    connect(socket, &QWebSocket::connected, this, &RemoteLink::sayHello);
    connect(socket, &QWebSocket::disconnected, this, &RemoteLink::lost);
    connect(socket, QOverload<QAbstractSocket::SocketError>::of(&QWebSocket::error), this, [this, socket] {
        m_trouble = socket->errorString();
        // A socket that never was connected says no "disconnected"; its state follows after the error.
        QMetaObject::invokeMethod(
            this,
            [this, socket] {
                if (m_socket.get() == socket && socket->state() == QAbstractSocket::UnconnectedState)
                    lost();
            },
            Qt::QueuedConnection);
    });
    connect(socket, &QWebSocket::textMessageReceived, this, [this](const QString &text) { receive(text.toUtf8()); });
    connect(socket, &QWebSocket::binaryMessageReceived, this, &RemoteLink::receive);
    connect(socket, &QWebSocket::pong, this, [this] { m_heard.start(); });
}

void RemoteLink::closeSocket()
{
    m_welcomed = false; // what is asked from here on waits for the next connection
    giveUpOrders();
    giveUpRules();
    if (!m_socket)
        return;
    m_socket->disconnect(this);
    m_socket->abort();
    m_socket.release()->deleteLater(); // it may be the one that calls
}

/// The pinned certificate, or with none pinned one that the authorities vouch for.
bool RemoteLink::certificateIsRight()
{
    if (m_target.fingerprint.isEmpty())
        return true; // else sslErrors() would have come
    const auto *ssl = m_socket->findChild<QSslSocket *>();
    return ssl != nullptr && ssl->peerCertificate().digest(QCryptographicHash::Sha256) == m_target.fingerprint;
}

void RemoteLink::judgeCertificate(const QList<QSslError> &errors)
{
    if (!m_target.fingerprint.isEmpty()) {
        if (certificateIsRight())
            m_socket->ignoreSslErrors();
        else
            fail(tr("the server's certificate is not the pinned one"));
        return;
    }
    fail(tr("the server's certificate is not trusted: %1")
             .arg(errors.isEmpty() ? QString() : errors.constFirst().errorString()));
}

void RemoteLink::sayHello()
{
    if (m_target.url.scheme() == QLatin1String("wss") && !certificateIsRight()) {
        fail(tr("the server's certificate is not the pinned one"));
        return;
    }
    wire::Hello hello;
    hello.token = m_target.token;
    hello.client = m_options.client;
    hello.name = m_options.operatorName;
    hello.streams = {deskStreamName};
    if (m_cursor)
        hello.cursors.insert(deskStreamName, *m_cursor);
    send(hello);
}

void RemoteLink::lost()
{
    if (!m_socket)
        return;
    const auto code = static_cast<quint16>(m_socket->closeCode());
    const QString closeReason = m_socket->closeReason();
    const QString trouble = m_trouble;
    const bool welcomed = m_welcomed;
    if (m_state == State::Closing) {
        closeSocket();
        setState(State::Closed);
        return;
    }
    m_comeBackIn = retryTold(closeReason);
    if (code == notAuthenticated) {
        fail(welcomed ? tr("the token is no longer valid") : tr("the token was refused"));
        return;
    }
    if (code == forbidden) {
        fail(tr("this account may not use a console"));
        return;
    }
    static const QRegularExpression status(QStringLiteral("status code: (40[134]|426)"));
    if (const auto match = status.match(trouble); match.hasMatch()) {
        fail(tr("what answers there is no Tocsin server, or does not let us in (HTTP %1)").arg(match.captured(1)));
        return;
    }
    if (code == QWebSocketProtocol::CloseCodeGoingAway)
        drop(tr("the server was stopped"));
    else
        drop(trouble.isEmpty() ? tr("the connection broke off") : trouble);
}

/// Tries again, later.
void RemoteLink::drop(const QString &why)
{
    m_check.stop();
    m_ack.stop();
    closeSocket();
    m_arriving.reset();
    m_requests.connectionLost();
    keepPending();
    const auto wait = m_delay.next(QRandomGenerator::global()->generateDouble(), m_comeBackIn);
    qCInfo(lcLink) << "The server is away:" << why << "- next attempt in" << wait.count() << "ms";
    m_retry.start(wait);
    setState(m_wasOpen ? State::Reconnecting : State::Connecting, why);
    giveUpQueries(tr("The connection to the server was lost."));
}

void RemoteLink::fail(const QString &why)
{
    m_check.stop();
    m_retry.stop();
    m_ack.stop();
    closeSocket();
    qCWarning(lcLink) << "The connection failed:" << why;
    setState(State::Failed, why);
    giveUpQueries(why);
    m_requests.connectionLost();
    if (m_file) {
        savePending(); // the next console, with another token, sends them
        return;
    }
    const QList<PendingAction> given = m_requests.takeAll();
    for (const PendingAction &pending : given) {
        const QString said = pending.everSent
                                 ? tr("The connection failed before the server answered: it may have been done.")
                                 : tr("The connection failed: it was not sent.");
        Q_EMIT replied(pending.id, Outcome::refused(QStringLiteral("offline"), said));
    }
    if (!given.isEmpty())
        Q_EMIT pendingChanged(0);
}

void RemoteLink::check()
{
    if (!m_welcomed) {
        if (m_heard.hasExpired(m_options.handshake.count()))
            drop(tr("the server does not answer"));
        return;
    }
    if (m_heard.hasExpired(m_options.deadAfter.count())) {
        drop(tr("the server fell silent"));
        return;
    }
    if (m_pinged.hasExpired(m_options.pingEvery.count())) {
        m_pinged.start();
        m_socket->ping();
    }
}

void RemoteLink::setState(State state, const QString &reason)
{
    const bool changed = m_state != state || m_reason != reason;
    m_state = state;
    m_reason = reason;
    if (changed)
        Q_EMIT stateChanged(state);
}

// --- what the server says

void RemoteLink::receive(const QByteArray &payload)
{
    m_heard.start();
    const JsonLimits limits{m_options.largestMessage, 64};
    const auto document = m_options.messagePack && m_socket->subprotocol() == QLatin1String("tocsin.v1.msgpack")
                              ? parseMessagePackObject(payload, limits)
                              : parseJsonObject(payload, limits);
    if (const auto *error = std::get_if<FieldError>(&document)) {
        drop(tr("the server said something that is not the protocol: %1").arg(error->message));
        return;
    }
    const auto frame = wire::serverFrameFromJson(std::get<QJsonObject>(document));
    if (const auto *error = std::get_if<FieldError>(&frame)) {
        if (error->field == QLatin1String("type"))
            return; // a later server may say more than we know
        drop(tr("the server said something that is not the protocol: %1").arg(error->message));
        return;
    }
    std::visit([this](const auto &one) { take(one); }, std::get<wire::ServerFrame>(frame));
}

void RemoteLink::take(const wire::Welcome &welcome)
{
    const wire::StreamGrant grant = welcome.streams.value(deskStreamName);
    if (grant.state == wire::StreamGrant::State::Denied) {
        fail(tr("this account may not use a console"));
        return;
    }
    m_welcomed = true;
    m_delay.reset();
    m_self.id = welcome.personId;
    m_self.name = welcome.personName;
    refuseStrangers();
    wire::Subscribe subscribe;
    subscribe.id = QStringLiteral("live");
    subscribe.topics = {QStringLiteral("telemetry"), QStringLiteral("presence"), QStringLiteral("stats"),
                        QStringLiteral("adapters"),  QStringLiteral("typing"),   QStringLiteral("notices")};
    if (m_watchesClients)
        subscribe.topics.append(QStringLiteral("connections"));
    subscribe.hz = telemetryHz;
    send(subscribe);
    if (m_hearing)
        send(*m_hearing);
    if (grant.state == wire::StreamGrant::State::Resumed)
        nowOpen();
    else
        m_cursor.reset(); // the old picture stays until the new one is whole
    sendPending();
}

void RemoteLink::nowOpen()
{
    m_wasOpen = true;
    setState(State::Open);
}

void RemoteLink::take(const wire::SnapshotPart &part)
{
    if (part.stream != deskStreamName)
        return;
    QString error;
    const auto state = wire::snapshotFromJson(part.state, &error);
    if (!state || (part.part > 1 && !m_arriving)) {
        drop(tr("the server's snapshot is not the protocol: %1").arg(error));
        return;
    }
    if (part.part == 1)
        m_arriving = DeskSnapshot();
    m_arriving->devices += state->devices;
    m_arriving->presence += state->presence;
    m_arriving->alerts += state->alerts;
    m_arriving->messages += state->messages;
    m_arriving->commands += state->commands;
    m_arriving->receipts += state->receipts;
    if (part.part < part.parts)
        return;
    m_cursor = wire::Cursor{part.epoch, part.seq};
    m_acknowledged = -1;
    DeskSnapshot whole = *std::exchange(m_arriving, std::nullopt);
    whole.seq = part.seq;
    whole.epoch = part.epoch;
    acknowledge();
    nowOpen();
    Q_EMIT snapshot(whole);
}

void RemoteLink::take(const wire::Events &said)
{
    if (said.stream != deskStreamName || !m_cursor || said.epoch != m_cursor->epoch)
        return; // a snapshot is on its way
    QList<Event> fresh;
    for (const wire::StreamEvent &one : said.events) {
        if (one.seq <= m_cursor->seq)
            continue;
        if (one.seq != m_cursor->seq + 1) {
            drop(tr("the server left out an event"));
            return;
        }
        m_cursor->seq = one.seq;
        if (one.event)
            fresh.append(*one.event);
    }
    if (m_cursor->seq - m_acknowledged >= ackAfterEvents)
        acknowledge();
    else if (!m_ack.isActive())
        m_ack.start();
    if (!fresh.isEmpty())
        Q_EMIT events(fresh);
}

void RemoteLink::acknowledge()
{
    m_ack.stop();
    if (!m_cursor || !m_welcomed || m_cursor->seq == m_acknowledged)
        return;
    m_acknowledged = m_cursor->seq;
    wire::Ack ack;
    ack.cursors.insert(deskStreamName, m_acknowledged);
    send(ack);
}

void RemoteLink::take(const wire::Resync &resync)
{
    if (resync.stream != deskStreamName)
        return;
    m_cursor.reset();
    m_arriving.reset();
}

void RemoteLink::take(const wire::Pong & /*pong*/)
{
}

void RemoteLink::take(const wire::Live &live)
{
    if (const auto *readings = std::get_if<QList<LatestReading>>(&live.what)) {
        for (const LatestReading &reading : *readings)
            m_latest.insert(reading.deviceId, reading);
        if (!m_frame.isActive())
            m_frame.start();
    } else if (const auto *changes = std::get_if<QList<DevicePresence>>(&live.what)) {
        Q_EMIT presence(*changes);
    } else if (const auto *here = std::get_if<QList<wire::OnlinePerson>>(&live.what)) {
        Q_EMIT people(*here);
    } else if (const auto *told = std::get_if<QList<ChannelBand>>(&live.what)) {
        Q_EMIT limits(*told);
    } else if (const auto *stats = std::get_if<ServerStats>(&live.what)) {
        Q_EMIT serverStats(*stats);
    } else if (const auto *statuses = std::get_if<QList<AdapterStatus>>(&live.what)) {
        Q_EMIT adapters(*statuses);
    } else if (const auto *notice = std::get_if<TypingNotice>(&live.what)) {
        Q_EMIT typing(*notice);
    } else if (const auto *clients = std::get_if<ClientsUpdate>(&live.what)) {
        Q_EMIT clientsChanged(*clients);
    } else if (const auto *frames = std::get_if<FrameReport>(&live.what)) {
        Q_EMIT framesSeen(*frames);
    } else if (const auto *shown = std::get_if<DesktopNotice>(&live.what)) {
        Q_EMIT noticed(*shown);
    }
}

void RemoteLink::flushLatest()
{
    if (!m_latest.isEmpty())
        Q_EMIT latest(std::exchange(m_latest, {}).values());
}

void RemoteLink::take(const wire::Reply &reply)
{
    if (const auto query = m_queries.constFind(reply.id); query != m_queries.cend()) {
        const OpenQuery open = *query;
        m_queries.erase(query);
        answer(open, reply);
        return;
    }
    if (takeRules(reply))
        return;
    if (m_orders.remove(reply.id)) {
        Q_EMIT replied(reply.id, wire::outcomeOf(reply));
        return;
    }
    if (!reply.ok && reply.code == QLatin1String("rate_limited")) {
        QTimer::singleShot(std::chrono::milliseconds(reply.retryAfterMs.value_or(1000)), this, [this, id = reply.id] {
            m_requests.again(id);
            sendPending();
        });
        return;
    }
    if (!m_requests.answered(reply.id))
        return;
    keepPending();
    Q_EMIT pendingChanged(m_requests.count());
    Q_EMIT replied(reply.id, wire::outcomeOf(reply));
}

// --- what the console says

QString RemoteLink::request(const RequestBody &body)
{
    const QString id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    if (m_state == State::Failed || m_state == State::Closing || m_state == State::Closed) {
        refuseLater(id, Outcome::refused(QStringLiteral("offline"), tr("There is no connection to the server.")));
        return id;
    }
    if (!m_requests.add(id, body, m_options.clock())) {
        refuseLater(
            id, Outcome::refused(QStringLiteral("overloaded"), tr("Too many actions wait for the server already.")));
        return id;
    }
    Q_EMIT pendingChanged(m_requests.count());
    sendPending();
    keepPending();
    return id;
}

void RemoteLink::refuseLater(const QString &id, const Outcome &outcome)
{
    QMetaObject::invokeMethod(this, [this, id, outcome] { Q_EMIT replied(id, outcome); }, Qt::QueuedConnection);
}

void RemoteLink::sendPending()
{
    if (m_welcomed)
        expirePending();
    while (m_welcomed) {
        const auto pending = m_requests.takeUnsent();
        if (!pending)
            return;
        send(wire::Ask{pending->id, pending->body});
    }
}

void RemoteLink::sayTyping(const QString &thread)
{
    if (m_welcomed)
        send(wire::Typing{thread});
}

void RemoteLink::sayHearing(bool heard, const QString &why)
{
    m_hearing = wire::Hearing{heard, heard ? QString() : why.left(HearingReport::longestWhy)};
    if (m_welcomed)
        send(*m_hearing);
}

void RemoteLink::send(const wire::ClientFrame &frame)
{
    if (!m_socket)
        return;
    const QJsonObject document = wire::toJson(frame);
    if (m_options.messagePack && m_socket->subprotocol() == QLatin1String("tocsin.v1.msgpack"))
        m_socket->sendBinaryMessage(toMessagePack(document));
    else
        m_socket->sendTextMessage(QString::fromUtf8(QJsonDocument(document).toJson(QJsonDocument::Compact)));
}

} // namespace tocsin
