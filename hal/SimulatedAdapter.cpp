// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/SimulatedAdapter.h"

#include "hal/Logging.h"

#include <QTimer>

namespace tocsin {

namespace {
AdapterStatus identity(const SimulationConfig &config)
{
    AdapterStatus status;
    status.adapterId = config.id;
    status.driver = QStringLiteral("simulation");
    status.target = config.scenario;
    return status;
}
} // namespace

SimulatedAdapter::SimulatedAdapter(SimulationConfig config, ReadingSink &sink, DeskPort &desk, QObject *parent)
    : DeviceAdapter(identity(config), sink, desk, parent)
    , m_config(std::move(config))
{
}

SimulatedAdapter::~SimulatedAdapter() = default;

void SimulatedAdapter::open()
{
    ScenarioResult result = readScenario(m_config.scenario);
    if (!result.ok()) {
        for (const QString &error : std::as_const(result.errors))
            qCWarning(lcSimulation).noquote() << m_config.scenario + QStringLiteral(":") << error;
        failed(QStringLiteral("The scenario has %1 errors; the first: %2.")
                   .arg(result.errors.size())
                   .arg(result.errors.first()));
        return;
    }
    m_simulation =
        std::make_unique<Simulation>(std::move(result.scenario), m_config.seed, QStringLiteral("sim:") + m_config.id);
    const QList<Device> devices = m_simulation->devices();
    for (const Device &device : devices)
        put(device);
    if (!m_timer) {
        m_timer = new QTimer(this);
        m_timer->setTimerType(Qt::PreciseTimer);
        connect(m_timer, &QTimer::timeout, this, &SimulatedAdapter::step);
    }
    m_last = std::chrono::steady_clock::now();
    running();
    step();
    m_timer->start(m_simulation->stepEvery());
}

void SimulatedAdapter::close()
{
    if (m_timer)
        m_timer->stop();
    m_simulation.reset();
}

void SimulatedAdapter::step()
{
    const auto moment = std::chrono::steady_clock::now();
    const auto dt = std::chrono::floor<Duration>(moment - std::exchange(m_last, moment));
    SimulationStep done = m_simulation->step(systemNow(), dt);
    publish(done.readings);
    for (Request &one : done.requests)
        request(std::move(one));
}

void SimulatedAdapter::deliver(const ChatMessage &message)
{
    if (m_simulation)
        m_simulation->hear(message);
}

bool SimulatedAdapter::command(const Command &command)
{
    return m_simulation && m_simulation->obey(command);
}

} // namespace tocsin
