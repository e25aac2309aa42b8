// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/ClientSession.h"

#include <QHash>
#include <QObject>

#include <deque>

namespace tocsin::net {

class Dialect;

/// The clients: open WebSockets, and sessions that need none. For those who watch them. Server thread; owned by the server. It keeps no figures of its own: what it
/// answers is read from the sessions when somebody asks, so that nothing is paid while nobody does.
class ClientRegistry : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    void add(ClientSession *session, const Dialect *dialect);
    void remove(const ClientSession *session); ///< before it is deleted

    [[nodiscard]] int count() const { return int(m_clients.size()); }
    /// One of `slices` parts, always the same ones in it: a long list is read over several turns.
    [[nodiscard]] QList<ClientInfo> clients(quint64 slice = 0, quint64 slices = 1) const;
    [[nodiscard]] std::optional<ClientInfo> client(const QString &id) const;
    /// The last ones that went, oldest first; at most ClientsUpdate::mostClosed.
    [[nodiscard]] const std::deque<ClosedClient> &closed() const { return m_closed; }
    /// False: there is no such client.
    [[nodiscard]] bool close(const QString &id, quint16 code, const QString &reason);

    /// Frames of those that it wants are shown to `observer` from now on; null: of nobody. It is asked anew for all at each
    /// call, and for one when that opens or says who it is.
    void observe(FrameObserver *observer);
    void ask(const Session *session); ///< it is another one to the observer now

Q_SIGNALS:
    void gone(const tocsin::ClosedClient &client);

private:
    struct Client
    {
        quint64 number = 0;
        ClientSession *session = nullptr;
        const Dialect *dialect = nullptr;
    };
    [[nodiscard]] static ClientInfo infoOf(const Client &client);
    void ask(const Client &client);

    QHash<QString, Client> m_clients; ///< by id
    quint64 m_last = 0;
    std::deque<ClosedClient> m_closed;
    FrameObserver *m_observer = nullptr;
};

} // namespace tocsin::net
