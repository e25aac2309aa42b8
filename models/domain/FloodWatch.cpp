// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/FloodWatch.h"

#include <algorithm>

namespace tocsin {

void FloodWatch::forget(TimePoint now)
{
    while (!m_raises.empty() && m_raises.front().at <= now - m_limits.window)
        m_raises.pop_front();
}

void FloodWatch::add(TimePoint at, const QString &id)
{
    m_raises.push_back({at, id});
    if (m_raises.size() > m_limits.mostKept)
        m_raises.pop_front();
}

bool FloodWatch::take(const AlertChange &change, TimePoint now)
{
    tick(now);
    if (change.verb != AlertVerb::Raise || change.to != AlertState::Unacknowledged)
        return false;
    add(now, change.alert.id);
    if (m_since || static_cast<int>(m_raises.size()) <= m_limits.beginsAbove)
        return false;
    m_since = now;
    return true;
}

void FloodWatch::restore(const QList<Alert> &alerts, TimePoint now)
{
    for (const Alert &alert : alerts) {
        if (alert.raisedAt > now - m_limits.window && alert.raisedAt <= now && alert.hold == AlertHold::None)
            m_raises.push_back({alert.raisedAt, alert.id});
    }
    std::stable_sort(m_raises.begin(), m_raises.end(), [](const Raise &a, const Raise &b) { return a.at < b.at; });
    while (m_raises.size() > m_limits.mostKept)
        m_raises.pop_front();
    if (!m_since && static_cast<int>(m_raises.size()) > m_limits.beginsAbove)
        m_since = m_raises.at(static_cast<std::size_t>(m_limits.beginsAbove)).at;
}

bool FloodWatch::tick(TimePoint now)
{
    forget(now);
    if (!m_since || static_cast<int>(m_raises.size()) >= m_limits.endsBelow)
        return false;
    m_since.reset();
    return true;
}

std::optional<TimePoint> FloodWatch::nextDeadline() const
{
    if (!m_since)
        return std::nullopt;
    const auto spare = static_cast<int>(m_raises.size()) - m_limits.endsBelow;
    if (spare < 0)
        return m_since;
    return m_raises.at(static_cast<std::size_t>(spare)).at + m_limits.window;
}

FloodWatch::Facts FloodWatch::facts() const
{
    return {m_since.has_value(), m_since, static_cast<int>(m_raises.size())};
}

QList<QString> FloodWatch::raised() const
{
    QList<QString> ids;
    for (const Raise &raise : m_raises) {
        if (!ids.contains(raise.id))
            ids.append(raise.id);
    }
    return ids;
}

void FloodWatch::shift(Duration by)
{
    for (Raise &raise : m_raises)
        raise.at -= by;
    if (m_since)
        *m_since -= by;
}

bool FloodWatch::standsAlone(const Alert &alert) const
{
    if (!m_since || alert.level >= AlertLevel::Critical || alert.firstInGroup || alert.acked)
        return true;
    if (alert.care && !alert.care->ownerId.isEmpty())
        return true;
    return alert.raisedAt < *m_since - m_limits.window; // it was there before
}

FloodWatch::Folded FloodWatch::fold(const QList<Alert> &alerts) const
{
    Folded folded;
    for (const Alert &alert : alerts) {
        if (standsAlone(alert))
            folded.shown.append(alert);
        else
            ++(alert.level == AlertLevel::Info ? folded.info : folded.warnings);
    }
    return folded;
}

} // namespace tocsin
