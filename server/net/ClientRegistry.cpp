// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/ClientRegistry.h"

#include "server/net/Dialect.h"

namespace tocsin::net {

void ClientRegistry::add(ClientSession *session, const Dialect *dialect)
{
    const Client client{++m_last, session, dialect};
    m_clients.insert(session->id(), client);
    connect(session, &ClientSession::identified, this, [this, session] { ask(session); });
    ask(client);
}

void ClientRegistry::remove(const ClientSession *session)
{
    const auto found = m_clients.constFind(session->id());
    if (found == m_clients.cend())
        return;
    const Client client = *found;
    m_clients.erase(found);
    session->disconnect(this);
    ClosedClient closed;
    closed.id = session->id();
    closed.dialect = client.dialect->name();
    closed.userId = session->principal().id;
    closed.address = session->peerAddress();
    closed.since = session->openedAt();
    closed.at = systemNow();
    closed.code = session->endCode();
    closed.reason = session->endReason();
    m_closed.push_back(closed);
    if (m_closed.size() > std::size_t(ClientsUpdate::mostClosed))
        m_closed.pop_front();
    Q_EMIT gone(closed);
}

ClientInfo ClientRegistry::infoOf(const Client &client)
{
    const ClientSession &session = *client.session;
    const Principal &who = session.principal();
    ClientInfo info;
    info.id = session.id();
    info.dialect = client.dialect->name();
    info.path = session.path();
    info.userId = who.id;
    info.userName = who.name;
    info.role = who.role;
    info.address = session.peerAddress();
    info.since = session.openedAt();
    const QStringList topics = client.dialect->topicsOf(client.session);
    info.subscriptions = int(topics.size());
    info.topics = topics.mid(0, ClientInfo::mostTopics);
    session.describe(info);
    return info;
}

QList<ClientInfo> ClientRegistry::clients(quint64 slice, quint64 slices) const
{
    QList<ClientInfo> list;
    for (auto it = m_clients.cbegin(); it != m_clients.cend(); ++it) {
        if (it->number % slices == slice)
            list.append(infoOf(*it));
    }
    return list;
}

std::optional<ClientInfo> ClientRegistry::client(const QString &id) const
{
    const auto found = m_clients.constFind(id);
    if (found == m_clients.cend())
        return std::nullopt;
    return infoOf(*found);
}

bool ClientRegistry::close(const QString &id, quint16 code, const QString &reason)
{
    const auto found = m_clients.constFind(id);
    if (found == m_clients.cend() || !found->session->isOpen())
        return false;
    found->session->close(code, reason);
    return true;
}

void ClientRegistry::ask(const Client &client)
{
    const bool wanted = m_observer != nullptr && m_observer->wants(infoOf(client));
    client.session->setObserver(wanted ? m_observer : nullptr);
}

void ClientRegistry::ask(const Session *session)
{
    const auto found = m_clients.constFind(session->id());
    if (found != m_clients.cend())
        ask(*found);
}

void ClientRegistry::observe(FrameObserver *observer)
{
    m_observer = observer;
    for (const Client &client : std::as_const(m_clients))
        ask(client);
}

} // namespace tocsin::net
