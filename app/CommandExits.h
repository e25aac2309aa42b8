// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"

#include <mutex>
#include <vector>

namespace tocsin {

/// The desk's one way to devices over all that connect them: adapters, sessions. Any thread. An order goes to the first that
/// carries its device; what is added must be taken away before it goes.
class CommandExits : public DeviceOutlet
{
public:
    void add(DeviceOutlet &outlet)
    {
        const std::scoped_lock lock(m_mutex);
        m_outlets.push_back(&outlet);
    }
    void remove(DeviceOutlet &outlet)
    {
        const std::scoped_lock lock(m_mutex);
        std::erase(m_outlets, &outlet);
    }
    [[nodiscard]] bool carries(const QString &deviceId) const override
    {
        const std::scoped_lock lock(m_mutex);
        return find(deviceId) != nullptr;
    }
    /// An order whose device went meanwhile stays unanswered: it times out.
    void deliver(const Command &command) override
    {
        const std::scoped_lock lock(m_mutex);
        if (DeviceOutlet *outlet = find(command.deviceId))
            outlet->deliver(command);
    }

private:
    [[nodiscard]] DeviceOutlet *find(const QString &deviceId) const
    {
        for (DeviceOutlet *outlet : m_outlets) {
            if (outlet->carries(deviceId))
                return outlet;
        }
        return nullptr;
    }

    mutable std::mutex m_mutex;
    std::vector<DeviceOutlet *> m_outlets;
};

} // namespace tocsin
