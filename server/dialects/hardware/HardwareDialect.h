// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/RuledDialect.h"
#include "server/dialects/StatusBoard.h"
#include "server/dialects/hardware/HardwareInbound.h"

#include <QObject>

#include <memory>

namespace tocsin {

namespace net {
class DeadlineTimer;
}

/// Dialect 3, hardware (PROTOCOL.md): /ws/hardware, a WebSocket on / and /api/hardware/metrics. Made and used on the server thread; the services outlive it.
class HardwareDialect : public QObject, public RuledDialect
{
    Q_OBJECT
public:
    using Limits = hardware::HardwareLimits;
    /// What streams are timed by; tests have their own.
    using Steady = std::function<hardware::StreamTime()>;

    HardwareDialect(DialectOptions options, Limits limits, const DialectServices &services, Steady steady = steadyNow,
                    QObject *parent = nullptr);
    ~HardwareDialect() override;

    [[nodiscard]] QString name() const override { return QStringLiteral("dialect3"); }
    [[nodiscard]] QStringList topicsOf(net::Session *session) const override; ///< its streams
    [[nodiscard]] std::span<const Route> routes() const override;
    [[nodiscard]] static hardware::StreamTime steadyNow();

    [[nodiscard]] QList<Metric> metrics() const;
    [[nodiscard]] int groups() const; ///< devices that somebody listens to
    /// The streams' deadlines. By a timer; tests call it.
    void tick();

public Q_SLOTS:
    /// Readings of every source: connect to ServerFeed::readings.
    void publish(const QList<tocsin::Reading> &readings);
    void setAdapters(const QList<tocsin::AdapterStatus> &adapters);

protected:
    void serve(const Call &call, const net::Respond &respond) override;
    void enter(const Place &place, net::Session *session) override;

private:
    void closed(quint64 number, net::Session *session);
    void arm();
    void endForbidden(const Device &device);
    void followCommands();
    [[nodiscard]] QJsonObject metricsPage() const;

    const DialectOptions m_options;
    const Limits m_limits;
    hardware::HardwareClients m_clients;
    hardware::HardwareDevices m_devices;
    hardware::HardwareStreams m_streams;
    hardware::HardwareCommands m_commands;
    hardware::StreamMemory m_memory;
    hardware::HardwareInbound m_inbound;
    std::unique_ptr<net::DeadlineTimer> m_timer;
    std::optional<hardware::StreamTime> m_armed;
};

} // namespace tocsin
