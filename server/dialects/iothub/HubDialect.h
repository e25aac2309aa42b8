// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/RuledDialect.h"
#include "server/dialects/iothub/EngineSession.h"

#include <QObject>
#include <QTimer>

#include <memory>

namespace tocsin {

class AccountsBoard;
class EngineDoor;
class HubDoings;
class HubInbound;
class HubOutbound;
class HubRest;
class HubSockets;
class ReplyBox;
class VehicleDirectory;

/// What the hub waits for, in time.
struct HubSettings
{
    EngineSettings engine;
    std::chrono::milliseconds connectWithin{45'000}; ///< from the handshake to the default namespace
    std::chrono::milliseconds firstFrameWithin{
        2'000};                                 ///< the same for those whose handshake brought no token (PROTOCOL.md)
    std::chrono::milliseconds cleanup{300'000}; ///< devices that fell silent are forgotten so often
};

/// Dialect 2, the IoT hub (PROTOCOL.md): Socket.IO v4 at /socket.io/, and /api/realtime/…, /api/devices/register, /api/telemetry/ingest. Made
/// and used on the server thread; the services outlive it.
class HubDialect : public QObject, public RuledDialect
{
    Q_OBJECT
public:
    struct Parts
    {
        DialectServices services;
        std::shared_ptr<const net::Authorizer> authorizer; ///< for the token of a connect packet
        std::shared_ptr<const AccountsBoard> accounts;     ///< e-mail addresses
        HubSettings settings = {};
    };
    /// For /metrics and /health.
    struct Counters
    {
        int sockets = 0;
        int groups = 0; ///< devices and users that somebody listens to
        int users = 0;  ///< distinct ones that somebody subscribed to
        qint64 received = 0;
        qint64 sent = 0;
        qint64 errors = 0;
        qint64 rateLimited = 0;
        qsizetype polling = 0; ///< sessions without a WebSocket
    };

    HubDialect(DialectOptions options, Parts parts, QObject *parent = nullptr);
    ~HubDialect() override;

    [[nodiscard]] static std::span<const Route> table(); ///< HubRoutes.h
    [[nodiscard]] std::span<const Route> routes() const override { return table(); }
    [[nodiscard]] QString name() const override;
    [[nodiscard]] bool vouchesFor(const net::HttpRequest &request) const override;
    [[nodiscard]] std::optional<net::HttpResponse> unknownPath(const QString &path) const override;

    [[nodiscard]] QStringList topicsOf(net::Session *session) const override;
    [[nodiscard]] Counters counters() const;
    /// What is due: pings, time-outs, cleaning up. Runs by itself.
    void tick(TimePoint now);

public Q_SLOTS:
    /// Readings of every source: connect to ServerFeed::readings.
    void publish(const QList<tocsin::Reading> &readings);

Q_SIGNALS:
    /// A client that needs no WebSocket has come, or goes: it ends, or goes on as one that is a WebSocket.
    void pollingOpened(tocsin::net::ClientSession *session);
    void pollingEnded(const tocsin::net::ClientSession *session);

protected:
    void serve(const Call &call, const net::Respond &respond) override;
    void enter(const Place &place, net::Session *session) override;
    [[nodiscard]] bool permits(const Rule &rule, const QString &object, const Principal &who) const override;
    [[nodiscard]] std::optional<net::Verdict> objection(const net::HttpRequest &request) const override;
    [[nodiscard]] net::HttpResponse refusal(const Place &place, int status) const override;

private:
    void welcome(EngineSession *session);
    void closed(quint64 number);

    const DialectOptions m_options;
    const Parts m_parts;
    TimePoint m_cleanedAt;
    QTimer m_timer;
    std::unique_ptr<ReplyBox> m_replies;
    std::unique_ptr<HubSockets> m_sockets;
    std::unique_ptr<VehicleDirectory> m_directory;
    std::unique_ptr<HubOutbound> m_outbound;
    std::unique_ptr<HubDoings> m_doings;
    std::unique_ptr<HubInbound> m_inbound;
    std::unique_ptr<HubRest> m_rest;
    std::unique_ptr<EngineDoor> m_door;
};

} // namespace tocsin
