// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"

#include <QString>

namespace tocsin {

// `tocsin verify` and `tocsin rebuild`. Exit codes: 0 all is as it should be, 1 damage was found (a line each), 2 it could
// not be checked.

/// Beside a running server too.
[[nodiscard]] int runVerify(const CommandLine &line, const QString &dataDir, const QString &headCopies);
/// Refused while a server has the directory, and when the log itself is damaged.
[[nodiscard]] int runRebuild(const QString &dataDir);

} // namespace tocsin
