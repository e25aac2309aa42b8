// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/PingBarrier.h"
#include "server/dialects/ReplyBox.h"
#include "server/net/Session.h"

#include <QHash>
#include <QObject>
#include <QSet>

#include <functional>

namespace tocsin {

/// Nothing lost for clients that acknowledge nothing: after what they are told they are pinged, and what a connection had not proved is told again
/// to the next one with its key, from the log, before anything new. Server thread.
///
/// What was proved is kept in memory. After a restart nobody is known, so whoever comes back within ten minutes is told again what happened in
/// the last minute before it, and what has happened since. On a log that was empty at the start nobody can have been there before.
class LogReplay : public QObject
{
    Q_OBJECT
public:
    static constexpr auto graceBefore = std::chrono::seconds(60);
    static constexpr auto graceAfter = std::chrono::minutes(10);
    static constexpr qint64 graceEvents = 200;

    /// A connection as this sees it.
    struct Listener
    {
        quint64 number = 0;
        net::Session *session = nullptr;           ///< valid until closed()
        QString key;                               ///< one reader: its connections cannot be told apart
        QString stream;                            ///< what it follows of the log
        QStringList topics;                        ///< told() names these
        std::function<bool(const Event &)> tell{}; ///< something earlier; false: it is not for it
        std::function<void()> listen{};            ///< from here on it is told as things happen
        std::function<void(qint64 seq)> pinged{};  ///< behind something that just happened, of this or an earlier seq
        std::function<void(qint64 seq)> proved{};  ///< all up to this seq has arrived
    };

    LogReplay(const DialectOptions &options, const DialectServices &services, ReplyBox &replies,
              QObject *parent = nullptr);

    /// It listens at once when nothing is owed to it, else when it has been told.
    void opened(const Listener &listener);
    void closed(quint64 number); ///< while its session is there
    /// Those who listen to these were sent something of class A.
    void told(const QStringList &topics);

private:
    /// A connection that is not told of new things yet.
    struct Pending
    {
        qint64 at = 0;       ///< told up to here
        qint64 silentTo = 0; ///< up to here only what happened in the grace before the start
        bool asking = false;
    };
    void proceed(quint64 number);
    void take(quint64 number, const EventsResult &result);
    void ping();
    void prove(quint64 number, const QByteArray &payload);
    [[nodiscard]] qint64 headOf(const Listener &listener) const;

    const DialectOptions &m_options;
    DialectServices m_services;
    ReplyBox &m_replies;
    const TimePoint m_startedAt;
    const QHash<QString, qint64> m_startHeads;
    PingBarrier m_barrier;
    QHash<quint64, Listener> m_listeners;
    QHash<quint64, Pending> m_pending;
    QHash<QString, QSet<quint64>> m_listening; ///< by topic
    QSet<quint64> m_toPing;
};

} // namespace tocsin
