// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/StatusBoard.h"

#include <algorithm>

namespace tocsin {

QString toString(ComponentStatus::Level level)
{
    switch (level) {
    case ComponentStatus::Level::Healthy:
        return QStringLiteral("healthy");
    case ComponentStatus::Level::Degraded:
        return QStringLiteral("degraded");
    case ComponentStatus::Level::Unhealthy:
        break;
    }
    return QStringLiteral("unhealthy");
}

namespace {

Metric metric(const char *name, const char *help, Metric::Kind kind, double value)
{
    return {QLatin1String(name), QLatin1String(help), kind, value, {}};
}

QList<Metric> counterMetrics(const net::ServerCounters &counters)
{
    using Kind = Metric::Kind;
    const auto big = [](quint64 n) { return static_cast<double>(n); };
    QList<Metric> all{
        metric("tocsin_received_bytes_total", "Bytes taken in, HTTP included.", Kind::Counter,
               big(counters.traffic.bytesIn)),
        metric("tocsin_sent_bytes_total", "Bytes sent, HTTP included.", Kind::Counter, big(counters.traffic.bytesOut)),
        metric("tocsin_http_requests_total", "HTTP requests.", Kind::Counter, big(counters.requestsTotal)),
        metric("tocsin_connections_refused_total", "Connections over a cap.", Kind::Counter,
               big(counters.connectionsRefused)),
        metric("tocsin_closed_slow_total", "Connections given up because they did not read.", Kind::Counter,
               big(counters.closedSlow)),
    };
    QStringList dialects = counters.dialects.keys();
    dialects.sort();
    for (const QString &dialect : std::as_const(dialects)) {
        Metric open = metric("tocsin_dialect_connections", "Open WebSocket connections of one dialect.", Kind::Gauge,
                             counters.dialects.value(dialect).sessionsNow);
        open.labels = {{QStringLiteral("dialect"), dialect}};
        all.append(open);
    }
    return all;
}

} // namespace

StatusBoard::StatusBoard(const LatestValues &latest, const ServerFeed &feed, TimePoint startedAt, QObject *parent)
    : QObject(parent)
    , m_latest(latest)
    , m_feed(feed)
    , m_startedAt(startedAt)
{
    m_components.insert(QStringLiteral("server"), {});
}

void StatusBoard::setTransport(std::function<ServerStats()> stats)
{
    m_transport = std::move(stats);
}

void StatusBoard::setCounters(std::function<net::ServerCounters()> counters)
{
    m_counters = std::move(counters);
}

void StatusBoard::addMetrics(std::function<QList<Metric>()> metrics)
{
    m_metrics.append(std::move(metrics));
}

void StatusBoard::addGroups(std::function<int()> groups)
{
    m_groups.append(std::move(groups));
}

void StatusBoard::setAdapters(const QList<AdapterStatus> &adapters)
{
    m_adapters = adapters;
}

void StatusBoard::setComponent(const QString &name, ComponentStatus status)
{
    if (status.level == ComponentStatus::Level::Healthy)
        status.detail.clear();
    m_components.insert(name, status);
}

ServerStats StatusBoard::stats(TimePoint now) const
{
    ServerStats stats = m_transport ? m_transport() : ServerStats();
    stats.messagesPerSecond = m_feed.flow().perSecond(now);
    stats.p95LatencyMs = m_feed.flow().p95Ms(now);
    return stats;
}

QMap<QString, ComponentStatus> StatusBoard::components() const
{
    QMap<QString, ComponentStatus> all = m_components;
    for (const AdapterStatus &adapter : m_adapters) {
        using State = AdapterStatus::State;
        // A missing port is no reason to call the server ill: the desk goes on without it.
        const bool well = adapter.state != State::Failed && adapter.state != State::Waiting;
        const QString detail = adapter.error.isEmpty() ? toString(adapter.state) : adapter.error;
        all.insert(QStringLiteral("adapter:") + adapter.adapterId,
                   well ? ComponentStatus() : ComponentStatus{ComponentStatus::Level::Degraded, detail});
    }
    return all;
}

ComponentStatus::Level StatusBoard::overall() const
{
    ComponentStatus::Level worst = ComponentStatus::Level::Healthy;
    const auto all = components();
    for (const ComponentStatus &component : all)
        worst = std::max(worst, component.level);
    return worst;
}

int StatusBoard::connectedDevices(TimePoint now) const
{
    return m_latest.heardSince(now - std::chrono::seconds(300));
}

int StatusBoard::groups() const
{
    int sum = 0;
    for (const auto &groups : m_groups)
        sum += groups();
    return sum;
}

QList<Metric> StatusBoard::metrics(TimePoint now) const
{
    using Kind = Metric::Kind;
    const ServerStats s = stats(now);
    const auto count = [](qint64 n) { return static_cast<double>(n); };
    QList<Metric> all{
        metric("tocsin_uptime_seconds", "Time since the start.", Kind::Gauge, uptimeSeconds(now)),
        metric("tocsin_devices_connected", "Devices heard in the last 300 s.", Kind::Gauge, connectedDevices(now)),
        metric("tocsin_connections", "Open WebSocket connections.", Kind::Gauge, s.connections),
        metric("tocsin_users_connected", "Users with an open connection.", Kind::Gauge, s.users),
        metric("tocsin_connections_total", "Connections accepted since the start.", Kind::Counter,
               count(s.connectionsTotal)),
        metric("tocsin_messages_received_total", "Messages taken in.", Kind::Counter, count(s.messagesIn)),
        metric("tocsin_messages_sent_total", "Messages sent.", Kind::Counter, count(s.messagesOut)),
        metric("tocsin_readings_total", "Readings of all sources.", Kind::Counter, count(m_feed.flow().total())),
        metric("tocsin_readings_per_second", "Readings of all sources, last seconds.", Kind::Gauge,
               s.messagesPerSecond),
        metric("tocsin_readings_conflated_total", "Readings that a newer one replaced on the way.", Kind::Counter,
               count(m_feed.conflatedReadings())),
        metric("tocsin_readings_dropped_total", "Readings that found no room.", Kind::Counter,
               count(m_feed.droppedReadings())),
        metric("tocsin_reading_latency_p95_milliseconds", "Reading taken in to fanned out.", Kind::Gauge,
               s.p95LatencyMs),
    };
    if (m_counters)
        all.append(counterMetrics(m_counters()));
    for (const AlertLevel level :
         {AlertLevel::Emergency, AlertLevel::Critical, AlertLevel::Warning, AlertLevel::Info}) {
        Metric open = metric("tocsin_alerts_open", "Open alerts by level.", Kind::Gauge,
                             static_cast<double>(m_feed.mirror().openAlertCount(level)));
        open.labels = {{QStringLiteral("level"), toString(level)}};
        all.append(open);
    }
    const auto parts = components();
    for (auto it = parts.cbegin(); it != parts.cend(); ++it) {
        Metric up = metric("tocsin_component_up", "1 healthy, 0.5 degraded, 0 unhealthy.", Kind::Gauge,
                           it->level == ComponentStatus::Level::Healthy    ? 1.0
                           : it->level == ComponentStatus::Level::Degraded ? 0.5
                                                                           : 0.0);
        up.labels = {{QStringLiteral("component"), it.key()}};
        all.append(up);
    }
    for (const AdapterStatus &adapter : m_adapters) {
        Metric readings =
            metric("tocsin_adapter_readings_total", "Readings of one adapter.", Kind::Counter, count(adapter.readings));
        readings.labels = {{QStringLiteral("adapter"), adapter.adapterId}, {QStringLiteral("driver"), adapter.driver}};
        all.append(readings);
    }
    for (const AdapterStatus &adapter : m_adapters) {
        Metric bad = metric("tocsin_adapter_bad_frames_total", "Frames of one adapter that could not be read.",
                            Kind::Counter, count(adapter.badFrames));
        bad.labels = {{QStringLiteral("adapter"), adapter.adapterId}, {QStringLiteral("driver"), adapter.driver}};
        all.append(bad);
    }
    for (const auto &more : m_metrics)
        all.append(more());
    return all;
}

} // namespace tocsin
