// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

#include <QByteArray>
#include <QString>

namespace tocsin {

/// What a request asks for, as 32 bytes (BLAKE2b-256): two requests of one sender and id are the same when these are. Canonical:
/// every field of the body but PINs counts and nothing else, so neither a restart nor the transport changes it. Pure, any thread.
[[nodiscard]] QByteArray fingerprint(const RequestBody &body);

/// Whose request ids must differ: the kind of actor and its id, "operator/dana". Not the session: a retry comes over a new one.
[[nodiscard]] QString requestSender(const Actor &actor);

} // namespace tocsin
