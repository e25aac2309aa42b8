// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"

namespace tocsin {

// `tocsin backup --to DIR` and `tocsin restore --from DIR`: run to their end and return the exit code.
[[nodiscard]] int runBackup(const CommandLine &line, const QString &dataDir);
[[nodiscard]] int runRestore(const CommandLine &line, const QString &dataDir, const QString &headCopies);

} // namespace tocsin
