// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/ChannelBands.h"
#include "models/domain/Desk.h"
#include "models/domain/NotifyPort.h"

#include <QJsonArray>
#include <QJsonObject>

#include <optional>

// What is not in the log (class B) ↔ documents of the native protocol: who is heard, who is on shift, who types, what a console is to show,
// how the server and its adapters are. Plain functions, any thread. fromJson functions name the field in `error`.

namespace tocsin::wire {

using tocsin::OnlinePerson;
using tocsin::TypingNotice;

[[nodiscard]] QJsonArray toJson(const QList<DevicePresence> &presence);
[[nodiscard]] std::optional<QList<DevicePresence>> presenceFromJson(const QJsonArray &json, QString *error);

[[nodiscard]] QJsonArray toJson(const QList<OnlinePerson> &people);
[[nodiscard]] std::optional<QList<OnlinePerson>> peopleFromJson(const QJsonArray &json, QString *error);

[[nodiscard]] QJsonObject toJson(const TypingNotice &notice);
[[nodiscard]] std::optional<TypingNotice> typingFromJson(const QJsonObject &json, QString *error);

/// Without the people that it is for: who gets it is one of them.
[[nodiscard]] QJsonObject toJson(const DesktopNotice &notice);
[[nodiscard]] std::optional<DesktopNotice> noticeFromJson(const QJsonObject &json, QString *error);

[[nodiscard]] QJsonObject toJson(const ServerStats &stats);
[[nodiscard]] std::optional<ServerStats> statsFromJson(const QJsonObject &json, QString *error);

/// The limits that gauges draw; at most mostLimits are written.
constexpr qsizetype mostLimits = 1000;
[[nodiscard]] QJsonArray toJson(const QList<ChannelBand> &limits);
[[nodiscard]] std::optional<QList<ChannelBand>> limitsFromJson(const QJsonArray &json, QString *error);

[[nodiscard]] QJsonArray toJson(const QList<AdapterStatus> &adapters);
[[nodiscard]] std::optional<QList<AdapterStatus>> adaptersFromJson(const QJsonArray &json, QString *error);

} // namespace tocsin::wire
