// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/RulesSetup.h"

#include "server/desk/RulesFile.h"
#include "server/desk/RulesService.h"

#include <QFile>

namespace tocsin {

RulesSetup RulesSetup::read(const QString &configured, const QString &kept)
{
    RulesSetup setup;
    const bool named = !configured.isEmpty();
    setup.file = named ? configured : kept;
    if (!named && !QFile::exists(kept)) {
        setup.origin = QStringLiteral("built in");
        setup.text = builtInRulesText();
        setup.rules = builtInRules();
        return setup;
    }
    setup.origin = setup.file;
    const RulesResult result = loadRulesFile(setup.file, &setup.text);
    setup.rules = result.rules;
    if (result.ok())
        return setup;
    setup.error =
        (named ? QStringLiteral("--rules ") : QString()) + setup.file + QStringLiteral(": nothing of it is applied:");
    for (const RulesError &error : result.errors)
        setup.error += QStringLiteral("\n  ") + toString(error);
    return setup;
}

QString RulesSetup::inForce() const
{
    return QStringLiteral("%1 sha256:%2").arg(origin, RulesService::revisionOf(text));
}

} // namespace tocsin
