// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/DeviceRegistry.h"

#include "models/domain/ClockSetBack.h"

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {

constexpr qsizetype longestId = 128;

/// What an unknown device probably is, by what it tells and where it tells it.
DeviceKind kindOf(const Reading &reading)
{
    const auto tells = [&reading](const QLatin1String &prefix) {
        return std::any_of(reading.samples.cbegin(), reading.samples.cend(),
                           [&prefix](const Sample &s) { return s.channel.startsWith(prefix); });
    };
    if (tells(QLatin1String("engine.")) || tells(QLatin1String("fuel.")) || tells(QLatin1String("crash")) ||
        tells(QLatin1String("diagnostic.")) || tells(QLatin1String("odometer")))
        return DeviceKind::Vehicle;
    if (tells(QLatin1String("motor.")) || tells(QLatin1String("imu.")))
        return DeviceKind::Hardware;
    if (tells(QLatin1String("gps.")))
        return DeviceKind::Receiver;
    if (reading.source == QLatin1String("dialect1") || reading.source == QLatin1String("dialect2"))
        return DeviceKind::Vehicle;
    if (reading.source == QLatin1String("dialect3"))
        return DeviceKind::Hardware;
    if (reading.source == QLatin1String("dialect5"))
        return DeviceKind::Phone;
    return DeviceKind::Other;
}

QStringList joined(QStringList list, const QStringList &more)
{
    for (const QString &text : more) {
        if (!list.contains(text))
            list.append(text);
    }
    return list;
}

} // namespace

DeviceRegistry::DeviceRegistry(DeviceLimits limits) : m_limits(limits)
{
}

void DeviceRegistry::restore(const QList<Device> &devices, const QList<DevicePresence> &presence, TimePoint now)
{
    m_now = now;
    for (const Device &device : devices)
        m_devices.insert(device.id, Entry{device, {device.id, Presence::Unknown, {}}, false});
    for (const DevicePresence &p : presence) {
        const auto it = m_devices.find(p.deviceId);
        if (it == m_devices.end() || p.lastSeen == TimePoint{})
            continue;
        it->presence.lastSeen = std::min(p.lastSeen, now); // the clock may have been set back since
        it->presence.presence = presenceAt(p.lastSeen, now);
    }
}

Presence DeviceRegistry::presenceAt(TimePoint lastSeen, TimePoint now) const
{
    if (now - lastSeen >= m_limits.offline)
        return Presence::Offline;
    return now - lastSeen >= m_limits.stale ? Presence::Stale : Presence::Online;
}

void DeviceRegistry::set(Entry &entry, Presence presence)
{
    if (entry.presence.presence == presence)
        return;
    entry.presence.presence = presence;
    if (!std::exchange(entry.changed, true))
        m_changed.append(entry.device.id);
}

DeviceRegistry::Heard DeviceRegistry::heard(const Reading &reading, TimePoint now)
{
    follow(now);
    Heard result;
    auto it = m_devices.find(reading.deviceId);
    if (it == m_devices.end()) {
        if (reading.deviceId.isEmpty() || reading.deviceId.size() > longestId || m_devices.size() >= m_limits.devices)
            return result;
        Device device;
        device.id = reading.deviceId;
        device.name = reading.deviceId;
        device.kind = kindOf(reading);
        device.source = reading.source;
        device.simulated = reading.source.startsWith(QLatin1String("sim:"));
        device.firstSeen = now;
        it = m_devices.insert(device.id, Entry{device, {device.id, Presence::Unknown, {}}, false});
        result.introduced = device;
    }
    result.known = true;
    it->presence.lastSeen = std::min(reading.receivedAt, now);
    set(*it, Presence::Online);
    return result;
}

DeviceRegistry::Result DeviceRegistry::put(const Device &device, const Actor &actor, TimePoint now)
{
    if (device.id.isEmpty() || device.id.size() > longestId)
        return {Outcome::refused(QStringLiteral("invalid"), QStringLiteral("id: must have 1 to 128 characters.")), {}};
    const auto it = m_devices.find(device.id);
    Device record = device;
    if (it == m_devices.end()) {
        if (m_devices.size() >= m_limits.devices)
            return {Outcome::refused(QStringLiteral("overloaded"), QStringLiteral("Too many devices."), device.id), {}};
        if (record.firstSeen == TimePoint{})
            record.firstSeen = now;
    } else {
        const Device &known = it->device;
        record.firstSeen = known.firstSeen;
        if (actor.kind != Actor::Kind::Operator) {
            if (record.name.isEmpty() || record.name == record.id)
                record.name = known.name;
            if (record.deviceClass.isEmpty())
                record.deviceClass = known.deviceClass;
            if (record.kind == DeviceKind::Other)
                record.kind = known.kind;
            if (record.source.isEmpty())
                record.source = known.source;
            record.owners = joined(known.owners, record.owners);
            record.tags = joined(known.tags, record.tags);
            if (record.actions.isEmpty())
                record.actions = known.actions;
        }
    }
    if (record.name.isEmpty())
        record.name = record.id;
    if (it != m_devices.end() && it->device == record)
        return {Outcome::done(record.id, false), {}};
    if (it == m_devices.end())
        m_devices.insert(record.id, Entry{record, {record.id, Presence::Unknown, {}}, false});
    else
        it->device = record;
    return {Outcome::done(record.id), record};
}

/// After the clock was set back everybody has been silent for as long as before.
void DeviceRegistry::follow(TimePoint now)
{
    const TimePoint before = std::exchange(m_now, now);
    if (!isSetBack(before, now))
        return;
    for (Entry &entry : m_devices) {
        if (entry.presence.lastSeen != TimePoint{})
            entry.presence.lastSeen -= before - now;
    }
}

void DeviceRegistry::tick(TimePoint now)
{
    follow(now);
    for (Entry &entry : m_devices) {
        if (entry.presence.presence == Presence::Unknown)
            continue;
        set(entry, presenceAt(entry.presence.lastSeen, now));
    }
}

QList<DevicePresence> DeviceRegistry::takeChanges()
{
    QList<DevicePresence> changes;
    changes.reserve(m_changed.size());
    for (const QString &id : std::as_const(m_changed)) {
        Entry &entry = m_devices[id];
        entry.changed = false;
        changes.append(entry.presence);
    }
    m_changed.clear();
    return changes;
}

const Device *DeviceRegistry::find(const QString &id) const
{
    const auto it = m_devices.constFind(id);
    return it == m_devices.cend() ? nullptr : &it->device;
}

DevicePresence DeviceRegistry::presenceOf(const QString &id) const
{
    const auto it = m_devices.constFind(id);
    return it == m_devices.cend() ? DevicePresence{id, Presence::Unknown, {}} : it->presence;
}

QList<DevicePresence> DeviceRegistry::presence() const
{
    QList<DevicePresence> list;
    list.reserve(m_devices.size());
    for (const Entry &entry : m_devices)
        list.append(entry.presence);
    return list;
}

} // namespace tocsin
