// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/VehicleInbound.h"

#include "server/dialects/AlertReport.h"
#include "server/dialects/TelemetryReader.h"
#include "server/dialects/VehicleRoutes.h"

#include <QUuid>

namespace tocsin {

using Kind = VehicleSocket::Kind;

VehicleInbound::VehicleInbound(const DialectOptions &options, const DialectServices &services, VehicleSockets &sockets,
                               VehicleDirectory &directory, VehicleOutbound &outbound, ReplyBox &replies)
    : m_options(options)
    , m_services(services)
    , m_sockets(sockets)
    , m_directory(directory)
    , m_outbound(outbound)
    , m_replies(replies)
    , m_addresses(options.messagesPerAddress)
{
}

void VehicleInbound::receive(VehicleSocket &socket, const QByteArray &utf8)
{
    ++m_received;
    const auto parsed = parseJsonObject(utf8, m_options.json);
    if (const auto *error = std::get_if<FieldError>(&parsed)) {
        if (admit(socket))
            m_outbound.error(socket, QStringLiteral("invalid_json"), *error);
        return;
    }
    const QJsonObject &message = std::get<QJsonObject>(parsed);
    const QJsonValue type = message.value(QLatin1String("type"));
    if (!type.isUndefined() && !type.isNull() && !type.isString()) {
        if (admit(socket))
            invalid(socket, QStringLiteral("type"), QStringLiteral("must be text"));
        return;
    }
    const bool untyped = type.toString().isEmpty();
    // Chat has a socket of its own, on which a message needs no type.
    const bool plainChat = untyped && socket.kind == Kind::Chat;
    const VehicleMessageRule *rule =
        findMessage(vehicleMessages, plainChat ? QStringView(u"chat") : QStringView(type.toString()));
    if ((rule == nullptr || rule->extra == Counts::Yes) && !admit(socket))
        return;
    if (rule == nullptr || (rule->sockets & bitOf(socket.kind)) == 0) {
        const QString why = untyped ? QStringLiteral("type is missing")
                                    : QStringLiteral("Unknown message type: %1").arg(type.toString().left(64));
        m_outbound.error(socket, QStringLiteral("unknown_type"), {QStringLiteral("type"), why});
        return;
    }
    if (!permits(socket, rule->rule)) {
        const QString why = socket.kind == Kind::Telemetry ? QStringLiteral("Vehicle not found or access denied")
                                                           : QStringLiteral("Access denied");
        m_outbound.error(socket, QStringLiteral("forbidden"), {{}, why});
        return;
    }
    switch (rule->message) {
    case VehicleMessage::ClientInfo:
        takeClientInfo(socket, message);
        break;
    case VehicleMessage::Telemetry:
        takeTelemetry(socket, message);
        break;
    case VehicleMessage::Alert:
        takeAlert(socket, rule->rule, message);
        break;
    case VehicleMessage::Acknowledge:
        takeAcknowledge(socket, rule->rule, message);
        break;
    case VehicleMessage::Ping:
        answerPing(socket);
        break;
    case VehicleMessage::Chat:
        takeChat(socket, message);
        break;
    case VehicleMessage::Receipt:
        takeReceipt(socket, message);
        break;
    case VehicleMessage::Silence:
        break;
    }
}

bool VehicleInbound::permits(const VehicleSocket &socket, const Rule &rule) const
{
    if (!socket.session)
        return false;
    // What the frame names is asked about once that has been read.
    return !rule.goesByRight() || rule.names() == Names::Body || mayTouch(socket, rule.act(), socket.subject);
}

/// Of the vehicle or the user that a socket's path names.
bool VehicleInbound::mayTouch(const VehicleSocket &socket, Act act, const QString &subject) const
{
    const Principal &who = socket.session->principal();
    return socket.kind == Kind::Telemetry ? m_directory.mayTouch(who, act, subject)
                                          : isAllowed(m_options.posture, who, act, {subject, {subject}});
}

void VehicleInbound::refuseBinary(VehicleSocket &socket)
{
    ++m_received;
    if (admit(socket))
        m_outbound.error(socket, QStringLiteral("invalid_json"), {{}, QStringLiteral("Text frames only")});
}

bool VehicleInbound::admit(VehicleSocket &socket)
{
    if (!socket.session)
        return false;
    const auto wait = m_addresses.admit(socket.limit, socket.session->peerAddress(), m_options.clock());
    if (!wait)
        return true;
    ++m_rateLimited;
    const qint64 ms = std::chrono::ceil<std::chrono::milliseconds>(*wait).count();
    m_outbound.error(socket, QStringLiteral("rate_limited"),
                     {{}, QStringLiteral("Too many messages, try again in %1 ms").arg(ms)}, ms);
    return false;
}

void VehicleInbound::invalid(VehicleSocket &socket, const QString &field, const QString &why)
{
    m_outbound.error(socket, QStringLiteral("invalid_field"), {field, QStringLiteral("%1 %2").arg(field, why)});
}

std::optional<QJsonObject> VehicleInbound::dataOf(VehicleSocket &socket, const QJsonObject &message)
{
    const QJsonValue data = message.value(QLatin1String("data"));
    if (data.isObject())
        return data.toObject();
    invalid(socket, QStringLiteral("data"),
            data.isUndefined() ? QStringLiteral("is missing") : QStringLiteral("must be an object"));
    return std::nullopt;
}

bool VehicleInbound::vehicleAgrees(VehicleSocket &socket, const QJsonObject &object, const QString &path)
{
    const QJsonValue named = object.value(QLatin1String("vehicle_id"));
    if (named.isUndefined() || named.isNull() || socket.kind != Kind::Telemetry)
        return true;
    if (!named.isString()) {
        invalid(socket, path, QStringLiteral("must be text"));
        return false;
    }
    // Telemetry of one vehicle must never end up with another.
    if (named.toString().isEmpty() || named.toString() == socket.subject)
        return true;
    invalid(socket, path, QStringLiteral("is not the vehicle of this connection"));
    return false;
}

void VehicleInbound::submit(VehicleSocket &socket, const RequestBody &body, const QString &field,
                            std::function<void(VehicleSocket &, const Outcome &)> done)
{
    const Request request{QUuid::createUuid().toString(QUuid::WithoutBraces), actorOf(socket), body};
    // The socket may be gone when the desk answers.
    const std::function<void(const Outcome &)> answered = [this, number = socket.number, field,
                                                           done = std::move(done)](const Outcome &outcome) {
        VehicleSocket *asker = m_sockets.find(number);
        if (!asker)
            return;
        if (!outcome.ok)
            m_outbound.error(*asker, outcome.code, {field, outcome.message});
        else if (done)
            done(*asker, outcome);
    };
    m_services.desk.submit(request, m_replies.expect<Outcome>(answered));
}

void VehicleInbound::takeClientInfo(VehicleSocket &socket, const QJsonObject &message)
{
    const auto data = dataOf(socket, message);
    if (!data || !vehicleAgrees(socket, *data, QStringLiteral("data.vehicle_id")))
        return;
    const QJsonValue type = data->value(QLatin1String("client_type"));
    if (!type.isUndefined() && !type.isNull() && !type.isString()) {
        invalid(socket, QStringLiteral("data.client_type"), QStringLiteral("must be text"));
        return;
    }
    if (type.toString() != QLatin1String("vehicle_simulator"))
        return;
    socket.producer = true;
    m_outbound.becameProducer(socket);
    if (socket.kind == Kind::Telemetry && mayTouch(socket, Act::FeedVehicle, socket.subject))
        m_directory.introduce(socket.subject, actorOf(socket), m_options.clock());
}

void VehicleInbound::takeTelemetry(VehicleSocket &socket, const QJsonObject &message)
{
    const auto data = dataOf(socket, message);
    if (!data || !vehicleAgrees(socket, message, QStringLiteral("vehicle_id")) ||
        !vehicleAgrees(socket, *data, QStringLiteral("data.vehicle_id")))
        return;
    auto read = telemetry::read(*data, QStringLiteral("data"));
    auto time = telemetry::readTime(message.value(QLatin1String("timestamp")), QStringLiteral("timestamp"));
    const auto *error = std::get_if<FieldError>(&read);
    if (!error)
        error = std::get_if<FieldError>(&time);
    if (error) {
        m_outbound.error(socket, QStringLiteral("invalid_field"), *error);
        return;
    }
    Reading reading = std::get<Reading>(std::move(read));
    if (!reading.sourceTime)
        reading.sourceTime = std::get<std::optional<TimePoint>>(time);
    reading.deviceId = socket.subject;
    reading.source = QStringLiteral("dialect1");
    reading.receivedAt = m_options.clock();
    m_directory.introduce(socket.subject, actorOf(socket), reading.receivedAt);
    m_directory.limitChannels(reading);
    m_services.sink.take({reading});
}

void VehicleInbound::takeAlert(VehicleSocket &socket, const Rule &rule, const QJsonObject &message)
{
    socket.session->setUrgent(); // a vehicle that reports alerts may do so again
    const auto data = dataOf(socket, message);
    if (!data || !vehicleAgrees(socket, *data, QStringLiteral("data.vehicle_id")))
        return;
    auto read = readAlertReport(*data);
    if (const auto *error = std::get_if<FieldError>(&read)) {
        m_outbound.error(socket, QStringLiteral("invalid_field"), *error);
        return;
    }
    AlertReport report = std::get<AlertReport>(std::move(read));
    const Principal &who = socket.session->principal();
    if (socket.kind == Kind::Telemetry)
        report.request.source = socket.subject;
    else
        report.request.userId = socket.subject;
    const bool mayUser = socket.kind == Kind::Telemetry || mayTouch(socket, rule.act(), socket.subject);
    const bool mayVehicle =
        report.request.source.isEmpty() || m_directory.mayTouch(who, rule.act(), report.request.source);
    if (!mayUser || !mayVehicle) {
        const QString field = mayUser ? QStringLiteral("data.vehicle_id") : QString();
        m_outbound.error(socket, QStringLiteral("forbidden"),
                         {field, QStringLiteral("Vehicle not found or access denied")});
        return;
    }
    // The words of somebody else's alert stay as they are, whatever the desk says of the id.
    const Alert *known = m_services.mirror.alert(report.request.alertId);
    if (!known || (known->ruleId.isEmpty() && known->userId == report.request.userId))
        m_outbound.rememberWords(report.request.alertId, report.words);
    submit(socket, report.request, QStringLiteral("data"));
}

void VehicleInbound::takeAcknowledge(VehicleSocket &socket, const Rule &rule, const QJsonObject &message)
{
    const auto data = dataOf(socket, message);
    if (!data)
        return;
    const QString field = QStringLiteral("data.alert_id");
    const QJsonValue id = data->value(QLatin1String("alert_id"));
    const QString alertId = id.isDouble() ? QString::number(id.toInteger()) : id.toString();
    if ((!id.isString() && !id.isDouble()) || alertId.isEmpty()) {
        invalid(socket, field,
                id.isUndefined() || id.isNull() || id.isString() ? QStringLiteral("is missing")
                                                                 : QStringLiteral("must be text"));
        return;
    }
    const Alert *known = m_services.mirror.alert(alertId);
    const Subject object = known ? m_directory.subjectOf(*known) : Subject();
    if (!isAllowed(m_options.posture, socket.session->principal(), rule.act(), object)) {
        // The same answer as for an alert that does not exist.
        m_outbound.error(socket, QStringLiteral("not_found"), {field, QStringLiteral("Alert not found")});
        return;
    }
    Acknowledge request;
    request.alertId = alertId;
    submit(socket, request, field, [this, alertId](VehicleSocket &asker, const Outcome &outcome) {
        // Nothing changed, so no event will tell the asker how the alert stands.
        if (const Alert *alert = outcome.changed ? nullptr : m_services.mirror.alert(alertId))
            m_outbound.send(asker, m_outbound.alertFrame(*alert));
    });
}

void VehicleInbound::answerPing(VehicleSocket &socket)
{
    const TimePoint now = m_options.clock();
    m_outbound.send(socket,
                    vehicle::envelope(QStringLiteral("pong"), {{QStringLiteral("timestamp"), toIso8601(now)}}, now));
}

void VehicleInbound::takeChat(VehicleSocket &socket, const QJsonObject &message)
{
    constexpr int longest = 8000; // characters, ChatMessage::text
    const QJsonObject data = message.value(QLatin1String("data")).toObject();
    const bool inside = !message.contains(QLatin1String("message")) && data.contains(QLatin1String("message"));
    const QString field = inside ? QStringLiteral("data.message") : QStringLiteral("message");
    const QJsonValue text = (inside ? data : message).value(QLatin1String("message"));
    if (!text.isString()) {
        invalid(socket, field, text.isUndefined() ? QStringLiteral("is missing") : QStringLiteral("must be text"));
        return;
    }
    if (text.toString().trimmed().isEmpty()) {
        m_outbound.error(socket, QStringLiteral("invalid_field"), {field, QStringLiteral("Empty message")});
        return;
    }
    if (text.toString().size() > longest) {
        invalid(socket, field, QStringLiteral("is longer than %1 characters").arg(longest));
        return;
    }
    auto time = telemetry::readTime(message.value(QLatin1String("timestamp")), QStringLiteral("timestamp"));
    if (const auto *error = std::get_if<FieldError>(&time)) {
        m_outbound.error(socket, QStringLiteral("invalid_field"), *error);
        return;
    }
    const Actor actor = actorOf(socket);
    SendChat request;
    request.thread = chatThreadOfUser(socket.subject);
    request.text = text.toString();
    request.clientMessageId = message.value(QLatin1String("message_id")).toString().left(128);
    request.fromDesk = actor.kind == Actor::Kind::Operator;
    submit(socket, request, field);
}

/// {"type": "receipt", "message_id": …, "receipt": "read" | "acknowledged"}. That it got somewhere the pings prove.
void VehicleInbound::takeReceipt(VehicleSocket &socket, const QJsonObject &message)
{
    const QJsonValue id = message.value(QLatin1String("message_id"));
    const auto kind = receiptKindFromString(message.value(QLatin1String("receipt")).toString());
    if (!id.isString() || id.toString().isEmpty()) {
        invalid(socket, QStringLiteral("message_id"),
                id.isUndefined() ? QStringLiteral("is missing") : QStringLiteral("must be text"));
        return;
    }
    if (!kind || *kind == ChatReceipt::Kind::Delivered) {
        invalid(socket, QStringLiteral("receipt"), QStringLiteral("must be read or acknowledged"));
        return;
    }
    submit(socket, MarkChat{chatThreadOfUser(socket.subject), id.toString(), *kind}, QStringLiteral("message_id"));
}

} // namespace tocsin
