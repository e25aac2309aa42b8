// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/VehicleReplay.h"

#include "models/domain/Streams.h"
#include "server/dialects/NativeEvents.h"

#include <QTimer>

#include <algorithm>

namespace tocsin {

namespace {
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
    , m_services(services)
    , m_sockets(sockets)
    , m_outbound(outbound)
    , m_replies(replies)
    , m_log(options, services, replies, this)
{
    connect(&outbound, &VehicleOutbound::told, &m_log, &LogReplay::told);
}

void VehicleReplay::opened(const VehicleSocket &socket)
{
    const quint64 number = socket.number;
    LogReplay::Listener listener;
    listener.number = number;
    listener.session = socket.session;
    listener.key = keyOf(socket);
    listener.stream = streamOf(socket);
    listener.topics = m_outbound.topicsOf(socket);
    listener.tell = [this, number](const Event &event) { return tell(number, event); };
    listener.listen = [this, number] {
        if (const VehicleSocket *one = m_sockets.find(number))
            m_outbound.listen(*one);
    };
    listener.pinged = [this, number](qint64 seq) {
        const VehicleSocket *one = m_sockets.find(number);
        if (one && one->kind == VehicleSocket::Kind::Chat)
            note(*one, seq, lastLine(chatThreadOfUser(one->subject)));
    };
    listener.proved = [this, number](qint64 seq) { proved(number, seq); };
    m_log.opened(listener);
}

void VehicleReplay::closed(const VehicleSocket &socket)
{
    m_lines.remove(socket.number);
    m_log.closed(socket.number);
}

bool VehicleReplay::tell(quint64 number, const Event &event)
{
    VehicleSocket *socket = m_sockets.find(number);
    if (!socket)
        return false;
    const auto *message = std::get_if<ChatMessage>(&event.body);
    const auto *change = std::get_if<AlertChange>(&event.body);
    if (!(message && m_outbound.tell(*socket, *message)) && !(change && m_outbound.tell(*socket, *change)))
        return false;
    ++m_replayed;
    if (message && message->fromDesk && socket->session) // not closed by what it was sent
        note(*socket, native::seqIn(streamOf(*socket), event), message->id);
    return true;
}

/// The newest that the desk wrote itself; empty: none is known.
QString VehicleReplay::lastLine(const QString &thread) const
{
    const QList<ChatMessage> lines = m_services.mirror.lines(thread);
    const auto line = std::find_if(lines.crbegin(), lines.crend(),
                                   [](const ChatMessage &one) { return one.fromDesk && !one.automatic; });
    return line == lines.crend() ? QString() : line->id;
}

/// A line of the desk that is in what was told up to `seq`.
void VehicleReplay::note(const VehicleSocket &socket, qint64 seq, const QString &line)
{
    if (socket.kind != VehicleSocket::Kind::Chat || line.isEmpty() || socket.producer)
        return;
    std::deque<Line> &lines = m_lines[socket.number];
    lines.push_back({seq, line});
    if (lines.size() > maxLines)
        lines.pop_front();
}

void VehicleReplay::proved(quint64 number, qint64 seq)
{
    const auto lines = m_lines.find(number);
    if (lines == m_lines.end())
        return;
    QString line;
    for (; !lines->empty() && lines->front().seq <= seq; lines->pop_front())
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
