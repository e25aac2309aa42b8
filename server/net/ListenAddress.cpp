// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/ListenAddress.h"

#include <algorithm>

namespace tocsin::net {

ListenAddress parseListenAddress(const QString &text)
{
    ListenAddress result;
    const auto fail = [&](const QString &why) {
        result.error = QStringLiteral("The listen address \"%1\" is not valid: %2.").arg(text, why);
        return result;
    };
    QString place = text;
    result.encrypted = place.startsWith(QLatin1String("https://"));
    if (result.encrypted || place.startsWith(QLatin1String("http://")))
        place = place.mid(place.indexOf(QLatin1String("//")) + 2);
    else if (place.contains(QLatin1String("://")))
        return fail(QStringLiteral("only http:// and https:// may stand before the address"));
    const qsizetype colon = place.lastIndexOf(QLatin1Char(':'));
    if (colon < 0)
        return fail(QStringLiteral("it must be ADDRESS:PORT"));
    const QString portText = place.mid(colon + 1);
    bool isNumber = false;
    const uint port = portText.toUInt(&isNumber);
    constexpr uint maxPort = 65535;
    if (!isNumber || port > maxPort || portText.startsWith(QLatin1Char('+')))
        return fail(QStringLiteral("the port must be a number from 0 to 65535"));

    QString host = place.left(colon);
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

QHostAddress strictAddress(const QString &text)
{
    const bool isPlain = std::all_of(text.begin(), text.end(), [](QChar c) {
        return (c >= QLatin1Char('0') && c <= QLatin1Char('9')) || (c >= QLatin1Char('a') && c <= QLatin1Char('f')) ||
               (c >= QLatin1Char('A') && c <= QLatin1Char('F')) || c == QLatin1Char(':') || c == QLatin1Char('.');
    });
    const bool isWhole = text.contains(QLatin1Char(':')) || text.count(QLatin1Char('.')) == 3;
    return isPlain && isWhole ? QHostAddress(text) : QHostAddress();
}

QString toText(const QHostAddress &address, quint16 port)
{
    const bool six = address.protocol() == QAbstractSocket::IPv6Protocol;
    const QString host = address == QHostAddress(QHostAddress::Any) ? QStringLiteral("0.0.0.0") : address.toString();
    return (six ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2")).arg(host).arg(port);
}

QString toUrl(const ListenAddress &where)
{
    return (where.encrypted ? QStringLiteral("https://") : QStringLiteral("http://")) +
           toText(where.address, where.port);
}

} // namespace tocsin::net
