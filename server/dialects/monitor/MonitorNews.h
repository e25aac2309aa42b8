// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/monitor/MonitorHub.h"
#include "server/dialects/monitor/MonitorOptions.h"

#include <QSet>

#include <deque>

namespace tocsin {

/// What the desk knows, told to the topics of dialect 4: alerts, orders, presence, readings; and what is told at intervals. Server thread.
///
/// Each alert is a notification for staff, for its person and for the owners of the device, also when it is acknowledged, changes, returns or
/// is canceled. Those that are an affair of security (MonitorFrames) are a security_alert besides, on `security` and on the device's
/// topic, once per connection; alerts of the categories "storage" and "network" are storage_alert and network_status of the device.
class MonitorNews : public QObject
{
    Q_OBJECT
public:
    MonitorNews(const DialectOptions &options, const MonitorOptions &more, const DialectServices &services,
                MonitorHub &hub, QObject *parent = nullptr);

    void publishReadings(const QList<Reading> &readings);
    void publishAlert(const AlertChange &change);
    void publishEvents(const QList<Event> &events); ///< the orders among them
    void publishPresence(const DevicePresence &presence);
    void noteDevice(const Device &device);

    /// How the sender of an alert put its severity, until the alert comes back from the desk and as long as it says what the desk says.
    void rememberSeverity(const QString &alertId, const QString &word, AlertLevel level);

    /// The figures of this device every `interval` for its metrics_… topic. False: too many are monitored already.
    [[nodiscard]] bool monitor(const QString &deviceId, std::chrono::seconds interval);
    [[nodiscard]] qsizetype monitorings() const { return m_monitorings.size(); }

    /// Somebody begins to read the figures of this device.
    void begin(const QString &deviceId) { m_known.remove(deviceId); }

    /// What is due at `now`. The timer calls it, and tests.
    void tick(TimePoint now);

private:
    struct Monitoring
    {
        std::chrono::seconds interval{5};
        TimePoint due;
        TimePoint heard; ///< when somebody was last seen to listen
    };
    struct Severity
    {
        QString word;
        AlertLevel level = AlertLevel::Warning;
    };

    [[nodiscard]] TimePoint since() const { return m_options.clock() - m_options.onlineWithin; }
    [[nodiscard]] QString severityOf(const Alert &alert) const;
    [[nodiscard]] QJsonObject statusOf(const QString &deviceId) const;
    void publishMetrics(const QString &deviceId);
    void noteChanged(const QString &deviceId);
    void publishChanges();
    void publishStatus();
    void publishAnalytics();
    void publishPerformance();
    void runMonitorings(TimePoint now);

    const DialectOptions &m_options;
    const MonitorOptions &m_more;
    DialectServices m_services;
    MonitorHub &m_hub;
    QTimer m_timer;
    TimePoint m_statusDue;
    QHash<QString, LatestReading> m_known; ///< of the devices whose metrics somebody reads
    QHash<QString, int> m_heard;           ///< readings of each device since analytics were told last
    QHash<QString, Monitoring> m_monitorings;
    QHash<QString, Severity> m_severities;
    std::deque<QString> m_severityOrder;
    QSet<QString> m_present; ///< devices that were told to be connected
    QSet<QString> m_changed; ///< devices whose status is told at the end of this turn
};

} // namespace tocsin
