// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Accounting.h"

#include "server/desk/AccountCommands.h"
#include "server/net/Jwt.h"

#include <QFile>

#include <cstdio>

namespace tocsin {

namespace {
constexpr int userError = 2;

int fail(const QString &sentence)
{
    std::fputs(qPrintable(QStringLiteral("tocsin: %1\n").arg(sentence)), stderr);
    return userError;
}
} // namespace

int runUserAdd(const CommandLine &line, const QString &dataDir)
{
    const auto role = roleFromString(line.role);
    if (!role)
        return fail(
            QStringLiteral("--role %1: there is no such role; known: citizen, device, dispatcher, supervisor, admin")
                .arg(line.role));
    QFile input;
    if (!input.open(stdin, QIODevice::ReadOnly))
        return fail(QStringLiteral("--password-stdin: standard input cannot be read"));
    QString password = QString::fromUtf8(input.readLine(4096));
    while (password.endsWith(QLatin1Char('\n')) || password.endsWith(QLatin1Char('\r')))
        password.chop(1);
    if (const QString error = addUser(dataDir, line.user, *role, password); !error.isEmpty())
        return fail(error);
    std::fputs(qPrintable(QStringLiteral("added %1 (%2)\n").arg(line.user, toString(*role))), stdout);
    return 0;
}

int runToken(const CommandLine &line, const QString &dataDir)
{
    const auto ttl = parseTtl(line.ttl);
    if (!ttl)
        return fail(QStringLiteral("--ttl %1: a time such as 90s, 30m, 8h or 7d is needed").arg(line.ttl));
    const TokenGrant grant = grantToken(dataDir, line.user, *ttl, systemNow());
    if (!grant.error.isEmpty())
        return fail(grant.error);
    net::TokenClaims claims;
    claims.subject = grant.account.id;
    claims.role = toString(grant.account.role);
    claims.issuedAt = grant.issuedAt;
    claims.expiresAt = grant.expiresAt;
    std::fputs((net::signToken(claims, grant.key) + '\n').constData(), stdout);
    return 0;
}

} // namespace tocsin
