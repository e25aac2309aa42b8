// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/monitor/MonitorInbound.h"

#include "server/dialects/monitor/MonitorFrames.h"

#include <QJsonObject>

namespace tocsin {

using monitor::Message;
using monitor::Topic;
using monitor::TopicKind;

namespace {
const QString invalidJson = QStringLiteral("Invalid JSON message");
}

MonitorInbound::MonitorInbound(const DialectOptions &options, const MonitorOptions &more,
                               const DialectServices &services, MonitorHub &hub, MonitorNews &news)
    : m_options(options)
    , m_more(more)
    , m_services(services)
    , m_hub(hub)
    , m_news(news)
    , m_addresses(options.messagesPerAddress)
{
}

void MonitorInbound::error(MonitorSocket &socket, const QString &message, const QString &code, const QString &field)
{
    m_hub.send(socket, monitor::errorFrame(message, code, field, m_options.clock()));
}

bool MonitorInbound::admit(MonitorSocket &socket)
{
    if (!socket.session)
        return false;
    const auto wait = m_addresses.admit(socket.limit, socket.session->peerAddress(), m_options.clock());
    if (!wait)
        return true;
    const qint64 ms = std::chrono::ceil<std::chrono::milliseconds>(*wait).count();
    m_hub.send(socket, monitor::errorFrame(QStringLiteral("Too many messages, try again in %1 ms").arg(ms),
                                           QStringLiteral("rate_limited"), {}, m_options.clock(), ms));
    return false;
}

void MonitorInbound::refuseBinary(MonitorSocket &socket)
{
    if (admit(socket))
        error(socket, invalidJson);
}

void MonitorInbound::receive(MonitorSocket &socket, const QByteArray &utf8)
{
    const auto parsed = parseJsonObject(utf8, m_options.json);
    if (std::holds_alternative<FieldError>(parsed)) {
        if (admit(socket))
            error(socket, invalidJson);
        return;
    }
    const QJsonObject &message = std::get<QJsonObject>(parsed);
    const QJsonValue type = message.value(QLatin1String("type"));
    const auto *rule = type.isString() ? findMessage(monitor::messages, type.toString()) : nullptr;
    if ((rule == nullptr || rule->extra == monitor::Counts::Yes) && !admit(socket))
        return;
    if (rule == nullptr) {
        if (!type.isString() && !type.isUndefined() && !type.isNull())
            return error(socket, QStringLiteral("type must be text"), QStringLiteral("invalid_field"),
                         QStringLiteral("type"));
        constexpr int shown = 64;
        return error(socket, QStringLiteral("Unknown message type: %1")
                                 .arg(type.isString() ? type.toString().left(shown) : QStringLiteral("null")));
    }
    switch (rule->message) {
    case Message::Heartbeat:
        m_hub.send(socket, monitor::envelope(QStringLiteral("heartbeat"),
                                             {{QStringLiteral("status"), QStringLiteral("alive")}}, m_options.clock()));
        break;
    case Message::Pong:
        break;
    case Message::Subscription:
    case Message::SubscribeDevice:
        if (const auto topic = topicIn(socket, message, rule->message == Message::SubscribeDevice))
            subscribe(socket, *topic);
        break;
    case Message::Unsubscription:
    case Message::UnsubscribeDevice:
        if (const auto topic = topicIn(socket, message, rule->message == Message::UnsubscribeDevice))
            unsubscribe(socket, *topic);
        break;
    }
}

std::optional<Topic> MonitorInbound::topicIn(MonitorSocket &socket, const QJsonObject &message, bool ofDevice)
{
    const auto wrong = [&](const QString &field, const QString &why) {
        error(socket, QStringLiteral("%1 %2").arg(field, why), QStringLiteral("invalid_field"), field);
        return std::nullopt;
    };
    const QJsonValue data = message.value(QLatin1String("data"));
    if (!data.isUndefined() && !data.isNull() && !data.isObject())
        return wrong(QStringLiteral("data"), QStringLiteral("must be an object"));
    const QString name = ofDevice ? QStringLiteral("deviceId") : QStringLiteral("topic");
    QJsonValue value = data.toObject().value(name);
    if (ofDevice && value.isUndefined())
        value = data.toObject().value(QLatin1String("device_id"));
    const QString field = QStringLiteral("data.") + name;
    if (value.isUndefined() || value.isNull() || value == QJsonValue(QString()))
        return wrong(field, QStringLiteral("is missing"));
    if (!value.isString())
        return wrong(field, QStringLiteral("must be text"));
    if (ofDevice) {
        if (!isPathRest(value.toString()))
            return wrong(field, QStringLiteral("is no id"));
        return monitor::topicOf(TopicKind::Device, value.toString());
    }
    auto topic = monitor::topicNamed(value.toString());
    if (!topic)
        return wrong(field, QStringLiteral("is no topic"));
    return topic;
}

void MonitorInbound::confirm(MonitorSocket &socket, const QString &type, const Topic &topic, const QString &status)
{
    m_hub.send(socket,
               monitor::envelope(type, {{QStringLiteral("topic"), topic.name()}, {QStringLiteral("status"), status}},
                                 m_options.clock()));
}

void MonitorInbound::subscribe(MonitorSocket &socket, const Topic &topic)
{
    if (!socket.session)
        return;
    if (!monitor::mayHear(m_options.posture, socket.session->principal(), topic, m_services.mirror))
        return error(socket, QStringLiteral("Access denied"), QStringLiteral("forbidden"),
                     QStringLiteral("data.topic"));
    if (socket.topics >= m_more.topicsPerSocket && !m_hub.listens(socket, topic))
        return error(socket, QStringLiteral("Maximum subscriptions (%1) reached").arg(m_more.topicsPerSocket),
                     QStringLiteral("too_many"));
    if (topic.rule->kind == TopicKind::Metrics && m_hub.listeners(topic) == 0)
        m_news.begin(topic.object);
    m_hub.join(socket, topic);
    confirm(socket, QStringLiteral("subscription"), topic, QStringLiteral("subscribed"));
}

void MonitorInbound::unsubscribe(MonitorSocket &socket, const Topic &topic)
{
    m_hub.leave(socket, topic);
    confirm(socket, QStringLiteral("unsubscription"), topic, QStringLiteral("unsubscribed"));
}

} // namespace tocsin
