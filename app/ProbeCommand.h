// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/probe/Walk.h"

#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>

namespace tocsin {

/// `tocsin probe URL …`: walks every dialect against any server and prints a table, or JSON; or plays a client of one dialect for a while and
/// prints what was said. Needs an application object to run, none to be read.
struct ProbeCommand
{
    probe::ProbeTarget target;
    probe::WalkOptions options;
    bool json = false;
    std::optional<int> play; ///< dialect whose simulation is run instead
    QString playAs;          ///< id
    std::chrono::milliseconds playFor{};
    bool help = false;
    QString error; ///< one sentence naming the flag

    /// `arguments` as main() got them: the program's name, "probe", the rest. Files that it names are read.
    [[nodiscard]] static ProbeCommand parse(const QStringList &arguments);
    [[nodiscard]] static QString helpText();
    /// 0: every mandatory step that was taken passed, or the simulation ran to its end; 1: not so.
    [[nodiscard]] int run() const;

private:
    [[nodiscard]] int walk() const;
    [[nodiscard]] int runSimulation() const;
};

} // namespace tocsin
