// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertHistory.h"

#include <utility>

namespace tocsin {

AlertHistory::AlertHistory(DeskLink &link, ModelClock clock, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_clock(clock)
    , m_list(link, std::move(clock), this, MaxRows)
{
    connect(&link, &DeskLink::alertsReady, this, &AlertHistory::takePage);
}

void AlertHistory::more()
{
    if (m_asked || m_complete)
        return;
    AlertsQuery query;
    query.closedOnly = true;
    query.before = m_oldest;
    query.limit = PageRows;
    const quint64 id = m_link.requestAlerts(query);
    m_started = true;
    if (id == 0)
        m_complete = true; // no archive behind this link
    else
        m_asked = id;
    Q_EMIT changed();
}

void AlertHistory::takePage(quint64 queryId, const AlertsResult &result)
{
    if (!m_asked || *m_asked != queryId)
        return;
    m_asked.reset();
    m_problem = result.error;
    if (result.error.isEmpty()) {
        const TimePoint now = m_clock.now();
        for (const Alert &alert : result.alerts) {
            if (!isOpen(alert))
                m_list.apply(alert, now);
        }
        if (!result.alerts.isEmpty())
            m_oldest = result.alerts.constLast().id;
        m_complete = result.alerts.size() < PageRows || m_list.count() + PageRows > MaxRows;
    }
    Q_EMIT changed();
}

void AlertHistory::take(const Alert &alert, TimePoint now)
{
    if (isOpen(alert))
        m_list.remove(alert.id);
    else
        m_list.apply(alert, now);
}

/// What was loaded of the archive stays: it is over.
void AlertHistory::reset(const QList<Alert> &alerts, TimePoint now)
{
    for (const Alert &alert : alerts)
        take(alert, now);
}

} // namespace tocsin
