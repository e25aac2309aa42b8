// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/wire/Json.h"
#include "server/net/Session.h"

#include <QJsonObject>

#include <variant>

namespace tocsin::native {

/// How the documents of one connection travel, by the subprotocol that was selected.
enum class Format { Json, MessagePack };

inline constexpr char jsonSubprotocol[] = "tocsin.v1.json";
inline constexpr char messagePackSubprotocol[] = "tocsin.v1.msgpack";

[[nodiscard]] Format formatOf(const QByteArray &subprotocol);
[[nodiscard]] net::Frame frameOf(const QJsonObject &document, Format format);
[[nodiscard]] std::variant<QJsonObject, FieldError> documentOf(const QByteArray &payload, Format format,
                                                               const JsonLimits &limits);

} // namespace tocsin::native
