// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/RateLimit.h"
#include "server/net/Session.h"

#include <QObject>

#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tocsin {

/// What every dialect knows of one open connection; each adds its own.
struct DialectSocket
{
    quint64 number = 0;              ///< never used twice
    net::Session *session = nullptr; ///< null once it closed
    RateLimit limit;
};

/// The open connections of a dialect by number. Server thread. A socket that closes while one of its messages is being handled stays
/// valid, without its session, until the event loop comes round.
template<class Socket>
class SocketTable
{
public:
    Socket &add(net::Session *session, int messagesPerWindow)
    {
        auto socket = std::make_unique<Socket>();
        socket->number = ++m_last;
        socket->session = session;
        socket->limit = RateLimit(messagesPerWindow);
        Socket &added = *socket;
        m_sockets.emplace(added.number, std::move(socket));
        return added;
    }
    void close(quint64 number)
    {
        const auto it = m_sockets.find(number);
        if (it == m_sockets.end())
            return;
        it->second->session = nullptr;
        const bool first = m_closed.empty();
        m_closed.push_back(std::move(it->second));
        m_sockets.erase(it);
        if (first)
            QMetaObject::invokeMethod(&m_context, [this] { m_closed.clear(); }, Qt::QueuedConnection);
    }
    [[nodiscard]] Socket *find(quint64 number) const
    {
        const auto it = m_sockets.find(number);
        return it == m_sockets.end() ? nullptr : it->second.get();
    }
    [[nodiscard]] int count() const { return static_cast<int>(m_sockets.size()); }
    /// Pairs of number and socket, in no order. Nobody may come or go meanwhile.
    [[nodiscard]] auto begin() const { return m_sockets.begin(); }
    [[nodiscard]] auto end() const { return m_sockets.end(); }

private:
    std::unordered_map<quint64, std::unique_ptr<Socket>> m_sockets;
    std::vector<std::unique_ptr<Socket>> m_closed;
    quint64 m_last = 0;
    QObject m_context; ///< last: what is queued ends with it
};

} // namespace tocsin
