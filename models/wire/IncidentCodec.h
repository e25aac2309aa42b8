// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/ContactsPort.h"
#include "models/domain/Ports.h"

#include <QJsonObject>

#include <optional>

// Answers about one incident ↔ documents of the native protocol: its log, and whom to tell. Plain functions, any thread.

namespace tocsin::wire {

/// {contacts: [{id, name, phone, email, relationship, priority}]}; whose they are and since when is not told.
[[nodiscard]] QJsonObject contactsToJson(const QList<EmergencyContact> &contacts);
[[nodiscard]] std::optional<QList<EmergencyContact>> contactsFromJson(const QJsonObject &json, QString *error);

/// {events: [{seq, …}]}; `seq` is the place in the desk's log.
[[nodiscard]] QJsonObject alertLogToJson(const QList<Event> &events);
[[nodiscard]] std::optional<AlertLogResult> alertLogFromJson(const QJsonObject &json, QString *error);

} // namespace tocsin::wire
