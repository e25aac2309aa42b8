// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

namespace tocsin {

/// A person did it: not a device that introduces itself, nor the desk.
[[nodiscard]] bool isEdit(const Actor &actor);
/// What an edit of a device's record leaves in the audit; `before` without an id: it was added.
[[nodiscard]] AuditRecord auditOf(const Device &before, const Device &after);

/// Why a request cannot be taken as it stands, naming the field; empty: it can.
[[nodiscard]] QString problemOf(const Request &request);
/// A panic is never refused: what is too long is cut or, where it would be damaged, left out; what is missing is filled in.
[[nodiscard]] RaisePanic tidied(RaisePanic panic, const Actor &actor);
/// Whether its id can be used to tell that it came before.
[[nodiscard]] bool hasUsableId(const Request &request);
/// Whether it may use the reserve for people in danger.
[[nodiscard]] bool isUrgent(const Request &request);

} // namespace tocsin
