// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/TrendBuffer.h"

#include <QAbstractSeries>

namespace tocsin {

/// Puts a line with breaks into an XY series of Qt Charts, whose own line has none: where it breaks, it goes on in further series
/// that are added to the same chart, with the same pen and axes. GUI thread. False: not an XY series. `dashMs`: how long a lone value is drawn.
bool fillSeries(QAbstractSeries *series, const QList<TrendBuffer::Segment> &segments, double dashMs);

} // namespace tocsin
