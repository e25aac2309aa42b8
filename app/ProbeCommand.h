// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/probe/Walk.h"

#include <QString>
#include <QStringList>

namespace tocsin {

/// `tocsin probe URL …`: walks every dialect against any server and prints a table, or JSON. Needs an application object to run, none to
/// be read.
struct ProbeCommand
{
    probe::ProbeTarget target;
    probe::WalkOptions options;
    bool json = false;
    bool help = false;
    QString error; ///< one sentence naming the flag

    /// `arguments` as main() got them: the program's name, "probe", the rest. Files that it names are read.
    [[nodiscard]] static ProbeCommand parse(const QStringList &arguments);
    [[nodiscard]] static QString helpText();
    /// 0: every mandatory step that was taken passed; 1: one did not.
    [[nodiscard]] int run() const;
};

} // namespace tocsin
