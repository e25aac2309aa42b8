// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"

#include <QHash>
#include <QStringList>

#include <mutex>

namespace tocsin {

/// The devices whose orders sessions of the native protocol take. An order reaches them as the *sent* event of the device's stream, which is
/// durable before it would be handed over: deliver() has nothing to do. Any thread.
class NativeOutlet : public DeviceOutlet
{
public:
    [[nodiscard]] bool carries(const QString &deviceId) const override
    {
        const std::scoped_lock lock(m_mutex);
        return m_sessions.contains(deviceId);
    }
    void deliver(const Command & /*command*/) override {}

    void add(const QStringList &devices)
    {
        const std::scoped_lock lock(m_mutex);
        for (const QString &device : devices)
            ++m_sessions[device];
    }
    /// What was added before.
    void remove(const QStringList &devices)
    {
        const std::scoped_lock lock(m_mutex);
        for (const QString &device : devices) {
            if (--m_sessions[device] == 0)
                m_sessions.remove(device);
        }
    }

private:
    mutable std::mutex m_mutex;
    QHash<QString, int> m_sessions; ///< how many, by device
};

} // namespace tocsin
