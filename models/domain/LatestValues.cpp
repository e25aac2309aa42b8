// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/LatestValues.h"

#include <algorithm>

namespace tocsin {

void LatestValues::put(const QList<Reading> &readings)
{
    const std::scoped_lock lock(m_mutex);
    for (const Reading &reading : readings) {
        m_latest[reading.deviceId].merge(reading);
        m_changed.insert(reading.deviceId);
    }
}

QList<LatestReading> LatestValues::takeChanged()
{
    const std::scoped_lock lock(m_mutex);
    QList<LatestReading> changed;
    changed.reserve(m_changed.size());
    for (const QString &id : std::as_const(m_changed))
        changed.append(m_latest.value(id));
    m_changed.clear();
    return changed;
}

std::optional<LatestReading> LatestValues::find(const QString &deviceId) const
{
    const std::scoped_lock lock(m_mutex);
    const auto it = m_latest.constFind(deviceId);
    return it == m_latest.cend() ? std::nullopt : std::optional<LatestReading>(*it);
}

QList<LatestReading> LatestValues::all() const
{
    const std::scoped_lock lock(m_mutex);
    return m_latest.values();
}

int LatestValues::heardSince(TimePoint since) const
{
    const std::scoped_lock lock(m_mutex);
    return static_cast<int>(std::count_if(m_latest.cbegin(), m_latest.cend(),
                                          [since](const LatestReading &r) { return r.lastSeen >= since; }));
}

} // namespace tocsin
