// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/WebSocketSession.h"

#include "server/net/FrameCodec.h"

#include <QLoggingCategory>
#include <QRandomGenerator>

#include <algorithm>
#include <limits>

namespace tocsin::net {

namespace {

Q_LOGGING_CATEGORY(lcSession, "tocsin.server.session", QtInfoMsg)

/// A Close frame has 125 bytes, two of them the code. Cuts between characters.
QString shortened(const QString &reason)
{
    constexpr qsizetype room = 123;
    QString text = reason;
    while (text.toUtf8().size() > room)
        text.chop(text.back().isLowSurrogate() ? 2 : 1);
    return text;
}

} // namespace

QString reasonWithRetry(const QString &sentence)
{
    constexpr int shortest = 500;
    constexpr int longest = 5'000;
    return QStringLiteral("%1 retry_ms=%2").arg(sentence).arg(QRandomGenerator::global()->bounded(shortest, longest));
}

WebSocketSession::WebSocketSession(std::unique_ptr<GuardSocket> guard, std::unique_ptr<QWebSocket> socket,
                                   Admission admission, ServerCounters &counters, QObject *parent)
    : ClientSession(parent)
    , m_guard(std::move(guard))
    , m_socket(std::move(socket))
    , m_admission(std::move(admission))
    , m_counters(counters)
    , m_id(QStringLiteral("ws-%1").arg(m_guard->id()))
{
    m_socket->setParent(nullptr);
    m_guard->setParent(nullptr);
    connect(m_socket.get(), &QWebSocket::pong, this, [this](quint64 /*elapsed*/, const QByteArray &payload) {
        if (!payload.isEmpty())
            Q_EMIT pongReceived(payload);
        else
            noteRoundTrip();
    });
}

WebSocketSession::~WebSocketSession() = default;

bool WebSocketSession::open(std::function<void(WebSocketSession *)> ended)
{
    m_ended = std::move(ended);
    return m_guard->attach(this);
}

void WebSocketSession::tick(GuardSocket::Clock::time_point now, const Deadlines &deadlines)
{
    m_guard->tick(now);
    if (!m_guard->isLive())
        return;
    if (m_nextPing == GuardSocket::Clock::time_point{})
        m_nextPing = now + deadlines.pingInterval;
    if (now < m_nextPing)
        return;
    if (m_guard->unansweredPings() >= deadlines.missedPings) {
        qCDebug(lcSession) << m_id << "answers no pings";
        m_guard->kill();
        return;
    }
    m_nextPing = now + deadlines.pingInterval;
    m_pinged = GuardSocket::Clock::now();
    m_socket->ping();
    m_guard->pingSent();
}

void WebSocketSession::goAway(std::chrono::milliseconds linger)
{
    m_guard->setLinger(linger);
    close(CloseCode::GoingAway, reasonWithRetry(QStringLiteral("The server is stopping.")));
}

void WebSocketSession::revoke(const QString &why)
{
    if (!isOpen())
        return;
    qCInfo(lcSession) << m_id << "of" << m_admission.principal.id << "is closed, its token is void:" << why;
    close(CloseCode::Unauthorized, reasonWithRetry(QStringLiteral("Not authenticated: %1.").arg(why)));
}

void WebSocketSession::send(const Frame &frame, Delivery delivery, const QString &key)
{
    if (!isOpen() || frame.isEmpty())
        return;
    if (observer() != nullptr)
        show(frame);
    if (m_guard->send(frame, delivery, key))
        guardSent(1);
    else
        closeSlow();
}

void WebSocketSession::show(const Frame &frame)
{
    const auto opcode = static_cast<Opcode>(static_cast<quint8>(frame.wire().at(0)) & 0x0F);
    if (opcode == Opcode::Text || opcode == Opcode::Binary)
        observer()->saw(*this, true, opcode == Opcode::Binary, payloadOfFrame(frame.wire()));
}

void WebSocketSession::noteRoundTrip()
{
    if (m_pinged == GuardSocket::Clock::time_point{})
        return;
    m_trips.add(std::chrono::duration_cast<std::chrono::microseconds>(GuardSocket::Clock::now() - m_pinged));
    m_pinged = {};
}

void WebSocketSession::describe(ClientInfo &info) const
{
    info.in.messages = qint64(m_messagesIn);
    info.out.messages = qint64(m_messagesOut);
    info.in.bytes = qint64(m_guard->bytesIn());
    info.out.bytes = qint64(m_guard->bytesOut());
    const auto silent = GuardSocket::Clock::now() - m_guard->lastHeard();
    info.lastHeard = std::max(m_admission.at, systemNow() - std::chrono::duration_cast<Duration>(silent));
    info.waitingBytes = m_guard->backlog();
    info.waitingFrames = qint64(m_guard->waitingFrames());
    info.conflated = qint64(m_guard->conflated());
    info.lost = qint64(m_guard->lostFrames());
    m_trips.describe(info);
}

int WebSocketSession::endCode() const
{
    // Qt says 1000 of a connection that nobody closed.
    return m_guard->closeReceived() || m_guard->closeSent() ? int(m_socket->closeCode()) : 1006;
}

void WebSocketSession::closeSlow()
{
    ++m_counters.closedSlow;
    qCInfo(lcSession) << m_id << "reads too slowly and is closed; unsent bytes:" << m_guard->backlog();
    m_guard->dropBacklog();
    close(CloseCode::Slow, reasonWithRetry(QStringLiteral("Too slow.")));
}

void WebSocketSession::close(quint16 code, const QString &reason)
{
    if (isOpen())
        m_socket->close(static_cast<QWebSocketProtocol::CloseCode>(code), shortened(reason));
}

void WebSocketSession::guardText(const QByteArray &utf8)
{
    ++m_counters.traffic.messagesIn;
    ++m_admission.counters->messagesIn;
    ++m_messagesIn;
    if (observer() != nullptr)
        observer()->saw(*this, false, false, utf8);
    Q_EMIT textReceived(utf8);
}

void WebSocketSession::guardBinary(const QByteArray &payload)
{
    ++m_counters.traffic.messagesIn;
    ++m_admission.counters->messagesIn;
    ++m_messagesIn;
    if (observer() != nullptr)
        observer()->saw(*this, false, true, payload);
    Q_EMIT binaryReceived(payload);
}

void WebSocketSession::guardFault(quint16 code, const QString &reason)
{
    qCDebug(lcSession) << m_id << "is closed:" << code << reason;
    close(code, reason);
}

void WebSocketSession::guardStalled()
{
    closeSlow();
}

void WebSocketSession::guardSent(quint64 messages)
{
    m_messagesOut += messages;
    m_counters.traffic.messagesOut += messages;
    m_admission.counters->messagesOut += messages;
}

void WebSocketSession::identify(const Principal &who, const Credential *credential)
{
    m_admission.principal = who;
    if (credential != nullptr)
        m_admission.request.credential = *credential;
    Q_EMIT identified();
}

void WebSocketSession::guardDrained()
{
    Q_EMIT drained();
}

void WebSocketSession::guardClosed()
{
    Q_EMIT closed();
}

void WebSocketSession::guardEnded()
{
    if (m_ended)
        m_ended(this);
}

} // namespace tocsin::net
