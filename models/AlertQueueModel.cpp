// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertQueueModel.h"

#include "models/Format.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace tocsin {

AlertQueueModel::AlertQueueModel(AlertListModel &alerts, QObject *parent)
    : OrderedProxy(parent)
    , m_alerts(alerts)
    , m_countsNews([this] { Q_EMIT countsChanged(); })
{
    OrderedProxy::setSourceModel(&alerts);
}

void AlertQueueModel::setHeld(bool held)
{
    if (held == m_held)
        return;
    m_held = held;
    refilter();
    Q_EMIT heldChanged();
}

void AlertQueueModel::showHeldBack()
{
    m_thawing = true;
    refilter();
    m_thawing = false;
}

int AlertQueueModel::waiting() const
{
    return std::accumulate(std::cbegin(m_counts.unack), std::cend(m_counts.unack), 0);
}

void AlertQueueModel::setLevelFilter(int level)
{
    const int valid = std::clamp(level, int(AlertListModel::NoLevel), int(AlertListModel::Emergency));
    if (valid == m_levelFilter)
        return;
    m_levelFilter = valid;
    showHeldBack(); // the operator asked for other rows
    Q_EMIT levelFilterChanged();
}

void AlertQueueModel::toggleLevelFilter(int level)
{
    setLevelFilter(level == m_levelFilter ? int(AlertListModel::NoLevel) : level);
}

void AlertQueueModel::setFlood(bool flood)
{
    if (flood == m_flood)
        return;
    m_flood = flood;
    m_expanded = false;
    refilter();
    Q_EMIT floodChanged();
}

void AlertQueueModel::setExpanded(bool expanded)
{
    if (expanded == m_expanded)
        return;
    m_expanded = expanded;
    showHeldBack(); // the operator asked for other rows
    Q_EMIT floodChanged();
}

int AlertQueueModel::rowOf(const QString &alertId) const
{
    return proxyRow(m_alerts.rowOf(alertId));
}

QString AlertQueueModel::alertIdAt(int row) const
{
    const int source = sourceRow(row);
    return source < 0 ? QString() : m_alerts.at(source).id;
}

bool AlertQueueModel::accepts(int sourceRow) const
{
    const Alert &alert = m_alerts.at(sourceRow);
    if (!isOpen(alert) || alert.hold != AlertHold::None)
        return false;
    if (collapses() && alert.level <= AlertLevel::Warning && isWaiting(alert))
        return false;
    const bool urgent = alert.level == AlertLevel::Emergency && !alert.acked;
    return m_levelFilter < 0 || urgent || int(alert.level) == m_levelFilter;
}

bool AlertQueueModel::before(int a, int b) const
{
    const auto rank = [this](int row) {
        const Alert &alert = m_alerts.at(row);
        const bool returned = alert.cond == AlertCondition::Clear || alert.cond == AlertCondition::Canceled;
        return std::tuple(!isWaiting(alert), -int(alert.level), returned, alert.raisedAt);
    };
    return rank(a) < rank(b);
}

bool AlertQueueModel::isOrderRole(int role) const
{
    // Anything but what time and requests change.
    return role != AlertListModel::AgeTextRole && role != AlertListModel::DetailTextRole &&
           role != AlertListModel::PendingRole;
}

void AlertQueueModel::sourceChanged()
{
    Counts counts;
    const AlertTally &tally = m_alerts.tally();
    for (const AlertLevel level : {AlertLevel::Info, AlertLevel::Warning, AlertLevel::Critical, AlertLevel::Emergency})
        counts.unack[int(level)] = tally.waiting(level);
    counts.acknowledged = tally.acknowledged();
    for (const AlertHold hold : {AlertHold::Shelved, AlertHold::Suppressed, AlertHold::OutOfService})
        counts.setAside += tally.held(hold);
    if (collapses())
        counts.collapsed = tally.waiting(AlertLevel::Info) + tally.waiting(AlertLevel::Warning);
    for (int row = 0; m_held && row < m_alerts.count(); ++row) {
        if (proxyRow(row) < 0 && accepts(row)) {
            ++counts.heldBack;
            counts.heldBackLevel = std::max(counts.heldBackLevel, int(m_alerts.at(row).level));
        }
    }
    if (counts != m_counts) {
        m_counts = counts;
        m_countsNews.say(m_flood);
    }
    const auto *oldest = tally.oldestWaiting();
    const QString id = oldest ? oldest->second : QString();
    const QString text = oldest ? format::waiting(secondsBetween(oldest->first, m_now)) : QString();
    if (id != m_oldestId || text != m_oldestText) {
        m_oldestId = id;
        m_oldestText = text;
        Q_EMIT oldestWaitingChanged();
    }
}

void AlertQueueModel::refreshAges(TimePoint now)
{
    m_now = now;
    sourceChanged();
}

} // namespace tocsin
