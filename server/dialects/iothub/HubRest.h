// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/iothub/HubDoings.h"
#include "server/dialects/iothub/HubOutbound.h"
#include "server/dialects/iothub/HubRoutes.h"
#include "server/dialects/iothub/HubSockets.h"
#include "server/net/Http.h"

namespace tocsin {

/// Dialect 2's HTTP side: `/api/realtime/…`, `/api/devices/register`, `/api/telemetry/ingest`. Every body is {success, message, data?, error?}.
/// Server thread.
class HubRest
{
public:
    HubRest(const DialectOptions &options, HubSockets &sockets, HubDoings &doings, HubOutbound &outbound);

    /// `object` is the path's. The page's rule has been kept, except for devices that a body names. `caller` is there, unless the page is for
    /// anybody.
    void handle(HubPage page, const QString &object, const net::HttpRequest &request,
                const std::optional<Principal> &caller, const net::Respond &respond);

    /// A refusal; `code` is the body's `error`.
    [[nodiscard]] static net::HttpResponse refusal(int status, const QString &message, const QString &code);
    [[nodiscard]] static net::HttpResponse notFound(const QString &path);

private:
    [[nodiscard]] net::HttpResponse connections() const;
    [[nodiscard]] net::HttpResponse devices() const;
    [[nodiscard]] net::HttpResponse users() const;
    [[nodiscard]] net::HttpResponse status(const std::optional<Principal> &caller) const;
    void say(HubPage page, const QString &object, const net::HttpRequest &request, const Principal &caller,
             const net::Respond &respond);
    [[nodiscard]] net::HttpResponse tell(HubPage page, const QString &object, const QString &event,
                                         const QJsonValue &data);
    void enroll(const net::HttpRequest &request, const Principal &caller, const net::Respond &respond);
    void ingest(const net::HttpRequest &request, const Principal &caller, const net::Respond &respond);
    [[nodiscard]] QJsonArray deviceList() const;

    const DialectOptions &m_options;
    HubSockets &m_sockets;
    HubDoings &m_doings;
    HubOutbound &m_outbound;
};

} // namespace tocsin
