// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/TokenIssuer.h"

namespace tocsin::net {

namespace {
constexpr QLatin1String pairingType("pairing");
} // namespace

QByteArray TokenIssuer::issue(TokenClaims claims, TimePoint now) const
{
    claims.issuedAt = now;
    if (claims.expiresAt <= now)
        claims.expiresAt = now + lifetime;
    claims.issuer = issuer;
    claims.audience = audience;
    if (algorithm == TokenAlgorithm::HS256)
        return signToken(claims, key);
    return privateKey ? signToken(claims, *privateKey, keyId) : QByteArray();
}

TokenCheck TokenIssuer::checkPairing(const QByteArray &token, TimePoint now) const
{
    TokenKeys own;
    own.key = key;
    return checkToken(token, own, now, pairingType);
}

QByteArray TokenIssuer::issuePairing(TokenClaims claims) const
{
    claims.type = pairingType;
    claims.subject = pairingType;
    return signToken(claims, key);
}

} // namespace tocsin::net
