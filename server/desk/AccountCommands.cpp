// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/AccountCommands.h"

#include "server/desk/Accounts.h"

#include <algorithm>

namespace tocsin {

QString addUser(const QString &dataDirectory, const QString &name, Role role, const QString &password)
{
    AccountStore store;
    QString error = store.openIn(dataDirectory);
    return error.isEmpty() ? addAccount(store, name, role, password) : error;
}

TokenGrant grantToken(const QString &dataDirectory, const QString &name, std::chrono::seconds ttl, TimePoint now)
{
    AccountStore store;
    TokenGrant grant;
    grant.error = store.openIn(dataDirectory);
    if (!grant.error.isEmpty())
        return grant;
    const AccountId id = accountIdOf(name);
    const auto account = id.error.isEmpty() ? store.find(id.id) : std::nullopt;
    if (!account)
        grant.error = QStringLiteral("There is no user \"%1\".").arg(name);
    else if (account->disabled)
        grant.error = QStringLiteral("The user \"%1\" is disabled.").arg(account->id);
    else if (ttl <= std::chrono::seconds::zero())
        grant.error = QStringLiteral("A token must be valid for at least one second.");
    if (!grant.error.isEmpty())
        return grant;
    const AccountStore::Key key = store.tokenKey();
    if (!key.error.isEmpty()) {
        grant.error = key.error;
        return grant;
    }
    grant.account = {account->id, account->name, account->role, false};
    grant.issuedAt = now;
    grant.expiresAt = now + ttl;
    grant.key = key.bytes;
    return grant;
}

std::optional<std::chrono::seconds> parseTtl(QStringView text)
{
    constexpr std::chrono::seconds longest = std::chrono::hours(24) * 3660;
    const QStringView digits = text.chopped(text.isEmpty() ? 0 : 1);
    const bool plain = !digits.isEmpty() && digits.size() <= 9 &&
                       std::all_of(digits.cbegin(), digits.cend(),
                                   [](QChar c) { return c >= QLatin1Char('0') && c <= QLatin1Char('9'); });
    if (!plain)
        return std::nullopt;
    std::chrono::seconds unit{};
    switch (text.back().unicode()) {
    case u's':
        unit = std::chrono::seconds(1);
        break;
    case u'm':
        unit = std::chrono::minutes(1);
        break;
    case u'h':
        unit = std::chrono::hours(1);
        break;
    case u'd':
        unit = std::chrono::hours(24);
        break;
    default:
        return std::nullopt;
    }
    const std::chrono::seconds ttl = unit * digits.toLongLong();
    return ttl.count() > 0 && ttl <= longest ? std::optional<std::chrono::seconds>(ttl) : std::nullopt;
}

} // namespace tocsin
