// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/VehicleDialect.h"

#include "server/dialects/ReplyBox.h"
#include "server/dialects/VehicleDirectory.h"
#include "server/dialects/VehicleInbound.h"
#include "server/dialects/VehicleOutbound.h"
#include "server/dialects/VehicleRest.h"
#include "server/dialects/VehicleSockets.h"

#include <QLoggingCategory>

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(log, "tocsin.dialect.vehicle", QtInfoMsg)
} // namespace

VehicleDialect::VehicleDialect(DialectOptions options, const DialectServices &services, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_services(services)
    , m_replies(std::make_unique<ReplyBox>())
    , m_sockets(std::make_unique<VehicleSockets>())
    , m_directory(std::make_unique<VehicleDirectory>(m_options, m_services, *m_replies))
    , m_outbound(std::make_unique<VehicleOutbound>(m_options, m_services, *m_sockets))
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

bool VehicleDialect::claimsUpgrade(const QString &path) const
{
    return VehiclePath::parse(path).has_value();
}

bool VehicleDialect::claimsHttp(const QByteArray &method, const QString &path) const
{
    return VehicleRest::claims(method, path);
}

std::optional<Principal> VehicleDialect::callerOf(const std::optional<Principal> &caller) const
{
    if (caller || m_options.posture == Posture::Secure)
        return caller;
    return Principal{QString(), QStringLiteral("anonymous"), Role::Admin, true};
}

net::Verdict VehicleDialect::authorizeUpgrade(const net::HttpRequest &request,
                                              const std::optional<Principal> &caller) const
{
    const auto path = VehiclePath::parse(request.path);
    if (!path)
        return net::Verdict::refuse(404, R"({"detail":"Not Found"})");
    const auto who = callerOf(caller);
    if (!who)
        return net::Verdict::refuse(401, R"({"detail":"Not authenticated"})");
    bool allowed = false;
    switch (path->kind) {
    case VehicleSocket::Kind::Telemetry:
        allowed = m_directory->mayTouch(*who, Act::WatchVehicle, path->subject);
        break;
    case VehicleSocket::Kind::Alerts:
    case VehicleSocket::Kind::Chat: {
        const Act act = path->kind == VehicleSocket::Kind::Chat ? Act::Chat : Act::WatchAlerts;
        const bool own = path->subject.compare(who->id, Qt::CaseInsensitive) == 0;
        const QString user = own ? who->id : path->subject;
        allowed = isAllowed(m_options.posture, *who, act, {user, {user}});
        break;
    }
    }
    // An unknown vehicle and a forbidden one get the same answer.
    if (allowed)
        return net::Verdict::allow();
    return net::Verdict::refuse(403, path->kind == VehicleSocket::Kind::Telemetry
                                         ? R"({"detail":"Vehicle not found or access denied"})"
                                         : R"({"detail":"Access denied"})");
}

void VehicleDialect::opened(net::Session *session)
{
    const auto path = VehiclePath::parse(session->path());
    if (!path) {
        session->close(1008, QStringLiteral("Unknown path"));
        return;
    }
    // Account names are lower case; a client may write its own as it likes.
    const Principal &who = session->principal();
    const bool own =
        path->kind != VehicleSocket::Kind::Telemetry && path->subject.compare(who.id, Qt::CaseInsensitive) == 0;
    VehicleSocket &socket =
        m_sockets->add(session, path->kind, own ? who.id : path->subject, m_options.messagesPerWindow);
    const quint64 number = socket.number;
    if (path->kind == VehicleSocket::Kind::Alerts)
        session->setUrgent();
    m_outbound->opened(socket);
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
    m_outbound->closed(*socket);
    m_sockets->close(number);
    if (std::exchange(m_sweeping, true))
        return;
    // Not now: one of its messages may just be handled.
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_sweeping = false;
            m_sockets->sweep();
        },
        Qt::QueuedConnection);
}

void VehicleDialect::http(const net::HttpRequest &request, const std::optional<Principal> &caller,
                          const net::Respond &respond)
{
    const auto who = callerOf(caller);
    if (!who) {
        respond(VehicleRest::detail(401, QStringLiteral("Not authenticated")));
        return;
    }
    m_rest->handle(request, *who, respond);
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
