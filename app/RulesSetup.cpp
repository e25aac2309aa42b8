// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/RulesSetup.h"

#include "hal/AdapterConfig.h"
#include "server/desk/GeofenceFile.h"
#include "server/desk/RulesFile.h"
#include "server/desk/RulesService.h"

#include <QFile>

namespace tocsin {

RulesSetup RulesSetup::read(const QString &configured, const QString &kept, const QString &fencesFile)
{
    RulesSetup setup;
    setup.readRules(configured, kept, fencesFile == demoFences);
    if (setup.error.isEmpty())
        setup.readFences(fencesFile);
    return setup;
}

void RulesSetup::readRules(const QString &configured, const QString &kept, bool demo)
{
    const bool named = !configured.isEmpty();
    file = named ? configured : kept;
    if (!named && !QFile::exists(kept)) {
        origin = QStringLiteral("built in");
        text = demo ? demoRulesText() : builtInRulesText();
        rules = parseRules(text).rules;
        Q_ASSERT(!rules.isEmpty()); // a test reads them
        return;
    }
    origin = file;
    const RulesResult result = loadRulesFile(file, &text);
    rules = result.rules;
    if (result.ok())
        return;
    error = (named ? QStringLiteral("--rules ") : QString()) + file + QStringLiteral(": nothing of it is applied:");
    for (const RulesError &one : result.errors)
        error += QStringLiteral("\n  ") + toString(one);
}

void RulesSetup::readFences(const QString &fencesFile)
{
    const GeofencesResult result = fencesFile.isEmpty() ? GeofencesResult() : loadGeofences(fencesFile);
    fences = result.fences;
    if (!result.ok()) {
        error = QStringLiteral("--fences %1: nothing of it is applied:\n  %2")
                    .arg(fencesFile, result.errors.join(QStringLiteral("\n  ")));
        return;
    }
    const QList<RulesError> unknown = unknownFences(rules, fences);
    if (!unknown.isEmpty())
        error = QStringLiteral("%1: nothing of it is applied (--fences FILE names geofences):").arg(origin);
    for (const RulesError &one : unknown)
        error += QStringLiteral("\n  ") + toString(one);
}

QString RulesSetup::inForce() const
{
    return QStringLiteral("%1 sha256:%2").arg(origin, RulesService::revisionOf(text));
}

} // namespace tocsin
