// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"
#include "models/domain/Time.h"

#include <QList>
#include <QString>

#include <deque>
#include <optional>

namespace tocsin {

/// Whether somebody is told of more new alerts than one can handle (after ISA-18.2 and EEMUA 191): it begins with more than 10 new ones
/// in 10 minutes and ends below 5. One per operator, thus per console; AlertBook has one of its own for the whole desk, to know the
/// first of each flood.
///
/// A value without a clock: fed with what is raised, asked with the time. Only what asks for attention counts: not what is raised
/// suppressed or out of service. Bounded: of more than `mostKept` the oldest are forgotten.
class FloodWatch
{
public:
    struct Limits
    {
        Duration window = std::chrono::minutes(10);
        int beginsAbove = 10;
        int endsBelow = 5;
        std::size_t mostKept = 4096;
    };
    struct Facts
    {
        bool flooding = false;
        std::optional<TimePoint> since; ///< of the flood
        int inWindow = 0;               ///< new ones in the last window
        bool operator==(const Facts &) const = default;
    };
    /// What does not fit on the screen, by level.
    struct Folded
    {
        QList<Alert> shown;
        int info = 0;
        int warnings = 0;
        [[nodiscard]] int count() const { return info + warnings; } ///< "N more"
    };

    FloodWatch() = default;
    explicit FloodWatch(const Limits &limits) : m_limits(limits) {}

    /// True: this one begins a flood.
    bool take(const AlertChange &change, TimePoint now);
    /// Of alerts that were there before; no flood begins or ends by it.
    void restore(const QList<Alert> &alerts, TimePoint now);
    /// True: a flood has ended.
    bool tick(TimePoint now);
    /// When tick() may have something to do; nothing while there is no flood.
    [[nodiscard]] std::optional<TimePoint> nextDeadline() const;
    [[nodiscard]] Facts facts() const;
    /// Ids of what was raised in the window, oldest first.
    [[nodiscard]] QList<QString> raised() const;
    /// The clock was set back by `by`.
    void shift(Duration by);

    /// While there is a flood: whether it is shown by itself. Critical and above always, what is first in its group, and what a
    /// person has taken in hand, too; info and warning that are new in the flood are "N more".
    [[nodiscard]] bool standsAlone(const Alert &alert) const;
    [[nodiscard]] Folded fold(const QList<Alert> &alerts) const;

private:
    struct Raise
    {
        TimePoint at;
        QString id;
    };
    void forget(TimePoint now);
    void add(TimePoint at, const QString &id);

    Limits m_limits;
    std::deque<Raise> m_raises;
    std::optional<TimePoint> m_since;
};

} // namespace tocsin
