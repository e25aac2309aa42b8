// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/link/RemoteLink.h"

namespace tocsin::test {

/// Options of a link that waits for nothing longer than a test wants to.
inline RemoteLink::Options quick()
{
    RemoteLink::Options options;
    options.client = QStringLiteral("test");
    options.delay = ReconnectDelay(std::chrono::milliseconds(20), std::chrono::milliseconds(100));
    options.handshake = std::chrono::seconds(2);
    return options;
}

} // namespace tocsin::test
