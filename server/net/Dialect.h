// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Http.h"
#include "server/net/Session.h"

#include <QByteArrayList>

namespace tocsin::net {

/// What a dialect says to a caller before an upgrade or an HTTP call is carried out.
struct Verdict
{
    int status = 0; ///< 0: go on; else the HTTP status of the refusal
    QByteArray body;
    QByteArray contentType = "application/json";
    [[nodiscard]] static Verdict allow() { return {}; }
    [[nodiscard]] static Verdict refuse(int status, QByteArray body) { return {status, std::move(body)}; }
};

/// One wire protocol on the shared port: translates frames to and from the desk's requests and events,
/// nothing else. Server thread. Registered with the Router, which asks each in turn; the first that claims a path has it.
class Dialect
{
public:
    Dialect() = default;
    Dialect(const Dialect &) = delete;
    Dialect &operator=(const Dialect &) = delete;
    virtual ~Dialect() = default;

    [[nodiscard]] virtual QString name() const = 0; ///< "dialect1"
    [[nodiscard]] virtual bool claimsUpgrade(const QString &path) const = 0;
    [[nodiscard]] virtual bool claimsHttp(const QByteArray &method, const QString &path) const = 0;
    /// Decides before the 101. `caller` is empty when no valid token came (and the posture is secure; in open
    /// posture the front door has already made it an anonymous administrator).
    [[nodiscard]] virtual Verdict authorizeUpgrade(const HttpRequest &request,
                                                   const std::optional<Principal> &caller) const = 0;
    /// Subprotocols to select from what a client offers; "bearer" and "websocket" are the front door's.
    [[nodiscard]] virtual QByteArrayList subprotocols() const { return {}; }
    /// What a session listens to, in words for people; asked while somebody watches the connections.
    [[nodiscard]] virtual QStringList topicsOf(Session *session) const
    {
        Q_UNUSED(session)
        return {};
    }
    /// The body of this request may be as large as that of a caller with a token: it names a session that had one.
    [[nodiscard]] virtual bool vouchesFor(const HttpRequest &request) const
    {
        Q_UNUSED(request)
        return false;
    }
    /// What to say of a path that nobody knows, when it would be this dialect's; nothing: it is none of its.
    [[nodiscard]] virtual std::optional<HttpResponse> unknownPath(const QString &path) const
    {
        Q_UNUSED(path)
        return std::nullopt;
    }
    virtual void opened(Session *session) = 0;
    virtual void http(const HttpRequest &request, const std::optional<Principal> &caller, const Respond &respond) = 0;
};

} // namespace tocsin::net
