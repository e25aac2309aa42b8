// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/Time.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <QUrlQuery>

#include <functional>
#include <optional>
#include <utility>

namespace tocsin::net {

/// A request as the front door accepted it: strict, complete, within the limits. Values only.
struct HttpRequest
{
    QByteArray method; ///< upper case, "GET"
    QString path;      ///< percent-decoded, no query, begins with '/'; a trailing slash is kept
    QUrlQuery query;   ///< never logged
    QList<std::pair<QByteArray, QByteArray>> headers; ///< names lower case, in order
    QByteArray body;
    QString peerAddress;
    quint16 peerPort = 0;
    bool wantsUpgrade = false; ///< a well-formed WebSocket upgrade

    [[nodiscard]] QByteArray header(const QByteArray &lowerCaseName) const; ///< first one; empty when absent
    /// From `?token=`, `Authorization: Bearer` or the subprotocol pair `bearer, <token>`, in this order.
    [[nodiscard]] QByteArray token() const;
};

struct HttpResponse
{
    int status = 200;
    QByteArray contentType = "application/json";
    QByteArray body;
    QList<std::pair<QByteArray, QByteArray>> headers; ///< further ones
};

/// Answers one request, now or later; the last copy to go without an answer sends 500. Server thread.
using Respond = std::function<void(HttpResponse)>;

/// A verified caller, or why not.
struct AuthResult
{
    std::optional<Principal> principal;
    QString error; ///< for the log: "expired", "bad signature", …; never the token
};

/// Verifies tokens on the server thread against an immutable snapshot of keys and accounts. Never blocks.
class Authorizer
{
public:
    Authorizer() = default;
    Authorizer(const Authorizer &) = delete;
    Authorizer &operator=(const Authorizer &) = delete;
    virtual ~Authorizer() = default;
    [[nodiscard]] virtual AuthResult authenticate(const QByteArray &token, TimePoint now) const = 0;
};

} // namespace tocsin::net
