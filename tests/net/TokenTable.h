// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Jwt.h"

#include <QCryptographicHash>

// Tokens for test_jwt: good ones, and every way to forge or abuse one that we could think of. (In a source of its own: moc 6.4
// loses its way among so many raw strings.)

namespace tocsin::net::test {

inline const TimePoint now{std::chrono::seconds(1'700'000'000)};
inline const QByteArray key(32, 'k');
inline constexpr auto base64Url = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

[[nodiscard]] TokenKeys keys();
/// Made by independent code (Qt's), not by the code under test.
[[nodiscard]] QByteArray signature(const QByteArray &text, const QByteArray &with,
                                   QCryptographicHash::Algorithm hash = QCryptographicHash::Sha256);
[[nodiscard]] QByteArray goodToken();
[[nodiscard]] QByteArray selfSigned(const QByteArray &with); ///< the good one, with another key

// Rows of one column "token", a QByteArray.
void addForgeries();
void addGoodTokens();

} // namespace tocsin::net::test
