// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

#include <QString>
#include <QStringList>

// The named streams that the log is told in (PROTOCOL.md, Delivery). Each counts its own events from 1 without a gap, so that a
// client that holds a part of them knows what it has missed. Pure functions, any thread.

namespace tocsin {

/// The log itself: its seq is Event::seq, and no event names it in Event::streams.
[[nodiscard]] QString deskStream();
[[nodiscard]] QString alertsStream();   ///< every alert event
[[nodiscard]] QString devicesStream();  ///< every device record
[[nodiscard]] QString commandsStream(); ///< every command
[[nodiscard]] QString auditStream();
[[nodiscard]] QString userStream(const QString &userId);     ///< "user/7": the alerts of that person
[[nodiscard]] QString chatStream(const QString &thread);     ///< "chat/user/7": messages and receipts of that thread
[[nodiscard]] QString deviceStream(const QString &deviceId); ///< "device/van-1": its record, its alerts, its commands

/// The streams that an event belongs to, each once; empty for none. The only place that knows.
[[nodiscard]] QStringList streamsOf(const EventBody &body);

} // namespace tocsin
