// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Channels.h"

#include <QHash>
#include <QString>

namespace tocsin::telemetry {

/// How dialect 1 spells a channel. `nested` is the full form and what is sent; `flat` the short form that its
/// clients send as well (also in `sensor_data`).
struct Spelling
{
    QString channel;
    QString nested;
    QString flat;
    bool list = false; ///< a list of text rather than a number
};

[[nodiscard]] const QList<Spelling> &spellings();
/// By what a client may write; further aliases included.
[[nodiscard]] const Spelling *spellingOf(const QString &path);
[[nodiscard]] const Spelling *spellingOfChannel(const QString &channel);
/// Objects of the full form: "engine_metrics", "battery_metrics", "fuel_metrics", "environmental_data".
[[nodiscard]] bool isGroup(const QString &path);

} // namespace tocsin::telemetry
