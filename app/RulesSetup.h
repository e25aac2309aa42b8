// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRule.h"

#include <QByteArray>
#include <QList>
#include <QString>

namespace tocsin {

/// The alert rules to start with, and where changed ones are kept.
struct RulesSetup
{
    QString file;   ///< where changed ones are kept; it need not exist
    QString origin; ///< "built in", or the file
    QByteArray text;
    QList<AlertRule> rules;
    QString error; ///< of every bad line, one each; then there are no rules

    /// The configured file; else the one in the data directory, which a console has changed; else what is built in.
    [[nodiscard]] static RulesSetup read(const QString &configured, const QString &kept);
    /// Which rules these are, for the audit.
    [[nodiscard]] QString inForce() const;
};

} // namespace tocsin
