// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "models/domain/Ports.h"

#include <QJsonArray>
#include <QJsonObject>

#include <optional>

// Events and the state of the desk ↔ documents of the native protocol. The bodies are those of the log (EventCodec). Plain functions, any thread.

namespace tocsin::wire {

/// {at, actor{kind, id, name, session}, request_id, kind, body}; the position in a stream is the frame's affair.
[[nodiscard]] QJsonObject toJson(const Event &event);
[[nodiscard]] std::optional<Event> eventFromJson(const QJsonObject &json, QString *error);

[[nodiscard]] QJsonArray alertsToJson(const QList<Alert> &alerts);
[[nodiscard]] std::optional<QList<Alert>> alertsFromJson(const QJsonArray &json, QString *error);

/// {events: [{seq, at, actor, …}], before}
[[nodiscard]] QJsonObject toJson(const AlertEventsResult &result);
[[nodiscard]] std::optional<AlertEventsResult> alertEventsFromJson(const QJsonObject &json, QString *error);
/// {alerts: […]}
[[nodiscard]] QJsonObject toJson(const AlertsResult &result);
[[nodiscard]] std::optional<AlertsResult> alertsResultFromJson(const QJsonObject &json, QString *error);

/// {devices, presence, alerts, messages, commands, receipts}; what is empty is left out. Position, epoch and heads are not
/// in it.
[[nodiscard]] QJsonObject toJson(const DeskSnapshot &snapshot);
[[nodiscard]] std::optional<DeskSnapshot> snapshotFromJson(const QJsonObject &json, QString *error);

/// The lists of a snapshot cut into documents of about `bytes` each, in order; at least one. Together they are the snapshot.
[[nodiscard]] QList<QJsonObject> snapshotParts(const DeskSnapshot &snapshot, qsizetype bytes);

} // namespace tocsin::wire
