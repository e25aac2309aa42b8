// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/iothub/EngineSession.h"

#include "server/dialects/RestQuery.h"
#include "server/dialects/iothub/EnginePackets.h"
#include "server/net/FrameCodec.h"
#include "server/net/Utf8.h"

#include <QJsonObject>

namespace tocsin {

using engine::Packet;

namespace {

net::HttpResponse plain(const QByteArray &body)
{
    net::HttpResponse response;
    response.contentType = "text/plain; charset=UTF-8";
    response.body = body;
    response.headers.emplaceBack("Cache-Control", "no-store");
    return response;
}

QByteArray packet(Packet type)
{
    return QByteArray(1, char(type));
}

} // namespace

EngineSession::EngineSession(Opening opening, const EngineSettings &settings, std::function<TimePoint()> clock,
                             QObject *parent)
    : ClientSession(parent)
    , m_opening(std::move(opening))
    , m_settings(settings)
    , m_clock(std::move(clock))
    , m_queue(net::SendQueue::Limits())
    , m_nextPing(m_opening.at + settings.pingInterval)
    , m_heardAt(m_opening.at)
    , m_messageLimit(settings.maxPayload)
{
}

net::HttpResponse EngineSession::refusal(int code, const char *message, int status)
{
    return jsonResponse(
        status, QJsonObject{{QStringLiteral("code"), code}, {QStringLiteral("message"), QLatin1String(message)}});
}

QByteArray EngineSession::handshake() const
{
    const QJsonObject hello{
        {QStringLiteral("sid"), m_opening.sid},
        {QStringLiteral("upgrades"), m_web ? QJsonArray() : QJsonArray{QStringLiteral("websocket")}},
        {QStringLiteral("pingInterval"), qint64(m_settings.pingInterval.count())},
        {QStringLiteral("pingTimeout"), qint64(m_settings.pingTimeout.count())},
        {QStringLiteral("maxPayload"), qint64(m_settings.maxPayload)}};
    return packet(Packet::Open) + QJsonDocument(hello).toJson(QJsonDocument::Compact);
}

void EngineSession::open(net::Session *webSocket)
{
    m_web = webSocket;
    m_web->limitMessages(m_messageLimit);
    listenTo(webSocket);
    m_web->sendText(handshake());
}

void EngineSession::open(const net::Respond &respond)
{
    respond(plain(handshake()));
}

void EngineSession::listenTo(net::Session *web)
{
    connect(web, &net::Session::textReceived, this, [this, web](const QByteArray &utf8) { webText(web, utf8); });
    connect(web, &net::Session::binaryReceived, this, [this, web](const QByteArray &payload) {
        if (web == m_web && m_open)
            Q_EMIT binaryReceived(payload);
    });
    connect(web, &net::Session::drained, this, [this, web] {
        if (web == m_web)
            Q_EMIT drained();
    });
    connect(web, &net::Session::closed, this, [this, web] {
        if (web == m_probe) {
            m_probe = nullptr;
            m_probed = false;
        } else if (web == m_web) {
            m_web = nullptr;
            finish(m_endCode, m_endReason);
        }
    });
}

// --- from polling to a WebSocket

void EngineSession::probe(net::Session *webSocket)
{
    if (!m_open || m_web || m_probe) {
        webSocket->close(net::CloseCode::Policy, QStringLiteral("This session cannot be upgraded"));
        return;
    }
    m_probe = webSocket;
    m_probedAt = m_clock();
    m_probe->limitMessages(m_messageLimit);
    listenTo(webSocket);
}

void EngineSession::webText(net::Session *web, const QByteArray &utf8)
{
    if (web == m_web) {
        receive(utf8);
    } else if (web != m_probe) {
        return;
    } else if (utf8 == "2probe") {
        m_probed = true;
        m_probe->sendText(QByteArrayLiteral("3probe"));
        // The client ends polling first: the poll that it waits for must come back.
        flush();
        answerPoll(packet(Packet::Noop));
    } else if (m_probed && utf8 == packet(Packet::Upgrade)) {
        adopt();
    } else {
        m_probe->close(net::CloseCode::Policy, QStringLiteral("Not a step of an upgrade"));
    }
}

void EngineSession::adopt()
{
    answerPoll(packet(Packet::Noop));
    m_web = std::exchange(m_probe, nullptr);
    if (!m_opening.who.id.isEmpty())
        m_web->identify(m_opening.who, m_opening.credential ? &*m_opening.credential : nullptr);
    m_opening.credential.reset();
    m_opening.polling = false;
    m_endCode = net::CloseCode::Normal;
    m_endReason = QStringLiteral("Goes on as %1").arg(m_web->id());
    QByteArrayList waiting;
    while (!m_queue.isEmpty()) {
        m_queue.take(0, waiting);
        for (const QByteArray &wire : std::as_const(waiting))
            m_web->sendText(net::payloadOfFrame(wire).toByteArray());
        waiting.clear();
    }
    Q_EMIT upgraded();
}

// --- what the peer says

void EngineSession::receive(QByteArrayView said)
{
    if (!m_open || said.isEmpty())
        return;
    switch (Packet(said.front())) {
    case Packet::Close:
        close(net::CloseCode::Normal, QString());
        return;
    case Packet::Pong:
        if (m_pongBy)
            m_trips.add(m_clock() - (*m_pongBy - m_settings.pingTimeout));
        m_pongBy.reset();
        m_nextPing = m_clock() + m_settings.pingInterval;
        return;
    case Packet::Message:
        if (!m_web) {
            ++m_in.messages;
            show(false, false, said.sliced(1));
        }
        Q_EMIT textReceived(said.sliced(1).toByteArray());
        return;
    case Packet::Ping: // since version 4 the server's to send
    case Packet::Noop:
        return;
    case Packet::Open:
    case Packet::Upgrade:
        break;
    }
    Q_EMIT strangePacket();
}

void EngineSession::post(const net::HttpRequest &request, const net::Respond &respond)
{
    const QByteArray &body = request.body;
    if (body.isEmpty() || body.size() > m_settings.maxPayload || !net::isValidUtf8(body) ||
        body.count(engine::payloadSeparator) >= m_settings.packetsPerPost) {
        respond(badRequest());
        return;
    }
    heard(body.size());
    QByteArrayView rest(body);
    while (m_open && !rest.isEmpty()) {
        const qsizetype end = rest.indexOf(engine::payloadSeparator);
        const QByteArrayView one = end < 0 ? rest : rest.first(end);
        rest = end < 0 ? QByteArrayView() : rest.sliced(end + 1);
        if (one.size() > m_messageLimit) {
            close(net::CloseCode::TooBig, QStringLiteral("Message too big"));
        } else if (one.startsWith(engine::binaryMark)) {
            const auto decoded = QByteArray::fromBase64Encoding(one.sliced(1).toByteArray());
            if (decoded) {
                ++m_in.messages;
                show(false, true, *decoded);
                Q_EMIT binaryReceived(*decoded);
            } else
                Q_EMIT strangePacket();
        } else {
            receive(one);
        }
    }
    net::HttpResponse done = plain("ok");
    done.contentType = "text/html";
    respond(done);
}

// --- what the peer is told

void EngineSession::poll(const net::HttpRequest &request, const net::Respond &respond)
{
    if (m_respond && m_awaited && m_awaited()) {
        respond(badRequest());
        close(net::CloseCode::Policy, QStringLiteral("Two polls at once"));
        return;
    }
    heard(0);
    m_respond = respond;
    m_awaited = request.isAwaited;
    m_heldSince = m_clock();
    flush();
    if (m_probed)
        answerPoll(packet(Packet::Noop));
}

void EngineSession::answerPoll(const QByteArray &body)
{
    if (const net::Respond respond = std::exchange(m_respond, nullptr)) {
        m_out.bytes += body.size();
        respond(plain(body));
    }
    m_awaited = nullptr;
}

void EngineSession::flush()
{
    if (!m_respond || m_queue.isEmpty())
        return;
    if (m_awaited && !m_awaited()) {
        // What is put into this answer would be lost without anybody noticing.
        m_respond = nullptr;
        finish(m_endCode, m_endReason);
        return;
    }
    QByteArrayList frames;
    m_queue.take(0, frames);
    QByteArray body;
    for (const QByteArray &wire : std::as_const(frames)) {
        if (!body.isEmpty())
            body += engine::payloadSeparator;
        body += net::payloadOfFrame(wire);
    }
    answerPoll(body);
    if (!isBehind())
        Q_EMIT drained();
}

/// Everything of one turn goes into one answer.
void EngineSession::flushSoon()
{
    if (m_respond && !std::exchange(m_flushing, true))
        QMetaObject::invokeMethod(
            this,
            [this] {
                m_flushing = false;
                flush();
            },
            Qt::QueuedConnection);
}

void EngineSession::send(const net::Frame &frame, net::Delivery delivery, const QString &key)
{
    if (!m_open)
        return;
    if (m_web) {
        m_web->send(frame, delivery, key);
        return;
    }
    if (m_queue.push(frame.wire(), delivery, key, 0) == net::SendQueue::Result::Overflow) {
        close(net::CloseCode::Slow, QStringLiteral("Too slow"));
        return;
    }
    const QByteArrayView payload = net::payloadOfFrame(frame.wire());
    if (payload.startsWith(char(Packet::Message))) {
        ++m_out.messages;
        show(true, false, payload.sliced(1));
    }
    flushSoon();
}

bool EngineSession::join(const std::shared_ptr<net::FrameBatch> &batch)
{
    return m_web && m_web->join(batch);
}

bool EngineSession::isBehind()
{
    return m_web ? m_web->isBehind() : m_queue.waitingBytes() >= net::SendQueue::Limits().unsent;
}

void EngineSession::setUrgent()
{
    if (m_web)
        m_web->setUrgent();
}

void EngineSession::identify(const Principal &who, const net::Credential *credential)
{
    m_opening.who = who;
    if (m_web)
        m_web->identify(who, credential);
    else
        m_opening.credential = credential ? std::optional<net::Credential>(*credential) : std::nullopt;
    Q_EMIT identified();
}

void EngineSession::limitMessages(qsizetype bytes)
{
    m_messageLimit = std::min(bytes, m_settings.maxPayload);
    for (net::Session *web : {m_web, m_probe}) {
        if (web)
            web->limitMessages(m_messageLimit);
    }
}

// --- the end

void EngineSession::close(quint16 code, const QString &reason)
{
    if (!m_open)
        return;
    flush(); // what was said before
    finish(code, reason);
    answerPoll(packet(Packet::Close));
    for (net::Session *web : {m_web, m_probe}) {
        if (web)
            web->close(code, reason);
    }
}

void EngineSession::finish(int code, const QString &reason)
{
    if (!std::exchange(m_open, false))
        return;
    m_endCode = code;
    m_endReason = reason;
    QMetaObject::invokeMethod(this, &EngineSession::closed, Qt::QueuedConnection);
}

// --- for those who watch the connections

void EngineSession::heard(qsizetype bytes)
{
    m_heardAt = m_clock();
    m_in.bytes += bytes;
}

void EngineSession::show(bool out, bool binary, QByteArrayView payload)
{
    if (observer() != nullptr)
        observer()->saw(*this, out, binary, payload);
}

void EngineSession::describe(ClientInfo &info) const
{
    info.in = m_in;
    info.out = m_out;
    info.lastHeard = m_heardAt;
    info.waitingBytes = m_queue.waitingBytes();
    info.waitingFrames = qint64(m_queue.waitingFrames());
    m_trips.describe(info);
}

void EngineSession::tick(TimePoint now)
{
    if (!m_open)
        return;
    if (m_pongBy && now >= *m_pongBy) {
        close(net::CloseCode::Normal, QStringLiteral("Ping timeout"));
        return;
    }
    if (!m_pongBy && now >= m_nextPing) {
        m_pongBy = now + m_settings.pingTimeout;
        send(net::Frame::text(packet(Packet::Ping)), net::Delivery::A, {});
    }
    if (m_probe && now - m_probedAt >= m_settings.upgradeWithin)
        m_probe->close(net::CloseCode::Policy, QStringLiteral("The upgrade takes too long"));
    if (m_respond && now - m_heldSince >= m_settings.pollHeld)
        answerPoll(packet(Packet::Noop));
}

} // namespace tocsin
