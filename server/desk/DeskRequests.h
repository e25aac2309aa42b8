// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

namespace tocsin {

/// Why a request cannot be taken as it stands, naming the field; empty: it can.
[[nodiscard]] QString problemOf(const Request &request);
/// A panic is never refused: what is too long is cut, what is missing filled in.
[[nodiscard]] RaisePanic tidied(RaisePanic panic, const Actor &actor);
/// Whether its id can be used to tell that it came before.
[[nodiscard]] bool hasUsableId(const Request &request);
/// Whether it may use the reserve for people in danger.
[[nodiscard]] bool isUrgent(const Request &request);

} // namespace tocsin
