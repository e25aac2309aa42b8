// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Jwt.h"

#include <array>

// Tokens of the asymmetric algorithms for test_jwt, signed by OpenSSL directly and with keys that are made at each run.

namespace tocsin::net::test {

inline constexpr std::array keyAlgorithms{TokenAlgorithm::RS256, TokenAlgorithm::ES256, TokenAlgorithm::EdDSA};

[[nodiscard]] QByteArray privatePem(TokenAlgorithm algorithm);
[[nodiscard]] QByteArray publicPem(TokenAlgorithm algorithm);
[[nodiscard]] TokenKeys keysOf(TokenAlgorithm algorithm);
[[nodiscard]] QByteArray signedByOther(TokenAlgorithm algorithm); ///< a good one

void addKeyForgeries(); ///< "algorithm" (int), "token": none is to be accepted
void addStrangers();    ///< "token", "good": HS256, for another issuer or audience
void addKeyFiles();     ///< "pem", "algorithm" (int), "isPrivate": none is to be read

} // namespace tocsin::net::test
