// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/TcpListener.h"

#include <QLoggingCategory>
#include <QTimer>

#include <cerrno>

namespace tocsin::net {

namespace {

Q_LOGGING_CATEGORY(lcListener, "tocsin.server.listener", QtInfoMsg)

int errnoOf(QAbstractSocket::SocketError error)
{
    switch (error) {
    case QAbstractSocket::AddressInUseError:
        return EADDRINUSE;
    case QAbstractSocket::SocketAccessError:
        return EACCES;
    case QAbstractSocket::SocketAddressNotAvailableError:
        return EADDRNOTAVAIL;
    default:
        return EINVAL;
    }
}

} // namespace

TcpListener::TcpListener() : m_server(*this)
{
    m_server.setListenBacklogSize(backlog);
    // Qt stops accepting when the system has no descriptors left; they come back as clients leave.
    connect(&m_server, &QTcpServer::acceptError, this, [this] {
        qCWarning(lcListener) << "Cannot accept a connection:" << m_server.errorString();
        QTimer::singleShot(pauseAfterError, this, [this] { m_server.resumeAccepting(); });
    });
}

QString TcpListener::listenOn(const ListenAddress &where)
{
    if (m_server.listen(where.address, where.port))
        return {};
    return refusal(where, errnoOf(m_server.serverError()));
}

ListenAddress TcpListener::boundTo() const
{
    ListenAddress bound;
    bound.address = m_server.serverAddress();
    bound.port = m_server.serverPort();
    return bound;
}

} // namespace tocsin::net
