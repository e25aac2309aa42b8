// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/iothub/HubInbound.h"

#include "server/net/FrameCodec.h"

#include <QJsonArray>
#include <QUuid>

#include <chrono>

namespace tocsin {

using Type = engine::SocketPacket::Type;

namespace {

constexpr int maxTelemetries = 500;  ///< of one subscription's answer
constexpr qsizetype maxEmails = 100; ///< subscriptions of one socket

QString textOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

} // namespace

HubInbound::HubInbound(const DialectOptions &options, std::shared_ptr<const net::Authorizer> authorizer,
                       HubSockets &sockets, HubDoings &doings, HubOutbound &outbound)
    : m_options(options)
    , m_authorizer(std::move(authorizer))
    , m_sockets(sockets)
    , m_doings(doings)
    , m_outbound(outbound)
    , m_addresses(options.messagesPerAddress)
{
}

void HubInbound::receive(HubSocket &socket, const QByteArray &packet)
{
    ++m_received;
    socket.attachments = 0; // whoever goes on in text has no more of them to send
    const auto read = engine::readSocketPacket(packet);
    if (const auto *error = std::get_if<FieldError>(&read)) {
        if (!socket.connected)
            socket.session->close(net::CloseCode::Policy, error->message);
        else if (admit(socket, {socket.number, {}}))
            fail({socket.number, {}}, QStringLiteral("Invalid packet"), *error);
        return;
    }
    const auto &said = std::get<engine::SocketPacket>(read);
    if (said.type == Type::Connect) {
        if (admit(socket, {}))
            join(socket, said);
        return;
    }
    if (!socket.connected || said.nsp != "/") {
        // As the original does with whoever speaks before it has joined.
        if (!socket.connected)
            socket.session->close(net::CloseCode::Policy, QStringLiteral("Connect first"));
        return;
    }
    switch (said.type) {
    case Type::Disconnect:
        leave(socket);
        break;
    case Type::Event:
        takeEvent(socket, said);
        break;
    case Type::BinaryEvent:
        socket.attachments = said.attachments;
        if (admit(socket, {socket.number, said.ack}))
            fail({socket.number, said.ack}, QStringLiteral("Binary data is not supported"),
                 {{}, QStringLiteral("Events carry JSON alone")});
        break;
    case Type::BinaryAck:
        socket.attachments = said.attachments;
        break;
    case Type::Ack: // nothing is asked of clients
    case Type::ConnectError:
    case Type::Connect:
        break;
    }
}

void HubInbound::receiveBinary(HubSocket &socket)
{
    ++m_received;
    if (socket.attachments > 0) {
        --socket.attachments; // of an event that was refused
        return;
    }
    refuseStrange(socket);
}

void HubInbound::refuseStrange(HubSocket &socket)
{
    if (!socket.connected)
        socket.session->close(net::CloseCode::Policy, QStringLiteral("Not a packet"));
    else if (admit(socket, {socket.number, {}}))
        fail({socket.number, {}}, QStringLiteral("Invalid packet"), {{}, QStringLiteral("Unknown packet type")});
}

// --- coming and going

void HubInbound::join(HubSocket &socket, const engine::SocketPacket &packet)
{
    if (packet.nsp != "/") {
        m_outbound.send(socket, engine::connectErrorMessage(packet.nsp, QStringLiteral("Invalid namespace")));
        return;
    }
    if (socket.connected) {
        socket.session->close(net::CloseCode::Policy, QStringLiteral("Connected already"));
        return;
    }
    QJsonObject auth;
    if (!packet.json.isEmpty()) {
        const auto read = parseJsonObject(packet.json, m_options.json);
        if (const auto *error = std::get_if<FieldError>(&read)) {
            m_outbound.send(socket, engine::connectErrorMessage("/", error->message));
            return;
        }
        auth = std::get<QJsonObject>(read);
    }
    QString refusal;
    QString code;
    if (!identify(socket, auth, refusal, code)) {
        m_outbound.send(socket, engine::connectErrorMessage("/", refusal, code));
        return;
    }
    socket.connected = true;
    socket.socketId = QUuid::createUuid().toString(QUuid::WithoutBraces);
    m_outbound.send(socket, engine::connectMessage(socket.socketId));
    m_outbound.connected(socket);
}

/// By the token of the connect packet, or by what the handshake brought.
bool HubInbound::identify(HubSocket &socket, const QJsonObject &auth, QString &refusal, QString &code)
{
    QString token = auth.value(QLatin1String("token")).toString();
    if (token.startsWith(QLatin1String("Bearer ")))
        token = token.mid(7);
    if (!token.isEmpty() && m_authorizer) {
        const net::AuthResult result = m_authorizer->authenticate(token.toUtf8(), m_options.clock());
        if (result.principal) {
            socket.session->identify(*result.principal, result.credential ? &*result.credential : nullptr);
            socket.session->limitMessages(m_options.json.maxBytes);
            socket.known = true;
            return true;
        }
    }
    // An invalid one counts as none: enough in the open posture, and for whom the handshake let in nothing changes.
    if (socket.known)
        return true;
    refusal = token.isEmpty() ? QStringLiteral("Access token is required") : QStringLiteral("Invalid or expired token");
    code = token.isEmpty() ? QStringLiteral("MISSING_TOKEN") : QStringLiteral("INVALID_TOKEN");
    return false;
}

void HubInbound::leave(HubSocket &socket)
{
    m_outbound.disconnected(socket);
    m_sockets.forgetDevices(socket.number);
    socket.connected = false;
    socket.emails.clear();
    using namespace std::chrono_literals;
    socket.connectBy = m_options.clock() + 45s;
}

// --- events

bool HubInbound::admit(HubSocket &socket, const Asker &asker)
{
    const auto wait = m_addresses.admit(socket.limit, socket.session->peerAddress(), m_options.clock());
    if (!wait)
        return true;
    ++m_rateLimited;
    const qint64 ms = std::chrono::ceil<std::chrono::milliseconds>(*wait).count();
    fail(asker, QStringLiteral("Too many messages"), {{}, QStringLiteral("Try again in %1 ms").arg(ms)}, ms);
    return false;
}

void HubInbound::takeEvent(HubSocket &socket, const engine::SocketPacket &packet)
{
    const Asker asker{socket.number, packet.ack};
    const auto read = parseJson(packet.json, m_options.json);
    if (const auto *error = std::get_if<FieldError>(&read)) {
        if (admit(socket, asker))
            fail(asker, QStringLiteral("Invalid packet"), *error);
        return;
    }
    const QJsonArray event = std::get<QJsonDocument>(read).array();
    if (!event.at(0).isString()) {
        if (admit(socket, asker))
            fail(asker, QStringLiteral("Invalid packet"),
                 {{}, QStringLiteral("An event is a list that begins with its name")});
        return;
    }
    const QString name = event.at(0).toString();
    const HubEventRule *rule = findMessage(hubEvents, name);
    if ((rule == nullptr || rule->extra.counted) && !admit(socket, asker))
        return;
    if (rule == nullptr) {
        fail(asker, QStringLiteral("Unknown event"), {{}, QStringLiteral("Unknown event: %1").arg(name.left(64))});
        return;
    }
    if (!event.at(1).isObject()) {
        fail(asker, *rule, {{}, QStringLiteral("The payload must be an object")});
        return;
    }
    const QJsonObject payload = event.at(1).toObject();
    // Every one of them names its object in the payload: the right is asked for where that has been read (HubDoings).
    switch (rule->message) {
    case HubEvent::Register:
        registerDevice(socket, asker, *rule, payload);
        break;
    case HubEvent::Telemetry:
        takeTelemetry(socket, asker, *rule, payload);
        break;
    case HubEvent::Heartbeat:
        takeHeartbeat(socket, asker, *rule, payload);
        break;
    case HubEvent::Subscribe:
        subscribe(socket, asker, *rule, payload);
        break;
    }
}

void HubInbound::succeed(const Asker &asker, const QString &event, const QJsonObject &payload)
{
    HubSocket *socket = m_sockets.find(asker.socket);
    if (!socket)
        return;
    if (!event.isEmpty())
        m_outbound.emitEvent(*socket, event, payload);
    if (asker.ack)
        m_outbound.send(*socket, engine::ackMessage(*asker.ack, payload));
}

void HubInbound::fail(const Asker &asker, const QString &message, const FieldError &why,
                      std::optional<qint64> retryAfterMs)
{
    HubSocket *socket = m_sockets.find(asker.socket);
    if (!socket)
        return;
    m_outbound.error(*socket, message, why, retryAfterMs);
    if (asker.ack)
        m_outbound.send(*socket, engine::ackMessage(*asker.ack, {{QStringLiteral("success"), false},
                                                                 {QStringLiteral("message"), message},
                                                                 {QStringLiteral("error"), why.message}}));
}

void HubInbound::fail(const Asker &asker, const HubEventRule &rule, const FieldError &why)
{
    fail(asker, textOf(rule.extra.failure), why);
}

void HubInbound::registerDevice(HubSocket &socket, const Asker &asker, const HubEventRule &rule,
                                const QJsonObject &payload)
{
    const Principal &who = socket.session->principal();
    auto wanted = m_doings.readRegistration(payload, who);
    if (const auto *refusal = std::get_if<HubDoings::Refusal>(&wanted)) {
        fail(asker, rule, refusal->why);
        return;
    }
    const auto registration = std::get<HubDoings::Registration>(wanted);
    m_doings.enroll(registration, who, socket.session->id(),
                    [this, asker, &rule, registration](const Outcome &outcome) {
                        HubSocket *device = m_sockets.find(asker.socket); // it may have gone meanwhile
                        if (!device || !device->connected)
                            return;
                        if (!outcome.ok) {
                            fail(asker, rule, {{}, outcome.message});
                            return;
                        }
                        const QString &imei = registration.imei;
                        if (!m_sockets.addDevice(*device, imei, registration.userEmail, m_options.clock())) {
                            fail(asker, rule, {{}, QStringLiteral("Too many devices on one connection")});
                            return;
                        }
                        m_outbound.watchDevice(*device, imei);
                        succeed(asker, QStringLiteral("device_registered"),
                                {{QStringLiteral("imei"), imei},
                                 {QStringLiteral("message"), QStringLiteral("Device registered successfully")}});
                    });
}

void HubInbound::takeTelemetry(HubSocket &socket, const Asker &asker, const HubEventRule &rule,
                               const QJsonObject &payload)
{
    auto taken = m_doings.takeTelemetry(payload, socket.session->principal(), socket.session->id());
    if (const auto *refusal = std::get_if<HubDoings::Refusal>(&taken)) {
        fail(asker, rule, refusal->why);
        return;
    }
    const auto &reading = std::get<HubDoings::Taken>(taken);
    m_sockets.heard(reading.imei, m_options.clock());
    succeed(asker, QStringLiteral("telemetry_processed"),
            {{QStringLiteral("success"), true},
             {QStringLiteral("message"), QStringLiteral("Telemetry processed successfully")},
             {QStringLiteral("data"), QJsonObject{{QStringLiteral("id"), reading.id}}}});
}

void HubInbound::takeHeartbeat(HubSocket &socket, const Asker &asker, const HubEventRule &rule,
                               const QJsonObject &payload)
{
    auto imei = m_doings.readHeartbeat(payload, socket.session->principal());
    if (const auto *refusal = std::get_if<HubDoings::Refusal>(&imei)) {
        fail(asker, rule, refusal->why);
        return;
    }
    m_sockets.heard(std::get<QString>(imei), m_options.clock());
    succeed(asker, {}, {{QStringLiteral("success"), true}});
}

void HubInbound::subscribe(HubSocket &socket, const Asker &asker, const HubEventRule &rule, const QJsonObject &payload)
{
    auto found = m_doings.readPerson(payload, socket.session->principal());
    if (const auto *refusal = std::get_if<HubDoings::Refusal>(&found)) {
        fail(asker, rule, refusal->why);
        return;
    }
    const auto &person = std::get<HubDoings::Person>(found);
    if (!socket.emails.contains(person.email)) {
        if (socket.emails.size() >= maxEmails) {
            fail(asker, rule, {{}, QStringLiteral("Too many subscriptions on one connection")});
            return;
        }
        socket.emails.append(person.email);
    }
    m_outbound.watchUser(socket, person.userId);
    const QStringList imeis = m_doings.devicesOf(person.userId);
    QJsonArray telemetries;
    for (const QString &imei : imeis) {
        const QJsonObject data = m_outbound.dataOf(imei);
        if (!data.isEmpty() && telemetries.size() < maxTelemetries)
            telemetries.append(QJsonObject{{QStringLiteral("imei"), imei}, {QStringLiteral("data"), data}});
    }
    succeed(asker, QStringLiteral("user_subscribed"),
            {{QStringLiteral("email"), person.email},
             {QStringLiteral("deviceCount"), imeis.size()},
             {QStringLiteral("telemetries"), telemetries}});
}

} // namespace tocsin
