// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "models/domain/Reading.h"

#include <QHash>
#include <QList>

#include <optional>

namespace tocsin {

struct DeviceLimits
{
    Duration stale = std::chrono::seconds(90);
    Duration offline = std::chrono::minutes(5);
    int devices = 20'000; ///< beyond, unknown devices are not taken up; known ones go on
};

/// Knows every device: its record, and whether it is heard. Plain value logic on the desk's thread; time is an
/// argument. An unknown device is taken up with its first reading, under its own id; sessions and adapters
/// decide beforehand whether an unknown one may speak at all.
class DeviceRegistry
{
public:
    struct Heard
    {
        bool known = false; ///< false: no id, or no room for another device
        std::optional<Device> introduced;
    };
    struct Result
    {
        Outcome outcome;
        std::optional<Device> changed;
    };

    explicit DeviceRegistry(DeviceLimits limits = {});

    void restore(const QList<Device> &devices, const QList<DevicePresence> &presence, TimePoint now);
    [[nodiscard]] Heard heard(const Reading &reading, TimePoint now);
    /// Operators replace the record; devices and adapters introduce themselves: what they leave empty is kept,
    /// and their owners and tags are added.
    [[nodiscard]] Result put(const Device &device, const Actor &actor, TimePoint now);
    /// Looks who fell silent.
    void tick(TimePoint now);
    /// Changes of presence since the last call, at most one per device.
    [[nodiscard]] QList<DevicePresence> takeChanges();

    [[nodiscard]] const Device *find(const QString &id) const;
    [[nodiscard]] DevicePresence presenceOf(const QString &id) const; ///< Unknown when it is not known
    [[nodiscard]] QList<DevicePresence> presence() const;

private:
    struct Entry
    {
        Device device;
        DevicePresence presence;
        bool changed = false;
    };
    [[nodiscard]] Presence presenceAt(TimePoint lastSeen, TimePoint now) const;
    void set(Entry &entry, Presence presence);
    void follow(TimePoint now);

    const DeviceLimits m_limits;
    QHash<QString, Entry> m_devices;
    QList<QString> m_changed;
    TimePoint m_now; ///< of the last call
};

} // namespace tocsin
