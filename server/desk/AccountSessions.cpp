// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/AccountSessions.h"

#include "models/domain/AccountsSnapshot.h"
#include "server/desk/Accounts.h"

#include <QCryptographicHash>

#include <sodium.h>

namespace tocsin {

namespace {
using Code = AccountsAnswer::Code;

constexpr qsizetype partBytes = 24;
constexpr qsizetype tokenLength = 2 * partBytes * 4 / 3 + 1; ///< two parts in base64 and a dot
constexpr auto base64Url = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;
/// No token lives longer than this (parseTtl).
constexpr std::chrono::hours longestToken{24 * 3660};

QByteArray randomPart()
{
    QByteArray bytes(partBytes, Qt::Uninitialized);
    randombytes_buf(bytes.data(), std::size_t(bytes.size()));
    return bytes.toBase64(base64Url);
}

QByteArray hashed(const QByteArray &part)
{
    return QCryptographicHash::hash(part, QCryptographicHash::Sha256);
}

AccountsAnswer answer(Code code, QString message)
{
    AccountsAnswer answer;
    answer.code = code;
    answer.message = std::move(message);
    return answer;
}

AccountsAnswer wrongToken()
{
    return answer(Code::Wrong, QStringLiteral("The refresh token is invalid or has expired."));
}
} // namespace

AccountProfile profileOf(const Account &account)
{
    return {account.id, account.name, account.email, account.firstName, account.lastName, account.role};
}

AccountsAnswer AccountSessions::failure() const
{
    return answer(Code::Failed, QStringLiteral("The accounts cannot be written: %1.").arg(m_store.lastError()));
}

AccountsAnswer AccountSessions::open(const Account &account, const QString &action, const QString &address,
                                     TimePoint now)
{
    if (sodium_init() < 0)
        return failure();
    const QByteArray family = randomPart();
    const QByteArray secret = randomPart();
    const QString id = QString::fromLatin1(randomPart());
    const StoredSession session{hashed(family), hashed(secret), id, account.id, now + m_lifetimes.refresh};
    if (!m_store.addSession(session, {now, account.id, action, account.id, address}))
        return failure();
    AccountsAnswer done = answer(Code::Done, {});
    done.grant = SessionGrant{profileOf(account), id, QString::fromLatin1(family + '.' + secret), account.validFrom};
    return done;
}

bool AccountSessions::endSession(const QString &id, const QString &account, const QString &action, TimePoint now)
{
    return m_store.endSession(id, account, now + m_lifetimes.access + std::chrono::minutes(1),
                              {now, account, action, account, {}});
}

AccountsAnswer AccountSessions::refresh(const QString &token, TimePoint now)
{
    const QList<QByteArray> parts = token.toLatin1().split('.');
    if (token.size() != tokenLength || parts.size() != 2 || sodium_init() < 0)
        return wrongToken();
    const auto session = m_store.session(hashed(parts.at(0)));
    if (!session)
        return wrongToken();
    const QByteArray secret = hashed(parts.at(1));
    if (sodium_memcmp(secret.constData(), session->secret.constData(), std::size_t(secret.size())) != 0) {
        if (!endSession(session->id, session->account, QStringLiteral("refresh token reused"), now))
            return failure();
        return wrongToken();
    }
    const auto account = m_store.find(session->account);
    if (now >= session->expires || !account || account->disabled)
        return wrongToken();
    const QByteArray next = randomPart();
    if (!m_store.rotateSession(session->family, secret, hashed(next), now + m_lifetimes.refresh))
        return wrongToken(); // gone, or used by another process in this moment
    AccountsAnswer done = answer(Code::Done, {});
    done.grant = SessionGrant{profileOf(*account), session->id, QString::fromLatin1(parts.at(0) + '.' + next),
                              account->validFrom};
    return done;
}

AccountsAnswer AccountSessions::end(const Logout &logout, TimePoint now)
{
    const QString action = QStringLiteral("logout");
    if (!logout.session.isEmpty()) {
        if (!endSession(logout.session, logout.account, action, now))
            return failure();
    } else if (!logout.tokenId.isEmpty()) {
        if (!m_store.revoke(revocationKey(Revocable::Token, logout.tokenId), logout.account, logout.tokenExpires,
                            {now, logout.account, action, logout.account, {}}))
            return failure();
    }
    // Whoever has the refresh token may end what it prolongs, used or not.
    const QByteArray family = logout.refreshToken.toLatin1().split('.').first();
    const auto session = family.isEmpty() ? std::nullopt : m_store.session(hashed(family));
    if (session && session->id != logout.session && !endSession(session->id, session->account, action, now))
        return failure();
    return answer(Code::Done, {});
}

AccountsAnswer AccountSessions::revoke(const RevokeTokens &tokens, TimePoint now)
{
    if (!tokens.tokenId.isEmpty()) {
        const AuditRow audit{now, tokens.by, QStringLiteral("token revoked"), tokens.tokenId.left(64), {}};
        const TimePoint until = tokens.tokenExpires.value_or(now + longestToken);
        return m_store.revoke(revocationKey(Revocable::Token, tokens.tokenId), {}, until, audit)
                   ? answer(Code::Done, {})
                   : failure();
    }
    const auto account = m_store.findByLogin(accountIdOf(tokens.account).id);
    if (!account)
        return answer(Code::NotFound, QStringLiteral("There is no such user."));
    switch (m_store.revokeAll(account->id, {now, tokens.by, QStringLiteral("all tokens revoked"), account->id, {}})) {
    case AccountStore::Written::Yes:
        return answer(Code::Done, {});
    case AccountStore::Written::Missing:
        return answer(Code::NotFound, QStringLiteral("There is no such user."));
    case AccountStore::Written::Duplicate:
    case AccountStore::Written::Failed:
        break;
    }
    return failure();
}

} // namespace tocsin
