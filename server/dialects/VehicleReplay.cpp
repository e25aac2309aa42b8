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
    const QString key = (chat ? QStringLiteral("dialect1 chat ") : QStringLiteral("dialect1 alerts ")) + socket.subject;
    // Somebody of the desk who looks in has a place of his own: what he was told the person was not.
    const Actor who = actorOf(socket);
    return who.id == socket.subject ? key : key + QChar(0x1f) + who.id;
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
            [this, number](const QByteArray &payload) { proved(number, payload); });
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
    m_lines.remove(socket.number);
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
    QString line;
    for (const Event &event : result.events) {
        pending->at = native::seqIn(streamOf(*socket), event);
        const bool silent = pending->at <= pending->silentTo && event.at < m_startedAt - graceBefore;
        if (silent || !tell(*socket, event))
            continue;
        told = true;
        ++m_replayed;
        if (const auto *message = std::get_if<ChatMessage>(&event.body); message && message->fromDesk)
            line = message->id;
        if (!socket->session || !socket->session->isOpen())
            return;
    }
    if (result.events.isEmpty())
        pending->at = std::max(pending->at, headOf(*socket)); // there is no more
    if (told)
        pingBehind(*socket, pending->at, line);
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
            pingBehind(*socket, headOf(*socket),
                       socket->kind == VehicleSocket::Kind::Chat ? lastLine(chatThreadOfUser(socket->subject))
                                                                 : QString());
    }
}

/// The newest that the desk wrote itself; empty: none is known.
QString VehicleReplay::lastLine(const QString &thread) const
{
    const QList<ChatMessage> lines = m_services.mirror.lines(thread);
    const auto line = std::find_if(lines.crbegin(), lines.crend(),
                                   [](const ChatMessage &one) { return one.fromDesk && !one.automatic; });
    return line == lines.crend() ? QString() : line->id;
}

void VehicleReplay::pingBehind(VehicleSocket &socket, qint64 seq, const QString &line)
{
    if (socket.kind == VehicleSocket::Kind::Chat && !line.isEmpty() && !socket.producer) {
        std::deque<Line> &lines = m_lines[socket.number];
        lines.push_back({seq, line});
        if (lines.size() > maxLines)
            lines.pop_front();
    }
    socket.session->ping(m_barrier.sent(socket.number, seq));
}

void VehicleReplay::proved(quint64 number, const QByteArray &payload)
{
    const auto lines = m_lines.find(number);
    if (!m_barrier.proved(number, payload) || lines == m_lines.end())
        return;
    QString line;
    for (const qint64 seq = m_barrier.provedBy(number); !lines->empty() && lines->front().seq <= seq;
         lines->pop_front())
        line = lines->front().id;
    if (lines->empty())
        m_lines.erase(lines);
    const VehicleSocket *socket = m_sockets.find(number);
    if (!line.isEmpty() && socket != nullptr && socket->session != nullptr)
        markDelivered(*socket, line);
}

void VehicleReplay::markDelivered(const VehicleSocket &socket, const QString &line)
{
    const Actor person = actorOf(socket);
    if (person.kind != Actor::Kind::User || person.id != socket.subject)
        return; // somebody else looks into the conversation
    const QString thread = chatThreadOfUser(socket.subject);
    if (m_marks.size() >= maxMarks && !m_marks.contains(thread))
        return;
    Mark &mark = m_marks[thread];
    mark.line = line;
    mark.person = person;
    if (!mark.asking)
        askToMark(thread);
}

/// A mark that the desk has no room for goes again; it is the same however often it is told.
void VehicleReplay::askToMark(const QString &thread)
{
    Mark &mark = m_marks[thread];
    mark.asking = true;
    const auto answered = [this, thread, line = mark.line](const Outcome &outcome) {
        const auto waiting = m_marks.find(thread);
        if (waiting == m_marks.end())
            return;
        if (outcome.code == QLatin1String("overloaded") || outcome.code == QLatin1String("storage_failed"))
            QTimer::singleShot(askAgainAfter, this, [this, thread] { askToMark(thread); });
        else if (waiting->line != line)
            askToMark(thread);
        else
            m_marks.erase(waiting);
    };
    m_services.desk.submit(Request{{}, mark.person, MarkChat{thread, mark.line, ChatReceipt::Kind::Delivered}},
                           m_replies.expect<Outcome>(answered));
}

} // namespace tocsin
