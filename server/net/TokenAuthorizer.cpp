// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/TokenAuthorizer.h"

#include <utility>

namespace tocsin::net {

namespace {
/// A token that we made names the generation of its account; another issuer's has only its time, in whole seconds.
bool isOutdated(const Credential &credential, TimePoint validFrom)
{
    return credential.generation ? *credential.generation != validFrom : credential.issuedAt < validFrom;
}

QString objectionTo(const Credential &credential, const AccountsSnapshot &snapshot)
{
    const auto account = snapshot.accounts.constFind(credential.account);
    if (account == snapshot.accounts.cend())
        return QStringLiteral("unknown account");
    if (account->disabled)
        return QStringLiteral("account disabled");
    const bool revoked = isOutdated(credential, account->validFrom) ||
                         (!credential.tokenId.isEmpty() &&
                          snapshot.revoked.contains(revocationKey(Revocable::Token, credential.tokenId))) ||
                         (!credential.session.isEmpty() &&
                          snapshot.revoked.contains(revocationKey(Revocable::Session, credential.session)));
    return revoked ? QStringLiteral("revoked") : QString();
}
} // namespace

TokenAuthorizer::TokenAuthorizer(TokenKeys keys, std::shared_ptr<const AccountsBoard> accounts)
    : m_keys(std::move(keys))
    , m_accounts(std::move(accounts))
{
}

AuthResult TokenAuthorizer::authenticate(const QByteArray &token, TimePoint now) const
{
    const TokenCheck check = checkToken(token, m_keys, now);
    if (!check.claims)
        return {std::nullopt, check.error, std::nullopt};
    const TokenClaims &claims = *check.claims;
    Credential credential{claims.subject,    claims.id,       claims.session,
                          claims.generation, claims.issuedAt, claims.expiresAt};
    const auto snapshot = m_accounts->current();
    if (QString objection = objectionTo(credential, *snapshot); !objection.isEmpty())
        return {std::nullopt, std::move(objection), std::nullopt};
    const AccountsSnapshot::Entry &account = *snapshot->accounts.constFind(claims.subject);
    return {Principal{claims.subject, account.name, account.role, false}, {}, std::move(credential)};
}

QString TokenAuthorizer::objection(const Credential &credential) const
{
    return objectionTo(credential, *m_accounts->current());
}

} // namespace tocsin::net
