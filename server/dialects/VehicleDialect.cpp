// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/VehicleDialect.h"

#include "server/dialects/ReplyBox.h"
#include "server/dialects/VehicleDirectory.h"
#include "server/dialects/VehicleInbound.h"
#include "server/dialects/VehicleOutbound.h"
#include "server/dialects/VehicleReplay.h"
#include "server/dialects/VehicleRest.h"
#include "server/dialects/VehicleRoutes.h"
#include "server/dialects/VehicleSockets.h"

#include <QLoggingCategory>

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(log, "tocsin.dialect.vehicle", QtInfoMsg)

/// Account names are lower case; a client may write its own as it likes.
QString userNamed(const QString &name, const Principal &who)
{
    return name.compare(who.id, Qt::CaseInsensitive) == 0 ? who.id : name;
}
} // namespace

VehicleDialect::VehicleDialect(DialectOptions options, const DialectServices &services, QObject *parent)
    : QObject(parent)
    , RuledDialect(options.posture)
    , m_options(std::move(options))
    , m_services(services)
    , m_replies(std::make_unique<ReplyBox>())
    , m_sockets(std::make_unique<VehicleSockets>())
    , m_directory(std::make_unique<VehicleDirectory>(m_options, m_services, *m_replies))
    , m_outbound(std::make_unique<VehicleOutbound>(m_options, m_services, *m_sockets))
    , m_replay(std::make_unique<VehicleReplay>(m_options, m_services, *m_sockets, *m_outbound, *m_replies))
    , m_inbound(
          std::make_unique<VehicleInbound>(m_options, m_services, *m_sockets, *m_directory, *m_outbound, *m_replies))
    , m_rest(std::make_unique<VehicleRest>(m_options, m_services, *m_directory, *m_replies))
{
    connect(&m_services.mirror, &DeskMirror::alertChanged, m_outbound.get(), &VehicleOutbound::publishAlert);
    connect(&m_services.mirror, &DeskMirror::chatAdded, m_outbound.get(), &VehicleOutbound::publishChat);
}

VehicleDialect::~VehicleDialect() = default;

QString VehicleDialect::name() const
{
    return QStringLiteral("dialect1");
}

std::span<const Route> VehicleDialect::table()
{
    return vehicleRoutes;
}

bool VehicleDialect::permits(const Rule &rule, const QString &object, const Principal &who) const
{
    if (rule.act() == Act::WatchVehicle || rule.act() == Act::FeedVehicle)
        return m_directory->mayTouch(who, rule.act(), object);
    const QString user = userNamed(object, who);
    return isAllowed(posture(), who, rule.act(), {user, {user}});
}

net::HttpResponse VehicleDialect::refusal(const Place &place, int status) const
{
    // An unknown vehicle and a forbidden one get the same answer.
    const bool vehicle = status == 403 && place.route->rule.act() == Act::WatchVehicle;
    if (!vehicle)
        return RuledDialect::refusal(place, status);
    return VehicleRest::detail(place.route->method == Route::Method::WebSocket ? 403 : 404,
                               QStringLiteral("Vehicle not found or access denied"));
}

QStringList VehicleDialect::topicsOf(net::Session *session) const
{
    return m_outbound->topicsOf(session);
}

void VehicleDialect::enter(const Place &place, net::Session *session)
{
    VehicleSocket::Kind kind = VehicleSocket::Kind::Telemetry;
    if (place.route->id == int(VehiclePage::Alerts))
        kind = VehicleSocket::Kind::Alerts;
    else if (place.route->id == int(VehiclePage::Chat))
        kind = VehicleSocket::Kind::Chat;
    const QString subject =
        kind == VehicleSocket::Kind::Telemetry ? place.object : userNamed(place.object, session->principal());
    VehicleSocket &socket = m_sockets->add(session, m_options.messagesPerWindow);
    socket.kind = kind;
    socket.subject = subject;
    const quint64 number = socket.number;
    if (kind == VehicleSocket::Kind::Alerts)
        session->setUrgent();
    m_outbound->opened(socket);
    if (socket.kind == VehicleSocket::Kind::Telemetry)
        m_outbound->listen(socket);
    else
        m_replay->opened(socket);
    connect(session, &net::Session::textReceived, this, [this, number](const QByteArray &utf8) {
        if (VehicleSocket *sender = m_sockets->find(number))
            m_inbound->receive(*sender, utf8);
    });
    connect(session, &net::Session::binaryReceived, this, [this, number] {
        if (VehicleSocket *sender = m_sockets->find(number))
            m_inbound->refuseBinary(*sender);
    });
    connect(session, &net::Session::closed, this, [this, number] { closed(number); });
    qCDebug(log) << "session" << session->id() << "opened on" << session->path();
}

void VehicleDialect::closed(quint64 number)
{
    VehicleSocket *socket = m_sockets->find(number);
    if (!socket)
        return;
    if (socket->kind != VehicleSocket::Kind::Telemetry)
        m_replay->closed(*socket);
    m_outbound->closed(*socket);
    m_sockets->close(number);
}

void VehicleDialect::serve(const Call &call, const net::Respond &respond)
{
    m_rest->handle(VehiclePage(call.route.id), call.object, call.request, *call.caller, respond);
}

void VehicleDialect::publish(const QList<Reading> &readings)
{
    m_outbound->publish(readings);
}

VehicleDialect::Counters VehicleDialect::counters() const
{
    return {m_sockets->count(),       m_outbound->groups(),          m_outbound->users(),
            m_inbound->received(),    m_outbound->framesSent(),      m_outbound->errorsSent(),
            m_inbound->rateLimited(), m_directory->droppedChannels()};
}

} // namespace tocsin
