// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/ReplyBox.h"
#include "server/dialects/VehicleDirectory.h"
#include "server/dialects/VehicleRoutes.h"
#include "server/net/Http.h"

#include <QJsonArray>

namespace tocsin {

/// Dialect 1's HTTP side, `/api/v1/telemetry/…`: ingest, batch-ingest, vehicle/{id} with /alerts, /stats, /status. Bodies as the
/// clients of a FastAPI server expect them: {"detail": "…"} for refusals, 422 with {"detail": [{loc, msg, type}]}
/// for a field that is wrong. Server thread; history is asked of the archive and answered later.
class VehicleRest
{
public:
    static constexpr int maxBatch = 1000;

    VehicleRest(const DialectOptions &options, const DialectServices &services, VehicleDirectory &directory,
                ReplyBox &replies);

    /// `vehicleId` is the path's. The page's rule has been kept, except for vehicles that a body names.
    void handle(VehiclePage page, const QString &vehicleId, const net::HttpRequest &request, const Principal &caller,
                const net::Respond &respond);

    [[nodiscard]] static net::HttpResponse detail(int status, const QString &text);

private:
    void ingest(const net::HttpRequest &request, const Principal &caller, const net::Respond &respond);
    void batchIngest(const net::HttpRequest &request, const Principal &caller, const net::Respond &respond);
    void records(const net::HttpRequest &request, const QString &vehicleId, const net::Respond &respond);
    void alerts(const net::HttpRequest &request, const QString &vehicleId, const net::Respond &respond);
    void stats(const net::HttpRequest &request, const QString &vehicleId, const net::Respond &respond);
    void status(const QString &vehicleId, const net::Respond &respond);
    [[nodiscard]] QJsonObject statusBody(const QString &vehicleId, const std::optional<LatestReading> &latest) const;

    [[nodiscard]] Actor actorOf(const Principal &caller, const QString &vehicleId) const;
    void takeIn(QList<Reading> readings, const QString &vehicleId, const Principal &caller);
    [[nodiscard]] QJsonObject alertOf(const Alert &alert) const;

    const DialectOptions &m_options;
    DialectServices m_services;
    VehicleDirectory &m_directory;
    ReplyBox &m_replies;
};

} // namespace tocsin
