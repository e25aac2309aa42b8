// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/iothub/HubDialect.h"

#include "server/dialects/ReplyBox.h"
#include "server/dialects/iothub/EngineDoor.h"
#include "server/dialects/iothub/HubInbound.h"
#include "server/dialects/iothub/HubRest.h"
#include "server/net/FrameCodec.h"

#include <QLoggingCategory>

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(log, "tocsin.dialect.iothub", QtInfoMsg)

constexpr qsizetype unauthenticatedBytes = 65'536;

bool isAllowedIn(const EngineSession &session, Posture posture)
{
    return posture == Posture::Open || !session.principal().id.isEmpty();
}
} // namespace

HubDialect::HubDialect(DialectOptions options, Parts parts, QObject *parent)
    : QObject(parent)
    , RuledDialect(options.posture)
    , m_options(std::move(options))
    , m_parts(std::move(parts))
    , m_cleanedAt(m_options.clock())
    , m_replies(std::make_unique<ReplyBox>())
    , m_sockets(std::make_unique<HubSockets>(m_options.onlineWithin))
    , m_directory(
          std::make_unique<VehicleDirectory>(m_options, m_parts.services, *m_replies, QStringLiteral("dialect2")))
    , m_outbound(std::make_unique<HubOutbound>(m_options, m_parts.services, *m_directory))
    , m_doings(std::make_unique<HubDoings>(m_options, m_parts.services, *m_directory,
                                           PeopleDirectory(m_parts.accounts, m_options.posture), *m_replies))
    , m_inbound(std::make_unique<HubInbound>(m_options, m_parts.authorizer, *m_sockets, *m_doings, *m_outbound))
    , m_rest(std::make_unique<HubRest>(m_options, *m_sockets, *m_doings, *m_outbound))
    , m_door(std::make_unique<EngineDoor>(m_parts.settings.engine, m_parts.authorizer, m_options.clock))
{
    connect(m_door.get(), &EngineDoor::opened, this, &HubDialect::welcome);
    connect(m_door.get(), &EngineDoor::leftPolling, this, &HubDialect::pollingEnded);
    connect(&m_parts.services.mirror, &DeskMirror::alertChanged, m_outbound.get(), &HubOutbound::publishAlert);
    using namespace std::chrono_literals;
    connect(&m_timer, &QTimer::timeout, this, [this] { tick(m_options.clock()); });
    m_timer.setInterval(500ms);
}

HubDialect::~HubDialect() = default;

QString HubDialect::name() const
{
    return QStringLiteral("dialect2");
}

std::span<const Route> HubDialect::table()
{
    return hubRoutes;
}

bool HubDialect::vouchesFor(const net::HttpRequest &request) const
{
    const EngineSession *session = m_door->sessionOf(request.query);
    return session && session->polls() && isAllowedIn(*session, m_options.posture);
}

std::optional<net::HttpResponse> HubDialect::unknownPath(const QString &path) const
{
    for (const char *prefix : {"/api/realtime/", "/api/devices/", "/api/telemetry/"}) {
        if (path.startsWith(QLatin1String(prefix)))
            return HubRest::notFound(path);
    }
    return std::nullopt;
}

bool HubDialect::permits(const Rule &rule, const QString &object, const Principal &who) const
{
    // Orders and messages are the staff's, whoever they are for.
    return isAllowed(m_options.posture, who, rule.act(), {object, {}});
}

net::HttpResponse HubDialect::refusal(const Place &place, int status) const
{
    if (status != 401)
        return HubRest::refusal(status, QStringLiteral("Access denied"), QStringLiteral("FORBIDDEN"));
    return place.withToken
               ? HubRest::refusal(status, QStringLiteral("Invalid or expired token"), QStringLiteral("INVALID_TOKEN"))
               : HubRest::refusal(status, QStringLiteral("Access token is required"), QStringLiteral("MISSING_TOKEN"));
}

std::optional<net::Verdict> HubDialect::objection(const net::HttpRequest &request) const
{
    const auto problem = m_door->problemOf(request);
    if (!problem)
        return std::nullopt;
    return net::Verdict::refuse(problem->status, problem->body);
}

void HubDialect::serve(const Call &call, const net::Respond &respond)
{
    switch (HubPage(call.route.id)) {
    case HubPage::Poll:
        m_door->get(call.request, call.caller, respond);
        break;
    case HubPage::Post:
        m_door->post(call.request, respond);
        break;
    default:
        m_rest->handle(HubPage(call.route.id), call.object, call.request, call.caller, respond);
    }
}

void HubDialect::enter(const Place & /*place*/, net::Session *session)
{
    m_door->enter(session);
}

void HubDialect::welcome(EngineSession *session)
{
    HubSocket &socket = m_sockets->add(session, m_options.messagesPerWindow);
    const quint64 number = socket.number;
    const HubSettings &settings = m_parts.settings;
    socket.known = isAllowedIn(*session, m_options.posture);
    socket.connectBy = m_options.clock() + (socket.known ? settings.connectWithin : settings.firstFrameWithin);
    session->limitMessages(socket.known ? settings.engine.maxPayload : unauthenticatedBytes);
    connect(session, &net::Session::textReceived, this, [this, number](const QByteArray &packet) {
        if (HubSocket *sender = m_sockets->find(number))
            m_inbound->receive(*sender, packet);
    });
    connect(session, &net::Session::binaryReceived, this, [this, number] {
        if (HubSocket *sender = m_sockets->find(number))
            m_inbound->receiveBinary(*sender);
    });
    connect(session, &EngineSession::strangePacket, this, [this, number] {
        if (HubSocket *sender = m_sockets->find(number))
            m_inbound->refuseStrange(*sender);
    });
    connect(session, &net::Session::closed, this, [this, number] { closed(number); });
    if (!m_timer.isActive())
        m_timer.start();
    if (session->polls())
        Q_EMIT pollingOpened(session);
    qCDebug(log) << "session" << session->id() << "opened" << (session->polls() ? "by polling" : "by WebSocket");
}

void HubDialect::closed(quint64 number)
{
    HubSocket *socket = m_sockets->find(number);
    if (!socket)
        return;
    if (socket->connected)
        m_outbound->disconnected(*socket);
    m_sockets->close(number);
}

void HubDialect::tick(TimePoint now)
{
    m_door->tick(now);
    const QList<HubSocket *> sockets = m_sockets->all();
    for (HubSocket *socket : sockets) {
        if (!socket->connected && now >= socket->connectBy)
            socket->session->close(socket->known ? net::CloseCode::Policy : net::CloseCode::Unauthorized,
                                   socket->known ? QStringLiteral("Not connected in time")
                                                 : QStringLiteral("Not authenticated"));
    }
    if (now - m_cleanedAt >= m_parts.settings.cleanup || now < m_cleanedAt) {
        m_cleanedAt = now;
        m_sockets->forgetSilent(now);
    }
    if (sockets.isEmpty())
        m_timer.stop();
}

void HubDialect::publish(const QList<Reading> &readings)
{
    m_outbound->publish(readings);
}

QStringList HubDialect::topicsOf(net::Session *session) const
{
    return m_outbound->subscriptionsOf(m_door->carriedBy(session));
}

HubDialect::Counters HubDialect::counters() const
{
    return {m_sockets->connectedCount(), m_outbound->groups(),     int(m_sockets->emails().size()),
            m_inbound->received(),       m_outbound->framesSent(), m_outbound->errorsSent(),
            m_inbound->rateLimited(),    m_door->polling()};
}

} // namespace tocsin
