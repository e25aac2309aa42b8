// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AccountsSnapshot.h"
#include "server/net/Http.h"
#include "server/net/Jwt.h"

#include <memory>

namespace tocsin::net {

/// Turns a token into a caller: the token proves who, the account says what that person may do now. A token of an account that is
/// unknown or disabled opens nothing, nor does one that was revoked, alone, with its session or with all of its account; its role is
/// never looked at. Any thread; never blocks; owned by app. The board is fed by Accounts, so a change holds from the
/// next call on.
class TokenAuthorizer : public Authorizer
{
public:
    TokenAuthorizer(TokenKeys keys, std::shared_ptr<const AccountsBoard> accounts);
    [[nodiscard]] AuthResult authenticate(const QByteArray &token, TimePoint now) const override;
    [[nodiscard]] QString objection(const Credential &credential) const override;
    [[nodiscard]] quint64 revision() const override { return m_accounts->revision(); }

private:
    const TokenKeys m_keys;
    const std::shared_ptr<const AccountsBoard> m_accounts;
};

} // namespace tocsin::net
