// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/AdapterConfig.h"
#include "hal/DeviceAdapter.h"
#include "hal/Simulation.h"

#include <memory>

class QTimer;

namespace tocsin {

/// Gives a Simulation a clock and a timer. Devices, panics and chat go to the desk as simulated; operators' lines
/// reach the simulated phones. A scenario with errors ends in Failed, all errors in the log.
class SimulatedAdapter : public DeviceAdapter
{
    Q_OBJECT
public:
    SimulatedAdapter(SimulationConfig config, ReadingSink &sink, DeskPort &desk, QObject *parent = nullptr);
    ~SimulatedAdapter() override;
    void deliver(const ChatMessage &message) override;
    [[nodiscard]] bool command(const Command &command) override;

protected:
    void open() override;
    void close() override;

private:
    void step();

    const SimulationConfig m_config;
    std::unique_ptr<Simulation> m_simulation;
    std::chrono::steady_clock::time_point m_last;
    QTimer *m_timer = nullptr; ///< child
};

} // namespace tocsin
