// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/AdapterHost.h"

#include "hal/Logging.h"
#include "hal/ReplayAdapter.h"
#include "hal/SerialAdapter.h"
#include "hal/SimulatedAdapter.h"

#include <QTimer>

namespace tocsin {

namespace {
constexpr std::chrono::milliseconds TellEvery{200};
} // namespace

AdapterHost::AdapterHost(QList<AdapterConfig> configs, ReadingSink &sink, DeskPort &desk, QObject *parent)
    : QObject(parent)
    , m_configs(std::move(configs))
    , m_sink(sink)
    , m_desk(desk)
    , m_sender(desk, QStringLiteral("hal"))
{
}

AdapterHost::~AdapterHost() = default;

DeviceAdapter *AdapterHost::make(const AdapterConfig &config)
{
    if (const auto *serial = std::get_if<SerialConfig>(&config))
        return new SerialAdapter(*serial, m_sink, m_desk, this);
    if (const auto *simulation = std::get_if<SimulationConfig>(&config))
        return new SimulatedAdapter(*simulation, m_sink, m_desk, this);
    return new ReplayAdapter(std::get<ReplayConfig>(config), m_sink, m_desk, this);
}

void AdapterHost::start()
{
    if (m_timer)
        return;
    m_timer = new QTimer(this);
    connect(m_timer, &QTimer::timeout, this, &AdapterHost::tick);
    for (const AdapterConfig &config : m_configs)
        m_adapters.append(make(config));
    for (DeviceAdapter *adapter : std::as_const(m_adapters)) {
        connect(adapter, &DeviceAdapter::deviceAdded, this, [this](const QString &deviceId) {
            const std::scoped_lock lock(m_mutex);
            m_carried.insert(deviceId);
        });
        adapter->start();
    }
    m_timer->start(TellEvery);
    tick();
    qCInfo(lcHal) << "Started" << m_adapters.size() << "adapters";
}

void AdapterHost::stop()
{
    if (!m_timer)
        return;
    delete m_timer;
    m_timer = nullptr;
    {
        const std::scoped_lock lock(m_mutex);
        m_carried.clear();
    }
    for (DeviceAdapter *adapter : std::as_const(m_adapters))
        adapter->stop();
    tick();
    qDeleteAll(m_adapters);
    m_adapters.clear();
}

void AdapterHost::chatSent(const ChatMessage &message)
{
    if (!message.fromDesk || message.automatic)
        return;
    for (DeviceAdapter *adapter : std::as_const(m_adapters))
        adapter->deliver(message);
}

bool AdapterHost::carries(const QString &deviceId) const
{
    const std::scoped_lock lock(m_mutex);
    return m_carried.contains(deviceId);
}

void AdapterHost::deliver(const Command &command)
{
    QMetaObject::invokeMethod(this, [this, command] { hand(command); }, Qt::QueuedConnection);
}

void AdapterHost::hand(const Command &command)
{
    for (DeviceAdapter *adapter : std::as_const(m_adapters)) {
        if (adapter->command(command))
            return;
    }
    m_sender.send(
        Request{QString(), Actor{Actor::Kind::System, QStringLiteral("hal"), QStringLiteral("hal"), QString()},
                ReportCommand{
                    command.id, CommandState::Failed, {}, QStringLiteral("The device is not connected any more.")}},
        systemNow());
}

QList<AdapterStatus> AdapterHost::statuses() const
{
    QList<AdapterStatus> all;
    all.reserve(m_adapters.size());
    for (const DeviceAdapter *adapter : m_adapters)
        all.append(adapter->status());
    return all;
}

void AdapterHost::tick()
{
    const TimePoint now = systemNow();
    for (DeviceAdapter *adapter : std::as_const(m_adapters))
        adapter->poll(now);
    m_sender.poll(now);
    QList<AdapterStatus> all = statuses();
    if (all == m_told)
        return;
    m_told = std::move(all);
    Q_EMIT statusChanged(m_told);
}

} // namespace tocsin
