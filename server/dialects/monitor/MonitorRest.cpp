// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/monitor/MonitorRest.h"

#include "server/dialects/RestQuery.h"
#include "server/dialects/TelemetryReader.h"
#include "server/dialects/monitor/MonitorFrames.h"

#include <QUuid>

namespace tocsin {

using monitor::Page;
using monitor::TopicKind;
using monitor::topicOf;

namespace {
constexpr qsizetype mostWaiting = 1024;

net::HttpResponse detail(int status, const QString &text)
{
    return jsonResponse(status, QJsonObject{{QStringLiteral("detail"), text}});
}

net::HttpResponse told(const QString &message, QJsonObject more)
{
    more.insert(QStringLiteral("message"), message);
    return jsonResponse(200, more);
}

net::HttpResponse refused(const Outcome &outcome)
{
    if (outcome.code == QLatin1String("overloaded") || outcome.code == QLatin1String("storage_failed"))
        return detail(503, outcome.message);
    if (outcome.code == QLatin1String("forbidden"))
        return detail(403, outcome.message);
    return detail(outcome.code == QLatin1String("not_found") ? 404 : 400, outcome.message);
}

Actor actorOf(const Principal &caller)
{
    return {Actor::Kind::Operator, caller.id, caller.name.isEmpty() ? caller.id : caller.name, {}};
}

net::HttpResponse unknownDevice(const QString &deviceId)
{
    return detail(404, QStringLiteral("Device %1 not found").arg(deviceId));
}
} // namespace

MonitorRest::MonitorRest(const DialectOptions &options, const DialectServices &services, MonitorHub &hub,
                         MonitorNews &news)
    : m_options(options)
    , m_services(services)
    , m_hub(hub)
    , m_news(news)
{
}

void MonitorRest::handle(Page page, const QString &object, const net::HttpRequest &request, const Principal &caller,
                         const net::Respond &respond)
{
    if (page == Page::Stats)
        return respond(stats());
    if (m_replies.waiting() >= mostWaiting)
        return respond(detail(503, QStringLiteral("Too much is under way; try again in a moment.")));
    // A body of nothing is one without fields.
    const auto parsed = parseJsonObject(request.body.isEmpty() ? QByteArray("{}") : request.body, m_options.json);
    if (const auto *error = std::get_if<FieldError>(&parsed))
        return respond(detail(400, error->message));
    const QJsonObject &body = std::get<QJsonObject>(parsed);
    const auto with = [&respond](const auto &read, const auto &carryOut) {
        if (const auto *error = std::get_if<FieldError>(&read))
            respond(detail(400, error->message));
        else
            carryOut(std::get<0>(read));
    };
    switch (page) {
    case Page::Broadcast:
        return with(monitor::readBroadcast(body), [&](const auto &read) { broadcast(read, caller, respond); });
    case Page::SendToUser:
        return with(monitor::readBroadcast(body), [&](const auto &read) { sendToUser(object, read, caller, respond); });
    case Page::DeviceAlert:
        return with(monitor::readDeviceAlert(body), [&](const auto &read) { alert(read, caller, respond); });
    case Page::LiveMetrics:
        return with(monitor::readLiveMetrics(body), [&](const auto &read) { respond(liveMetrics(read)); });
    case Page::Notification:
        return with(monitor::readNotification(body), [&](const auto &read) { notify(read, caller, respond); });
    case Page::PerformanceData:
        return with(monitor::readPerformanceData(body), [&](const auto &read) { respond(performance(read)); });
    case Page::DeviceAction:
        return with(monitor::readDeviceAction(body), [&](const auto &read) { action(object, read, caller, respond); });
    case Page::StartMonitoring:
        return with(monitor::readStartMonitoring(body),
                    [&](const auto &read) { respond(startMonitoring(object, read)); });
    case Page::Socket:
    case Page::Stats:
        break;
    }
    respond(detail(404, QStringLiteral("Not Found")));
}

bool MonitorRest::isKnown(const QString &deviceId) const
{
    return m_options.posture == Posture::Open || m_services.mirror.device(deviceId) ||
           m_services.latest.find(deviceId).has_value();
}

/// Makes the desk's record of a device that is named for the first time.
void MonitorRest::introduce(const QString &deviceId)
{
    if (m_services.mirror.device(deviceId))
        return;
    Device device;
    device.id = deviceId;
    device.name = deviceId;
    device.source = QStringLiteral("dialect4");
    device.firstSeen = m_options.clock();
    const Actor actor{Actor::Kind::Device, deviceId, deviceId, {}};
    const std::function<void(const Outcome &)> done = [](const Outcome &) {}; // the alert goes on all the same
    m_services.desk.submit({{}, actor, PutDevice{device}}, m_replies.expect<Outcome>(done));
}

void MonitorRest::audited(const Principal &caller, const AuditRecord &record, const net::Respond &respond,
                          std::function<net::HttpResponse()> carryOut)
{
    const std::function<void(const Outcome &)> answered = [respond,
                                                           carryOut = std::move(carryOut)](const Outcome &outcome) {
        respond(outcome.ok ? carryOut() : refused(outcome));
    };
    m_services.desk.submit({QUuid::createUuid().toString(QUuid::WithoutBraces), actorOf(caller), NoteAudit{record}},
                           m_replies.expect<Outcome>(answered));
}

net::HttpResponse MonitorRest::stats() const
{
    const MonitorHub::Counts counts = m_hub.counts();
    QJsonObject topics;
    for (auto it = counts.topics.cbegin(); it != counts.topics.cend(); ++it)
        topics.insert(it.key(), it.value());
    const QJsonObject figures{{QStringLiteral("total_connections"), counts.ever},
                              {QStringLiteral("active_connections"), counts.open},
                              {QStringLiteral("total_users"), counts.users},
                              {QStringLiteral("subscription_counts"), topics},
                              {QStringLiteral("average_subscriptions_per_client"),
                               counts.open == 0 ? 0.0 : double(counts.subscriptions()) / counts.open}};
    return jsonResponse(200, QJsonObject{{QStringLiteral("websocket_stats"), figures},
                                         {QStringLiteral("status"), QStringLiteral("active")}});
}

void MonitorRest::broadcast(const monitor::Broadcast &broadcast, const Principal &caller, const net::Respond &respond)
{
    std::optional<monitor::Topic> topic;
    if (!broadcast.filter.isEmpty()) {
        topic = monitor::topicNamed(broadcast.filter);
        if (!topic)
            return respond(detail(400, QStringLiteral("subscription_filter is no topic")));
    }
    const QString to = topic ? topic->name() : QStringLiteral("everybody");
    audited(caller, {QStringLiteral("broadcast"), to, QStringLiteral("A %1.").arg(broadcast.type), true, {}}, respond,
            [this, broadcast, topic] {
                const auto encode = [&] {
                    return monitor::envelope(broadcast.type, broadcast.data, m_options.clock());
                };
                const int recipients = topic ? m_hub.publish(*topic, encode) : m_hub.sendToAll(encode());
                return told(QStringLiteral("Broadcast sent successfully"),
                            {{QStringLiteral("recipients"), recipients}, {QStringLiteral("type"), broadcast.type}});
            });
}

void MonitorRest::sendToUser(const QString &userId, const monitor::Broadcast &message, const Principal &caller,
                             const net::Respond &respond)
{
    audited(caller, {QStringLiteral("send_to_user"), userId, QStringLiteral("A %1.").arg(message.type), true, {}},
            respond, [this, message, userId] {
                const int recipients =
                    m_hub.sendToUser(userId, monitor::envelope(message.type, message.data, m_options.clock()));
                QJsonObject body{{QStringLiteral("user_id"), userId}, {QStringLiteral("recipients"), recipients}};
                if (recipients == 0)
                    return told(QStringLiteral("User not connected or no active sessions"), body);
                body.insert(QStringLiteral("type"), message.type);
                return told(QStringLiteral("Message sent successfully"), body);
            });
}

void MonitorRest::alert(const monitor::DeviceAlert &alert, const Principal &caller, const net::Respond &respond)
{
    if (!isKnown(alert.deviceId))
        return respond(unknownDevice(alert.deviceId));
    introduce(alert.deviceId);
    ReportAlert report;
    report.alertId = QUuid::createUuid().toString(QUuid::WithoutBraces);
    report.source = alert.deviceId;
    report.code = alert.alertType;
    report.title = alert.alertType;
    report.message = alert.message;
    report.category = QStringLiteral("security");
    report.level = alert.level;
    m_news.rememberSeverity(report.alertId, alert.severity, alert.level);
    // In the device's name: it is the device's alert, and its owners'. Who said so stands beside it.
    const Actor actor{Actor::Kind::Device, alert.deviceId, alert.deviceId,
                      QStringLiteral("http:%1").arg(caller.id.isEmpty() ? caller.name : caller.id)};
    const std::function<void(const Outcome &)> answered = [respond, alert](const Outcome &outcome) {
        respond(outcome.ok ? told(QStringLiteral("Device alert sent successfully"),
                                  {{QStringLiteral("device_id"), alert.deviceId},
                                   {QStringLiteral("alert_type"), alert.alertType}})
                           : refused(outcome));
    };
    m_services.desk.submit({report.alertId, actor, report}, m_replies.expect<Outcome>(answered));
}

net::HttpResponse MonitorRest::liveMetrics(const monitor::LiveMetrics &live)
{
    if (!isKnown(live.deviceId))
        return unknownDevice(live.deviceId);
    auto read = telemetry::read(live.metrics, QStringLiteral("metrics"));
    if (const auto *error = std::get_if<FieldError>(&read))
        return detail(400, error->message);
    Reading reading = std::get<Reading>(std::move(read));
    reading.deviceId = live.deviceId;
    reading.source = QStringLiteral("dialect4");
    reading.receivedAt = m_options.clock();
    m_services.sink.take({reading});
    return told(QStringLiteral("Live metrics sent successfully"),
                {{QStringLiteral("device_id"), live.deviceId}, {QStringLiteral("metrics_count"), live.metrics.size()}});
}

void MonitorRest::notify(const monitor::Notification &notification, const Principal &caller,
                         const net::Respond &respond)
{
    const QString to = !notification.userId.isEmpty()     ? notification.userId
                       : !notification.deviceId.isEmpty() ? notification.deviceId
                                                          : QStringLiteral("everybody");
    const QString words = QStringLiteral("A notification, %1, %2.").arg(notification.type, notification.severity);
    audited(caller, {QStringLiteral("notification"), to, words, true, {}}, respond, [this, notification] {
        QJsonObject data{{QStringLiteral("id"), QUuid::createUuid().toString(QUuid::WithoutBraces)},
                         {QStringLiteral("type"), notification.type},
                         {QStringLiteral("title"), notification.title},
                         {QStringLiteral("message"), notification.message},
                         {QStringLiteral("severity"), notification.severity},
                         {QStringLiteral("timestamp"), now()},
                         {QStringLiteral("read"), false}};
        if (!notification.deviceId.isEmpty())
            data.insert(QStringLiteral("device_id"), notification.deviceId);
        if (!notification.data.isEmpty())
            data.insert(QStringLiteral("data"), notification.data);
        const auto encode = [&] { return monitor::envelope(QStringLiteral("notification"), data, m_options.clock()); };
        if (!notification.userId.isEmpty()) {
            m_hub.sendToUser(notification.userId, encode());
        } else {
            // About a device: for whom it is theirs to watch.
            MonitorHub::Hears hears;
            if (!notification.deviceId.isEmpty()) {
                hears = [this, topic = topicOf(TopicKind::Device, notification.deviceId)](const Principal &who) {
                    return monitor::mayHear(m_options.posture, who, topic, m_services.mirror);
                };
            }
            m_hub.publish(topicOf(TopicKind::Notifications), encode, net::Delivery::A, {}, hears);
        }
        return told(QStringLiteral("Notification sent successfully"),
                    {{QStringLiteral("type"), notification.type},
                     {QStringLiteral("title"), notification.title},
                     {QStringLiteral("severity"), notification.severity}});
    });
}

net::HttpResponse MonitorRest::performance(const monitor::PerformanceData &data)
{
    m_hub.publish(
        topicOf(TopicKind::Performance),
        [&] {
            return monitor::envelope(
                QStringLiteral("performance_data"),
                {{QStringLiteral("performance"), data.performance}, {QStringLiteral("timestamp"), now()}},
                m_options.clock());
        },
        net::Delivery::B, QStringLiteral("performance/posted"));
    return told(QStringLiteral("Performance data broadcasted successfully"),
                {{QStringLiteral("data_points"), data.points}});
}

void MonitorRest::action(const QString &deviceId, const monitor::DeviceAction &action, const Principal &caller,
                         const net::Respond &respond)
{
    const auto report = action.report();
    if (!report)
        return relayAction(deviceId, action, caller, respond);
    // As the device's own word: the desk compares it with the device that the order was for.
    const Actor actor{Actor::Kind::Device, deviceId, deviceId,
                      QStringLiteral("http:%1").arg(caller.id.isEmpty() ? caller.name : caller.id)};
    const std::function<void(const Outcome &)> answered = [this, deviceId, action, caller,
                                                           respond](const Outcome &outcome) {
        if (!outcome.ok && outcome.code == QLatin1String("not_found"))
            return relayAction(deviceId, action, caller, respond); // no order of the desk
        if (!outcome.ok)
            return respond(refused(outcome));
        respond(told(QStringLiteral("Device action status sent successfully"),
                     {{QStringLiteral("device_id"), deviceId},
                      {QStringLiteral("action_id"), action.actionId},
                      {QStringLiteral("status"), action.status}}));
    };
    m_services.desk.submit({{}, actor, *report}, m_replies.expect<Outcome>(answered));
}

void MonitorRest::relayAction(const QString &deviceId, const monitor::DeviceAction &action, const Principal &caller,
                              const net::Respond &respond)
{
    const QString words = QStringLiteral("%1 (%2) is %3.").arg(action.actionType, action.actionId, action.status);
    audited(caller, {QStringLiteral("device_action"), deviceId, words, true, {}}, respond, [this, deviceId, action] {
        QJsonObject data{{QStringLiteral("action_id"), action.actionId},
                         {QStringLiteral("device_id"), deviceId},
                         {QStringLiteral("action_type"), action.actionType},
                         {QStringLiteral("status"), action.status},
                         {QStringLiteral("timestamp"), now()}};
        if (!action.result.isUndefined() && !action.result.isNull())
            data.insert(QStringLiteral("result"), action.result);
        m_hub.publish(topicOf(TopicKind::Device, deviceId),
                      [&] { return monitor::envelope(QStringLiteral("device_action"), data, m_options.clock()); });
        return told(QStringLiteral("Device action status sent successfully"),
                    {{QStringLiteral("device_id"), deviceId},
                     {QStringLiteral("action_id"), action.actionId},
                     {QStringLiteral("status"), action.status}});
    });
}

net::HttpResponse MonitorRest::startMonitoring(const QString &deviceId, const monitor::StartMonitoring &start)
{
    if (!m_news.monitor(deviceId, start.interval))
        return detail(503, QStringLiteral("Too many devices are monitored"));
    const int seconds = static_cast<int>(start.interval.count());
    m_hub.publish(topicOf(TopicKind::Device, deviceId), [&] {
        return monitor::envelope(QStringLiteral("system_message"),
                                 {{QStringLiteral("message"), QStringLiteral("Real-time monitoring started")},
                                  {QStringLiteral("device_id"), deviceId},
                                  {QStringLiteral("monitoring_type"), start.type},
                                  {QStringLiteral("interval"), seconds},
                                  {QStringLiteral("timestamp"), now()}},
                                 m_options.clock());
    });
    return told(QStringLiteral("Real-time monitoring started successfully"),
                {{QStringLiteral("device_id"), deviceId},
                 {QStringLiteral("monitoring_type"), start.type},
                 {QStringLiteral("interval"), seconds}});
}

} // namespace tocsin
