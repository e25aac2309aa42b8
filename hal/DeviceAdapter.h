// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/BackOff.h"
#include "hal/DeskSender.h"
#include "models/domain/Desk.h"
#include "models/domain/Ports.h"

#include <QObject>

class QTimer;

namespace tocsin {

/// One source of devices: a serial line, a simulation, a recording. Lives on the hal thread, made and owned by
/// AdapterHost; sink and port outlive it. start() opens; what fails for the moment is tried again with growing
/// pauses (BackOff), one logged error per attempt; what can never work ends in Failed.
class DeviceAdapter : public QObject
{
    Q_OBJECT
public:
    /// Of `identity`, adapterId, driver and target count.
    DeviceAdapter(const AdapterStatus &identity, ReadingSink &sink, DeskPort &desk, QObject *parent = nullptr);
    ~DeviceAdapter() override;

    void start();
    void stop(); ///< closes what is open; may be started again
    /// An operator wrote to a user; adapters with people behind them (simulated phones) answer.
    virtual void deliver(const ChatMessage &message);
    /// An order for one of its devices. Answers with answer(), now or later; false: the device is not behind this adapter.
    [[nodiscard]] virtual bool command(const Command &command);
    /// The devices that it has told the desk of.
    [[nodiscard]] QStringList devices() const { return m_devices; }
    /// Takes the desk's answers; AdapterHost calls it a few times a second.
    void poll(TimePoint now);

    [[nodiscard]] const AdapterStatus &status() const { return m_status; }

Q_SIGNALS:
    /// With every change but the counters of readings, which status() tells.
    void statusChanged(const tocsin::AdapterStatus &status);
    void deviceAdded(const QString &deviceId);

protected:
    /// Opens the source; ends in running(), lost() or failed(), now or later.
    virtual void open() = 0;
    /// Closes it. Also called when it is not open.
    virtual void close() = 0;

    void running(QString note = {}); ///< `note`: runs, but something is odd
    void finished();
    // By value: close() may take away what the text belongs to.
    void lost(QString error);   ///< closes, waits, opens again
    void failed(QString error); ///< closes for good
    void publish(const QList<Reading> &readings);
    void setBadFrames(qint64 count) { m_status.badFrames = count; }
    void put(const Device &device);
    void answer(const ReportCommand &report);
    void request(Request request);

private:
    void attempt();
    void setState(AdapterStatus::State state, QString error = {}, std::optional<TimePoint> retryAt = {});

    ReadingSink &m_sink;
    DeskSender m_desk;
    AdapterStatus m_status;
    BackOff m_backOff;
    QTimer *m_retry = nullptr; ///< child; made in start()
    QStringList m_devices;
    bool m_started = false;
};

} // namespace tocsin
