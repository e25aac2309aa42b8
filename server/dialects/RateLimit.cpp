// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/RateLimit.h"

#include <utility>

namespace tocsin {

void RateLimit::forget(TimePoint now)
{
    // A wall clock that was set back would otherwise lock the sender out until it catches up.
    while (!m_admitted.empty() && (m_admitted.front() + m_window <= now || m_admitted.front() > now))
        m_admitted.pop_front();
}

std::optional<Duration> RateLimit::wait(TimePoint now)
{
    forget(now);
    if (static_cast<int>(m_admitted.size()) < m_limit)
        return std::nullopt;
    return m_admitted.empty() ? m_window : m_admitted.front() + m_window - now;
}

std::optional<Duration> RateLimit::admit(TimePoint now)
{
    auto delay = wait(now);
    if (!delay)
        m_admitted.push_back(now);
    return delay;
}

bool RateLimit::isIdle(TimePoint now)
{
    forget(now);
    return m_admitted.empty();
}

std::optional<Duration> AddressLimits::admit(RateLimit &connection, const QString &address, TimePoint now)
{
    if (now >= m_sweepAt || m_sweepAt - now > m_window) {
        m_addresses.removeIf([now](std::pair<const QString &, RateLimit &> entry) { return entry.second.isIdle(now); });
        m_sweepAt = now + m_window;
    }
    if (auto delay = connection.wait(now))
        return delay;
    auto it = m_addresses.find(address);
    if (it == m_addresses.end())
        it = m_addresses.insert(address, RateLimit(m_limit, m_window));
    if (auto delay = it->admit(now))
        return delay;
    return connection.admit(now);
}

} // namespace tocsin
