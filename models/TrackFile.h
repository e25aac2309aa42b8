// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"

#include <QByteArray>
#include <QString>

namespace tocsin {

/// A way as GPX 1.1, one track segment of the moments that have both coordinates. Pure function, any thread.
/// `history`: of channel::Latitude and channel::Longitude.
[[nodiscard]] QByteArray gpxOf(const QString &name, const HistoryResult &history);

} // namespace tocsin
