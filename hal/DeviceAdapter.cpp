// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/DeviceAdapter.h"

#include "hal/Logging.h"

#include <QTimer>

namespace tocsin {

DeviceAdapter::DeviceAdapter(const AdapterStatus &identity, ReadingSink &sink, DeskPort &desk, QObject *parent)
    : QObject(parent)
    , m_sink(sink)
    , m_desk(desk, identity.adapterId)
    , m_status(identity)
{
}

DeviceAdapter::~DeviceAdapter() = default;

void DeviceAdapter::start()
{
    if (m_started)
        return;
    m_started = true;
    if (!m_retry) {
        m_retry = new QTimer(this);
        m_retry->setSingleShot(true);
        connect(m_retry, &QTimer::timeout, this, &DeviceAdapter::attempt);
    }
    m_backOff.reset();
    attempt();
}

void DeviceAdapter::stop()
{
    if (!m_started)
        return;
    m_started = false;
    m_retry->stop();
    close();
    setState(AdapterStatus::State::Stopped);
}

void DeviceAdapter::deliver(const ChatMessage &)
{
}

bool DeviceAdapter::command(const Command &command)
{
    if (!m_devices.contains(command.deviceId))
        return false;
    answer({command.id, CommandState::Failed, {}, QStringLiteral("This device takes no commands.")});
    return true;
}

void DeviceAdapter::answer(const ReportCommand &report)
{
    request(Request{QString(), Actor{Actor::Kind::System, m_status.adapterId, m_status.adapterId, QString()}, report});
}

void DeviceAdapter::poll(TimePoint now)
{
    m_desk.poll(now);
}

void DeviceAdapter::attempt()
{
    setState(AdapterStatus::State::Connecting, m_status.error);
    open();
}

void DeviceAdapter::running(QString note)
{
    setState(AdapterStatus::State::Running, std::move(note));
}

void DeviceAdapter::finished()
{
    close();
    setState(AdapterStatus::State::Finished);
}

void DeviceAdapter::lost(QString error)
{
    close();
    if (!m_started)
        return;
    const BackOff::Wait wait = m_backOff.next();
    qCWarning(lcHal).noquote() << m_status.adapterId + QStringLiteral(":") << error << "Next attempt in"
                               << QString::number(double(wait.count()) / 1000) << "s.";
    m_retry->start(wait);
    setState(AdapterStatus::State::Waiting, std::move(error), systemNow() + wait);
}

void DeviceAdapter::failed(QString error)
{
    close();
    qCWarning(lcHal).noquote() << m_status.adapterId + QStringLiteral(":") << error;
    setState(AdapterStatus::State::Failed, std::move(error));
}

void DeviceAdapter::publish(const QList<Reading> &readings)
{
    if (readings.isEmpty())
        return;
    m_backOff.reset(); // it works
    m_status.readings += readings.size();
    m_sink.take(readings);
}

void DeviceAdapter::put(const Device &device)
{
    request(Request{QString(), Actor{Actor::Kind::System, m_status.adapterId, m_status.adapterId, QString()},
                    PutDevice{device}});
    if (m_devices.contains(device.id))
        return;
    m_devices.append(device.id);
    Q_EMIT deviceAdded(device.id);
}

void DeviceAdapter::request(Request request)
{
    m_desk.send(std::move(request), systemNow());
}

void DeviceAdapter::setState(AdapterStatus::State state, QString error, std::optional<TimePoint> retryAt)
{
    if (m_status.state == state && m_status.error == error && m_status.retryAt == retryAt)
        return;
    m_status.state = state;
    m_status.error = std::move(error);
    m_status.retryAt = retryAt;
    Q_EMIT statusChanged(m_status);
}

} // namespace tocsin
