// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/ListenAddress.h"

namespace tocsin::net {

ListenAddress parseListenAddress(const QString &text)
{
    ListenAddress result;
    const auto fail = [&](const QString &why) {
        result.error = QStringLiteral("The listen address \"%1\" is not valid: %2.").arg(text, why);
        return result;
    };
    const qsizetype colon = text.lastIndexOf(QLatin1Char(':'));
    if (colon < 0)
        return fail(QStringLiteral("it must be ADDRESS:PORT"));
    const QString portText = text.mid(colon + 1);
    bool isNumber = false;
    const uint port = portText.toUInt(&isNumber);
    constexpr uint maxPort = 65535;
    if (!isNumber || port > maxPort || portText.startsWith(QLatin1Char('+')))
        return fail(QStringLiteral("the port must be a number from 0 to 65535"));

    QString host = text.left(colon);
    if (host.startsWith(QLatin1Char('[')) && host.endsWith(QLatin1Char(']'))) {
        host = host.mid(1, host.size() - 2);
        if (!host.contains(QLatin1Char(':')))
            return fail(QStringLiteral("only an IPv6 address stands in brackets"));
    } else if (host.contains(QLatin1Char(':'))) {
        return fail(QStringLiteral("an IPv6 address must stand in brackets"));
    }
    if (host == QLatin1String("localhost"))
        result.address = QHostAddress(QHostAddress::LocalHost);
    else if (host == QLatin1String("*"))
        result.address = QHostAddress(QHostAddress::Any);
    else
        result.address = QHostAddress(host);
    if (result.address.isNull())
        return fail(QStringLiteral("it does not name an IP address"));
    result.port = static_cast<quint16>(port);
    return result;
}

QString toText(const QHostAddress &address, quint16 port)
{
    const bool six = address.protocol() == QAbstractSocket::IPv6Protocol;
    const QString host = address == QHostAddress(QHostAddress::Any) ? QStringLiteral("0.0.0.0") : address.toString();
    return (six ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2")).arg(host).arg(port);
}

} // namespace tocsin::net
