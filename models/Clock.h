// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QTimeZone>

#include <functional>

namespace tocsin {

/// What time it is. `app` gives systemNow; tests give their own.
using ClockFn = std::function<TimePoint()>;

/// The clock and the operator's time zone, handed to every model that shows a time. A value.
struct ModelClock
{
    ClockFn now;
    QTimeZone zone = QTimeZone::systemTimeZone();
};

} // namespace tocsin
