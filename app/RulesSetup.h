// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRule.h"
#include "models/domain/Geofence.h"

#include <QByteArray>
#include <QList>
#include <QString>

namespace tocsin {

/// The alert rules to start with, where changed ones are kept, and the geofences.
struct RulesSetup
{
    QString file;   ///< where changed ones are kept; it need not exist
    QString origin; ///< "built in", or the file
    QByteArray text;
    QList<AlertRule> rules;
    QList<Geofence> fences; ///< that rules may be about
    QString error;          ///< of every bad line, one each; then there are no rules

    /// The configured file; else the one in the data directory, which a console has changed; else what is built in.
    /// `fencesFile`: empty, there are no geofences; with the demo's, what is built in has rules about them.
    [[nodiscard]] static RulesSetup read(const QString &configured, const QString &kept, const QString &fencesFile);
    /// Which rules these are, for the audit.
    [[nodiscard]] QString inForce() const;

private:
    void readRules(const QString &configured, const QString &kept, bool demo);
    void readFences(const QString &fencesFile);
};

} // namespace tocsin
