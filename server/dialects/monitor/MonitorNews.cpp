// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/monitor/MonitorNews.h"

#include "server/dialects/monitor/MonitorFrames.h"

#include <QJsonArray>

#include <algorithm>
#include <utility>

namespace tocsin {

using monitor::TopicKind;
using monitor::topicOf;
using net::Delivery;

namespace {
constexpr std::size_t mostSeverities = 1000;
constexpr qsizetype mostAlone = 16; ///< changed devices of one turn that are told one by one

bool isTold(const AlertChange &change)
{
    switch (change.verb) {
    case AlertVerb::Raise:
    case AlertVerb::Acknowledge:
    case AlertVerb::LevelChange:
    case AlertVerb::Return:
    case AlertVerb::Cancel:
        return true;
    case AlertVerb::Repeat: // a rule repeats with every sample; who reports again wants to be heard again
        return change.alert.ruleId.isEmpty() || change.from != change.to;
    default:
        return change.from != change.to;
    }
}

/// Not only what somebody at the desk did about it.
bool isOfSource(const AlertChange &change)
{
    return change.verb == AlertVerb::Raise || change.verb == AlertVerb::LevelChange ||
           change.verb == AlertVerb::Repeat || change.verb == AlertVerb::Cancel;
}

/// The type under which the device's own topic hears of it; empty: it does not.
QString typeFor(const Alert &alert)
{
    if (monitor::isSecurity(alert))
        return QStringLiteral("security_alert");
    if (alert.category.compare(QLatin1String("storage"), Qt::CaseInsensitive) == 0)
        return QStringLiteral("storage_alert");
    if (alert.category.compare(QLatin1String("network"), Qt::CaseInsensitive) == 0)
        return QStringLiteral("network_status");
    return {};
}
} // namespace

MonitorNews::MonitorNews(const DialectOptions &options, const MonitorOptions &more, const DialectServices &services,
                         MonitorHub &hub, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_more(more)
    , m_services(services)
    , m_hub(hub)
    , m_timer(this)
    , m_statusDue(options.clock() + more.status)
{
    m_timer.setInterval(std::chrono::seconds(1));
    m_timer.setTimerType(Qt::CoarseTimer);
    connect(&m_timer, &QTimer::timeout, this, [this] { tick(m_options.clock()); });
    m_timer.start();
    const QList<DevicePresence> presences = services.mirror.presences();
    for (const DevicePresence &presence : presences) {
        if (presence.presence == Presence::Online || presence.presence == Presence::Stale)
            m_present.insert(presence.deviceId);
    }
}

void MonitorNews::publishReadings(const QList<Reading> &readings)
{
    for (const Reading &reading : readings) {
        ++m_heard[reading.deviceId];
        if (!m_hub.hasSockets())
            continue; // nor a name of the topic for nobody
        const monitor::Topic topic = topicOf(TopicKind::Metrics, reading.deviceId);
        const auto encode = [&] {
            auto known = m_known.find(reading.deviceId);
            if (known == m_known.end()) {
                const auto latest = m_services.latest.find(reading.deviceId);
                known = m_known.insert(reading.deviceId, latest.value_or(LatestReading()));
            }
            known->merge(reading);
            const TimePoint now = m_options.clock();
            return monitor::envelope(
                QStringLiteral("live_metrics"),
                {{QStringLiteral("device_id"), reading.deviceId},
                 {QStringLiteral("metrics"),
                  monitor::metricsObject(*known, reading.receivedAt - m_options.onlineWithin)},
                 {QStringLiteral("timestamp"), toIso8601(reading.sourceTime.value_or(reading.receivedAt))}},
                now);
        };
        m_hub.publish(topic, encode, Delivery::B, topic.key());
    }
}

/// What is known now, without a new reading.
void MonitorNews::publishMetrics(const QString &deviceId)
{
    const monitor::Topic topic = topicOf(TopicKind::Metrics, deviceId);
    const auto encode = [&] {
        const TimePoint now = m_options.clock();
        return monitor::envelope(
            QStringLiteral("live_metrics"),
            {{QStringLiteral("device_id"), deviceId},
             {QStringLiteral("metrics"),
              monitor::metricsObject(m_services.latest.find(deviceId).value_or(LatestReading()), since())},
             {QStringLiteral("timestamp"), toIso8601(now)}},
            now);
    };
    m_hub.publish(topic, encode, Delivery::B, topic.key());
}

void MonitorNews::rememberSeverity(const QString &alertId, const QString &word, AlertLevel level)
{
    if (!m_severities.contains(alertId))
        m_severityOrder.push_back(alertId);
    m_severities.insert(alertId, {word, level});
    while (m_severityOrder.size() > mostSeverities) {
        m_severities.remove(m_severityOrder.front());
        m_severityOrder.pop_front();
    }
}

QString MonitorNews::severityOf(const Alert &alert) const
{
    const Severity sent = m_severities.value(alert.id);
    return sent.level == alert.level ? sent.word : QString();
}

void MonitorNews::publishAlert(const AlertChange &change)
{
    if (!isTold(change))
        return;
    const Alert &alert = change.alert;
    const TimePoint now = m_options.clock();
    const QString severity = severityOf(alert);
    const QString type = isOfSource(change) ? typeFor(alert) : QString();
    if (!type.isEmpty()) {
        const auto encode = [&] { return monitor::envelope(type, monitor::securityObject(alert, severity, now), now); };
        std::optional<monitor::Topic> told;
        if (monitor::isSecurity(alert)) {
            told = topicOf(TopicKind::Security);
            m_hub.publish(*told, encode, Delivery::Alert);
        }
        m_hub.publish(topicOf(TopicKind::Device, alert.source), encode, Delivery::Alert, {}, {}, told);
    }
    const QStringList concerned = m_services.mirror.recipientsOf(alert);
    const bool open = m_options.posture == Posture::Open;
    m_hub.publish(
        topicOf(TopicKind::Notifications),
        [&] {
            return monitor::envelope(QStringLiteral("notification"), monitor::notificationOf(change, severity, now),
                                     now);
        },
        Delivery::A, {},
        [&concerned, open, owners = isOriginators(change) && change.verb != AlertVerb::Duress](const Principal &who) {
            return open || who.isStaff() || (owners && concerned.contains(who.id));
        });
}

void MonitorNews::publishEvents(const QList<Event> &events)
{
    for (const Event &event : events) {
        const auto *command = std::get_if<Command>(&event.body);
        if (!command)
            continue;
        const TimePoint now = m_options.clock();
        m_hub.publish(topicOf(TopicKind::Device, command->deviceId), [&] {
            return monitor::envelope(QStringLiteral("device_action"), monitor::actionObject(*command, now), now);
        });
    }
}

QJsonObject MonitorNews::statusOf(const QString &deviceId) const
{
    const Device *device = m_services.mirror.device(deviceId);
    Device unknown;
    unknown.id = deviceId;
    return monitor::deviceObject(device ? *device : unknown, m_services.mirror.presence(deviceId),
                                 m_services.latest.find(deviceId), since());
}

void MonitorNews::publishPresence(const DevicePresence &presence)
{
    const monitor::Topic topic = topicOf(TopicKind::Device, presence.deviceId);
    const bool here = presence.presence == Presence::Online;
    const bool gone = presence.presence == Presence::Offline;
    const bool came = here && !m_present.contains(presence.deviceId); // not after a mere silence
    if (came)
        m_present.insert(presence.deviceId);
    else if (gone)
        m_present.remove(presence.deviceId);
    if (came || gone) {
        const auto encode = [&] {
            QJsonObject data = statusOf(presence.deviceId);
            data.insert(QStringLiteral("device_id"), presence.deviceId);
            return monitor::envelope(here ? QStringLiteral("device_connected") : QStringLiteral("device_disconnected"),
                                     data, m_options.clock());
        };
        m_hub.publish(topic, encode, Delivery::B, QStringLiteral("presence/") + presence.deviceId);
    }
    noteChanged(presence.deviceId);
}

/// Told at the end of this turn.
void MonitorNews::noteChanged(const QString &deviceId)
{
    const bool first = m_changed.isEmpty();
    m_changed.insert(deviceId);
    if (first)
        QMetaObject::invokeMethod(this, &MonitorNews::publishChanges, Qt::QueuedConnection);
}

void MonitorNews::noteDevice(const Device &device)
{
    m_hub.reconsider(device.id);
    noteChanged(device.id);
}

void MonitorNews::publishChanges()
{
    const QSet<QString> changed = std::exchange(m_changed, {});
    if (changed.size() > mostAlone)
        return publishStatus();
    for (const QString &id : changed) {
        const TimePoint now = m_options.clock();
        m_hub.publish(
            topicOf(TopicKind::DeviceStatus),
            [&] {
                return monitor::envelope(QStringLiteral("device_status"),
                                         {{QStringLiteral("devices"), QJsonArray{statusOf(id)}},
                                          {QStringLiteral("timestamp"), toIso8601(now)}},
                                         now);
            },
            Delivery::B, QStringLiteral("device_status/") + id);
    }
}

void MonitorNews::publishStatus()
{
    const TimePoint now = m_options.clock();
    const auto encode = [&] {
        QJsonArray list;
        const QList<Device> devices = m_services.mirror.devices();
        for (const Device &device : devices)
            list.append(statusOf(device.id));
        return monitor::envelope(QStringLiteral("device_status"),
                                 {{QStringLiteral("devices"), list}, {QStringLiteral("timestamp"), toIso8601(now)}},
                                 now);
    };
    m_hub.publish(topicOf(TopicKind::DeviceStatus), encode, Delivery::B, QStringLiteral("device_status"));
}

/// Of the devices that were heard since the last time.
void MonitorNews::publishAnalytics()
{
    const QHash<QString, int> heard = std::exchange(m_heard, {});
    const TimePoint now = m_options.clock();
    const monitor::Topic all = topicOf(TopicKind::Analytics);
    for (auto it = heard.cbegin(); it != heard.cend(); ++it) {
        const auto encode = [&] {
            QJsonObject metrics = statusOf(it.key());
            for (const char *told : {"id", "name", "last_seen"})
                metrics.remove(QLatin1String(told));
            metrics.insert(QStringLiteral("readings"), it.value());
            metrics.insert(QStringLiteral("open_alerts"), m_services.mirror.openAlertsOf(it.key()).size());
            return monitor::envelope(QStringLiteral("analytics_update"),
                                     {{QStringLiteral("device_id"), it.key()},
                                      {QStringLiteral("metrics"), metrics},
                                      {QStringLiteral("timestamp"), toIso8601(now)}},
                                     now);
        };
        const QString key = QStringLiteral("analytics/") + it.key();
        m_hub.publish(all, encode, Delivery::B, key);
        m_hub.publish(topicOf(TopicKind::Device, it.key()), encode, Delivery::B, key, {}, all);
    }
}

void MonitorNews::publishPerformance()
{
    if (!m_more.figures)
        return;
    const TimePoint now = m_options.clock();
    const auto encode = [&] {
        const ServerStats stats = m_more.figures();
        const bool flows = stats.messagesPerSecond > 0;
        return monitor::envelope(
            QStringLiteral("performance_data"),
            {{QStringLiteral("performance"),
              QJsonObject{{QStringLiteral("connections"), stats.connections},
                          {QStringLiteral("users"), stats.users},
                          {QStringLiteral("devices_online"), m_services.latest.heardSince(since())},
                          {QStringLiteral("messages_per_second"), stats.messagesPerSecond},
                          {QStringLiteral("latency_p95_ms"),
                           flows ? QJsonValue(stats.p95LatencyMs) : QJsonValue(QJsonValue::Null)},
                          {QStringLiteral("open_alerts"), m_services.mirror.openAlertCount()}}},
             {QStringLiteral("timestamp"), toIso8601(now)}},
            now);
    };
    m_hub.publish(topicOf(TopicKind::Performance), encode, Delivery::B, QStringLiteral("performance"));
}

bool MonitorNews::monitor(const QString &deviceId, std::chrono::seconds interval)
{
    if (!m_monitorings.contains(deviceId) && m_monitorings.size() >= m_more.monitorings)
        return false;
    const TimePoint now = m_options.clock();
    m_monitorings.insert(deviceId, {interval, now + interval, now});
    return true;
}

void MonitorNews::runMonitorings(TimePoint now)
{
    m_monitorings.removeIf([this, now](const std::pair<const QString &, Monitoring &> entry) {
        Monitoring &monitoring = entry.second;
        if (m_hub.listeners(topicOf(TopicKind::Metrics, entry.first)) > 0)
            monitoring.heard = now;
        if (now < monitoring.due)
            return false;
        monitoring.due = std::max(monitoring.due + monitoring.interval, now);
        publishMetrics(entry.first);
        return now - monitoring.heard >= m_more.cleanup;
    });
}

void MonitorNews::tick(TimePoint now)
{
    runMonitorings(now);
    if (now < m_statusDue)
        return;
    m_statusDue = now + m_more.status;
    publishStatus();
    publishAnalytics();
    publishPerformance();
    // What nobody reads need not be kept.
    m_known.removeIf([this](const std::pair<const QString &, LatestReading &> entry) {
        return m_hub.listeners(topicOf(TopicKind::Metrics, entry.first)) == 0;
    });
}

} // namespace tocsin
