// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHostAddress>
#include <QString>

namespace tocsin::net {

/// What counts as one address for caps and back-offs: an IPv4 address, or the /64 of an IPv6 one, which is what one customer
/// gets. Plain function, any thread.
[[nodiscard]] QString addressKey(const QHostAddress &address);

} // namespace tocsin::net
