// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/hardware/HardwareDevices.h"

#include <algorithm>

namespace tocsin::hardware {

HardwareDevices::HardwareDevices(const DialectOptions &options, const DialectServices &services, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_services(services)
{
    connect(&m_services.mirror, &DeskMirror::presenceChanged, this,
            [this](const DevicePresence &presence) { look(presence.deviceId); });
    connect(&m_services.mirror, &DeskMirror::snapshotApplied, this, &HardwareDevices::lookAtAll);
    const QList<DevicePresence> presences = m_services.mirror.presences();
    for (const DevicePresence &presence : presences) {
        if (isConnected(presence.deviceId))
            m_connected.insert(presence.deviceId);
    }
}

std::optional<Device> HardwareDevices::find(const QString &id) const
{
    if (const Device *device = m_services.mirror.device(id))
        return *device;
    // An adapter's device may have spoken before the desk has told of it.
    const auto latest = m_services.latest.find(id);
    if (!latest)
        return std::nullopt;
    Device device;
    device.id = id;
    device.name = id;
    device.source = latest->source;
    return device;
}

bool HardwareDevices::isKnown(const QString &id) const
{
    return m_services.mirror.device(id) != nullptr || m_services.latest.find(id).has_value();
}

bool HardwareDevices::permits(const Principal &who, Act act, const QString &id) const
{
    const Device *device = m_services.mirror.device(id);
    return isKnown(id) && isAllowed(m_options.posture, who, act, {id, device ? device->owners : QStringList()});
}

const AdapterStatus *HardwareDevices::adapterOf(const Device &device) const
{
    const auto it = m_adapters.constFind(device.source.section(QLatin1Char(':'), 1));
    return device.source.contains(QLatin1Char(':')) && it != m_adapters.cend() ? &*it : nullptr;
}

QString HardwareDevices::protocolOf(const QString &source) const
{
    QString kind = source.section(QLatin1Char(':'), 0, 0);
    if (kind == QLatin1String("sim"))
        return QStringLiteral("simulation");
    if (kind == QLatin1String("serial") || kind == QLatin1String("replay"))
        return kind;
    return kind.isEmpty() ? QStringLiteral("unknown") : QStringLiteral("websocket");
}

bool HardwareDevices::isConnected(const QString &id) const
{
    const auto presence = m_services.mirror.presence(id);
    bool heard = presence && (presence->presence == Presence::Online || presence->presence == Presence::Stale);
    if (!presence || presence->presence == Presence::Unknown) {
        const auto latest = m_services.latest.find(id);
        heard = latest && latest->lastSeen + m_options.onlineWithin > m_options.clock();
    }
    const auto device = find(id);
    const AdapterStatus *adapter = device ? adapterOf(*device) : nullptr;
    return heard && (adapter == nullptr || adapter->state == AdapterStatus::State::Running);
}

QJsonObject HardwareDevices::describe(const Device &device) const
{
    return {{QStringLiteral("device_id"), device.id},
            {QStringLiteral("name"), device.name},
            {QStringLiteral("protocol"), protocolOf(device.source)},
            {QStringLiteral("active"), isConnected(device.id)},
            {QStringLiteral("capabilities"), QJsonArray::fromStringList(device.actions)},
            {QStringLiteral("has_telemetry"), m_services.latest.find(device.id).has_value()}};
}

QJsonObject HardwareDevices::list(const Principal &who, const ListDevices &asked) const
{
    QList<Device> devices = m_services.mirror.devices();
    std::sort(devices.begin(), devices.end(), [](const Device &a, const Device &b) { return a.id < b.id; });
    QJsonArray found;
    for (const Device &device : std::as_const(devices)) {
        const bool fits = asked.protocol.isEmpty() || asked.protocol == protocolOf(device.source);
        if (fits && (!asked.activeOnly || isConnected(device.id)) && permits(who, Act::WatchVehicle, device.id))
            found.append(describe(device));
    }
    return {{QStringLiteral("devices"), found}, {QStringLiteral("total"), found.size()}};
}

QJsonObject HardwareDevices::status(const QString &id) const
{
    const Device device = find(id).value_or(Device());
    QJsonObject told = describe(device);
    told.insert(QStringLiteral("device_class"), device.deviceClass);
    told.insert(QStringLiteral("kind"), tocsin::toString(device.kind));
    told.insert(QStringLiteral("simulated"), device.simulated);
    const auto presence = m_services.mirror.presence(id);
    told.insert(QStringLiteral("status"), tocsin::toString(presence ? presence->presence : Presence::Unknown));
    if (const auto latest = m_services.latest.find(id)) {
        told.insert(QStringLiteral("last_seen"), toIso8601(latest->lastSeen));
        QStringList channels = latest->channels.keys();
        channels.sort();
        told.insert(QStringLiteral("channels"), QJsonArray::fromStringList(channels));
    }
    QJsonObject carried{{QStringLiteral("connected"), isConnected(id)}};
    QJsonObject statistics;
    if (const AdapterStatus *adapter = adapterOf(device)) {
        carried.insert(QStringLiteral("id"), adapter->adapterId);
        carried.insert(QStringLiteral("driver"), adapter->driver);
        carried.insert(QStringLiteral("state"), tocsin::toString(adapter->state));
        if (!adapter->error.isEmpty())
            carried.insert(QStringLiteral("error"), adapter->error);
        statistics.insert(QStringLiteral("readings"), adapter->readings);
        statistics.insert(QStringLiteral("bad_frames"), adapter->badFrames);
    } else {
        carried.insert(QStringLiteral("state"), QStringLiteral("none")); // it comes over a connection of its own
    }
    carried.insert(QStringLiteral("statistics"), statistics);
    return {{QStringLiteral("device"), told}, {QStringLiteral("adapter"), carried}};
}

void HardwareDevices::look(const QString &id)
{
    const bool connected = isConnected(id);
    if (connected == m_connected.contains(id))
        return;
    if (connected)
        m_connected.insert(id);
    else
        m_connected.remove(id);
    const auto device = find(id);
    Q_EMIT happened(connected ? QStringLiteral("device_connected") : QStringLiteral("device_disconnected"), id,
                    device ? describe(*device) : QJsonObject{{QStringLiteral("device_id"), id}});
}

void HardwareDevices::lookAtAll()
{
    const QList<Device> devices = m_services.mirror.devices();
    for (const Device &device : devices)
        look(device.id);
}

void HardwareDevices::setAdapters(const QList<AdapterStatus> &adapters)
{
    const QHash<QString, AdapterStatus> before = std::exchange(m_adapters, {});
    for (const AdapterStatus &adapter : adapters)
        m_adapters.insert(adapter.adapterId, adapter);
    QSet<QString> changed;
    QSet<QString> failed;
    for (const AdapterStatus &adapter : adapters) {
        const AdapterStatus old = before.value(adapter.adapterId);
        if (old.state != adapter.state)
            changed.insert(adapter.adapterId);
        if (!adapter.error.isEmpty() && old.error != adapter.error)
            failed.insert(adapter.adapterId);
    }
    if (changed.isEmpty() && failed.isEmpty())
        return;
    QHash<QString, QStringList> carried;
    const QList<Device> devices = m_services.mirror.devices();
    for (const Device &device : devices) {
        if (const AdapterStatus *adapter = adapterOf(device))
            carried[adapter->adapterId].append(device.id);
    }
    for (const QString &id : std::as_const(failed)) {
        QStringList ids = carried.value(id);
        ids.sort();
        const AdapterStatus &adapter = m_adapters[id];
        // A serial port's device has the name of its adapter, and may never have spoken.
        Q_EMIT happened(QStringLiteral("device_error"), ids.size() == 1 ? ids.first() : id,
                        {{QStringLiteral("device_id"), ids.size() == 1 ? ids.first() : id},
                         {QStringLiteral("adapter"), id},
                         {QStringLiteral("devices"), QJsonArray::fromStringList(ids)},
                         {QStringLiteral("state"), tocsin::toString(adapter.state)},
                         {QStringLiteral("error"), adapter.error}});
    }
    for (const QString &id : std::as_const(changed)) {
        for (const QString &device : carried.value(id))
            look(device);
    }
}

} // namespace tocsin::hardware
