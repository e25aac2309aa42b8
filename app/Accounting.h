// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"
#include "app/Settings.h"

namespace tocsin {

/// The sub-commands that work on a data directory, beside a running server or without one: `user …` and `token …`.
/// Main thread; need a QCoreApplication. They answer the process's exit code and write to stdout and stderr.
[[nodiscard]] int runUser(const CommandLine &line, const Settings &settings);
[[nodiscard]] int runToken(const CommandLine &line, const Settings &settings);

} // namespace tocsin
