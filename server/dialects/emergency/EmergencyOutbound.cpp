// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/emergency/EmergencyOutbound.h"

#include <QJsonArray>

namespace tocsin::emergency {

using Kind = Socket::Kind;

namespace {

QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

const QString staffTopic = QStringLiteral("staff");
const QString dashboardTopic = QStringLiteral("dashboard");
const QString everybodyTopic = QStringLiteral("everybody"); ///< who has a user socket

QString userTopic(const QString &user)
{
    return QStringLiteral("user/") + user;
}
QString alertTopic(const QString &alertId, View view)
{
    return (view == View::Phone ? QStringLiteral("alert/") : QStringLiteral("desk/")) + alertId;
}
QString locationTopic(const QString &alertId)
{
    return QStringLiteral("location/") + alertId;
}
QString chatTopic(const QString &alertId)
{
    return QStringLiteral("chat/") + alertId;
}

QString statusIn(const QJsonObject &alert)
{
    return alert.value(QLatin1String("status")).toString();
}

/// Lines that this dialect tells; the automatic one is not: a sender gets its own line back, which says the same.
bool isTold(const ChatMessage &line)
{
    return !line.automatic;
}

/// What its phone is told of, when it was away meanwhile.
bool changesTheStatus(AlertVerb verb)
{
    switch (verb) {
    case AlertVerb::Acknowledge:
    case AlertVerb::Return:
    case AlertVerb::Cancel:
    case AlertVerb::Duress:
    case AlertVerb::Seen:
    case AlertVerb::Stage:
    case AlertVerb::Close:
        return true;
    default:
        return false;
    }
}

QJsonObject operatorMessage(const ChatMessage &line)
{
    const QString name = line.senderName.isEmpty() ? line.senderId : line.senderName;
    return {{text("message"), line.text},  {text("operator"), name},
            {text("operator_name"), name}, {text("alert_id"), incidentOfChatThread(line.thread)},
            {text("message_id"), line.id}, {text("timestamp"), toIso8601(line.at)}};
}

} // namespace

Outbound::Outbound(const Parts &parts, QObject *parent) : QObject(parent), m_parts(parts), m_fanOut(this)
{
    const QList<Alert> open = m_parts.services.mirror.openAlerts();
    for (const Alert &alert : open) {
        if (alert.kind == AlertKind::Incident)
            m_told.insert(alert.id, lasting(objectsOf(alert)));
    }
    const DeskMirror &mirror = m_parts.services.mirror;
    connect(&mirror, &DeskMirror::alertChanged, this, &Outbound::publishAlert);
    connect(&mirror, &DeskMirror::chatAdded, this, &Outbound::publishLine);
    connect(&m_parts.incidents, &Incidents::placed, this, &Outbound::publishPlace);
    connect(&m_parts.stats, &Stats::changed, this, &Outbound::publishStats);
}

View Outbound::viewOf(const Socket &socket) const
{
    return socket.isOriginator() || !socket.who().isStaff() ? View::Phone : View::Staff;
}

Outbound::Told Outbound::objectsOf(const Alert &alert) const
{
    return {m_parts.incidents.object(alert, View::Phone), m_parts.incidents.object(alert, View::Staff)};
}

Outbound::Told Outbound::lasting(Told told)
{
    for (const char *name : {"duration", "updated_at", "media_count", "location_count"}) {
        told.phone.remove(QLatin1String(name));
        told.staff.remove(QLatin1String(name));
    }
    return told;
}

QStringList Outbound::topicsOf(const Socket &socket) const
{
    switch (socket.kind) {
    case Kind::User:
        return {userTopic(socket.subject), everybodyTopic};
    case Kind::Chat:
        return {chatTopic(socket.subject)};
    case Kind::Alert:
    case Kind::Location:
    case Kind::Staff:
    case Kind::Dashboard:
        break;
    }
    return {};
}

void Outbound::listen(const Socket &socket)
{
    QStringList topics = topicsOf(socket);
    switch (socket.kind) {
    case Kind::Alert:
        topics.append(alertTopic(socket.subject, viewOf(socket)));
        break;
    case Kind::Location:
        topics.append(locationTopic(socket.subject));
        break;
    case Kind::Staff:
        topics.append(staffTopic);
        break;
    case Kind::Dashboard:
        topics.append(dashboardTopic);
        break;
    case Kind::User:
    case Kind::Chat:
        break;
    }
    for (const QString &topic : std::as_const(topics))
        m_fanOut.subscribe(socket.session, topic);
}

void Outbound::greet(Socket &socket)
{
    switch (socket.kind) {
    case Kind::Alert:
        sendStatus(socket);
        break;
    case Kind::Location:
        if (const auto place = m_parts.incidents.lastPlace(socket.subject))
            send(socket, frame(text("last_location"),
                               {{text("alert_id"), socket.subject}, {text("location"), placeObject(*place)}},
                               m_parts.options.clock()));
        break;
    case Kind::Staff:
        sendActive(socket);
        break;
    case Kind::Dashboard:
        sendStats(socket);
        break;
    case Kind::User:
    case Kind::Chat:
        break;
    }
}

void Outbound::closed(const Socket &socket)
{
    m_fanOut.unsubscribeAll(socket.session);
}

void Outbound::send(Socket &socket, const QByteArray &utf8)
{
    if (socket.session && socket.session->isOpen())
        socket.session->sendText(utf8);
}

void Outbound::error(Socket &socket, const FieldError &error, std::optional<qint64> retryAfterMs)
{
    ++m_errors;
    send(socket, errorFrame(error, m_parts.options.clock(), retryAfterMs));
}

void Outbound::success(Socket &socket, const QString &message)
{
    send(socket, successFrame(message, m_parts.options.clock()));
}

void Outbound::sendStatus(Socket &socket)
{
    const Alert *alert = m_parts.incidents.find(socket.subject);
    if (alert == nullptr)
        return error(socket, {{}, text("Alert not found")});
    send(socket, frame(text("alert_status"), alertBody(m_parts.incidents.object(*alert, viewOf(socket))),
                       m_parts.options.clock()));
}

void Outbound::sendActive(Socket &socket)
{
    QJsonArray alerts;
    const QList<Alert> active = m_parts.incidents.active();
    for (const Alert &alert : active)
        alerts.append(m_parts.incidents.object(alert, View::Staff));
    send(socket, frame(text("active_alerts"), {{text("alerts"), alerts}, {text("count"), alerts.size()}},
                       m_parts.options.clock()));
}

void Outbound::sendStats(Socket &socket)
{
    send(socket, frame(text("dashboard_stats"), {{text("stats"), m_parts.stats.figures()}}, m_parts.options.clock()));
}

void Outbound::publish(const QString &topic, const QString &type, const QJsonObject &body, net::Delivery delivery,
                       const QString &key)
{
    m_fanOut.publish(
        topic, [&] { return net::Frame::text(frame(type, body, m_parts.options.clock())); }, delivery, key);
}

void Outbound::publishAlert(const AlertChange &change)
{
    const Alert &alert = change.alert;
    if (alert.kind != AlertKind::Incident || change.verb == AlertVerb::Escalate) // of which this dialect has no word
        return;
    const Told before = m_told.value(alert.id);
    const Told objects = objectsOf(alert);
    const Told now = lasting(objects);
    if (isOpen(alert))
        m_told.insert(alert.id, now);
    else
        m_told.remove(alert.id);
    if (now.phone != before.phone) {
        QJsonObject body = alertBody(objects.phone);
        publish(alertTopic(alert.id, View::Phone), text("alert_updated"), body, net::Delivery::Alert);
        const bool seen = before.phone.value(QLatin1String("seen_at")) != now.phone.value(QLatin1String("seen_at"));
        if (!before.phone.isEmpty() && (seen || statusIn(before.phone) != statusIn(now.phone))) {
            body.insert(text("message"), sentenceAbout(alert));
            const QString topic = userTopic(alert.userId.isEmpty() ? alert.source : alert.userId);
            publish(topic, text("alert_status_update"), body, net::Delivery::Alert);
            Q_EMIT told({topic});
        }
    }
    if (now.staff != before.staff) {
        publish(alertTopic(alert.id, View::Staff), text("alert_updated"), alertBody(objects.staff),
                net::Delivery::Alert);
        tellStaff(objects.staff, isOpen(alert), statusIn(before.staff));
    }
}

void Outbound::tellStaff(const QJsonObject &object, bool isOpen, const QString &before)
{
    const QString status = statusIn(object);
    QJsonObject body = alertBody(object);
    QString type = text("alert_updated");
    if (before.isEmpty() && isOpen) {
        type = text("new_alert");
    } else if (status != before && status == QLatin1String("acknowledged")) {
        type = text("alert_acknowledged");
    } else if (status != before && (status == QLatin1String("resolved") || status == QLatin1String("false_alarm"))) {
        type = text("alert_resolved");
        body.insert(text("operator"), object.value(text("resolved_by")));
        body.insert(text("operator_name"), object.value(text("resolved_by")));
    }
    publish(staffTopic, type, body, net::Delivery::Alert);
}

void Outbound::publishLine(const ChatMessage &line)
{
    if (!isTold(line))
        return;
    const QString alertId = incidentOfChatThread(line.thread);
    if (!alertId.isEmpty()) {
        publish(chatTopic(alertId), text("chat_message"), lineObject(line));
        Q_EMIT told({chatTopic(alertId)});
    }
    if (!line.fromDesk)
        return;
    const QString person = alertId.isEmpty() ? userOfChatThread(line.thread) : m_parts.incidents.personOf(alertId);
    QString topic;
    if (line.thread == broadcastThread())
        topic = everybodyTopic;
    else if (!person.isEmpty())
        topic = userTopic(person);
    if (topic.isEmpty())
        return;
    publish(topic, text("operator_message"), operatorMessage(line));
    Q_EMIT told({topic});
}

void Outbound::publishPlace(const QString &alertId, const Place &place)
{
    const QJsonObject body{{text("alert_id"), alertId}, {text("location"), placeObject(place)}};
    const QString key = locationTopic(alertId);
    publish(locationTopic(alertId), text("location_updated"), body, net::Delivery::B, key);
    publish(alertTopic(alertId, View::Phone), text("location_updated"), body, net::Delivery::B, key);
    publish(alertTopic(alertId, View::Staff), text("location_updated"), body, net::Delivery::B, key);
    publish(staffTopic, text("location_update"), body, net::Delivery::B, key);
}

void Outbound::publishTyping(const TypingNotice &notice, bool isStaff, const net::Session *from)
{
    const QString alertId = incidentOfChatThread(notice.thread);
    if (alertId.isEmpty())
        return;
    const QString name = notice.personName.isEmpty() ? notice.personId : notice.personName;
    const QJsonObject body{{text("alert_id"), alertId},
                           {text("user"), name},
                           {text("sender"), name},
                           {text("sender_id"), notice.personId},
                           {text("is_staff"), isStaff},
                           {text("is_typing"), true},
                           {text("timestamp"), toIso8601(notice.at)}};
    m_fanOut.publish(
        chatTopic(alertId), [&] { return net::Frame::text(frame(text("typing"), body, m_parts.options.clock())); },
        net::Delivery::B, text("typing/") + notice.personId,
        [from](const net::Session *session) { return session != from; });
}

void Outbound::publishStats(const QJsonObject &stats)
{
    publish(dashboardTopic, text("stats_updated"), {{text("stats"), stats}}, net::Delivery::B, dashboardTopic);
}

bool Outbound::tell(Socket &socket, const Event &event)
{
    if (const auto *line = std::get_if<ChatMessage>(&event.body)) {
        if (!isTold(*line))
            return false;
        send(socket, frame(text("chat_message"), lineObject(*line), m_parts.options.clock()));
        return true;
    }
    const auto *change = std::get_if<AlertChange>(&event.body);
    if (change == nullptr || change->alert.kind != AlertKind::Incident || !changesTheStatus(change->verb))
        return false;
    QJsonObject body = alertBody(m_parts.incidents.object(change->alert, View::Phone));
    body.insert(text("message"), sentenceAbout(change->alert));
    send(socket, frame(text("alert_status_update"), body, m_parts.options.clock()));
    return true;
}

} // namespace tocsin::emergency
