// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Connections.h"

#include <QJsonObject>

#include <optional>

// Who is connected and what the frame inspector sees ↔ documents of the native protocol. Plain functions, any thread. fromJson functions
// name the field in `error`.

namespace tocsin::wire {

[[nodiscard]] QJsonObject toJson(const ClientsUpdate &update);
[[nodiscard]] std::optional<ClientsUpdate> clientsFromJson(const QJsonObject &json, QString *error);

[[nodiscard]] QJsonObject toJson(const FrameReport &report);
[[nodiscard]] std::optional<FrameReport> framesFromJson(const QJsonObject &json, QString *error);

} // namespace tocsin::wire
