// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/AccountCommands.h"

#include "server/desk/AccountSessions.h"

#include <algorithm>

namespace tocsin {

namespace {
using Written = AccountStore::Written;

AuditRow auditOf(const QString &action, const QString &subject, const QString &detail = {})
{
    return {systemNow(), QStringLiteral("command line"), action, subject, detail};
}

QString unknown(const QString &name)
{
    return QStringLiteral("There is no user \"%1\".").arg(name);
}

/// Opens the file, finds the user by name or e-mail address, and changes it.
template<class Change>
QString changeUser(const QString &dataDirectory, const QString &name, Change change)
{
    AccountStore store;
    if (QString error = store.openIn(dataDirectory); !error.isEmpty())
        return error;
    const auto account = store.findByLogin(accountIdOf(name).id);
    if (!account)
        return unknown(name);
    switch (change(store, *account)) {
    case Written::Yes:
        return {};
    case Written::Missing:
        return unknown(name);
    case Written::Duplicate:
    case Written::Failed:
        break;
    }
    return QStringLiteral("The user was not changed: %1.").arg(store.lastError());
}
} // namespace

QString addUser(const QString &dataDirectory, const NewAccount &wanted, const QString &password)
{
    AccountStore store;
    QString error = store.openIn(dataDirectory);
    if (!error.isEmpty())
        return error;
    return addAccount(store, wanted, password,
                      auditOf(QStringLiteral("user added"), accountIdOf(wanted.name).id, toString(wanted.role)));
}

QString removeUser(const QString &dataDirectory, const QString &name)
{
    return changeUser(dataDirectory, name, [](AccountStore &store, const Account &account) {
        return store.remove(account.id, auditOf(QStringLiteral("user removed"), account.id));
    });
}

QString setUserRole(const QString &dataDirectory, const QString &name, Role role)
{
    return changeUser(dataDirectory, name, [role](AccountStore &store, const Account &account) {
        if (account.role == role)
            return Written::Yes;
        const QString detail = QStringLiteral("%1 to %2").arg(toString(account.role), toString(role));
        return store.setRole(account.id, role, auditOf(QStringLiteral("role changed"), account.id, detail));
    });
}

QString setUserPassword(const QString &dataDirectory, const QString &name, const QString &password)
{
    if (QString problem = passwordProblem(password); !problem.isEmpty())
        return problem;
    return changeUser(dataDirectory, name, [&password](AccountStore &store, const Account &account) {
        const QString hash = hashPassword(password);
        return hash.isEmpty()
                   ? Written::Failed
                   : store.setPassword(account.id, hash, auditOf(QStringLiteral("password changed"), account.id));
    });
}

QString setUserDisabled(const QString &dataDirectory, const QString &name, bool disabled)
{
    return changeUser(dataDirectory, name, [disabled](AccountStore &store, const Account &account) {
        const QString action = disabled ? QStringLiteral("user disabled") : QStringLiteral("user enabled");
        return store.setDisabled(account.id, disabled, auditOf(action, account.id));
    });
}

QString revokeUser(const QString &dataDirectory, const QString &name)
{
    return changeUser(dataDirectory, name, [](AccountStore &store, const Account &account) {
        return store.revokeAll(account.id, auditOf(QStringLiteral("all tokens revoked"), account.id));
    });
}

QString revokeToken(const QString &dataDirectory, const QString &tokenId, std::optional<TimePoint> expires)
{
    AccountStore store;
    if (QString error = store.openIn(dataDirectory); !error.isEmpty())
        return error;
    RevokeTokens tokens;
    tokens.by = QStringLiteral("command line");
    tokens.tokenId = tokenId;
    tokens.tokenExpires = expires;
    return AccountSessions(store, {}).revoke(tokens, systemNow()).message;
}

UserList listUsers(const QString &dataDirectory)
{
    AccountStore store;
    UserList list;
    list.error = store.openIn(dataDirectory);
    if (!list.error.isEmpty())
        return list;
    auto users = store.all();
    if (!users) {
        list.error = QStringLiteral("The users cannot be read: %1.").arg(store.lastError());
        return list;
    }
    for (Account &user : *users)
        user.passwordHash.clear();
    list.users = std::move(*users);
    return list;
}

QStringList auditLines(const QString &dataDirectory, int newest, QString *error)
{
    AccountStore store;
    QStringList lines;
    *error = store.openIn(dataDirectory);
    if (!error->isEmpty())
        return lines;
    const QList<AuditRow> rows = store.audit(newest);
    for (const AuditRow &row : rows) {
        QString line = QStringLiteral("%1  %2: %3 %4").arg(toIso8601(row.at), row.actor, row.action, row.subject);
        if (!row.detail.isEmpty())
            line += QStringLiteral(" (%1)").arg(row.detail);
        lines.append(line);
    }
    return lines;
}

TokenGrant grantToken(const QString &dataDirectory, const QString &name, std::chrono::seconds ttl, TimePoint now)
{
    AccountStore store;
    TokenGrant grant;
    grant.error = store.openIn(dataDirectory);
    if (!grant.error.isEmpty())
        return grant;
    const auto account = store.findByLogin(accountIdOf(name).id);
    if (!account)
        grant.error = unknown(name);
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
    grant.email = account->email;
    grant.generation = account->validFrom;
    grant.issuedAt = now;
    grant.expiresAt = now + ttl;
    grant.key = key.bytes;
    return grant;
}

TokenGrant grantPairing(const QString &dataDirectory, Role role, std::chrono::seconds ttl, TimePoint now)
{
    AccountStore store;
    TokenGrant grant;
    grant.error = store.openIn(dataDirectory);
    if (!grant.error.isEmpty())
        return grant;
    const AccountStore::Key key = store.tokenKey();
    grant.error = key.error;
    grant.key = key.bytes;
    grant.account.role = role;
    grant.issuedAt = now;
    grant.expiresAt = now + ttl;
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
