// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QByteArray>
#include <QDate>
#include <QList>
#include <QString>

#include <optional>

namespace tocsin {

/// When something counts: on which days, between which times of the wall clock of a zone. A value; time is an argument.
///
/// Times are what people there read off their clocks, so summer time is right by itself: a time that the clock skips begins or ends
/// with the skip, one that comes twice counts both times.
struct AlertSchedule
{
    static constexpr int minutesOfDay = 1440;

    /// Minutes since midnight; `to` is not part of it. `to` at or before `from`: until that time of the next day.
    struct Span
    {
        int from = 0;
        int to = minutesOfDay;
        bool operator==(const Span &) const = default;
    };
    struct Times
    {
        int days = 0; ///< bit 0: Monday … bit 6: Sunday, on which it begins
        Span span{};
        bool operator==(const Times &) const = default;
    };
    /// What begins on this date, instead of the usual.
    struct Exception
    {
        QDate date;
        std::optional<Span> span; ///< none: nothing that day
        bool operator==(const Exception &) const = default;
    };

    QString name;
    QByteArray zone; ///< IANA id; empty: the server's
    QList<Times> times;
    QList<Exception> exceptions;

    [[nodiscard]] bool isOn(TimePoint at) const;
    /// The first moment after `at` when isOn() is another; none within a year.
    [[nodiscard]] std::optional<TimePoint> nextChange(TimePoint at) const;
    bool operator==(const AlertSchedule &) const = default;

private:
    [[nodiscard]] QList<Span> spansOf(QDate date) const;
};

} // namespace tocsin
