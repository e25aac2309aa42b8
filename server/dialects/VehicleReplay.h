// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/PingBarrier.h"
#include "server/dialects/ReplyBox.h"
#include "server/dialects/VehicleOutbound.h"
#include "server/dialects/VehicleSockets.h"

#include <QHash>
#include <QObject>
#include <QSet>

#include <deque>

namespace tocsin {

/// Nothing lost for dialect 1's alert and chat clients, which acknowledge nothing: after what they are told they are pinged, and what a connection
/// had not proved is told again to the user's next one, from the log, before anything new. Server thread.
///
/// A pong on a person's own chat socket also says that the lines before it are delivered: the desk is told so.
///
/// What was proved is kept in memory. After a restart nobody is known, so whoever comes back within ten minutes is told again what happened in the
/// last minute before it, and what has happened since. On a log that was empty at the start nobody can have been there before.
class VehicleReplay : public QObject
{
    Q_OBJECT
public:
    static constexpr auto graceBefore = std::chrono::seconds(60);
    static constexpr auto graceAfter = std::chrono::minutes(10);
    static constexpr qint64 graceEvents = 200;
    static constexpr std::size_t maxLines =
        256; ///< not proved, of one socket; beyond it the oldest go: a later one says the same
    static constexpr qsizetype maxMarks = 10'000; ///< that the desk has not taken yet; beyond it a mark is left out

    VehicleReplay(const DialectOptions &options, const DialectServices &services, VehicleSockets &sockets,
                  VehicleOutbound &outbound, ReplyBox &replies, QObject *parent = nullptr);

    /// It listens at once when nothing is owed to it, else when it has been told.
    void opened(const VehicleSocket &socket);
    void closed(const VehicleSocket &socket); ///< while it still has its session
    [[nodiscard]] qint64 replayed() const { return m_replayed; }

private:
    /// A connection that is not told of new things yet.
    struct Pending
    {
        qint64 at = 0;       ///< told up to here
        qint64 silentTo = 0; ///< the start: up to here only what happened in the grace before it
        bool asking = false;
    };
    /// A line that was told and not proved yet; once proved it is delivered.
    struct Line
    {
        qint64 seq = 0;
        QString id;
    };
    struct Mark
    {
        QString line;
        Actor person;
        bool asking = false;
    };
    void proceed(quint64 number);
    void take(quint64 number, const EventsResult &result);
    void ping();
    [[nodiscard]] bool tell(VehicleSocket &socket, const Event &event) const;
    /// Pings behind what was told; `line` is the last one of the desk in it.
    void pingBehind(VehicleSocket &socket, qint64 seq, const QString &line);
    void proved(quint64 number, const QByteArray &payload);
    void markDelivered(const VehicleSocket &socket, const QString &line);
    void askToMark(const QString &thread);
    [[nodiscard]] QString lastLine(const QString &thread) const;
    [[nodiscard]] qint64 headOf(const VehicleSocket &socket) const;

    const DialectOptions &m_options;
    DialectServices m_services;
    VehicleSockets &m_sockets;
    VehicleOutbound &m_outbound;
    ReplyBox &m_replies;
    const TimePoint m_startedAt;
    const QHash<QString, qint64> m_startHeads;
    PingBarrier m_barrier;
    QHash<quint64, Pending> m_pending;
    QHash<QString, QSet<quint64>> m_listening; ///< by topic
    QSet<quint64> m_toPing;
    QHash<quint64, std::deque<Line>> m_lines; ///< of chat sockets, ascending
    QHash<QString, Mark> m_marks;             ///< by thread, until the desk has taken them
    qint64 m_replayed = 0;
};

} // namespace tocsin
