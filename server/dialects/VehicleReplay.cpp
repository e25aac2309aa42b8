// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/VehicleReplay.h"

#include "models/domain/Streams.h"
#include "server/dialects/NativeEvents.h"

#include <QTimer>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
constexpr int eventsAtOnce = 256;
constexpr auto askAgainAfter = std::chrono::seconds(1);

QString streamOf(const VehicleSocket &socket)
{
    // An alert goes to the person and to the owners of the vehicle, so the stream of one person is not enough.
    return socket.kind == VehicleSocket::Kind::Chat ? chatStream(chatThreadOfUser(socket.subject)) : alertsStream();
}

QString keyOf(const VehicleSocket &socket)
{
    const bool chat = socket.kind == VehicleSocket::Kind::Chat;
    return (chat ? QStringLiteral("dialect1 chat ") : QStringLiteral("dialect1 alerts ")) + socket.subject;
}
} // namespace

VehicleReplay::VehicleReplay(const DialectOptions &options, const DialectServices &services, VehicleSockets &sockets,
                             VehicleOutbound &outbound, ReplyBox &replies, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_services(services)
    , m_sockets(sockets)
    , m_outbound(outbound)
    , m_replies(replies)
    , m_startedAt(options.clock())
    , m_startHeads(services.mirror.heads())
{
    connect(&outbound, &VehicleOutbound::told, this, [this](const QStringList &topics) {
        const bool idle = m_toPing.isEmpty();
        for (const QString &topic : topics)
            m_toPing.unite(m_listening.value(topic));
        // Once for all that is told in this turn.
        if (idle && !m_toPing.isEmpty())
            QMetaObject::invokeMethod(this, &VehicleReplay::ping, Qt::QueuedConnection);
    });
}

qint64 VehicleReplay::headOf(const VehicleSocket &socket) const
{
    return m_services.mirror.heads().value(streamOf(socket));
}

void VehicleReplay::opened(const VehicleSocket &socket)
{
    const quint64 number = socket.number;
    const qint64 head = headOf(socket);
    const PingBarrier::Start start = m_barrier.open(number, keyOf(socket), head);
    connect(socket.session, &net::Session::pongReceived, this,
            [this, number](const QByteArray &payload) { m_barrier.proved(number, payload); });
    connect(socket.session, &net::Session::drained, this, [this, number] { proceed(number); });
    Pending pending{start.after, 0, false};
    if (!start.known && !m_startHeads.isEmpty() && m_options.clock() - m_startedAt < graceAfter) {
        pending.silentTo = m_startHeads.value(streamOf(socket));
        pending.at = std::max<qint64>(0, pending.silentTo - graceEvents);
        m_barrier.beginAt(number, pending.at);
    }
    m_pending.insert(number, pending);
    proceed(number);
}

void VehicleReplay::closed(const VehicleSocket &socket)
{
    m_pending.remove(socket.number);
    if (m_toPing.remove(socket.number)) // told of something, not pinged yet
        (void)m_barrier.sent(socket.number, headOf(socket));
    const QStringList topics = m_outbound.topicsOf(socket);
    for (const QString &name : topics) {
        const auto topic = m_listening.find(name);
        if (topic == m_listening.end())
            continue;
        topic->remove(socket.number);
        if (topic->isEmpty())
            m_listening.erase(topic);
    }
    m_barrier.closed(socket.number, headOf(socket));
}

void VehicleReplay::proceed(quint64 number)
{
    const auto pending = m_pending.find(number);
    VehicleSocket *socket = m_sockets.find(number);
    if (pending == m_pending.end() || socket == nullptr || pending->asking)
        return;
    if (pending->at >= headOf(*socket)) {
        // The mirror stands where the log was read to: from here on it is told as things happen.
        m_barrier.passed(number, pending->at);
        m_pending.erase(pending);
        const QStringList topics = m_outbound.topicsOf(*socket);
        for (const QString &topic : topics)
            m_listening[topic].insert(number);
        m_outbound.listen(*socket);
        return;
    }
    if (socket->session->isBehind())
        return; // drained() follows
    pending->asking = true;
    m_services.archive.events(
        {streamOf(*socket), pending->at, eventsAtOnce},
        m_replies.expect<EventsResult>([this, number](const EventsResult &result) { take(number, result); }));
}

void VehicleReplay::take(quint64 number, const EventsResult &result)
{
    const auto pending = m_pending.find(number);
    VehicleSocket *socket = m_sockets.find(number);
    if (pending == m_pending.end() || socket == nullptr)
        return;
    pending->asking = false;
    if (!result.error.isEmpty()) {
        QTimer::singleShot(askAgainAfter, this, [this, number] { proceed(number); });
        return;
    }
    bool told = false;
    for (const Event &event : result.events) {
        pending->at = native::seqIn(streamOf(*socket), event);
        const bool silent = pending->at <= pending->silentTo && event.at < m_startedAt - graceBefore;
        if (silent || !tell(*socket, event))
            continue;
        told = true;
        ++m_replayed;
        if (!socket->session || !socket->session->isOpen())
            return;
    }
    if (result.events.isEmpty())
        pending->at = std::max(pending->at, headOf(*socket)); // there is no more
    if (told)
        socket->session->ping(m_barrier.sent(number, pending->at));
    proceed(number);
}

bool VehicleReplay::tell(VehicleSocket &socket, const Event &event) const
{
    if (const auto *message = std::get_if<ChatMessage>(&event.body))
        return m_outbound.tell(socket, *message);
    if (const auto *change = std::get_if<AlertChange>(&event.body))
        return m_outbound.tell(socket, *change);
    return false;
}

void VehicleReplay::ping()
{
    for (const quint64 number : std::exchange(m_toPing, {})) {
        VehicleSocket *socket = m_sockets.find(number);
        if (socket != nullptr && socket->session && socket->session->isOpen())
            socket->session->ping(m_barrier.sent(number, headOf(*socket)));
    }
}

} // namespace tocsin
