// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Requests.h"
#include "server/dialects/RateLimit.h"
#include "server/net/Session.h"

#include <QString>

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace tocsin::emergency {

/// One open connection of dialect 5.
struct Socket
{
    enum class Kind { User, Alert, Location, Chat, Staff, Dashboard };
    quint64 number = 0;              ///< never used twice
    net::Session *session = nullptr; ///< null once it closed
    Kind kind = Kind::User;
    QString subject;         ///< user or alert id of the path; empty for the desk's own
    QString person;          ///< the user, or whose panic the alert is
    bool identified = false; ///< it came with a token, or has said who it is
    TimePoint openedAt;
    TimePoint typedAt;
    RateLimit limit;

    [[nodiscard]] const Principal &who() const { return session->principal(); }
    /// It is the person itself, staff or not.
    [[nodiscard]] bool isOriginator() const { return identified && who().id == person; }
};

/// Whose act it is what somebody does about the panic of `person`. Staff in their own are people like all others.
[[nodiscard]] Actor actorOf(const Principal &who, const QString &person, const QString &session);
[[nodiscard]] Actor actorOf(const Socket &socket);

/// The open connections by number. Server thread. A socket that closes while one of its messages is being handled stays valid
/// (without session) until the next sweep().
class Sockets
{
public:
    Socket &add(net::Session *session, Socket::Kind kind, const QString &subject, int messagesPerWindow);
    void close(quint64 number);
    void sweep(); ///< frees what was closed; never call it while handling a message
    [[nodiscard]] Socket *find(quint64 number) const;
    [[nodiscard]] QList<quint64> numbersWhere(const std::function<bool(const Socket &)> &wanted) const;
    [[nodiscard]] int count() const { return static_cast<int>(m_sockets.size()); }
    [[nodiscard]] int people() const; ///< distinct identified users

private:
    std::unordered_map<quint64, std::unique_ptr<Socket>> m_sockets;
    std::vector<std::unique_ptr<Socket>> m_closed;
    quint64 m_last = 0;
};

} // namespace tocsin::emergency
