// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Reading.h"

#include <QHash>
#include <QSet>

#include <mutex>

namespace tocsin {

/// The newest value of every channel of every device: a mailbox, not a queue. A consumer that stalls
/// finds one entry per device however much came meanwhile. Thread-safe; bounded by the number of devices.
class LatestValues
{
public:
    LatestValues() = default;
    LatestValues(const LatestValues &) = delete;
    LatestValues &operator=(const LatestValues &) = delete;

    void put(const QList<Reading> &readings);
    /// The devices that changed since the last call, whole. For one consumer (the console).
    [[nodiscard]] QList<LatestReading> takeChanged();
    [[nodiscard]] std::optional<LatestReading> find(const QString &deviceId) const;
    [[nodiscard]] QList<LatestReading> all() const;
    /// Devices heard at or after `since`.
    [[nodiscard]] int heardSince(TimePoint since) const;

private:
    mutable std::mutex m_mutex;
    QHash<QString, LatestReading> m_latest;
    QSet<QString> m_changed;
};

} // namespace tocsin
