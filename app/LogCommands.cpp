// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/LogCommands.h"

#include "app/AuditSpool.h"
#include "server/store/DataDirectory.h"
#include "server/store/HeadCopies.h"
#include "server/store/LogVerifier.h"

#include <QFile>

#include <algorithm>
#include <cstdio>

namespace tocsin {

namespace {
constexpr int good = 0;
constexpr int damaged = 1;
constexpr int cannot = 2;

void say(const QString &line)
{
    std::fputs(qPrintable(line + QLatin1Char('\n')), stdout);
}

int fail(const QString &sentence)
{
    std::fputs(qPrintable(QStringLiteral("tocsin: %1\n").arg(sentence)), stderr);
    return cannot;
}

void sayDamage(const VerifyReport &report)
{
    for (const Damage &damage : report.found)
        say(QStringLiteral("damaged: ") + damage.text());
    if (report.found.size() >= VerifyReport::most)
        say(QStringLiteral("damaged: and more"));
}
} // namespace

int runVerify(const CommandLine &line, const QString &dataDir, const QString &headCopies)
{
    const DataDirectory directory(dataDir);
    LogVerifier::Options options;
    options.path = directory.deskFile();
    const DataDirectory::Key key = directory.existingHeadKey();
    if (!key.error.isEmpty())
        return fail(key.error);
    if (!key.bytes.isEmpty())
        options.publicKey = HeadKey(key.bytes).publicKey();
    // A copy that was named must be there; the usual one need not.
    const QString copy = line.headFile.isEmpty() ? HeadCopies(headCopies).latest() : line.headFile;
    if (QFile file(copy); file.open(QIODevice::ReadOnly)) {
        options.copied = SignedHead::fromText(file.readAll());
        if (!options.copied)
            return fail(QStringLiteral("%1 is not a head of a log").arg(copy));
    } else if (!line.headFile.isEmpty()) {
        return fail(QStringLiteral("--head %1: the file cannot be read: %2").arg(copy, file.errorString()));
    }
    const VerifyReport report = LogVerifier::verify(options);
    if (!report.error.isEmpty())
        return fail(report.error);
    sayDamage(report);
    const QString vouched = report.copiedSeq < 0 ? QStringLiteral("no copied head to compare with")
                                                 : QStringLiteral("copied head at event %1").arg(report.copiedSeq);
    if (!report.found.isEmpty()) {
        say(QStringLiteral("%1 events read; %2; damage was found").arg(report.events).arg(vouched));
        return damaged;
    }
    say(QStringLiteral("%1 events, chain, streams and tables are whole; %2").arg(report.events).arg(vouched));
    return good;
}

int runRebuild(const QString &dataDir)
{
    DataDirectory directory(dataDir);
    if (const QString error = directory.lock(); !error.isEmpty())
        return fail(error);
    LogVerifier::Options options;
    options.path = directory.deskFile();
    const VerifyReport before = LogVerifier::verify(options);
    if (!before.error.isEmpty())
        return fail(before.error);
    sayDamage(before);
    if (std::any_of(before.found.cbegin(), before.found.cend(), [](const Damage &damage) {
            return damage.table.isEmpty() || damage.table == QLatin1String("events");
        })) {
        say(QStringLiteral("the log itself is damaged: nothing was rebuilt; restore it from a backup"));
        return damaged;
    }
    const LogVerifier::Rebuilt rebuilt = LogVerifier::rebuild(options.path);
    if (!rebuilt.error.isEmpty())
        return fail(rebuilt.error);
    const QString note = AuditSpool(dataDir).leave(
        {QStringLiteral("rebuild"), rebuilt.tables.join(QLatin1String(", ")), {}, true, {}}, systemNow());
    if (!note.isEmpty())
        return fail(note);
    say(QStringLiteral("rebuilt from %1 events: %2").arg(rebuilt.events).arg(rebuilt.tables.join(QLatin1String(", "))));
    const VerifyReport after = LogVerifier::verify(options);
    for (const Damage &damage : after.found)
        say(QStringLiteral("still damaged: ") + damage.text());
    return after.found.isEmpty() && after.error.isEmpty() ? good : damaged;
}

} // namespace tocsin
