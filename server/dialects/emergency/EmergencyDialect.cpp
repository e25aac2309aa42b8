// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/emergency/EmergencyDialect.h"

#include "models/domain/Streams.h"
#include "server/dialects/LogReplay.h"
#include "server/dialects/RestQuery.h"
#include "server/dialects/emergency/EmergencyAlertPages.h"
#include "server/dialects/emergency/EmergencyContactPages.h"
#include "server/dialects/emergency/EmergencyInbound.h"
#include "server/dialects/emergency/EmergencyRoutes.h"
#include "server/dialects/emergency/EmergencyTalkPages.h"

#include <QLoggingCategory>
#include <QTimer>

#include <utility>

namespace tocsin {

using emergency::Page;
using emergency::Socket;

namespace {
Q_LOGGING_CATEGORY(log, "tocsin.dialect.emergency", QtInfoMsg)

constexpr quint16 notAuthenticated = 4001;
constexpr quint16 forbidden = 4003;
constexpr qsizetype unidentifiedBytes = 65'536;
constexpr qsizetype messageBytes = 10'485'760;
constexpr std::chrono::seconds identifyWithin{2};
constexpr std::chrono::milliseconds tickEvery{250};

Socket::Kind kindOf(Page page)
{
    switch (page) {
    case Page::AlertSocket:
        return Socket::Kind::Alert;
    case Page::LocationSocket:
        return Socket::Kind::Location;
    case Page::ChatSocket:
        return Socket::Kind::Chat;
    case Page::StaffSocket:
        return Socket::Kind::Staff;
    case Page::DashboardSocket:
        return Socket::Kind::Dashboard;
    default:
        return Socket::Kind::User;
    }
}

/// Account names are lower case; a client may write its own as it likes.
QString userNamed(const QString &name, const Principal &who)
{
    return name.compare(who.id, Qt::CaseInsensitive) == 0 ? who.id : name;
}

const Route &routeOf(Socket::Kind kind)
{
    const auto route = std::find_if(emergency::routes.begin(), emergency::routes.end(), [kind](const Route &one) {
        return one.method == Route::Method::WebSocket && kindOf(Page(one.id)) == kind;
    });
    return *route;
}
} // namespace

EmergencyDialect::EmergencyDialect(DialectOptions options, const Parts &parts, QObject *parent)
    : QObject(parent)
    , RuledDialect(Posture::Secure) // in the open posture too
    , m_options(std::move(options))
    , m_parts(parts)
    , m_replies(std::make_unique<ReplyBox>())
    , m_addresses(std::make_unique<AddressLimits>(m_options.messagesPerAddress))
    , m_sockets(std::make_unique<emergency::Sockets>())
    , m_incidents(std::make_unique<emergency::Incidents>(m_options, m_parts.services, m_parts.accounts, *m_replies))
    , m_stats(std::make_unique<emergency::Stats>(m_options, m_parts.services, *m_incidents, *m_replies,
                                                 [this] { return m_sockets->people(); }))
    , m_desk(std::make_unique<emergency::DeskWork>(m_options, m_parts.services, *m_incidents, *m_replies))
    , m_outbound(std::make_unique<emergency::Outbound>(
          emergency::Outbound::Parts{m_options, m_parts.services, *m_sockets, *m_incidents, *m_stats}))
    , m_replay(std::make_unique<LogReplay>(m_options, m_parts.services, *m_replies))
    , m_inbound(std::make_unique<emergency::Inbound>(
          emergency::Inbound::Parts{m_options, *m_sockets, *m_incidents, *m_outbound, *m_desk, *m_addresses}))
    , m_alertPages(std::make_unique<emergency::AlertPages>(
          emergency::AlertPages::Parts{m_options, m_parts.services, *m_incidents, *m_stats, *m_desk, *m_replies}))
    , m_talkPages(std::make_unique<emergency::TalkPages>(emergency::TalkPages::Parts{
          m_options, m_parts.services, *m_incidents, *m_desk, m_parts.attachments, *m_replies}))
    , m_contactPages(std::make_unique<emergency::ContactPages>(
          emergency::ContactPages::Parts{m_options, *m_incidents, m_parts.contacts, *m_replies}))
    , m_ticker(std::make_unique<QTimer>())
{
    connect(m_outbound.get(), &emergency::Outbound::told, m_replay.get(), &LogReplay::told);
    connect(m_inbound.get(), &emergency::Inbound::typed, this, &EmergencyDialect::typed);
    connect(m_ticker.get(), &QTimer::timeout, this, &EmergencyDialect::tick);
}

EmergencyDialect::~EmergencyDialect() = default;

std::span<const Route> EmergencyDialect::table()
{
    return emergency::routes;
}

bool EmergencyDialect::permits(const Rule &rule, const QString &object, const Principal &who) const
{
    if (rule.names() != Names::Path)
        return RuledDialect::permits(rule, object, who);
    switch (rule.act()) {
    case Act::AcknowledgeAlert:
    case Act::CloseAlert:
    case Act::HandleAlert:
        return isAllowed(Posture::Secure, who, rule.act(), {}); // a panic is nobody's own here: staff alone
    case Act::OwnAccount:
        return true; // a contact: one's own are all that is found
    case Act::WatchAlerts:
        return isAllowed(Posture::Secure, who, rule.act(), {userNamed(object, who), {}});
    case Act::FollowIncident:
        // A page about one that the mirror has no more: serve() asks again when it is found.
        if (rule.guard() == Rule::Guard::ByRight && m_incidents->find(object) == nullptr)
            return true;
        break;
    default:
        break;
    }
    return isAllowed(Posture::Secure, who, rule.act(), {m_incidents->personOf(object), {}});
}

net::HttpResponse EmergencyDialect::refusal(const Place &place, int status) const
{
    if (place.route->method == Route::Method::WebSocket)
        return jsonResponse(403,
                            QJsonObject{{QStringLiteral("detail"), status == 401 ? QStringLiteral("Not authenticated")
                                                                                 : QStringLiteral("Access denied")}});
    if (status == 401)
        return RuledDialect::refusal(place, status);
    const QString text = Page(place.route->id) == Page::Cancel ? QStringLiteral("You can only cancel your own alerts")
                                                               : QStringLiteral("Access denied");
    return jsonResponse(status, QJsonObject{{QStringLiteral("error"), text}});
}

void EmergencyDialect::enter(const Place &place, net::Session *session)
{
    Socket &socket = m_sockets->add(session, m_options.messagesPerWindow);
    const quint64 number = socket.number;
    socket.kind = kindOf(Page(place.route->id));
    socket.subject = place.object;
    socket.openedAt = m_options.clock();
    connect(session, &net::Session::textReceived, this,
            [this, number](const QByteArray &utf8) { receive(number, utf8, false); });
    connect(session, &net::Session::binaryReceived, this,
            [this, number](const QByteArray &bytes) { receive(number, bytes, true); });
    connect(session, &net::Session::closed, this, [this, number] { closed(number); });
    if (!socket.who().anonymous && !socket.who().id.isEmpty()) {
        begin(socket);
        return;
    }
    session->limitMessages(unidentifiedBytes);
    if (!m_ticker->isActive())
        m_ticker->start(tickEvery);
}

/// The caller is known, and may be here.
void EmergencyDialect::begin(Socket &socket)
{
    socket.identified = true;
    if (socket.kind == Socket::Kind::User) {
        socket.subject = userNamed(socket.subject, socket.who());
        socket.person = socket.subject;
    } else if (!socket.subject.isEmpty()) {
        socket.person = m_incidents->personOf(socket.subject);
    }
    // A cancel, an acknowledge or a place may come on it.
    if (socket.kind != Socket::Kind::User && socket.kind != Socket::Kind::Dashboard)
        socket.session->setUrgent();
    m_outbound->greet(socket);
    listen(socket);
    m_stats->touch();
    qCDebug(log) << "session" << socket.session->id() << "opened on" << socket.session->path();
}

/// A phone that comes back is told first what it has missed; the desk's people look in and have the whole conversation over HTTP.
void EmergencyDialect::listen(const Socket &socket)
{
    const bool user = socket.kind == Socket::Kind::User;
    if (!socket.isOriginator() || (!user && socket.kind != Socket::Kind::Chat)) {
        m_outbound->listen(socket);
        return;
    }
    const quint64 number = socket.number;
    LogReplay::Listener listener;
    listener.number = number;
    listener.session = socket.session;
    listener.key = (user ? QStringLiteral("user ") : QStringLiteral("chat ")) + socket.subject;
    listener.stream = user ? userStream(socket.subject) : chatStream(chatThreadOfIncident(socket.subject));
    listener.topics = m_outbound->topicsOf(socket);
    listener.tell = [this, number](const Event &event) {
        Socket *one = m_sockets->find(number);
        return one != nullptr && m_outbound->tell(*one, event);
    };
    listener.listen = [this, number] {
        if (const Socket *one = m_sockets->find(number))
            m_outbound->listen(*one);
    };
    m_replay->opened(listener);
}

void EmergencyDialect::receive(quint64 number, const QByteArray &utf8, bool binary)
{
    Socket *socket = m_sockets->find(number);
    if (socket == nullptr || !socket->session->isOpen())
        return;
    if (!socket->identified)
        identify(*socket, binary ? QByteArray() : utf8);
    else if (binary)
        m_inbound->refuseBinary(*socket);
    else
        m_inbound->receive(*socket, utf8);
}

/// {"type": "auth", "token": …}: anything else ends the connection.
void EmergencyDialect::identify(Socket &socket, const QByteArray &utf8)
{
    JsonLimits limits = m_options.json;
    limits.maxBytes = unidentifiedBytes;
    const auto parsed = parseJsonObject(utf8, limits);
    const QJsonObject frame =
        std::holds_alternative<QJsonObject>(parsed) ? std::get<QJsonObject>(parsed) : QJsonObject();
    const QByteArray token = frame.value(QLatin1String("token")).toString().toUtf8();
    const bool asked = frame.value(QLatin1String("type")) == QLatin1String("auth") && !token.isEmpty();
    const net::AuthResult result =
        asked && m_parts.authorizer ? m_parts.authorizer->authenticate(token, m_options.clock()) : net::AuthResult();
    if (!result.principal) {
        socket.session->close(notAuthenticated, QStringLiteral("Not authenticated"));
        return;
    }
    const Rule &rule = routeOf(socket.kind).rule;
    if (!permits(rule, socket.subject, *result.principal)) {
        socket.session->close(forbidden, QStringLiteral("Access denied"));
        return;
    }
    socket.session->identify(*result.principal, result.credential ? &*result.credential : nullptr);
    socket.session->limitMessages(messageBytes);
    begin(socket);
}

void EmergencyDialect::tick()
{
    const TimePoint now = m_options.clock();
    bool waiting = false;
    const QList<quint64> silent = m_sockets->numbersWhere([](const Socket &one) { return !one.identified; });
    for (const quint64 number : silent) {
        Socket *socket = m_sockets->find(number);
        if (socket == nullptr || !socket->session->isOpen())
            continue;
        waiting = true;
        if (now - socket->openedAt > identifyWithin)
            socket->session->close(notAuthenticated, QStringLiteral("Not authenticated in time"));
    }
    if (!waiting)
        m_ticker->stop();
}

void EmergencyDialect::closed(quint64 number)
{
    Socket *socket = m_sockets->find(number);
    if (socket == nullptr)
        return;
    m_replay->closed(number);
    m_outbound->closed(*socket);
    m_sockets->close(number);
    m_stats->touch();
}

void EmergencyDialect::serve(const Call &call, const net::Respond &respond)
{
    const emergency::Visit visit{Page(call.route.id), call.object, call.request, *call.caller, respond};
    const Rule &rule = call.route.rule;
    if (rule.act() != Act::FollowIncident || rule.names() != Names::Path || m_incidents->find(call.object) != nullptr)
        return show(visit);
    m_incidents->lookUp(call.object, [this, place = Place{&call.route, call.object}, request = call.request,
                                      caller = *call.caller, respond] {
        if (isAllowed(Posture::Secure, caller, Act::FollowIncident, {m_incidents->personOf(place.object), {}}))
            show({Page(place.route->id), place.object, request, caller, respond});
        else
            respond(refusal(place, 403));
    });
}

void EmergencyDialect::show(const emergency::Visit &visit)
{
    switch (visit.page) {
    case Page::Messages:
    case Page::SendMessage:
    case Page::Media:
    case Page::SendMedia:
        return m_talkPages->serve(visit);
    case Page::ContactsOfIncident:
    case Page::Contacts:
    case Page::AddContact:
    case Page::Contact:
    case Page::ReplaceContact:
    case Page::ChangeContact:
    case Page::RemoveContact:
        return m_contactPages->serve(visit);
    default:
        return m_alertPages->serve(visit);
    }
}

void EmergencyDialect::publish(const QList<Reading> &readings)
{
    m_incidents->take(readings);
}

void EmergencyDialect::tellTyping(const TypingNotice &notice)
{
    const QString alertId = incidentOfChatThread(notice.thread);
    m_outbound->publishTyping(notice, notice.personId != m_incidents->personOf(alertId), nullptr);
}

QStringList EmergencyDialect::topicsOf(net::Session *session) const
{
    return m_outbound->subscriptionsOf(session);
}

EmergencyDialect::Counters EmergencyDialect::counters() const
{
    return {m_sockets->count(), m_sockets->people(), m_inbound->received(), m_outbound->errorsSent()};
}

} // namespace tocsin
