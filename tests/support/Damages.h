// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/store/LogVerifier.h"

#include <QStringList>

namespace tocsin::test {

/// What LogVerifier finds wrong with a log, also beside its writer; empty: nothing.
inline QStringList damages(const LogVerifier::Options &options)
{
    const VerifyReport report = LogVerifier::verify(options);
    QStringList found = report.error.isEmpty() ? QStringList() : QStringList{report.error};
    for (const Damage &damage : report.found)
        found.append(damage.text());
    return found;
}
inline QStringList damages(const QString &path)
{
    return damages(LogVerifier::Options{.path = path});
}

} // namespace tocsin::test
