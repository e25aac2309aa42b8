// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertSchedule.h"

#include <QDateTime>
#include <QTimeZone>

#include <algorithm>
#include <vector>

namespace tocsin {

using namespace std::chrono_literals;

namespace {

constexpr int daysAhead = 400; ///< what changes once a year is found

QTimeZone zoneOf(const QByteArray &id)
{
    const QTimeZone named = id.isEmpty() ? QTimeZone::systemTimeZone() : QTimeZone(id);
    return named.isValid() ? named : QTimeZone::utc();
}

qint64 secondsOf(TimePoint at)
{
    return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

/// Of the wall clock, as if it were UTC.
QDateTime wallClock(const QTimeZone &zone, qint64 seconds)
{
    const int offset = zone.offsetFromUtc(QDateTime::fromSecsSinceEpoch(seconds, Qt::UTC));
    return QDateTime::fromSecsSinceEpoch(seconds + offset, Qt::UTC);
}

} // namespace

QList<AlertSchedule::Span> AlertSchedule::spansOf(QDate date) const
{
    QList<Span> spans;
    bool excepted = false;
    for (const Exception &exception : exceptions) {
        if (exception.date != date)
            continue;
        excepted = true;
        if (exception.span)
            spans.append(*exception.span);
    }
    if (excepted)
        return spans;
    for (const Times &one : times) {
        if ((one.days & (1 << (date.dayOfWeek() - 1))) != 0)
            spans.append(one.span);
    }
    return spans;
}

bool AlertSchedule::isOn(TimePoint at) const
{
    const QDateTime wall = wallClock(zoneOf(zone), secondsOf(at));
    const int second = wall.time().msecsSinceStartOfDay() / 1000;
    const auto covers = [second](const Span &span, bool yesterday) {
        const bool overnight = span.to <= span.from;
        if (yesterday)
            return overnight && second < span.to * 60;
        return second >= span.from * 60 && (overnight || second < span.to * 60);
    };
    const QList<Span> today = spansOf(wall.date());
    const QList<Span> before = spansOf(wall.date().addDays(-1));
    return std::any_of(today.cbegin(), today.cend(), [&](const Span &span) { return covers(span, false); }) ||
           std::any_of(before.cbegin(), before.cend(), [&](const Span &span) { return covers(span, true); });
}

std::optional<TimePoint> AlertSchedule::nextChange(TimePoint at) const
{
    const QTimeZone where = zoneOf(zone);
    const qint64 now = secondsOf(at);
    const bool on = isOn(at);
    const QDate first = wallClock(where, now).date().addDays(-1);
    std::vector<qint64> moments;
    for (int day = 0; day < daysAhead; ++day) {
        const QDate date = first.addDays(day);
        moments.clear();
        // Midnight too, where a day of the week ends that another one's exception does not go on with.
        std::vector<int> minutes{0, minutesOfDay};
        const QList<Span> spans = spansOf(date);
        for (const Span &span : spans) {
            minutes.push_back(span.from);
            minutes.push_back(span.to <= span.from ? span.to + minutesOfDay : span.to);
        }
        const qint64 midnight = QDateTime(date, QTime(0, 0), Qt::UTC).toSecsSinceEpoch();
        for (const int minute : minutes) {
            // Around a change of the clock a time of the wall clock may be two moments, or none.
            const qint64 wall = midnight + qint64{60} * minute;
            for (const qint64 near : {wall - 86'400, wall + 86'400})
                moments.push_back(wall - where.offsetFromUtc(QDateTime::fromSecsSinceEpoch(near, Qt::UTC)));
        }
        const QDateTime change = where.nextTransition(QDateTime::fromSecsSinceEpoch(midnight - 86'400, Qt::UTC)).atUtc;
        if (change.isValid() && wallClock(where, change.toSecsSinceEpoch()).date() == date)
            moments.push_back(change.toSecsSinceEpoch());
        std::sort(moments.begin(), moments.end());
        for (const qint64 moment : moments) {
            const TimePoint candidate{std::chrono::seconds(moment)};
            if (moment > now && isOn(candidate) != on)
                return candidate;
        }
    }
    return std::nullopt;
}

} // namespace tocsin
