// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/LogReplay.h"
#include "server/dialects/VehicleOutbound.h"
#include "server/dialects/VehicleSockets.h"

#include <QHash>
#include <QObject>

#include <deque>

namespace tocsin {

/// LogReplay for dialect 1's alert and chat clients, and what their pongs tell besides: one on a person's own chat socket says that the
/// lines before it are delivered, and the desk is told so. Server thread.
class VehicleReplay : public QObject
{
    Q_OBJECT
public:
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
    [[nodiscard]] bool tell(quint64 number, const Event &event);
    void note(const VehicleSocket &socket, qint64 seq, const QString &line);
    void proved(quint64 number, qint64 seq);
    void markDelivered(const VehicleSocket &socket, const QString &line);
    void askToMark(const QString &thread);
    [[nodiscard]] QString lastLine(const QString &thread) const;

    DialectServices m_services;
    VehicleSockets &m_sockets;
    VehicleOutbound &m_outbound;
    ReplyBox &m_replies;
    LogReplay m_log;
    QHash<quint64, std::deque<Line>> m_lines; ///< of chat sockets, ascending
    QHash<QString, Mark> m_marks;             ///< by thread, until the desk has taken them
    qint64 m_replayed = 0;
};

} // namespace tocsin
