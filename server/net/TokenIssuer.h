// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Jwt.h"

namespace tocsin::net {

/// Makes access tokens, with the algorithm that the server verifies. A value; any thread.
struct TokenIssuer
{
    QByteArray key; ///< of HS256, and of pairing tokens whatever the algorithm
    TokenAlgorithm algorithm = TokenAlgorithm::HS256;
    std::shared_ptr<const SignatureKey> privateKey{}; ///< of another algorithm; none: somebody else issues the tokens
    QString keyId{};
    QString issuer{};
    QString audience{};
    std::chrono::seconds lifetime{3600};

    [[nodiscard]] bool canIssue() const { return algorithm == TokenAlgorithm::HS256 || privateKey; }
    /// The times are set here, the end only when there is none yet. Empty when canIssue() is false.
    [[nodiscard]] QByteArray issue(TokenClaims claims, TimePoint now) const;
    /// The pairing token is always ours: HS256 with our own key, and good for nothing else.
    [[nodiscard]] TokenCheck checkPairing(const QByteArray &token, TimePoint now) const;
    [[nodiscard]] QByteArray issuePairing(TokenClaims claims) const;
};

} // namespace tocsin::net
