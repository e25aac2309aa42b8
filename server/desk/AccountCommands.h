// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/Time.h"

#include <QByteArray>
#include <QString>

#include <chrono>
#include <optional>

// What `tocsin user add` and `tocsin token` do, without the command line around it. They make the data directory when it
// is missing and take no lock, so they work beside a running server. Blocking; main thread of a short-lived process.

namespace tocsin {

/// A sentence when the user was not added; empty: done, and a running server knows within two seconds.
[[nodiscard]] QString addUser(const QString &dataDirectory, const QString &name, Role role, const QString &password);

/// All that a token is made of, for whoever may sign (server/net/Jwt, which the desk does not know).
struct TokenGrant
{
    QString error; ///< a sentence; then the rest is empty
    Principal account;
    TimePoint issuedAt;
    TimePoint expiresAt;
    QByteArray key; ///< 32 bytes; never logged
};
[[nodiscard]] TokenGrant grantToken(const QString &dataDirectory, const QString &name, std::chrono::seconds ttl,
                                    TimePoint now);

/// "90s", "30m", "1h", "7d": a whole number from 1 and a unit, at most ten years. nullopt for anything else.
[[nodiscard]] std::optional<std::chrono::seconds> parseTtl(QStringView text);

} // namespace tocsin
