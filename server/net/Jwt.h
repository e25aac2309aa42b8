// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"
#include "server/net/SignatureKey.h"

#include <QByteArray>
#include <QHash>
#include <QString>

#include <optional>

// Tokens: JSON Web Tokens (RFC 7519), signed with HMAC-SHA-256 (RFC 7515, "HS256") or with the one asymmetric algorithm that the
// configuration names. Plain functions, any thread. The algorithm is fixed by the keys, never by the token; whatever a header
// says of keys (jku, x5u, jwk, x5c) is ignored, and `kid` is a look-up in our own map.

namespace tocsin::net {

inline constexpr qsizetype maxTokenBytes = 8192;
/// An issuer's clock may be ahead by so much (`iat`, `nbf`). An end is an end: `exp` gets no leeway.
inline constexpr std::chrono::seconds tokenLeeway{30};

/// What tokens are checked against. One algorithm; the secrets are for HS256 alone, at least 32 bytes each.
struct TokenKeys
{
    QByteArray key;                  ///< for tokens without `kid`
    QHash<QString, QByteArray> byId; ///< for tokens with one
    TokenAlgorithm algorithm = TokenAlgorithm::HS256;
    std::shared_ptr<const SignatureKey> publicKey{}; ///< of every other algorithm
    QString publicKeyId{};                           ///< the `kid` that it goes by; empty: tokens have none
    QString issuer{};                                ///< `iss` must be this; empty: anybody
    QString audience{};                              ///< `aud` must be or contain this; empty: anything
};

/// What a token says. The role is what was true when it was made: never trusted, see TokenAuthorizer.
struct TokenClaims
{
    QString subject; ///< `sub`, also written as `user_id` and `userId`: the account's id
    QString email;   ///< may be empty
    QString role;
    TimePoint issuedAt; ///< whole seconds in the token
    TimePoint expiresAt;
    QString id{};      ///< `jti`; made at random when empty
    QString session{}; ///< `sid`: the login that it comes from; may be empty
    std::optional<TimePoint>
        generation{}; ///< `gen`: AccountsSnapshot::Entry::validFrom of the account; ours always have it
    QString issuer{}; ///< written when not empty; read by nobody but the check
    QString audience{};
    QString type = QStringLiteral("access"); ///< or "pairing"
    bool operator==(const TokenClaims &) const = default;
};

/// HS256. Empty when the key is shorter than 32 bytes.
[[nodiscard]] QByteArray signToken(const TokenClaims &claims, const QByteArray &key, const QString &keyId = {});
/// With a private key. Empty when it is not one.
[[nodiscard]] QByteArray signToken(const TokenClaims &claims, const SignatureKey &key, const QString &keyId = {});

struct TokenCheck
{
    std::optional<TokenClaims> claims; ///< only when everything is right
    QString error;                     ///< for the log, never the token: "expired", "bad signature", …
};

/// Three parts of canonical base64url without padding, at most 8 KiB; JSON objects without a key twice; the keys' algorithm; `sub`,
/// `exp`, `iat` and the type present and sound; not expired, not from the future; no critical extension; the issuer and the
/// audience that the keys name. An HMAC is compared in constant time.
[[nodiscard]] TokenCheck checkToken(const QByteArray &token, const TokenKeys &keys, TimePoint now,
                                    QLatin1String type = QLatin1String("access"));

} // namespace tocsin::net
