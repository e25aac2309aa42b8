// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/iothub/HubSockets.h"

#include <QSet>

#include <algorithm>

namespace tocsin {

Actor hubActor(const Principal &who, const QString &imei, const QString &session)
{
    if (who.anonymous || who.id.isEmpty() || who.role == Role::Device)
        return {Actor::Kind::Device, imei, imei, session};
    return {who.isStaff() ? Actor::Kind::Operator : Actor::Kind::User, who.id, who.name, session};
}

void HubSockets::close(quint64 number)
{
    forgetDevices(number);
    m_sockets.close(number);
}

QList<HubSocket *> HubSockets::all() const
{
    QList<HubSocket *> list;
    list.reserve(m_sockets.count());
    for (const auto &[number, socket] : m_sockets)
        list.append(socket.get());
    std::sort(list.begin(), list.end(), [](const HubSocket *a, const HubSocket *b) { return a->number < b->number; });
    return list;
}

int HubSockets::connectedCount() const
{
    return int(
        std::count_if(m_sockets.begin(), m_sockets.end(), [](const auto &entry) { return entry.second->connected; }));
}

QStringList HubSockets::emails() const
{
    QSet<QString> emails;
    for (const auto &[number, socket] : m_sockets) {
        for (const QString &email : socket->emails)
            emails.insert(email);
    }
    QStringList list(emails.begin(), emails.end());
    list.sort();
    return list;
}

bool HubSockets::addDevice(HubSocket &socket, const QString &imei, const QString &email, TimePoint now)
{
    auto it = m_devices.find(imei);
    if (it == m_devices.end() || it->socket != socket.number) {
        qsizetype &own = m_devicesOf[socket.number];
        if (own >= maxDevicesPerSocket)
            return false;
        ++own;
        if (it != m_devices.end()) // it speaks over another connection from here on
            --m_devicesOf[it->socket];
        it = m_devices.insert(imei, {imei, socket.number, socket.socketId, now, now, {}});
    }
    it->lastHeartbeat = now;
    if (!email.isEmpty())
        it->userEmail = email;
    return true;
}

void HubSockets::heard(const QString &imei, TimePoint now)
{
    const auto it = m_devices.find(imei);
    if (it != m_devices.end())
        it->lastHeartbeat = now;
}

void HubSockets::forgetDevices(quint64 socket)
{
    if (m_devicesOf.remove(socket) == 0)
        return;
    m_devices.removeIf([socket](const auto &entry) { return entry.value().socket == socket; });
}

void HubSockets::forgetSilent(TimePoint now)
{
    m_devices.removeIf([&](const auto &entry) {
        const HubDevice &device = entry.value();
        if (now - device.lastHeartbeat < m_silence)
            return false;
        --m_devicesOf[device.socket];
        return true;
    });
}

QList<HubDevice> HubSockets::devices(TimePoint now) const
{
    QList<HubDevice> list;
    for (const HubDevice &device : m_devices) {
        if (now - device.lastHeartbeat < m_silence)
            list.append(device);
    }
    std::sort(list.begin(), list.end(), [](const HubDevice &a, const HubDevice &b) { return a.imei < b.imei; });
    return list;
}

} // namespace tocsin
