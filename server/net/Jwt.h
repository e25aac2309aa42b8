// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QByteArray>
#include <QHash>
#include <QString>

#include <optional>

// Access tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA-256 (RFC 7515, "HS256"), and nothing else. Plain
// functions, any thread. The algorithm is fixed here, never by the token; whatever a header says of keys (jku, x5u, jwk) is
// ignored, and `kid` is a look-up in our own map.

namespace tocsin::net {

inline constexpr qsizetype maxTokenBytes = 8192;
inline constexpr std::chrono::seconds tokenLeeway{30}; ///< clocks may differ by so much

/// The keys that we sign with. At least 32 bytes each.
struct TokenKeys
{
    QByteArray key;                  ///< for tokens without `kid`
    QHash<QString, QByteArray> byId; ///< for tokens with one
};

/// What a token says. The role is what was true when it was made: never trusted, see TokenAuthorizer.
struct TokenClaims
{
    QString subject; ///< `sub`, also written as `user_id` and `userId`: the account's id
    QString email;   ///< may be empty
    QString role;
    TimePoint issuedAt; ///< whole seconds in the token
    TimePoint expiresAt;
    QString id; ///< `jti`; made at random when empty
    bool operator==(const TokenClaims &) const = default;
};

/// Empty when the key is shorter than 32 bytes.
[[nodiscard]] QByteArray signToken(const TokenClaims &claims, const QByteArray &key, const QString &keyId = {});

struct TokenCheck
{
    std::optional<TokenClaims> claims; ///< only when everything is right
    QString error;                     ///< for the log, never the token: "expired", "bad signature", …
};

/// Three parts of canonical base64url without padding, at most 8 KiB; JSON objects without a key twice; alg HS256; `sub`, `exp`,
/// `iat` and type "access" present and sound; not expired, not from the future; no critical extension. Signature in
/// constant time.
[[nodiscard]] TokenCheck checkToken(const QByteArray &token, const TokenKeys &keys, TimePoint now);

} // namespace tocsin::net
