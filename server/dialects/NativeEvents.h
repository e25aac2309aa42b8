// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"
#include "server/dialects/NativeRights.h"

#include <QJsonObject>

namespace tocsin::native {

/// The seq of an event in a stream; 0: it is not in it.
[[nodiscard]] qint64 seqIn(const QString &stream, const Event &event);

/// {stream, epoch, head, events}: the answer to a query, over a socket and over HTTP.
/// Whether this reader sees another event than the desk does.
[[nodiscard]] bool isPersonal(const Reader &reader, const EventBody &body);
[[nodiscard]] Event asSeenBy(const Reader &reader, Event event);
[[nodiscard]] QList<Alert> asSeenBy(const Reader &reader, QList<Alert> alerts);

/// {events, before}: newest first; each with its place in the log.
[[nodiscard]] QJsonObject alertEventsToJson(const Reader &reader, const AlertEventsResult &result);
[[nodiscard]] QJsonObject eventsToJson(const Reader &reader, const QString &stream, const EventsResult &result);

} // namespace tocsin::native
