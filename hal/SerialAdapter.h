// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/AdapterConfig.h"
#include "hal/DeviceAdapter.h"
#include "hal/Driver.h"

#include <QSerialPort>

#include <memory>

class QTimer;

namespace tocsin {

/// A device on a serial line (8N1, no flow control) behind a driver: receivers on USB, on-board ports,
/// pseudo-terminals. The path is looked up with every attempt, so a link may point elsewhere after a replug.
/// A port that is missing or vanishes is Waiting; an open port that says nothing valid is Running with a note.
class SerialAdapter : public DeviceAdapter
{
    Q_OBJECT
public:
    SerialAdapter(SerialConfig config, ReadingSink &sink, DeskPort &desk, QObject *parent = nullptr);
    ~SerialAdapter() override;
    /// Writes what the driver makes of it; answered Accepted when the port has taken it, Failed when the driver cannot say it.
    [[nodiscard]] bool command(const Command &command) override;

protected:
    void open() override;
    void close() override;

private:
    void takeBytes();
    void takeSilence();
    void noteSilence();
    void portFailed(QSerialPort::SerialPortError error);
    void hand(const QList<Reading> &readings);

    const SerialConfig m_config;
    std::unique_ptr<Driver> m_driver;
    QSerialPort *m_port = nullptr; ///< child while open
    QTimer *m_idle = nullptr;      ///< child; no byte for a while: the moment is complete
    QTimer *m_silence = nullptr;   ///< child; no reading for long
    qint64 m_bytesSinceReading = 0;
    bool m_announced = false;
};

} // namespace tocsin
