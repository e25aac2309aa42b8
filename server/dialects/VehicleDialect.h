// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/RuledDialect.h"
#include "server/dialects/VehicleSockets.h"

#include <QObject>

#include <memory>

namespace tocsin {

class ReplyBox;
class VehicleDirectory;
class VehicleInbound;
class VehicleOutbound;
class VehicleReplay;
class VehicleRest;

/// Dialect 1, vehicle telemetry (PROTOCOL.md): /ws/telemetry/{vehicle}, /ws/alerts/{user}, /ws/chat/{user} and
/// /api/v1/telemetry/…. Made and used on the server thread; the services outlive it. The mirror has had its first snapshot before the
/// listener opens, so that no vehicle is taken for a new one.
class VehicleDialect : public QObject, public RuledDialect
{
    Q_OBJECT
public:
    /// For /metrics and /health.
    struct Counters
    {
        int sockets = 0;
        int groups = 0; ///< vehicles and users that somebody listens to
        int users = 0;  ///< distinct users on alerts and chat
        qint64 received = 0;
        qint64 sent = 0;
        qint64 errors = 0;
        qint64 rateLimited = 0;
        qint64 droppedChannels = 0;
    };

    VehicleDialect(DialectOptions options, const DialectServices &services, QObject *parent = nullptr);
    ~VehicleDialect() override;

    [[nodiscard]] static std::span<const Route> table(); ///< VehicleRoutes.h
    [[nodiscard]] std::span<const Route> routes() const override { return table(); }
    [[nodiscard]] QString name() const override;

    [[nodiscard]] QStringList topicsOf(net::Session *session) const override;

    [[nodiscard]] Counters counters() const;

public Q_SLOTS:
    /// Readings of every source: connect to ServerFeed::readings.
    void publish(const QList<tocsin::Reading> &readings);

protected:
    void serve(const Call &call, const net::Respond &respond) override;
    void enter(const Place &place, net::Session *session) override;
    [[nodiscard]] bool permits(const Rule &rule, const QString &object, const Principal &who) const override;
    [[nodiscard]] net::HttpResponse refusal(const Place &place, int status) const override;

private:
    void closed(quint64 number);

    const DialectOptions m_options;
    DialectServices m_services;
    std::unique_ptr<ReplyBox> m_replies;
    std::unique_ptr<VehicleSockets> m_sockets;
    std::unique_ptr<VehicleDirectory> m_directory;
    std::unique_ptr<VehicleOutbound> m_outbound;
    std::unique_ptr<VehicleReplay> m_replay;
    std::unique_ptr<VehicleInbound> m_inbound;
    std::unique_ptr<VehicleRest> m_rest;
};

} // namespace tocsin
