// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <deque>

namespace tocsin {

/// Whether more alerts come than one operator can cope with (ALERTS.md; after EEMUA 191): more than ten new ones in ten minutes begin a
/// flood, fewer than five end it. Plain value logic; time is an argument.
class AlertFlood
{
public:
    static constexpr std::size_t Starts = 10;
    static constexpr std::size_t Ends = 5;
    static constexpr Duration Window = std::chrono::minutes(10);

    void raised(TimePoint at)
    {
        m_raised.push_back(at);
        if (m_raised.size() > Starts + 1)
            m_raised.pop_front(); // whether there are more does not matter
    }

    /// Looks again; call it now and then.
    [[nodiscard]] bool isFlood(TimePoint now)
    {
        while (!m_raised.empty() && now - m_raised.front() >= Window)
            m_raised.pop_front();
        m_flood = m_flood ? m_raised.size() >= Ends : m_raised.size() > Starts;
        return m_flood;
    }

private:
    std::deque<TimePoint> m_raised; ///< the newest, oldest first
    bool m_flood = false;
};

} // namespace tocsin
