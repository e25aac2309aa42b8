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

/// What a token said of itself: enough to ask later whether it still opens anything.
struct Credential
{
    QString account;
    QString tokenId;                     ///< `jti`
    QString session;                     ///< the login that it comes from; may be empty
    std::optional<TimePoint> generation; ///< of tokens that we made
    TimePoint issuedAt;
    TimePoint expiresAt;
};

/// A request as the front door accepted it: strict, complete, within the limits.
struct HttpRequest
{
    QByteArray method; ///< upper case, "GET"
    QString path;      ///< percent-decoded, no query, begins with '/'; a trailing slash is kept
    QUrlQuery query;   ///< never logged
    QList<std::pair<QByteArray, QByteArray>> headers; ///< names lower case, in order
    QByteArray body;
    QString peerAddress;
    quint16 peerPort = 0;
    bool wantsUpgrade = false;            ///< a well-formed WebSocket upgrade
    std::optional<Credential> credential; ///< of its token, when that was valid
    /// Whether somebody still waits for the answer; for those that are answered much later. Server thread; may be empty.
    std::function<bool()> isAwaited{};

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
    QString error;                          ///< for the log: "expired", "bad signature", …; never the token
    std::optional<Credential> credential{}; ///< with a principal
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
    /// Why a credential that was good opens nothing any more, for the peer; empty while it does. Its end in time is not asked
    /// here: who holds it knows that.
    [[nodiscard]] virtual QString objection(const Credential &credential) const
    {
        Q_UNUSED(credential)
        return {};
    }
    /// Another value than before: ask again for what is open.
    [[nodiscard]] virtual quint64 revision() const { return 0; }
};

} // namespace tocsin::net
