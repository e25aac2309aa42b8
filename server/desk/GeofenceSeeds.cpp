// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/GeofenceSeeds.h"

namespace tocsin {

void GeofenceSeeds::next()
{
    if (m_devices.isEmpty())
        return;
    const QString device = m_devices.takeFirst();
    constexpr int lookedAt = 50; // not every reading has a position
    ReadingsQuery wanted;
    wanted.deviceId = device;
    wanted.limit = lookedAt;
    m_archive.readings(wanted, [self = shared_from_this(), device](const ReadingsResult &result) {
        if (!result.error.isEmpty())
            return; // the program stops, or the history is in trouble: entries count from the next fix
        for (const Reading &reading : result.readings) { // newest first
            if (!reading.position)
                continue;
            self->m_take(device, *reading.position, reading.receivedAt);
            break;
        }
        self->next();
    });
}

} // namespace tocsin
