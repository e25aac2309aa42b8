// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/Time.h"
#include "server/desk/Accounts.h"

#include <QByteArray>
#include <QString>

#include <chrono>
#include <optional>

// What `tocsin user …` and `tocsin token` do, without the command line around it. They make the data directory when it
// is missing and take no lock, so they work beside a running server, which knows of it within a second and closes what has lost
// its right. Blocking; main thread of a short-lived process. A QString that is answered is a sentence; empty: done.

namespace tocsin {

[[nodiscard]] QString addUser(const QString &dataDirectory, const NewAccount &wanted, const QString &password);
[[nodiscard]] QString removeUser(const QString &dataDirectory, const QString &name);
[[nodiscard]] QString setUserRole(const QString &dataDirectory, const QString &name, Role role);
[[nodiscard]] QString setUserPassword(const QString &dataDirectory, const QString &name, const QString &password);
[[nodiscard]] QString setUserDisabled(const QString &dataDirectory, const QString &name, bool disabled);
[[nodiscard]] QString revokeUser(const QString &dataDirectory, const QString &name);
/// One access token, by its `jti`; `expires` unknown: kept for as long as any token may live.
[[nodiscard]] QString revokeToken(const QString &dataDirectory, const QString &tokenId,
                                  std::optional<TimePoint> expires);

struct UserList
{
    QString error;
    QList<Account> users; ///< without their password hashes
};
[[nodiscard]] UserList listUsers(const QString &dataDirectory);
/// The newest rows of the audit, oldest first, as lines; `error` is set when they cannot be read.
[[nodiscard]] QStringList auditLines(const QString &dataDirectory, int newest, QString *error);

/// All that a token is made of, for whoever may sign (server/net/Jwt, which the desk does not know).
struct TokenGrant
{
    QString error; ///< a sentence; then the rest is empty
    Principal account;
    QString email;
    TimePoint issuedAt;
    TimePoint expiresAt;
    TimePoint generation; ///< AccountsSnapshot::Entry::validFrom
    QByteArray key;       ///< 32 bytes; never logged
};
[[nodiscard]] TokenGrant grantToken(const QString &dataDirectory, const QString &name, std::chrono::seconds ttl,
                                    TimePoint now);
/// The key alone, for a pairing token: whoever registers with that has no account yet.
[[nodiscard]] TokenGrant grantPairing(const QString &dataDirectory, Role role, std::chrono::seconds ttl, TimePoint now);

/// "90s", "30m", "1h", "7d": a whole number from 1 and a unit, at most ten years. nullopt for anything else.
[[nodiscard]] std::optional<std::chrono::seconds> parseTtl(QStringView text);

} // namespace tocsin
