// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/monitor/MonitorHub.h"
#include "server/dialects/monitor/MonitorNews.h"

namespace tocsin {

/// What dialect 4 is told by its clients; each message is answered at once, in order. Server thread.
class MonitorInbound
{
public:
    MonitorInbound(const DialectOptions &options, const MonitorOptions &more, const DialectServices &services,
                   MonitorHub &hub, MonitorNews &news);

    void receive(MonitorSocket &socket, const QByteArray &utf8);
    void refuseBinary(MonitorSocket &socket);

private:
    [[nodiscard]] bool admit(MonitorSocket &socket);
    void error(MonitorSocket &socket, const QString &message, const QString &code = {}, const QString &field = {});
    /// The topic or the device that a message names; an error is sent when it names none.
    [[nodiscard]] std::optional<monitor::Topic> topicIn(MonitorSocket &socket, const QJsonObject &message,
                                                        bool ofDevice);
    void subscribe(MonitorSocket &socket, const monitor::Topic &topic);
    void unsubscribe(MonitorSocket &socket, const monitor::Topic &topic);
    void confirm(MonitorSocket &socket, const QString &type, const monitor::Topic &topic, const QString &status);

    const DialectOptions &m_options;
    const MonitorOptions &m_more;
    DialectServices m_services;
    MonitorHub &m_hub;
    MonitorNews &m_news;
    AddressLimits m_addresses;
};

} // namespace tocsin
