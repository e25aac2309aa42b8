// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/OriginPolicy.h"

#include <QHostAddress>
#include <QString>

namespace tocsin::net {

namespace {

QByteArray withoutPort(const QByteArray &host)
{
    if (host.startsWith('['))
        return host.mid(1, host.indexOf(']') - 1);
    const qsizetype colon = host.indexOf(':');
    return colon < 0 ? host : host.left(colon);
}

bool cannotBeRebound(const QByteArray &host)
{
    const QByteArray name = withoutPort(host).toLower();
    return name == "localhost" || !QHostAddress(QString::fromLatin1(name)).isNull();
}

} // namespace

bool OriginPolicy::allows(const QByteArray &origin, const QByteArray &host, bool encrypted) const
{
    if (origin.isEmpty() || m_allowed.contains(origin))
        return true;
    QByteArray own = (encrypted ? "https://" : "http://") + host.toLower();
    const QByteArray defaultPort = encrypted ? ":443" : ":80";
    if (own.endsWith(defaultPort))
        own.chop(defaultPort.size()); // browsers leave it out
    if (host.isEmpty() || origin.toLower() != own)
        return false;
    return m_posture == Posture::Secure || cannotBeRebound(host);
}

} // namespace tocsin::net
