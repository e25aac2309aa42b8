// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/ServerSide.h"

#include "app/Tls.h"
#include "server/dialects/AccountPages.h"
#include "server/dialects/AlertFigures.h"
#include "server/dialects/AttachmentPages.h"
#include "server/dialects/ClientWatch.h"
#include "server/dialects/LiveTopics.h"
#include "server/dialects/NativeDialect.h"
#include "server/dialects/NotifyPages.h"
#include "server/dialects/RosterPages.h"
#include "server/dialects/StatusPages.h"
#include "server/dialects/VehicleDialect.h"
#include "server/dialects/emergency/EmergencyDialect.h"
#include "server/dialects/hardware/HardwareDialect.h"
#include "server/dialects/iothub/HubDialect.h"
#include "server/dialects/monitor/MonitorDialect.h"
#include "server/net/ListenAddress.h"
#include "server/net/TokenAuthorizer.h"

#include <QLoggingCategory>
#include <QTimer>

using namespace std::chrono_literals;

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(lcTls, "tocsin.server.tls", QtInfoMsg)

net::ServerSettings netSettings(const Settings &settings, const net::TlsIdentity &tls)
{
    net::ServerSettings s;
    s.listen = settings.listen;
    s.posture = settings.open ? Posture::Open : Posture::Secure;
    for (const QString &origin : settings.allowedOrigins)
        s.allowedOrigins.append(origin.toUtf8());
    s.tls = tls;
    s.trustedProxies = settings.trustedProxies;
    s.proxyProtocol = settings.proxyProtocol;
    s.limits.connections = settings.maxConnections;
    s.limits.connectionsPerAddress = settings.maxConnectionsPerAddress;
    s.deadlines.pingInterval = std::chrono::seconds{settings.pingSeconds};
    s.deadlines.stopLinger = 1500ms; // the whole program is to end within three seconds
    return s;
}

HardwareDialect::Limits hardwareLimits(const Settings &settings)
{
    return {settings.maxTelemetryRateHz, settings.streamsPerConnection, settings.hardwareMessagesPerMinute,
            settings.hardwareBinary, settings.hardwareCompression};
}
} // namespace

QString ServerSide::postureProblem(const Settings &settings)
{
    if (!settings.open || settings.openAnywhere)
        return {};
    for (const QString &text : settings.listen) {
        const net::ListenAddress address = net::parseListenAddress(text);
        if (address.error.isEmpty() && !address.address.isLoopback())
            return QStringLiteral("--open is refused on %1, which others can reach: everybody there would be an "
                                  "administrator. Listen on a loopback address, or add --open-anywhere")
                .arg(text);
    }
    return {};
}

ServerSide::ServerSide(Parts parts) : m_parts(std::move(parts))
{
}

ServerSide::~ServerSide() = default;

void ServerSide::build(const DeskSnapshot &initial)
{
    const TimePoint now = systemNow();
    m_mirror = std::make_unique<DeskMirror>();
    m_mirror->setSnapshot(initial);
    m_feed = std::make_unique<ServerFeed>(*m_mirror);
    connect(m_mirror.get(), &DeskMirror::resyncNeeded, this, [this] {
        m_parts.askSnapshot([feed = m_feed.get()](const DeskSnapshot &snapshot) { feed->takeSnapshot(snapshot); });
    });
    m_board = std::make_unique<StatusBoard>(m_parts.latest, *m_feed, now);
    m_board->setTransport([this] { return transportStats(); });
    m_board->addMetrics(m_parts.metrics);

    const auto authorizer = std::make_shared<net::TokenAuthorizer>(m_parts.tokens.keys, m_parts.accounts);
    m_server = std::make_unique<net::Server>(netSettings(m_parts.settings, m_parts.tls), authorizer);
    m_server->setInwardGauge(m_parts.inward);
    connect(m_server.get(), &net::Server::stopped, this, &ServerSide::stopped);

    m_watch = std::make_unique<ClientWatch>(m_server->clients(), m_parts.desk, systemNow);
    connect(m_watch.get(), &ClientWatch::clientsChanged, this, &ServerSide::clientsChanged);
    connect(m_watch.get(), &ClientWatch::framesSeen, this, &ServerSide::framesSeen);

    DialectOptions options;
    options.posture = m_parts.settings.open ? Posture::Open : Posture::Secure;
    options.heartbeat = std::chrono::seconds{m_parts.settings.heartbeatSeconds};
    options.onlineWithin = std::chrono::seconds{m_parts.settings.offlineSeconds};
    const DialectServices services{*m_mirror, m_parts.latest, m_parts.sink, m_parts.desk, m_parts.archive};
    auto native = std::make_unique<NativeDialect>(
        options, NativeDialect::Parts{services, authorizer, m_parts.askSnapshot, m_parts.outlet, FeedWindow(),
                                      m_watch.get(), &m_parts.rules, m_parts.hearing, &m_parts.contacts});
    m_native = native.get();
    m_board->addMetrics([native = m_native] { return native->figures().metrics(systemNow()); });
    connect(m_native, &NativeDialect::typed, this, &ServerSide::typed);
    connect(&m_native->topics(), &LiveTopics::peopleChanged, this, &ServerSide::peopleChanged);
    connect(&m_native->topics(), &LiveTopics::noticeReadersChanged, this, &ServerSide::noticeReadersChanged);
    m_native->topics().setLimits(m_parts.limits);
    connect(m_feed.get(), &ServerFeed::readings, m_native, &NativeDialect::publish);
    auto vehicles = std::make_unique<VehicleDialect>(options, services);
    VehicleDialect *dialect = vehicles.get();
    connect(m_feed.get(), &ServerFeed::readings, dialect, &VehicleDialect::publish);
    m_board->addGroups([dialect] { return dialect->counters().groups; });
    MonitorOptions monitoring;
    monitoring.status = std::chrono::seconds{m_parts.settings.monitorStatusSeconds};
    monitoring.cleanup = std::chrono::seconds{m_parts.settings.monitorCleanupSeconds};
    monitoring.figures = [this] { return m_board->stats(systemNow()); };
    auto monitors = std::make_unique<MonitorDialect>(options, monitoring, services);
    MonitorDialect *monitor = monitors.get();
    connect(m_feed.get(), &ServerFeed::readings, monitor, &MonitorDialect::publish);
    m_board->addGroups([monitor] { return monitor->groups(); });
    auto hub = std::make_unique<HubDialect>(options, HubDialect::Parts{services, authorizer, m_parts.accounts});
    connect(m_feed.get(), &ServerFeed::readings, hub.get(), &HubDialect::publish);
    connect(hub.get(), &HubDialect::pollingOpened, this,
            [this, hub = hub.get()](net::ClientSession *session) { m_server->clients().add(session, hub); });
    connect(hub.get(), &HubDialect::pollingEnded, this,
            [this](const net::ClientSession *session) { m_server->clients().remove(session); });
    m_board->addGroups([hub = hub.get()] { return hub->counters().groups; });
    auto emergency =
        std::make_unique<EmergencyDialect>(options, EmergencyDialect::Parts{services, authorizer, m_parts.accounts,
                                                                            m_parts.contacts, m_parts.attachments});
    m_emergency = emergency.get();
    connect(m_feed.get(), &ServerFeed::readings, m_emergency, &EmergencyDialect::publish);
    connect(m_emergency, &EmergencyDialect::typed, this, &ServerSide::typed);
    connect(m_emergency, &EmergencyDialect::typed, m_native, &NativeDialect::tellTyping);
    connect(m_native, &NativeDialect::typed, m_emergency, &EmergencyDialect::tellTyping);
    m_users = [dialect, monitor, native = m_native, hub = hub.get(), emergency = m_emergency] {
        return dialect->counters().users + monitor->users() + native->counters().people + emergency->counters().users +
               hub->counters().users;
    };
    m_server->addDialect(std::move(native));
    m_server->addDialect(std::move(vehicles));
    m_server->addDialect(std::move(monitors));
    auto hardware = std::make_unique<HardwareDialect>(options, hardwareLimits(m_parts.settings), services);
    m_hardware = hardware.get();
    connect(m_feed.get(), &ServerFeed::readings, m_hardware, &HardwareDialect::publish);
    m_board->addGroups([hardware = m_hardware] { return hardware->groups(); });
    m_board->addMetrics([hardware = m_hardware] { return hardware->metrics(); });
    m_server->addDialect(std::move(hardware));
    m_server->addDialect(std::move(hub));
    m_server->addDialect(std::move(emergency));
    m_server->addDialect(std::make_unique<AccountPages>(options.posture, m_parts.accountsPort, m_parts.tokens.issuer));
    m_server->addDialect(std::make_unique<AttachmentPages>(
        options.posture, AttachmentPages::Services{m_parts.attachments, *m_mirror, m_parts.attachmentThreads}));
    m_server->addDialect(std::make_unique<RosterPages>(
        options.posture, RosterPages::Services{*m_mirror, m_parts.desk, m_parts.userImport,
                                               PeopleDirectory(m_parts.accounts, options.posture), options.json}));
    m_server->addDialect(
        std::make_unique<NotifyPages>(options.posture, NotifyPages::Services{m_parts.notify, options.json}));
    m_server->addDialect(std::make_unique<StatusPages>(options.posture, *m_board));
}

net::Server::StartResult ServerSide::listen()
{
    const net::Server::StartResult result = m_server->start();
    if (!result.error.isEmpty())
        return result;
    m_listeners = result.listening;
    m_sampler = std::make_unique<QTimer>();
    connect(m_sampler.get(), &QTimer::timeout, this, &ServerSide::sample);
    m_sampler->start(1s);
    sample();
    if (!m_parts.tls.chain.isEmpty()) {
        m_fingerprint = m_parts.tls.certificate.fingerprint;
        m_renewal = std::make_unique<QTimer>();
        connect(m_renewal.get(), &QTimer::timeout, this, &ServerSide::renewCertificate);
        m_renewal->start(24h);
    }
    return result;
}

void ServerSide::stop()
{
    m_sampler.reset();
    m_renewal.reset();
    m_server->stop();
}

void ServerSide::setAdapters(const QList<AdapterStatus> &adapters)
{
    m_board->setAdapters(adapters);
    m_native->setAdapters(adapters);
    m_hardware->setAdapters(adapters);
}

void ServerSide::tellTyping(const TypingNotice &notice)
{
    m_native->tellTyping(notice);
    m_emergency->tellTyping(notice);
}

void ServerSide::setLimits(const QList<ChannelBand> &limits)
{
    m_native->topics().setLimits(limits);
}

void ServerSide::tellNotice(const DesktopNotice &notice)
{
    m_native->topics().tellNotice(notice);
}

void ServerSide::setResidents(const QList<OnlinePerson> &people)
{
    m_native->topics().setResidents(people);
}

/// A server may run for longer than its certificate: ours is made anew in time, the user's is read again.
void ServerSide::renewCertificate()
{
    const net::TlsIdentity identity = tlsIdentity(m_parts.settings, systemNow());
    for (const QString &warning : identity.warnings)
        qCWarning(lcTls).noquote() << warning;
    if (!identity.error.isEmpty()) {
        qCWarning(lcTls).noquote() << identity.error << "The certificate in use stays.";
        return;
    }
    if (identity.certificate.fingerprint == m_fingerprint)
        return;
    m_fingerprint = identity.certificate.fingerprint;
    m_server->setTlsIdentity(identity);
    qCInfo(lcTls).noquote() << "New connections get the certificate sha256" << m_fingerprint;
}

ServerStats ServerSide::transportStats() const
{
    const net::ServerCounters counters = m_server->counters();
    ServerStats stats;
    stats.listeners = m_listeners;
    stats.connections = counters.connectionsNow;
    stats.connectionsTotal = qint64(counters.connectionsTotal);
    stats.users = m_users();
    stats.messagesIn = qint64(counters.traffic.messagesIn);
    stats.messagesOut = qint64(counters.traffic.messagesOut);
    stats.hearing = m_parts.audibility();
    return stats;
}

void ServerSide::sample()
{
    m_board->setComponent(QStringLiteral("desk"), m_parts.deskStatus());
    const ServerStats now = m_board->stats(systemNow());
    m_native->setStats(now);
    Q_EMIT stats(now);
}

} // namespace tocsin
