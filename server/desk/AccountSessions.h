// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AccountsPort.h"
#include "server/store/AccountStore.h"

#include <chrono>

namespace tocsin {

[[nodiscard]] AccountProfile profileOf(const Account &account);

/// What becomes of a login: the session, its refresh token, and their end. Works on an open store, on its thread; time is an
/// argument.
class AccountSessions
{
public:
    struct Lifetimes
    {
        std::chrono::seconds access{3600};         ///< of an access token
        std::chrono::seconds refresh{30 * 86'400}; ///< of a session that nobody prolongs
    };

    AccountSessions(AccountStore &store, Lifetimes lifetimes) : m_store(store), m_lifetimes(lifetimes) {}

    /// `action` is what is written down: "login" or "registration".
    [[nodiscard]] AccountsAnswer open(const Account &account, const QString &action, const QString &address,
                                      TimePoint now);
    /// A new refresh token for an old one. One that has been used before ends its session: either its owner or somebody else has a
    /// copy, and nobody can say who.
    [[nodiscard]] AccountsAnswer refresh(const QString &token, TimePoint now);
    [[nodiscard]] AccountsAnswer end(const Logout &logout, TimePoint now);
    [[nodiscard]] AccountsAnswer revoke(const RevokeTokens &tokens, TimePoint now);

private:
    [[nodiscard]] bool endSession(const QString &id, const QString &account, const QString &action, TimePoint now);
    [[nodiscard]] AccountsAnswer failure() const;

    AccountStore &m_store;
    Lifetimes m_lifetimes;
};

} // namespace tocsin
