// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/iothub/EngineSession.h"
#include "server/net/Dialect.h"

#include <QHash>
#include <QObject>

#include <memory>
#include <unordered_map>

namespace tocsin {

/// Engine.IO v4 behind one path: handshakes, polls, posts and WebSockets become sessions, each under a secret id. Sessions that poll hold no
/// connection, so they have bounds of their own, all together and per address. Server thread.
class EngineDoor : public QObject
{
    Q_OBJECT
public:
    /// `authorizer`: asked again for what let a polling session in; null: nobody is.
    EngineDoor(const EngineSettings &settings, std::shared_ptr<const net::Authorizer> authorizer,
               std::function<TimePoint()> clock, QObject *parent = nullptr);
    ~EngineDoor() override;

    /// A handshake or a poll.
    void get(const net::HttpRequest &request, const std::optional<Principal> &caller, const net::Respond &respond);
    void post(const net::HttpRequest &request, const net::Respond &respond);
    /// Before the 101: why this WebSocket is none of a session's.
    [[nodiscard]] std::optional<net::HttpResponse> problemOf(const net::HttpRequest &upgrade) const;
    void enter(net::Session *webSocket);
    /// The session that a request names; nullptr: none.
    [[nodiscard]] EngineSession *sessionOf(const QUrlQuery &query) const;
    /// Pings, time-outs, tokens that ended; to be called a few times a second while there are sessions.
    void tick(TimePoint now);
    [[nodiscard]] qsizetype polling() const { return m_polling; }
    /// The session that this one is, or that this WebSocket carries; nullptr: none.
    [[nodiscard]] const EngineSession *carriedBy(const net::Session *session) const
    {
        return m_carriers.value(session);
    }

Q_SIGNALS:
    /// Before its first message.
    void opened(tocsin::EngineSession *session);
    /// It does not poll any more: it ended, or a WebSocket carries it.
    void leftPolling(tocsin::EngineSession *session);

private:
    EngineSession &add(EngineSession::Opening opening);
    void leave(const QString &sid);
    void leavePolling(EngineSession &session);
    void carry(const net::Session *session, const EngineSession &by);
    void watchCredentials(TimePoint now);

    const EngineSettings m_settings;
    std::shared_ptr<const net::Authorizer> m_authorizer;
    std::function<TimePoint()> m_clock;
    std::unordered_map<QString, std::unique_ptr<EngineSession>> m_sessions; ///< by sid
    QHash<const net::Session *, const EngineSession *> m_carriers;
    QHash<QString, int> m_perAddress; ///< of those that poll
    qsizetype m_polling = 0;
    quint64 m_last = 0;
    quint64 m_revision = 0;
};

} // namespace tocsin
