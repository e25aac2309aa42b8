// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"

namespace tocsin {

/// The sub-commands that work on a data directory without a running server: `user add` and `token`.
/// Main thread; need a QCoreApplication. They answer the process's exit code and write to stdout and stderr.
[[nodiscard]] int runUserAdd(const CommandLine &line, const QString &dataDir);
[[nodiscard]] int runToken(const CommandLine &line, const QString &dataDir);

} // namespace tocsin
