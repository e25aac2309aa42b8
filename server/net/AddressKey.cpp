// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/AddressKey.h"

namespace tocsin::net {

QString addressKey(const QHostAddress &address)
{
    bool isV4 = false;
    const quint32 v4 = address.toIPv4Address(&isV4);
    if (isV4)
        return QHostAddress(v4).toString();
    Q_IPV6ADDR raw = address.toIPv6Address();
    for (int i = 8; i < 16; ++i)
        raw[i] = 0;
    return QHostAddress(raw).toString();
}

} // namespace tocsin::net
