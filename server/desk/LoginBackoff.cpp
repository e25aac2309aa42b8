// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/LoginBackoff.h"

#include <algorithm>
#include <vector>

namespace tocsin {

std::chrono::seconds LoginBackoff::waitFor(const QString &name, const QString &address, TimePoint now) const
{
    const TimePoint until = std::max(m_names.value(name).until, m_addresses.value(address).until);
    return until > now ? std::chrono::ceil<std::chrono::seconds>(until - now) : std::chrono::seconds{0};
}

void LoginBackoff::failed(const QString &name, const QString &address, TimePoint now)
{
    count(m_names, name, m_limits.freePerName, now);
    count(m_addresses, address, m_limits.freePerAddress, now);
}

void LoginBackoff::count(Table &table, const QString &key, int free, TimePoint now)
{
    if (table.size() >= m_limits.entries && !table.contains(key))
        makeRoom(table, now);
    Entry &entry = table[key];
    if (now - entry.last > m_limits.forgotten)
        entry.failures = 0;
    ++entry.failures;
    entry.last = now;
    if (entry.failures < free)
        return;
    constexpr int mostDoublings = 20;
    const std::chrono::seconds wait{qint64{1} << std::min(entry.failures - free, mostDoublings)};
    entry.until = now + std::min(wait, m_limits.longest);
}

/// Takes out what is forgotten or, when that is little, the tenth that failed longest ago.
void LoginBackoff::makeRoom(Table &table, TimePoint now) const
{
    const TimePoint forgotten = now - m_limits.forgotten;
    table.removeIf([forgotten](std::pair<const QString &, Entry &> item) { return item.second.last < forgotten; });
    if (table.size() < m_limits.entries)
        return;
    std::vector<TimePoint> times;
    times.reserve(std::size_t(table.size()));
    for (const Entry &entry : std::as_const(table))
        times.push_back(entry.last);
    const auto tenth = times.begin() + std::ptrdiff_t(times.size() / 10);
    std::nth_element(times.begin(), tenth, times.end());
    const TimePoint oldest = *tenth;
    table.removeIf([oldest](std::pair<const QString &, Entry &> item) { return item.second.last <= oldest; });
}

} // namespace tocsin
