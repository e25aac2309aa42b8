// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/iothub/HubRest.h"

#include "server/dialects/RestQuery.h"

#include <QJsonArray>

namespace tocsin {

namespace {

net::HttpResponse done(const QString &message, const QJsonObject &data, int status = 200)
{
    return jsonResponse(status, QJsonObject{{QStringLiteral("success"), true},
                                            {QStringLiteral("message"), message},
                                            {QStringLiteral("data"), data}});
}

net::HttpResponse refused(const QString &message, const HubDoings::Refusal &refusal)
{
    // What somebody may not touch looks like what is not there.
    net::HttpResponse response =
        HubRest::refusal(refusal.forbidden ? 404 : 400, message,
                         refusal.forbidden ? QStringLiteral("NOT_FOUND") : QStringLiteral("VALIDATION_ERROR"));
    QJsonObject body = QJsonDocument::fromJson(response.body).object();
    body.insert(QStringLiteral("detail"), refusal.why.message);
    if (!refusal.why.field.isEmpty())
        body.insert(QStringLiteral("field"), refusal.why.field);
    response.body = QJsonDocument(body).toJson(QJsonDocument::Compact);
    return response;
}

} // namespace

HubRest::HubRest(const DialectOptions &options, HubSockets &sockets, HubDoings &doings, HubOutbound &outbound)
    : m_options(options)
    , m_sockets(sockets)
    , m_doings(doings)
    , m_outbound(outbound)
{
}

net::HttpResponse HubRest::refusal(int status, const QString &message, const QString &code)
{
    net::HttpResponse response = jsonResponse(status, QJsonObject{{QStringLiteral("success"), false},
                                                                  {QStringLiteral("message"), message},
                                                                  {QStringLiteral("error"), code}});
    if (status == 401)
        response.headers.emplaceBack("WWW-Authenticate", "Bearer");
    return response;
}

net::HttpResponse HubRest::notFound(const QString &path)
{
    return refusal(404, QStringLiteral("Route %1 not found").arg(path.left(256)), QStringLiteral("NOT_FOUND"));
}

void HubRest::handle(HubPage page, const QString &object, const net::HttpRequest &request,
                     const std::optional<Principal> &caller, const net::Respond &respond)
{
    switch (page) {
    case HubPage::Connections:
        respond(connections());
        break;
    case HubPage::Devices:
        respond(devices());
        break;
    case HubPage::Users:
        respond(users());
        break;
    case HubPage::Status:
        respond(status(caller));
        break;
    case HubPage::Broadcast:
    case HubPage::ToDevice:
    case HubPage::ToUser:
        say(page, object, request, *caller, respond);
        break;
    case HubPage::Register:
        enroll(request, *caller, respond);
        break;
    case HubPage::Ingest:
        ingest(request, *caller, respond);
        break;
    case HubPage::Socket: // Engine.IO's
    case HubPage::Poll:
    case HubPage::Post:
        respond(notFound(request.path));
        break;
    }
}

QJsonArray HubRest::deviceList() const
{
    QJsonArray list;
    const QList<HubDevice> devices = m_sockets.devices(m_options.clock());
    for (const HubDevice &device : devices) {
        QJsonObject entry{{QStringLiteral("imei"), device.imei},
                          {QStringLiteral("socketId"), device.socketId},
                          {QStringLiteral("connectedAt"), toEpochMillis(device.connectedAt)},
                          {QStringLiteral("lastHeartbeat"), toEpochMillis(device.lastHeartbeat)}};
        if (!device.userEmail.isEmpty())
            entry.insert(QStringLiteral("userEmail"), device.userEmail);
        list.append(entry);
    }
    return list;
}

net::HttpResponse HubRest::connections() const
{
    return done(QStringLiteral("Connection status retrieved successfully"),
                {{QStringLiteral("devices"), deviceList()},
                 {QStringLiteral("users"), QJsonArray::fromStringList(m_sockets.emails())},
                 {QStringLiteral("totalConnections"), m_sockets.connectedCount()},
                 {QStringLiteral("timestamp"), toEpochMillis(m_options.clock())}});
}

net::HttpResponse HubRest::devices() const
{
    const QJsonArray list = deviceList();
    return done(QStringLiteral("Connected devices retrieved successfully"),
                {{QStringLiteral("devices"), list},
                 {QStringLiteral("count"), list.size()},
                 {QStringLiteral("timestamp"), toEpochMillis(m_options.clock())}});
}

net::HttpResponse HubRest::users() const
{
    const QStringList emails = m_sockets.emails();
    return done(QStringLiteral("Connected users retrieved successfully"),
                {{QStringLiteral("users"), QJsonArray::fromStringList(emails)},
                 {QStringLiteral("count"), emails.size()},
                 {QStringLiteral("timestamp"), toEpochMillis(m_options.clock())}});
}

/// For everybody, so in the secure posture it names nobody: counts take the place of the lists.
net::HttpResponse HubRest::status(const std::optional<Principal> &caller) const
{
    const QJsonArray devices = deviceList();
    const QStringList emails = m_sockets.emails();
    const bool named = caller && isAllowed(m_options.posture, *caller, Act::FollowDesk, {});
    const QJsonObject data{
        {QStringLiteral("connectedDevices"), named ? QJsonValue(devices) : QJsonValue(devices.size())},
        {QStringLiteral("connectedUsers"),
         named ? QJsonValue(QJsonArray::fromStringList(emails)) : QJsonValue(emails.size())},
        {QStringLiteral("totalConnections"), m_sockets.connectedCount()}};
    QJsonObject body = data; // on the first level, too
    body.insert(QStringLiteral("success"), true);
    body.insert(QStringLiteral("message"), QStringLiteral("Real-time status retrieved successfully"));
    body.insert(QStringLiteral("data"), data);
    return jsonResponse(200, body);
}

/// In the audit before it is said; the words themselves are not.
void HubRest::say(HubPage page, const QString &object, const net::HttpRequest &request, const Principal &caller,
                  const net::Respond &respond)
{
    const auto parsed = parseJsonObject(request.body, m_options.json);
    if (const auto *error = std::get_if<FieldError>(&parsed)) {
        respond(refused(QStringLiteral("Invalid JSON"), {*error, false}));
        return;
    }
    const QJsonObject &body = std::get<QJsonObject>(parsed);
    const QString event = body.value(QLatin1String("event")).toString();
    const QJsonValue data = body.value(QLatin1String("data"));
    constexpr qsizetype longestName = 128;
    if (event.isEmpty() || event.size() > longestName || data.isUndefined() || data.isNull()) {
        respond(refusal(400, QStringLiteral("Event and data are required"), QStringLiteral("MISSING_PARAMETERS")));
        return;
    }
    const AuditRecord record{QStringLiteral("broadcast"),
                             page == HubPage::ToDevice ? QStringLiteral("device ") + object
                             : page == HubPage::ToUser ? QStringLiteral("user ") + object
                                                       : QStringLiteral("everybody"),
                             QStringLiteral("The event %1 over dialect 2.").arg(event), true, request.peerAddress};
    m_doings.note(record, caller, [this, page, object, event, data, respond](const Outcome &outcome) {
        if (outcome.ok)
            respond(tell(page, object, event, data));
        else
            respond(refusal(503, QStringLiteral("Failed to send message"), outcome.code));
    });
}

net::HttpResponse HubRest::tell(HubPage page, const QString &object, const QString &event, const QJsonValue &data)
{
    QJsonObject told{{QStringLiteral("event"), event}, {QStringLiteral("timestamp"), toEpochMillis(m_options.clock())}};
    QString message;
    int sent = 0;
    if (page == HubPage::ToDevice) {
        sent = m_outbound.toDevice(object, event, data);
        told.insert(QStringLiteral("imei"), object);
        message = QStringLiteral("Message sent to device %1").arg(object);
    } else if (page == HubPage::ToUser) {
        sent = m_outbound.toUser(m_doings.people().idOf(object), event, data);
        told.insert(QStringLiteral("email"), object);
        message = QStringLiteral("Message sent to user %1").arg(object);
    } else {
        sent = m_outbound.toEverybody(event, data);
        message = QStringLiteral("Message broadcasted successfully");
    }
    told.insert(QStringLiteral("sentTo"), sent);
    return done(message, told);
}

void HubRest::enroll(const net::HttpRequest &request, const Principal &caller, const net::Respond &respond)
{
    const QString failed = QStringLiteral("Failed to register device");
    const auto parsed = parseJsonObject(request.body, m_options.json);
    if (const auto *error = std::get_if<FieldError>(&parsed)) {
        respond(refused(failed, {*error, false}));
        return;
    }
    QJsonObject message = std::get<QJsonObject>(parsed);
    const QString field = QStringLiteral("userEmail");
    const QString email = request.query.queryItemValue(QStringLiteral("email"), QUrl::FullyDecoded);
    if (!email.isEmpty())
        message.insert(field, email);
    auto wanted = m_doings.readRegistration(message, caller);
    if (const auto *refusal = std::get_if<HubDoings::Refusal>(&wanted)) {
        respond(refused(failed, *refusal));
        return;
    }
    const auto registration = std::get<HubDoings::Registration>(wanted);
    m_doings.enroll(registration, caller, {}, [respond, registration, failed](const Outcome &outcome) {
        if (!outcome.ok) {
            respond(HubRest::refusal(outcome.code == QLatin1String("invalid") ? 400 : 503, failed, outcome.code));
            return;
        }
        QJsonObject data{{QStringLiteral("imei"), registration.imei}};
        if (!registration.userEmail.isEmpty())
            data.insert(QStringLiteral("userEmail"), registration.userEmail);
        respond(done(QStringLiteral("Device registered successfully"), data, outcome.changed ? 201 : 200));
    });
}

void HubRest::ingest(const net::HttpRequest &request, const Principal &caller, const net::Respond &respond)
{
    const QString failed = QStringLiteral("Failed to process telemetry data");
    const auto parsed = parseJsonObject(request.body, m_options.json);
    if (const auto *error = std::get_if<FieldError>(&parsed)) {
        respond(refused(failed, {*error, false}));
        return;
    }
    auto taken = m_doings.takeTelemetry(std::get<QJsonObject>(parsed), caller, {});
    if (const auto *refusal = std::get_if<HubDoings::Refusal>(&taken)) {
        respond(refused(failed, *refusal));
        return;
    }
    const auto &reading = std::get<HubDoings::Taken>(taken);
    m_sockets.heard(reading.imei, m_options.clock());
    respond(done(QStringLiteral("Telemetry processed successfully"), {{QStringLiteral("id"), reading.id}}, 201));
}

} // namespace tocsin
