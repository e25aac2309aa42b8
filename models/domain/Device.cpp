// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Device.h"

namespace tocsin {

QString toString(DeviceKind kind)
{
    switch (kind) {
    case DeviceKind::Vehicle:
        return QStringLiteral("vehicle");
    case DeviceKind::Phone:
        return QStringLiteral("phone");
    case DeviceKind::Hardware:
        return QStringLiteral("hardware");
    case DeviceKind::Receiver:
        return QStringLiteral("receiver");
    case DeviceKind::Other:
        break;
    }
    return QStringLiteral("other");
}

DeviceKind deviceKindFromString(QStringView text)
{
    for (DeviceKind kind : {DeviceKind::Vehicle, DeviceKind::Phone, DeviceKind::Hardware, DeviceKind::Receiver}) {
        if (text == toString(kind))
            return kind;
    }
    return DeviceKind::Other;
}

QString toString(Presence presence)
{
    switch (presence) {
    case Presence::Online:
        return QStringLiteral("online");
    case Presence::Stale:
        return QStringLiteral("stale");
    case Presence::Offline:
        return QStringLiteral("offline");
    case Presence::Unknown:
        break;
    }
    return QStringLiteral("unknown");
}

} // namespace tocsin
