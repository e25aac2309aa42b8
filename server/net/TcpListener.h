// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Listener.h"

#include <QTcpServer>

namespace tocsin::net {

/// A listener over QTcpServer, for platforms without descriptors of their own kind. Server thread.
class TcpListener final : public Listener
{
    Q_OBJECT
public:
    TcpListener();
    [[nodiscard]] QString listenOn(const ListenAddress &where) override;
    [[nodiscard]] ListenAddress boundTo() const override;

private:
    /// Keeps Qt from making sockets.
    class Acceptor final : public QTcpServer
    {
    public:
        explicit Acceptor(TcpListener &owner) : m_owner(owner) {}

    protected:
        void incomingConnection(qintptr descriptor) override { Q_EMIT m_owner.accepted(descriptor); }

    private:
        TcpListener &m_owner;
    };

    Acceptor m_server;
};

} // namespace tocsin::net
