// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

#include <QJsonArray>
#include <QJsonObject>

#include <optional>

// What is not in the log (class B) ↔ documents of the native protocol: who is heard, who is on shift, who types, how the server and its
// adapters are. Plain functions, any thread. fromJson functions name the field in `error`.

namespace tocsin::wire {

/// Somebody with a native connection. One entry per person, however many consoles.
struct OnlinePerson
{
    QString id;
    QString name;
    Role role = Role::Citizen;
    TimePoint since;
    bool operator==(const OnlinePerson &) const = default;
};

using tocsin::TypingNotice;

[[nodiscard]] QJsonArray toJson(const QList<DevicePresence> &presence);
[[nodiscard]] std::optional<QList<DevicePresence>> presenceFromJson(const QJsonArray &json, QString *error);

[[nodiscard]] QJsonArray toJson(const QList<OnlinePerson> &people);
[[nodiscard]] std::optional<QList<OnlinePerson>> peopleFromJson(const QJsonArray &json, QString *error);

[[nodiscard]] QJsonObject toJson(const TypingNotice &notice);
[[nodiscard]] std::optional<TypingNotice> typingFromJson(const QJsonObject &json, QString *error);

[[nodiscard]] QJsonObject toJson(const ServerStats &stats);
[[nodiscard]] std::optional<ServerStats> statsFromJson(const QJsonObject &json, QString *error);

[[nodiscard]] QJsonArray toJson(const QList<AdapterStatus> &adapters);
[[nodiscard]] std::optional<QList<AdapterStatus>> adaptersFromJson(const QJsonArray &json, QString *error);

} // namespace tocsin::wire
