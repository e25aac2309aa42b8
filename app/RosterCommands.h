// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"
#include "app/Settings.h"

namespace tocsin {

/// `tocsin device …` and `tocsin import …`: asked of a running server over HTTP, because the log has one writer; `import users` without
/// --url writes the accounts of the data directory itself. Main thread; need a QCoreApplication. They answer the process's exit
/// code and write to stdout and stderr.
[[nodiscard]] int runDevice(const CommandLine &line, const Settings &settings);
[[nodiscard]] int runImport(const CommandLine &line, const Settings &settings);

} // namespace tocsin
