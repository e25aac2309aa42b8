// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QString>
#include <QStringList>

namespace tocsin {

enum class DeviceKind { Vehicle, Phone, Hardware, Receiver, Other };

/// Heard within its limit or not. Stale after 90 s, offline after 5 min (both configurable).
enum class Presence { Unknown, Online, Stale, Offline };

/// Something that reports: a vehicle, a phone, a rig, a receiver. The record is durable;
/// presence and readings are not part of it.
struct Device
{
    QString id;          ///< as the device calls itself: IMEI, vehicle id, adapter id
    QString name;        ///< what the operator reads; the id when nobody named it
    QString deviceClass; ///< "Delivery van", "Truck", "Serial GPS"; free text
    DeviceKind kind = DeviceKind::Other;
    QString source; ///< adapter id or dialect that introduced it
    bool simulated = false;
    QStringList owners; ///< user ids that get its alerts
    QStringList tags;
    QStringList actions; ///< what it says it can be told to do; others may work too
    TimePoint firstSeen;

    bool operator==(const Device &) const = default;
};

/// Class B news (never logged): a device came, fell silent, or went.
struct DevicePresence
{
    QString deviceId;
    Presence presence = Presence::Unknown;
    TimePoint lastSeen;
    bool operator==(const DevicePresence &) const = default;
};

[[nodiscard]] QString toString(DeviceKind kind); ///< "vehicle", "phone", "hardware", "receiver", "other"
[[nodiscard]] DeviceKind deviceKindFromString(QStringView text); ///< unknown words: Other
[[nodiscard]] QString toString(Presence presence);               ///< "unknown", "online", "stale", "offline"

} // namespace tocsin
