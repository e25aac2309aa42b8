// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"

#include <QByteArray>

#include <optional>

namespace tocsin {

// The bodies of alerts, used by EventCodec.h. Pure; any thread. Absent fields are defaults, so that what an older Tocsin wrote can
// be read. encodeAlert() and decodeAlert() are declared there.

[[nodiscard]] QByteArray encodeChange(const AlertChange &change);
/// `error` gets a sentence naming the field.
[[nodiscard]] std::optional<AlertChange> decodeChange(const QByteArray &body, QString *error);

} // namespace tocsin
