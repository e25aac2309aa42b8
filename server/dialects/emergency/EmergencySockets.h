// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Requests.h"
#include "server/dialects/SocketTable.h"

#include <QString>

#include <functional>

namespace tocsin::emergency {

/// One open connection of dialect 5.
struct Socket : DialectSocket
{
    enum class Kind { User, Alert, Location, Chat, Staff, Dashboard };
    Kind kind = Kind::User;
    QString subject;         ///< user or alert id of the path; empty for the desk's own
    QString person;          ///< the user, or whose panic the alert is
    bool identified = false; ///< it came with a token, or has said who it is
    TimePoint openedAt;
    TimePoint typedAt;

    [[nodiscard]] const Principal &who() const { return session->principal(); }
    /// It is the person itself, staff or not.
    [[nodiscard]] bool isOriginator() const { return identified && who().id == person; }
};

/// Whose act it is what somebody does about the panic of `person`. Staff in their own are people like all others.
[[nodiscard]] Actor actorOf(const Principal &who, const QString &person, const QString &session);
[[nodiscard]] Actor actorOf(const Socket &socket);

class Sockets : public SocketTable<Socket>
{
public:
    [[nodiscard]] QList<quint64> numbersWhere(const std::function<bool(const Socket &)> &wanted) const;
    [[nodiscard]] int people() const; ///< distinct identified users
};

} // namespace tocsin::emergency
