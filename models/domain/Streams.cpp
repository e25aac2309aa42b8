// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Streams.h"

namespace tocsin {

namespace {
template<class... Ts>
struct Overloaded : Ts...
{
    using Ts::operator()...;
};

QStringList ofAlert(const Alert &alert)
{
    QStringList streams{alertsStream()};
    if (!alert.userId.isEmpty())
        streams.append(userStream(alert.userId));
    // The source of an incident is a person; so is that of a report without a device.
    if (alert.kind != AlertKind::Incident && !alert.source.isEmpty() && alert.source != alert.userId)
        streams.append(deviceStream(alert.source));
    return streams;
}
} // namespace

QString deskStream()
{
    return QStringLiteral("desk");
}
QString alertsStream()
{
    return QStringLiteral("alerts");
}
QString devicesStream()
{
    return QStringLiteral("devices");
}
QString commandsStream()
{
    return QStringLiteral("commands");
}
QString auditStream()
{
    return QStringLiteral("audit");
}
QString userStream(const QString &userId)
{
    return QStringLiteral("user/") + userId;
}
QString chatStream(const QString &thread)
{
    return QStringLiteral("chat/") + thread;
}
QString deviceStream(const QString &deviceId)
{
    return QStringLiteral("device/") + deviceId;
}

QStringList streamsOf(const EventBody &body)
{
    return std::visit(
        Overloaded{[](const AlertChange &change) { return ofAlert(change.alert); },
                   [](const ChatMessage &message) { return QStringList{chatStream(message.thread)}; },
                   [](const ChatReceipt &receipt) { return QStringList{chatStream(receipt.thread)}; },
                   [](const Device &device) { return QStringList{devicesStream(), deviceStream(device.id)}; },
                   [](const Command &command) { return QStringList{commandsStream(), deviceStream(command.deviceId)}; },
                   [](const AuditRecord &) { return QStringList{auditStream()}; }},
        body);
}

} // namespace tocsin
