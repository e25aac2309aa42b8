// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Accounting.h"

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

/// A sentence about what went wrong; empty: `told` says what was done.
QString changeUser(const CommandLine &line, const QString &dataDir, QString *told)
{
    using UserAction = CommandLine::UserAction;
    QString password;
    if (line.userAction == UserAction::Add || line.userAction == UserAction::Password) {
        const auto typed = firstLine();
        if (!typed)
            return QStringLiteral("--password-stdin: standard input cannot be read");
        password = QString::fromUtf8(*typed);
    }
    const Role role = roleFromString(line.role).value_or(Role::Citizen);
    switch (line.userAction) {
    case UserAction::Add:
        *told = QStringLiteral("added %1 (%2)").arg(line.user, toString(role));
        return addUser(dataDir, {line.user, role, line.email}, password);
    case UserAction::Remove:
        *told = QStringLiteral("removed %1").arg(line.user);
        return removeUser(dataDir, line.user);
    case UserAction::Role:
        *told = QStringLiteral("%1 is now %2").arg(line.user, toString(role));
        return setUserRole(dataDir, line.user, role);
    case UserAction::Password:
        *told = QStringLiteral("changed the password of %1").arg(line.user);
        return setUserPassword(dataDir, line.user, password);
    case UserAction::Disable:
    case UserAction::Enable:
        *told = QStringLiteral("%1 %2").arg(
            line.userAction == UserAction::Disable ? QStringLiteral("disabled") : QStringLiteral("enabled"), line.user);
        return setUserDisabled(dataDir, line.user, line.userAction == UserAction::Disable);
    case UserAction::Revoke:
        *told = QStringLiteral("revoked all tokens of %1").arg(line.user);
        return revokeUser(dataDir, line.user);
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
    const QString error = revokeToken(settings.dataDir, id, expires);
    return error.isEmpty() ? done(QStringLiteral("revoked %1").arg(id)) : fail(error);
}
} // namespace

int runUser(const CommandLine &line, const Settings &settings)
{
    if (line.userAction == CommandLine::UserAction::List)
        return listThem(settings.dataDir);
    if (line.userAction == CommandLine::UserAction::Log)
        return showLog(settings.dataDir);
    QString told;
    const QString error = changeUser(line, settings.dataDir, &told);
    return error.isEmpty() ? done(told) : fail(error);
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
    if (pairs)
        return done(QString::fromLatin1(setup.issuer.issuePairing(claims)));
    if (!setup.issuer.canIssue())
        return fail(QStringLiteral("auth.algorithm %1 without auth.private_key: another service issues the tokens")
                        .arg(settings.tokenAlgorithm));
    claims.generation = grant.generation;
    return done(QString::fromLatin1(setup.issuer.issue(claims, grant.issuedAt)));
}

} // namespace tocsin
