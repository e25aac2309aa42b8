// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/wire/Json.h"

#include <QByteArray>
#include <QJsonObject>

#include <variant>

namespace tocsin {

/// The same documents as JSON, in MessagePack (msgpack.org's specification): nil, bool, integers, float, str, array and map with
/// str keys. bin and ext are refused, for JSON has no such thing; so is a key twice in one map, and anything behind the object. Nothing is allocated for what
/// a header merely announces, so a small message costs little whatever it claims. Any thread.
[[nodiscard]] QByteArray toMessagePack(const QJsonObject &object);
[[nodiscard]] std::variant<QJsonObject, FieldError> parseMessagePackObject(const QByteArray &bytes,
                                                                           const JsonLimits &limits = {});

} // namespace tocsin
