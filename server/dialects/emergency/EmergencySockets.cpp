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

Socket &Sockets::add(net::Session *session, Socket::Kind kind, const QString &subject, int messagesPerWindow)
{
    auto socket = std::make_unique<Socket>();
    socket->number = ++m_last;
    socket->session = session;
    socket->kind = kind;
    socket->subject = subject;
    socket->limit = RateLimit(messagesPerWindow);
    Socket &added = *socket;
    m_sockets.emplace(added.number, std::move(socket));
    return added;
}

void Sockets::close(quint64 number)
{
    const auto it = m_sockets.find(number);
    if (it == m_sockets.end())
        return;
    it->second->session = nullptr;
    m_closed.push_back(std::move(it->second));
    m_sockets.erase(it);
}

void Sockets::sweep()
{
    m_closed.clear();
}

Socket *Sockets::find(quint64 number) const
{
    const auto it = m_sockets.find(number);
    return it == m_sockets.end() ? nullptr : it->second.get();
}

QList<quint64> Sockets::numbersWhere(const std::function<bool(const Socket &)> &wanted) const
{
    QList<quint64> numbers;
    for (const auto &[number, socket] : m_sockets) {
        if (wanted(*socket))
            numbers.append(number);
    }
    return numbers;
}

int Sockets::people() const
{
    QSet<QString> people;
    for (const auto &[number, socket] : m_sockets) {
        if (socket->identified)
            people.insert(socket->who().id);
    }
    return static_cast<int>(people.size());
}

} // namespace tocsin::emergency
