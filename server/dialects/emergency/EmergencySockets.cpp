// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/emergency/EmergencySockets.h"

#include <QSet>

namespace tocsin::emergency {

Actor actorOf(const Principal &who, const QString &person, const QString &session)
{
    const QString name = who.name.isEmpty() ? who.id : who.name;
    const bool desk = who.isStaff() && who.id != person;
    return {desk ? Actor::Kind::Operator : Actor::Kind::User, who.id, name, session};
}

Actor actorOf(const Socket &socket)
{
    return actorOf(socket.who(), socket.person, socket.session->id());
}

QList<quint64> Sockets::numbersWhere(const std::function<bool(const Socket &)> &wanted) const
{
    QList<quint64> numbers;
    for (const auto &[number, socket] : *this) {
        if (wanted(*socket))
            numbers.append(number);
    }
    return numbers;
}

int Sockets::people() const
{
    QSet<QString> people;
    for (const auto &[number, socket] : *this) {
        if (socket->identified)
            people.insert(socket->who().id);
    }
    return static_cast<int>(people.size());
}

} // namespace tocsin::emergency
