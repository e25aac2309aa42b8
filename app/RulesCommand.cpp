// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/RulesCommand.h"

#include "server/desk/GeofenceFile.h"
#include "server/desk/RulesFile.h"

#include <cstdio>

namespace tocsin {

int runRules(const CommandLine &line)
{
    if (line.rulesFile.isEmpty()) {
        std::fputs(builtInRulesText().constData(), stdout);
        return 0;
    }
    RulesResult result = loadRulesFile(line.rulesFile);
    if (!line.fencesFile.isEmpty()) {
        const GeofencesResult fences = loadGeofences(line.fencesFile);
        for (const QString &error : fences.errors)
            std::fputs(qPrintable(QStringLiteral("%1: %2\n").arg(line.fencesFile, error)), stderr);
        if (!fences.ok())
            return 1;
        result.errors += unknownFences(result.rules, fences.fences);
    }
    if (result.ok()) {
        std::fputs(
            qPrintable(QStringLiteral("%1: %2 rules, nothing wrong\n").arg(line.rulesFile).arg(result.rules.size())),
            stdout);
        return 0;
    }
    bool unreadable = false;
    for (const RulesError &error : result.errors) {
        unreadable = unreadable || error.line == 0;
        std::fputs(qPrintable(QStringLiteral("%1: %2\n").arg(line.rulesFile, toString(error))), stderr);
    }
    return unreadable ? 2 : 1;
}

} // namespace tocsin
