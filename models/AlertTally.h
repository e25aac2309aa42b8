// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"

#include <array>
#include <set>
#include <utility>

namespace tocsin {

/// How many alerts there are of each sort, kept up one by one, so that nobody has to count ten thousand rows when one changes.
/// Plain value logic; what was added has to be removed with the same facts.
class AlertTally
{
public:
    void add(const Alert &alert) { count(alert, 1); }
    void remove(const Alert &alert) { count(alert, -1); }
    void clear() { *this = AlertTally(); }

    [[nodiscard]] int waiting(AlertLevel level) const { return m_waiting[static_cast<std::size_t>(level)]; }
    [[nodiscard]] int acknowledged() const { return m_acknowledged; } ///< open and not held
    [[nodiscard]] int active() const { return m_holds[0]; }           ///< open and not held
    [[nodiscard]] int held(AlertHold hold) const { return m_holds[static_cast<std::size_t>(hold)]; }
    [[nodiscard]] int closed() const { return m_closed; }
    /// When the longest waiting one was raised, and its id; null: nothing waits.
    [[nodiscard]] const std::pair<TimePoint, QString> *oldestWaiting() const
    {
        return m_waitingSince.empty() ? nullptr : &*m_waitingSince.begin();
    }

private:
    void count(const Alert &alert, int by)
    {
        if (!isOpen(alert)) {
            m_closed += by;
            return;
        }
        m_holds[static_cast<std::size_t>(alert.hold)] += by;
        m_acknowledged += alert.acked && alert.hold == AlertHold::None ? by : 0;
        if (!isWaiting(alert))
            return;
        m_waiting[static_cast<std::size_t>(alert.level)] += by;
        if (by > 0)
            m_waitingSince.emplace(alert.raisedAt, alert.id);
        else
            m_waitingSince.erase({alert.raisedAt, alert.id});
    }

    std::array<int, 4> m_waiting{};
    std::array<int, 4> m_holds{};
    int m_acknowledged = 0;
    int m_closed = 0;
    std::set<std::pair<TimePoint, QString>> m_waitingSince;
};

} // namespace tocsin
