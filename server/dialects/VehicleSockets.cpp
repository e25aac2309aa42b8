// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/VehicleSockets.h"

#include <algorithm>

namespace tocsin {

VehicleSocket &VehicleSockets::add(net::Session *session, VehicleSocket::Kind kind, const QString &subject,
                                   int messagesPerWindow)
{
    auto socket = std::make_unique<VehicleSocket>();
    socket->number = ++m_last;
    socket->session = session;
    socket->kind = kind;
    socket->subject = subject;
    socket->limit = RateLimit(messagesPerWindow);
    VehicleSocket &added = *socket;
    m_sockets.emplace(added.number, std::move(socket));
    return added;
}

void VehicleSockets::close(quint64 number)
{
    const auto it = m_sockets.find(number);
    if (it == m_sockets.end())
        return;
    it->second->session = nullptr;
    m_closed.push_back(std::move(it->second));
    m_sockets.erase(it);
}

void VehicleSockets::sweep()
{
    m_closed.clear();
}

VehicleSocket *VehicleSockets::find(quint64 number) const
{
    const auto it = m_sockets.find(number);
    return it == m_sockets.end() ? nullptr : it->second.get();
}

bool VehiclePath::isId(const QString &text)
{
    return !text.isEmpty() && text.size() <= 128 && !text.contains(QLatin1Char('/')) &&
           std::none_of(text.begin(), text.end(), [](QChar c) { return c.category() == QChar::Other_Control; });
}

std::optional<VehiclePath> VehiclePath::parse(const QString &path)
{
    using Kind = VehicleSocket::Kind;
    const std::pair<QLatin1String, Kind> prefixes[] = {{QLatin1String("/ws/telemetry/"), Kind::Telemetry},
                                                       {QLatin1String("/ws/alerts/"), Kind::Alerts},
                                                       {QLatin1String("/ws/chat/"), Kind::Chat}};
    for (const auto &[prefix, kind] : prefixes) {
        if (!path.startsWith(prefix))
            continue;
        const QString id = path.mid(prefix.size());
        return isId(id) ? std::optional<VehiclePath>({kind, id}) : std::nullopt;
    }
    return std::nullopt;
}

} // namespace tocsin
