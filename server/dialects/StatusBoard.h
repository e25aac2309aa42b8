// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "models/domain/LatestValues.h"
#include "server/dialects/ServerFeed.h"
#include "server/net/ServerSettings.h"

#include <QMap>
#include <QObject>

#include <functional>

namespace tocsin {

/// How one part of the program is.
struct ComponentStatus
{
    enum class Level { Healthy, Degraded, Unhealthy };
    Level level = Level::Healthy;
    QString detail; ///< a sentence, when it is not healthy
    bool operator==(const ComponentStatus &) const = default;
};
[[nodiscard]] QString toString(ComponentStatus::Level level); ///< "healthy", "degraded", "unhealthy"

/// One figure of /metrics (Prometheus text format 0.0.4).
struct Metric
{
    enum class Kind { Counter, Gauge };
    QString name; ///< tocsin_…; a counter's ends in _total
    QString help;
    Kind kind = Kind::Gauge;
    double value = 0;
    QList<std::pair<QString, QString>> labels;
};

/// Collects what /health and /metrics tell and what the console's top bar shows. Server thread; parts of the program that
/// live elsewhere reach the slots by queued connections. Holds no more than the last word of each.
class StatusBoard : public QObject
{
    Q_OBJECT
public:
    StatusBoard(const LatestValues &latest, const ServerFeed &feed, TimePoint startedAt, QObject *parent = nullptr);

    /// The transport's own figures, asked each time. Rate and latency of readings are added here.
    void setTransport(std::function<ServerStats()> stats);
    /// More of them for /metrics alone: net::Server::counters, asked each time.
    void setCounters(std::function<net::ServerCounters()> counters);
    /// Further figures, asked each time.
    void addMetrics(std::function<QList<Metric>()> metrics);
    /// Vehicles, users, topics that somebody listens to over one dialect, asked each time; summed over the dialects.
    void addGroups(std::function<int()> groups);

    /// The transport's figures completed by the rate and the latency of readings.
    [[nodiscard]] ServerStats stats(TimePoint now) const;
    [[nodiscard]] const QList<AdapterStatus> &adapters() const { return m_adapters; }
    [[nodiscard]] QMap<QString, ComponentStatus> components() const; ///< adapters included
    [[nodiscard]] ComponentStatus::Level overall() const;
    [[nodiscard]] QList<Metric> metrics(TimePoint now) const;
    [[nodiscard]] int connectedDevices(TimePoint now) const; ///< heard in the last 300 s, whatever they came by
    [[nodiscard]] int groups() const;
    [[nodiscard]] double uptimeSeconds(TimePoint now) const { return secondsBetween(m_startedAt, now); }

public Q_SLOTS:
    void setAdapters(const QList<tocsin::AdapterStatus> &adapters);
    /// "desk", "store", … Level healthy clears the detail.
    void setComponent(const QString &name, tocsin::ComponentStatus status);

private:
    const LatestValues &m_latest;
    const ServerFeed &m_feed;
    TimePoint m_startedAt;
    std::function<ServerStats()> m_transport;
    std::function<net::ServerCounters()> m_counters;
    QList<std::function<QList<Metric>()>> m_metrics;
    QList<std::function<int()>> m_groups;
    QList<AdapterStatus> m_adapters;
    QMap<QString, ComponentStatus> m_components;
};

} // namespace tocsin
