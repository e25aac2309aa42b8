// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"

#include <QStringList>

#include <functional>
#include <memory>

namespace tocsin {

/// Looks up where devices were last, so that a fence that was entered or left while nobody watched is noticed with the next fix. One device after
/// the other; ends by itself. `take` is called on the archive's thread.
class GeofenceSeeds : public std::enable_shared_from_this<GeofenceSeeds>
{
public:
    using Take = std::function<void(const QString &deviceId, const Position &position, TimePoint at)>;
    GeofenceSeeds(ArchivePort &archive, QStringList devices, Take take)
        : m_archive(archive)
        , m_devices(std::move(devices))
        , m_take(std::move(take))
    {
    }
    void next();

private:
    ArchivePort &m_archive;
    QStringList m_devices;
    const Take m_take;
};

} // namespace tocsin
