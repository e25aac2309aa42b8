// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Transport.h"

#include <memory>

namespace tocsin::net {

/// The best plain transport that this platform has, for a descriptor that was just accepted. Null when the system refuses
/// it.
[[nodiscard]] std::unique_ptr<Transport> makePlainTransport(qintptr descriptor);

/// A plain transport on a duplicate of the descriptor: the connection outlives whoever closes the first one. Null where the
/// platform or its limits do not allow it.
[[nodiscard]] std::unique_ptr<Transport> duplicatePlain(qintptr descriptor);

/// Makes room for many connections, where the platform has to be asked for it.
void prepareForManyConnections();

} // namespace tocsin::net
