// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertQueueModel.h"

#include "models/Format.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace tocsin {

AlertQueueModel::AlertQueueModel(AlertListModel &alerts, QObject *parent) : OrderedProxy(parent), m_alerts(alerts)
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
    if (!isOpen(alert))
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
    const Alert *oldest = nullptr;
    for (int row = 0; row < m_alerts.count(); ++row) {
        const Alert &alert = m_alerts.at(row);
        if (!isOpen(alert))
            continue;
        if (alert.acked) {
            ++counts.acknowledged;
        } else if (isWaiting(alert)) {
            ++counts.unack[int(alert.level)];
            if (!oldest || alert.raisedAt < oldest->raisedAt)
                oldest = &alert;
        }
        if (m_held && proxyRow(row) < 0 && accepts(row)) {
            ++counts.heldBack;
            counts.heldBackLevel = std::max(counts.heldBackLevel, int(alert.level));
        }
    }
    if (counts != m_counts) {
        m_counts = counts;
        Q_EMIT countsChanged();
    }
    const QString id = oldest ? oldest->id : QString();
    const QString text = oldest ? format::waiting(secondsBetween(oldest->raisedAt, m_now)) : QString();
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
