// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/ReplyBox.h"
#include "server/dialects/monitor/MonitorHub.h"
#include "server/dialects/monitor/MonitorNews.h"
#include "server/dialects/monitor/MonitorRequests.h"
#include "server/net/Http.h"

namespace tocsin {

/// Dialect 4's HTTP side, `/ws/…`. Errors are {"detail": "…"}. What an administrator says to people (broadcasts, notifications, the states
/// of actions that are no orders of the desk) is in the audit before it goes out; an alert is the desk's before it is answered; figures are
/// readings like all others. Server thread; answered later where the desk is asked.
class MonitorRest
{
public:
    MonitorRest(const DialectOptions &options, const DialectServices &services, MonitorHub &hub, MonitorNews &news);

    /// `object` is the path's. The page's rule has been kept.
    void handle(monitor::Page page, const QString &object, const net::HttpRequest &request, const Principal &caller,
                const net::Respond &respond);

private:
    [[nodiscard]] net::HttpResponse stats() const;
    void broadcast(const monitor::Broadcast &broadcast, const Principal &caller, const net::Respond &respond);
    void sendToUser(const QString &userId, const monitor::Broadcast &message, const Principal &caller,
                    const net::Respond &respond);
    void alert(const monitor::DeviceAlert &alert, const Principal &caller, const net::Respond &respond);
    [[nodiscard]] net::HttpResponse liveMetrics(const monitor::LiveMetrics &live);
    void notify(const monitor::Notification &notification, const Principal &caller, const net::Respond &respond);
    [[nodiscard]] net::HttpResponse performance(const monitor::PerformanceData &data);
    void action(const QString &deviceId, const monitor::DeviceAction &action, const Principal &caller,
                const net::Respond &respond);
    void relayAction(const QString &deviceId, const monitor::DeviceAction &action, const Principal &caller,
                     const net::Respond &respond);
    [[nodiscard]] net::HttpResponse startMonitoring(const QString &deviceId, const monitor::StartMonitoring &start);

    /// In the secure posture a device must be known; in the open one it becomes so.
    [[nodiscard]] bool isKnown(const QString &deviceId) const;
    void introduce(const QString &deviceId);
    /// Carries it out once it is in the audit; answers 503 when it cannot be.
    void audited(const Principal &caller, const AuditRecord &record, const net::Respond &respond,
                 std::function<net::HttpResponse()> carryOut);
    [[nodiscard]] QString now() const { return toIso8601(m_options.clock()); }

    const DialectOptions &m_options;
    DialectServices m_services;
    MonitorHub &m_hub;
    MonitorNews &m_news;
    ReplyBox m_replies;
};

} // namespace tocsin
