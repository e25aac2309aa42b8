// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"

namespace tocsin {

/// `tocsin rules check FILE` and `tocsin rules print`. Exit codes: 0 all is right, 1 something is wrong (a line each), 2 the file cannot
/// be read.
[[nodiscard]] int runRules(const CommandLine &line);

} // namespace tocsin
