// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/monitor/MonitorDialect.h"

#include "server/dialects/monitor/MonitorFrames.h"
#include "server/dialects/monitor/MonitorInbound.h"
#include "server/dialects/monitor/MonitorRest.h"

#include <QJsonObject>
#include <QLoggingCategory>

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(log, "tocsin.dialect.monitor", QtInfoMsg)
} // namespace

MonitorDialect::MonitorDialect(DialectOptions options, MonitorOptions more, const DialectServices &services,
                               QObject *parent)
    : QObject(parent)
    , RuledDialect(options.posture)
    , m_options(std::move(options))
    , m_more(std::move(more))
    , m_hub(std::make_unique<MonitorHub>(m_options, services))
    , m_news(std::make_unique<MonitorNews>(m_options, m_more, services, *m_hub))
    , m_inbound(std::make_unique<MonitorInbound>(m_options, m_more, services, *m_hub, *m_news))
    , m_rest(std::make_unique<MonitorRest>(m_options, services, *m_hub, *m_news))
{
    const DeskMirror *mirror = &services.mirror;
    connect(mirror, &DeskMirror::alertChanged, m_news.get(), &MonitorNews::publishAlert);
    connect(mirror, &DeskMirror::eventsApplied, m_news.get(), &MonitorNews::publishEvents);
    connect(mirror, &DeskMirror::presenceChanged, m_news.get(), &MonitorNews::publishPresence);
    connect(mirror, &DeskMirror::deviceChanged, m_news.get(), &MonitorNews::noteDevice);
}

MonitorDialect::~MonitorDialect() = default;

QString MonitorDialect::name() const
{
    return QStringLiteral("dialect4");
}

QStringList MonitorDialect::topicsOf(net::Session *session) const
{
    return m_hub->topicsOf(session);
}

std::span<const Route> MonitorDialect::table()
{
    return monitor::routes;
}

void MonitorDialect::enter(const Place & /*place*/, net::Session *session)
{
    const MonitorHub::Socket socket = m_hub->open(session);
    // Held while one of its messages is handled, whatever becomes of it meanwhile.
    connect(session, &net::Session::textReceived, this,
            [this, socket](const QByteArray &utf8) { m_inbound->receive(*socket, utf8); });
    connect(session, &net::Session::binaryReceived, this, [this, socket] { m_inbound->refuseBinary(*socket); });
    connect(session, &net::Session::closed, this, [this, socket] {
        qCInfo(log) << "client" << socket->clientId << "left";
        m_hub->close(socket);
    });
    const Principal &who = session->principal();
    const bool named = !who.anonymous && !who.id.isEmpty();
    m_hub->send(*socket, monitor::envelope(
                             QStringLiteral("device_connected"),
                             {{QStringLiteral("client_id"), socket->clientId},
                              {QStringLiteral("user_id"), named ? QJsonValue(who.id) : QJsonValue(QJsonValue::Null)},
                              {QStringLiteral("username"), who.name.isEmpty() ? who.id : who.name},
                              {QStringLiteral("message"), QStringLiteral("Connected")}},
                             m_options.clock()));
    qCInfo(log) << "client" << socket->clientId << "connected as" << (named ? who.id : QStringLiteral("anonymous"));
}

void MonitorDialect::serve(const Call &call, const net::Respond &respond)
{
    qCDebug(log) << "page" << call.route.id << "asked";
    m_rest->handle(monitor::Page(call.route.id), call.object, call.request, *call.caller, respond);
}

void MonitorDialect::publish(const QList<Reading> &readings)
{
    m_news->publishReadings(readings);
}

int MonitorDialect::groups() const
{
    return static_cast<int>(m_hub->counts().topics.size());
}

int MonitorDialect::users() const
{
    return m_hub->counts().users;
}

void MonitorDialect::tick()
{
    m_news->tick(m_options.clock());
}

} // namespace tocsin
