// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Time.h"

#include <QDateTime>
#include <QTimeZone>

#include <cmath>

namespace tocsin {

TimePoint systemNow()
{
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

QString toIso8601(TimePoint t)
{
    return QDateTime::fromMSecsSinceEpoch(toEpochMillis(t), Qt::UTC).toString(Qt::ISODateWithMs);
}

std::optional<TimePoint> timeFromIso8601(QStringView text)
{
    QDateTime parsed = QDateTime::fromString(text.trimmed().toString(), Qt::ISODateWithMs);
    if (!parsed.isValid())
        return std::nullopt;
    if (parsed.timeSpec() == Qt::LocalTime) // no zone in the text
        parsed.setTimeSpec(Qt::UTC);
    return fromEpochMillis(parsed.toMSecsSinceEpoch());
}

std::optional<TimePoint> timeFromEpoch(double number)
{
    constexpr double millisFrom = 1e11; // in seconds: the year 5138
    constexpr double limit = 2.5e14;    // in milliseconds: the year 9892
    if (!std::isfinite(number) || number < 0 || number > limit)
        return std::nullopt;
    const double micros = number > millisFrom ? number * 1e3 : number * 1e6;
    return fromEpochMicros(std::llround(micros));
}

} // namespace tocsin
