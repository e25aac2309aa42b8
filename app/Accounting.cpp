// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Accounting.h"

#include "app/AuditSpool.h"
#include "app/TokenSetup.h"
#include "server/desk/AccountCommands.h"

#include <QFile>

#include <cstdio>

namespace tocsin {

namespace {
constexpr int userError = 2;
constexpr int loggedRows = 200;

int fail(const QString &sentence)
{
    std::fputs(qPrintable(QStringLiteral("tocsin: %1\n").arg(sentence)), stderr);
    return userError;
}

int done(const QString &sentence)
{
    std::fputs((sentence + QLatin1Char('\n')).toUtf8().constData(), stdout);
    return 0;
}

/// The first line of standard input without its end.
std::optional<QByteArray> firstLine()
{
    constexpr qint64 longest = 16'384;
    QFile input;
    if (!input.open(stdin, QIODevice::ReadOnly))
        return std::nullopt;
    QByteArray line = input.readLine(longest);
    while (line.endsWith('\n') || line.endsWith('\r'))
        line.chop(1);
    return line;
}

/// Says what was done once it is noted for the audit; done without a note is an error too.
int noted(const Settings &settings, const AuditRecord &record, const QString &said)
{
    const QString problem = AuditSpool(settings.dataDir).leave(record, systemNow());
    return problem.isEmpty() ? done(said) : fail(problem);
}

int listThem(const QString &dataDir)
{
    const UserList list = listUsers(dataDir);
    if (!list.error.isEmpty())
        return fail(list.error);
    constexpr int nameWidth = 24;
    constexpr int roleWidth = 10;
    QString text;
    for (const Account &user : list.users) {
        text +=
            QStringLiteral("%1  %2  %3").arg(user.id, -nameWidth).arg(toString(user.role), -roleWidth).arg(user.email);
        text += user.disabled ? QStringLiteral("  disabled\n") : QStringLiteral("\n");
    }
    std::fputs(text.toUtf8().constData(), stdout);
    return 0;
}

int showLog(const QString &dataDir)
{
    QString error;
    const QStringList lines = auditLines(dataDir, loggedRows, &error);
    if (!error.isEmpty())
        return fail(error);
    for (const QString &line : lines)
        std::fputs((line + QLatin1Char('\n')).toUtf8().constData(), stdout);
    return 0;
}

/// What was asked for, done; `error` is a sentence about what went wrong.
struct Changed
{
    QString error;
    QString told;
    AuditRecord record;
};

Changed changeUser(const CommandLine &line, const QString &dataDir)
{
    using UserAction = CommandLine::UserAction;
    QString password;
    if (line.userAction == UserAction::Add || line.userAction == UserAction::Password) {
        const auto typed = firstLine();
        if (!typed)
            return {QStringLiteral("--password-stdin: standard input cannot be read"), {}, {}};
        password = QString::fromUtf8(*typed);
    }
    const QString &user = line.user;
    const Role role = roleFromString(line.role).value_or(Role::Citizen);
    const auto record = [&user](const char *action, const QString &detail = {}) {
        return AuditRecord{QLatin1String(action), user.toLower(), detail, true, {}};
    };
    switch (line.userAction) {
    case UserAction::Add:
        return {addUser(dataDir, {user, role, line.email}, password),
                QStringLiteral("added %1 (%2)").arg(user, toString(role)),
                record("user_added", QStringLiteral("Added as %1.").arg(toString(role)))};
    case UserAction::Remove:
        return {removeUser(dataDir, user), QStringLiteral("removed %1").arg(user), record("user_removed")};
    case UserAction::Role:
        return {setUserRole(dataDir, user, role), QStringLiteral("%1 is now %2").arg(user, toString(role)),
                record("role_changed", QStringLiteral("Is now %1.").arg(toString(role)))};
    case UserAction::Password:
        return {setUserPassword(dataDir, user, password), QStringLiteral("changed the password of %1").arg(user),
                record("password_changed")};
    case UserAction::Disable:
        return {setUserDisabled(dataDir, user, true), QStringLiteral("disabled %1").arg(user), record("user_disabled")};
    case UserAction::Enable:
        return {setUserDisabled(dataDir, user, false), QStringLiteral("enabled %1").arg(user), record("user_enabled")};
    case UserAction::Revoke:
        return {revokeUser(dataDir, user), QStringLiteral("revoked all tokens of %1").arg(user),
                record("revoke", QStringLiteral("All tokens."))};
    case UserAction::List:
    case UserAction::Log:
        break;
    }
    return {};
}

int revokeOne(const CommandLine &line, const Settings &settings)
{
    QString id = line.tokenId;
    std::optional<TimePoint> expires;
    if (id.isEmpty()) {
        const QByteArray token = firstLine().value_or(QByteArray());
        const TokenGrant own = grantPairing(settings.dataDir, Role::Device, std::chrono::seconds(1), systemNow());
        if (!own.error.isEmpty())
            return fail(own.error);
        const TokenSetup setup = TokenSetup::read(settings, own.key);
        if (!setup.error.isEmpty())
            return fail(setup.error);
        const net::TokenCheck check = net::checkToken(token, setup.keys, systemNow());
        if (!check.claims)
            return fail(QStringLiteral("the token on standard input opens nothing as it is: %1").arg(check.error));
        id = check.claims->id;
        expires = check.claims->expiresAt;
        if (id.isEmpty())
            return fail(QStringLiteral("this token has no jti: revoke its user instead (tocsin user revoke)"));
    }
    if (const QString error = revokeToken(settings.dataDir, id, expires); !error.isEmpty())
        return fail(error);
    return noted(settings, {QStringLiteral("revoke"), id.left(64), QStringLiteral("A token."), true, {}},
                 QStringLiteral("revoked %1").arg(id));
}
} // namespace

int runUser(const CommandLine &line, const Settings &settings)
{
    if (line.userAction == CommandLine::UserAction::List)
        return listThem(settings.dataDir);
    if (line.userAction == CommandLine::UserAction::Log)
        return showLog(settings.dataDir);
    const Changed changed = changeUser(line, settings.dataDir);
    return changed.error.isEmpty() ? noted(settings, changed.record, changed.told) : fail(changed.error);
}

int runToken(const CommandLine &line, const Settings &settings)
{
    if (line.tokenAction == CommandLine::TokenAction::Revoke)
        return revokeOne(line, settings);
    const bool pairs = line.tokenAction == CommandLine::TokenAction::Pairing;
    const auto ttl = parseTtl(line.ttl);
    if (!ttl)
        return fail(QStringLiteral("--ttl %1: a time such as 90s, 30m, 8h or 7d is needed").arg(line.ttl));
    const TimePoint now = systemNow();
    const TokenGrant grant =
        pairs ? grantPairing(settings.dataDir, roleFromString(line.role).value_or(Role::Device), *ttl, now)
              : grantToken(settings.dataDir, line.user, *ttl, now);
    if (!grant.error.isEmpty())
        return fail(grant.error);
    const TokenSetup setup = TokenSetup::read(settings, grant.key);
    if (!setup.error.isEmpty())
        return fail(setup.error);
    net::TokenClaims claims;
    claims.subject = grant.account.id;
    claims.email = grant.email;
    claims.role = toString(grant.account.role);
    claims.issuedAt = grant.issuedAt;
    claims.expiresAt = grant.expiresAt;
    const QString until = QStringLiteral("Valid until %1.").arg(toIso8601(grant.expiresAt));
    if (pairs)
        return noted(settings,
                     {QStringLiteral("pairing_token_issued"),
                      QString(),
                      QStringLiteral("For a %1. %2").arg(toString(grant.account.role), until),
                      true,
                      {}},
                     QString::fromLatin1(setup.issuer.issuePairing(claims)));
    if (!setup.issuer.canIssue())
        return fail(QStringLiteral("auth.algorithm %1 without auth.private_key: another service issues the tokens")
                        .arg(settings.tokenAlgorithm));
    claims.generation = grant.generation;
    return noted(settings, {QStringLiteral("token_issued"), grant.account.id, until, true, {}},
                 QString::fromLatin1(setup.issuer.issue(claims, grant.issuedAt)));
}

} // namespace tocsin
