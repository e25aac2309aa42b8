// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/SerialAdapter.h"

#include "hal/Logging.h"

#include <QTimer>

namespace tocsin {

namespace {
constexpr std::chrono::seconds SilenceLimit{10};
constexpr qint64 MostUnwritten = 64LL * 1024;
constexpr qint64 ReadBuffer = 64LL * 1024;

AdapterStatus identity(const SerialConfig &config)
{
    AdapterStatus status;
    status.adapterId = config.id;
    status.driver = config.driver;
    status.target = config.device;
    return status;
}
} // namespace

SerialAdapter::SerialAdapter(SerialConfig config, ReadingSink &sink, DeskPort &desk, QObject *parent)
    : DeviceAdapter(identity(config), sink, desk, parent)
    , m_config(std::move(config))
{
}

SerialAdapter::~SerialAdapter() = default;

void SerialAdapter::open()
{
    m_driver = makeDriver(m_config.driver, m_config.id, QStringLiteral("serial:") + m_config.id);
    if (!m_driver) {
        failed(QStringLiteral("There is no serial driver \"%1\".").arg(m_config.driver));
        return;
    }
    m_port = new QSerialPort(m_config.device, this);
    m_port->setReadBufferSize(ReadBuffer);
    m_port->setBaudRate(m_config.baud);
    if (!m_port->open(QIODevice::ReadOnly)) {
        lost(QStringLiteral("Serial port %1 cannot be opened: %2.").arg(m_config.device, m_port->errorString()));
        return;
    }
    if (!m_idle) {
        m_idle = new QTimer(this);
        m_idle->setSingleShot(true);
        connect(m_idle, &QTimer::timeout, this, &SerialAdapter::takeSilence);
        m_silence = new QTimer(this);
        connect(m_silence, &QTimer::timeout, this, &SerialAdapter::noteSilence);
    }
    m_idle->setInterval(m_driver->idleAfter());
    m_bytesSinceReading = 0;
    connect(m_port, &QSerialPort::readyRead, this, &SerialAdapter::takeBytes);
    connect(m_port, &QSerialPort::errorOccurred, this, &SerialAdapter::portFailed);
    m_silence->start(SilenceLimit);
    qCInfo(lcSerial) << "Opened" << m_config.device << "for" << m_config.id;
    running();
}

void SerialAdapter::close()
{
    if (m_idle) {
        m_idle->stop();
        m_silence->stop();
    }
    if (m_port) {
        m_port->disconnect(this);
        m_port->close();
        m_port->deleteLater(); // we may be inside one of its signals
        m_port = nullptr;
    }
}

bool SerialAdapter::command(const Command &command)
{
    if (!devices().contains(command.deviceId))
        return false;
    QString error;
    const std::optional<QByteArray> bytes = m_driver->encode(command, &error);
    if (bytes && !m_port)
        error = QStringLiteral("The serial port %1 is not open.").arg(m_config.device);
    else if (bytes && m_port->bytesToWrite() + bytes->size() > MostUnwritten)
        error = QStringLiteral("The serial port %1 does not take what is written.").arg(m_config.device);
    else if (bytes && m_port->write(*bytes) != bytes->size())
        error = QStringLiteral("The serial port %1 cannot be written: %2.").arg(m_config.device, m_port->errorString());
    answer({command.id, error.isEmpty() ? CommandState::Accepted : CommandState::Failed, {}, error});
    return true;
}

void SerialAdapter::takeBytes()
{
    const QByteArray bytes = m_port->readAll();
    m_bytesSinceReading += bytes.size();
    m_idle->start();
    hand(m_driver->feed(bytes, systemNow()));
}

void SerialAdapter::takeSilence()
{
    hand(m_driver->flush(systemNow()));
}

void SerialAdapter::hand(const QList<Reading> &readings)
{
    setBadFrames(m_driver->badFrames());
    if (readings.isEmpty())
        return;
    if (!m_announced) {
        m_announced = true;
        put(m_driver->device());
    }
    m_bytesSinceReading = 0;
    m_silence->start(SilenceLimit);
    publish(readings);
    running();
}

void SerialAdapter::noteSilence()
{
    running(m_bytesSinceReading == 0
                ? QStringLiteral("%1 is open but sends nothing.").arg(m_config.device)
                : QStringLiteral("%1 sends, but nothing that driver \"%2\" understands: is %3 baud right?")
                      .arg(m_config.device, m_config.driver)
                      .arg(m_config.baud));
    m_bytesSinceReading = 0;
}

void SerialAdapter::portFailed(QSerialPort::SerialPortError error)
{
    if (error == QSerialPort::NoError || error == QSerialPort::TimeoutError)
        return;
    hand(m_driver->flush(systemNow()));
    lost(QStringLiteral("Serial port %1 is gone: %2.").arg(m_config.device, m_port->errorString()));
}

} // namespace tocsin
