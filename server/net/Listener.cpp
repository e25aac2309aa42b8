// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Listener.h"

#include <QLoggingCategory>
#include <QTimer>

namespace tocsin::net {

namespace {

Q_LOGGING_CATEGORY(lcListener, "tocsin.server.listener", QtInfoMsg)

/// Thousands of clients come back at once after a restart; the system's default of 50 makes them wait for minutes.
constexpr int backlog = 4096;
constexpr int pauseAfterError = 100; // ms

QString causeOf(QAbstractSocket::SocketError error, const QString &systemText)
{
    switch (error) {
    case QAbstractSocket::AddressInUseError:
        return QStringLiteral("the port is already in use");
    case QAbstractSocket::SocketAccessError:
        return QStringLiteral("no permission (ports below 1024 need privileges)");
    case QAbstractSocket::SocketAddressNotAvailableError:
        return QStringLiteral("this machine does not have that address");
    default:
        return systemText;
    }
}

} // namespace

Listener::Listener(QObject *parent) : QTcpServer(parent)
{
    setListenBacklogSize(backlog);
    // Qt stops accepting when the system has no descriptors left; they come back as clients leave.
    connect(this, &QTcpServer::acceptError, this, [this] {
        qCWarning(lcListener) << "Cannot accept a connection on" << boundTo() << ":" << errorString();
        QTimer::singleShot(pauseAfterError, this, &QTcpServer::resumeAccepting);
    });
}

QString Listener::listenOn(const ListenAddress &where)
{
    if (listen(where.address, where.port))
        return {};
    return QStringLiteral("Cannot listen on %1: %2.")
        .arg(toText(where.address, where.port), causeOf(serverError(), errorString()));
}

} // namespace tocsin::net
