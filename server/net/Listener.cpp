// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Listener.h"

#include <QCoreApplication>

#include <cerrno>

#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
#include "server/net/DescriptorListener.h"
#else
#include "server/net/TcpListener.h"
#endif

namespace tocsin::net {

QString Listener::refusal(const ListenAddress &where, int error)
{
    QString cause;
    switch (error) {
    case EADDRINUSE:
        cause = QStringLiteral("the port is already in use");
        break;
    case EACCES:
        cause = QStringLiteral("no permission (ports below 1024 need privileges)");
        break;
    case EADDRNOTAVAIL:
        cause = QStringLiteral("this machine does not have that address");
        break;
    default:
        cause = qt_error_string(error);
        break;
    }
    return QStringLiteral("Cannot listen on %1: %2.").arg(toText(where.address, where.port), cause);
}

std::unique_ptr<Listener> makeListener()
{
#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
    return std::make_unique<DescriptorListener>();
#else
    return std::make_unique<TcpListener>();
#endif
}

} // namespace tocsin::net
