// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/BackupCommands.h"

#include "app/AuditSpool.h"
#include "server/store/Backup.h"

#include <cstdio>

namespace tocsin {

namespace {
constexpr int userError = 2;

int fail(const QString &sentence)
{
    std::fputs(qPrintable(QStringLiteral("tocsin: %1\n").arg(sentence)), stderr);
    return userError;
}

QString noted(const QString &dataDir, const AuditRecord &record)
{
    return AuditSpool(dataDir).leave(record, systemNow());
}
} // namespace

int runBackup(const CommandLine &line, const QString &dataDir)
{
    const backup::Made made = backup::make(dataDir, line.backupDir, systemNow());
    if (!made.error.isEmpty())
        return fail(made.error);
    if (const QStringList problems = backup::verify(made.path); !problems.isEmpty())
        return fail(problems.join(QLatin1Char('\n')));
    if (const QString problem = noted(dataDir, {QStringLiteral("backup"), made.path, {}, true, {}}); !problem.isEmpty())
        return fail(problem);
    std::fputs(qPrintable(QStringLiteral("backed up %1 bytes to %2\n").arg(made.bytes).arg(made.path)), stdout);
    return 0;
}

int runRestore(const CommandLine &line, const QString &dataDir, const QString &headCopies)
{
    const backup::Restored restored = backup::restore(line.backupDir, dataDir, headCopies, systemNow());
    if (!restored.error.isEmpty())
        return fail(restored.error);
    if (const QString problem = noted(dataDir, {QStringLiteral("restore"), line.backupDir, {}, true, {}});
        !problem.isEmpty())
        return fail(problem);
    QString text = QStringLiteral("restored %1 from %2\n").arg(dataDir, line.backupDir);
    if (!restored.keptAside.isEmpty())
        text += QStringLiteral("what was there is in %1\n").arg(restored.keptAside);
    std::fputs(qPrintable(text), stdout);
    // What was restored is whole; the server copies its head at the next start.
    if (!restored.headNotCopied.isEmpty())
        std::fputs(qPrintable(QStringLiteral("tocsin: %1\n").arg(restored.headNotCopied)), stderr);
    return 0;
}

} // namespace tocsin
