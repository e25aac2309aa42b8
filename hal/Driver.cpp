// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/Driver.h"

#include "hal/NmeaDriver.h"

namespace tocsin {

QStringList knownDrivers()
{
    return {QStringLiteral("nmea")};
}

std::unique_ptr<Driver> makeDriver(const QString &name, const QString &deviceId, const QString &source)
{
    if (name == QLatin1String("nmea"))
        return std::make_unique<NmeaDriver>(deviceId, source);
    return nullptr;
}

} // namespace tocsin
