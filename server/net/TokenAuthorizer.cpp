// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/TokenAuthorizer.h"

#include <utility>

namespace tocsin::net {

TokenAuthorizer::TokenAuthorizer(TokenKeys keys, std::shared_ptr<const AccountsBoard> accounts)
    : m_keys(std::move(keys))
    , m_accounts(std::move(accounts))
{
}

AuthResult TokenAuthorizer::authenticate(const QByteArray &token, TimePoint now) const
{
    const TokenCheck check = checkToken(token, m_keys, now);
    if (!check.claims)
        return {std::nullopt, check.error};
    const auto snapshot = m_accounts->current();
    const auto account = snapshot->accounts.constFind(check.claims->subject);
    if (account == snapshot->accounts.cend())
        return {std::nullopt, QStringLiteral("unknown account")};
    if (account->disabled)
        return {std::nullopt, QStringLiteral("account disabled")};
    return {Principal{check.claims->subject, account->name, account->role, false}, {}};
}

} // namespace tocsin::net
