// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/store/Database.h"

namespace tocsin {

/// How desk.db is made and brought from one version to the next, for DeskFile. Versions:
/// 1 the log and its tables; 2 receipts, commands and audit; 3 streams, hash chain,
/// remembered requests and the epoch (older events are numbered and chained).
[[nodiscard]] Database::Options deskFileOptions();
[[nodiscard]] int deskSchemaVersion();

} // namespace tocsin
