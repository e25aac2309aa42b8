// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"
#include "models/domain/Device.h"
#include "models/domain/Time.h"

#include <QString>
#include <QTimeZone>

#include <optional>

/// How values read on the screen. Pure functions, any thread. Unknown is "–", never 0.
namespace tocsin::format {

inline constexpr QChar Dash{0x2013};           ///< unknown
inline constexpr QChar GroupSeparator{0x202f}; ///< narrow no-break space
inline constexpr QChar Minus{0x2212};

[[nodiscard]] QString unknown(); ///< "–"
/// 4180 → "4 180"; the sign is a real minus; NaN and infinities are unknown.
[[nodiscard]] QString number(double value, int decimals);
/// Number and unit with a space between; "%" and "°" alike. Unknown without its unit.
[[nodiscard]] QString quantity(double value, int decimals, const QString &unit);
/// "10 ms", "0.2 s", "24 s", "4 min", "3 h", "2 d". Negative (a clock behind) counts as 0.
[[nodiscard]] QString age(double seconds);
/// How long something waits: "00:42", "61:05" never: above an hour "1:01:05", above a day "2 d 03 h".
[[nodiscard]] QString waiting(double seconds);
[[nodiscard]] QString timeOfDay(TimePoint t, const QTimeZone &zone);  ///< "14:06:21"
[[nodiscard]] QString hourMinute(TimePoint t, const QTimeZone &zone); ///< "14:06"
[[nodiscard]] QString date(TimePoint t, const QTimeZone &zone);       ///< "Fri 20 Nov 2026"
/// The time as it is written, with the date before it unless that is today's.
[[nodiscard]] QString withDay(const QString &time, TimePoint t, TimePoint now, const QTimeZone &zone);
[[nodiscard]] QString deviceKind(DeviceKind kind);  ///< "Vehicle", "Phone", …
[[nodiscard]] QString alertLevel(AlertLevel level); ///< "emergency", "critical", …
/// An IMEI in groups ("3526 4709 1234 567") when `id` is one (15 digits); nothing otherwise.
[[nodiscard]] std::optional<QString> imei(const QString &id);
/// "Unit 2" before "Unit 10", letters without regard to case. A total order over different texts.
[[nodiscard]] int naturalCompare(const QString &a, const QString &b);

} // namespace tocsin::format
