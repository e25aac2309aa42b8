// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/LatestValues.h"
#include "models/domain/Ports.h"

#include <functional>

namespace tocsin {

/// The one sink of all telemetry: hands each batch to the last values, the desk's inbox and the
/// server's fan-out. Thread-safe; the receivers are set once, before anything flows.
class ReadingRouter : public ReadingSink
{
public:
    using Receiver = std::function<void(const QList<Reading> &)>;

    explicit ReadingRouter(LatestValues &latest) : m_latest(latest) {}

    /// Adds a thread-safe receiver. Not while readings flow.
    void addReceiver(Receiver receiver) { m_receivers.append(std::move(receiver)); }

    void take(const QList<Reading> &readings) override
    {
        if (readings.isEmpty())
            return;
        m_latest.put(readings);
        for (const Receiver &receiver : std::as_const(m_receivers))
            receiver(readings);
    }

private:
    LatestValues &m_latest;
    QList<Receiver> m_receivers;
};

} // namespace tocsin
