// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/AdapterConfig.h"
#include "hal/DeviceAdapter.h"

#include <QList>
#include <QObject>
#include <QSet>

#include <mutex>

class QTimer;

namespace tocsin {

/// Owns all adapters. Constructed anywhere, then moved to the hal thread, which must run an event loop; start(),
/// stop() and chatSent() run there. sink and desk outlive it. After stop() every port is closed and nothing is
/// handed on any more; the desk's answers may still come. As a DeviceOutlet it is for any thread, as long as it lives: it
/// carries orders to the devices that its adapters have told of, and an order that none of them takes is answered Failed.
class AdapterHost : public QObject, public DeviceOutlet
{
    Q_OBJECT
public:
    AdapterHost(QList<AdapterConfig> configs, ReadingSink &sink, DeskPort &desk, QObject *parent = nullptr);
    ~AdapterHost() override;

    [[nodiscard]] QList<AdapterStatus> statuses() const;
    [[nodiscard]] bool carries(const QString &deviceId) const override;
    void deliver(const Command &command) override;

public Q_SLOTS:
    void start();
    void stop();
    /// Every chat line that became durable; those of operators reach the simulated phones.
    void chatSent(const tocsin::ChatMessage &message);

Q_SIGNALS:
    /// All adapters, when any of them changed: at most five times a second, and a last time from stop().
    void statusChanged(const QList<tocsin::AdapterStatus> &statuses);

private:
    void tick();
    void hand(const Command &command);
    [[nodiscard]] DeviceAdapter *make(const AdapterConfig &config);

    const QList<AdapterConfig> m_configs;
    ReadingSink &m_sink;
    DeskPort &m_desk;
    QList<DeviceAdapter *> m_adapters; ///< children, from start() to stop()
    QTimer *m_timer = nullptr;         ///< child, likewise
    QList<AdapterStatus> m_told;
    DeskSender m_sender; ///< for orders that no adapter takes
    mutable std::mutex m_mutex;
    QSet<QString> m_carried; ///< guarded by m_mutex
};

} // namespace tocsin
