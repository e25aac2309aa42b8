// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ConsoleClock.h"

#include "models/Format.h"

#include <utility>

namespace tocsin {

ConsoleClock::ConsoleClock(ModelClock clock, QObject *parent) : QObject(parent), m_clock(std::move(clock))
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &ConsoleClock::tick);
    tick();
}

void ConsoleClock::tick()
{
    const TimePoint now = m_clock.now();
    const QString time = format::timeOfDay(now, m_clock.zone);
    if (time != m_time) {
        m_time = time;
        m_utc = tr("%1 UTC").arg(format::timeOfDay(now, QTimeZone::utc()));
        m_date = format::date(now, m_clock.zone);
        Q_EMIT changed();
    }
    Q_EMIT ticked(now);
    // A little after the second begins: a timer that fires early would show the old one for another second.
    const auto past =
        std::chrono::floor<std::chrono::milliseconds>(now - std::chrono::floor<std::chrono::seconds>(now));
    m_timer.start(std::chrono::milliseconds(1005) - past);
}

} // namespace tocsin
