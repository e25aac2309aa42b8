// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringView>

#include <chrono>
#include <optional>

namespace tocsin {

/// A moment in UTC with microsecond resolution. Values only; the domain never reads a clock:
/// callers pass `now`, so tests can choose it. Only the edges (sessions, adapters, threads'
/// timers) call systemNow().
using Duration = std::chrono::microseconds;
using TimePoint = std::chrono::sys_time<Duration>;

/// The wall clock. For the edges only (see above).
[[nodiscard]] TimePoint systemNow();

[[nodiscard]] constexpr qint64 toEpochMicros(TimePoint t)
{
    return t.time_since_epoch().count();
}
[[nodiscard]] constexpr TimePoint fromEpochMicros(qint64 us)
{
    return TimePoint{Duration{us}};
}
[[nodiscard]] constexpr qint64 toEpochMillis(TimePoint t)
{
    return std::chrono::floor<std::chrono::milliseconds>(t).time_since_epoch().count();
}
[[nodiscard]] constexpr TimePoint fromEpochMillis(qint64 ms)
{
    return TimePoint{std::chrono::milliseconds{ms}};
}
/// Seconds from `earlier` to `later`, with fraction; negative when the order is reversed.
[[nodiscard]] constexpr double secondsBetween(TimePoint earlier, TimePoint later)
{
    return std::chrono::duration<double>(later - earlier).count();
}

/// ISO 8601, UTC, milliseconds: 2026-01-31T12:00:00.123Z.
[[nodiscard]] QString toIso8601(TimePoint t);
/// Reads ISO 8601 with or without zone (UTC assumed) and with or without fraction.
[[nodiscard]] std::optional<TimePoint> timeFromIso8601(QStringView text);
/// Reads seconds or milliseconds since 1970, told apart by size (above 1e11: milliseconds).
[[nodiscard]] std::optional<TimePoint> timeFromEpoch(double number);

} // namespace tocsin
