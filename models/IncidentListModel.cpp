// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/IncidentListModel.h"

#include "models/Format.h"
#include "models/IncidentLogText.h"

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
TimePoint endOf(const Alert &alert)
{
    if (alert.care && alert.care->closedAt)
        return *alert.care->closedAt;
    return alert.clearedAt.value_or(alert.raisedAt);
}

/// Open before closed; of the open ones those that nobody took, then the longest waiting; of the closed ones the newest.
bool comesBefore(const Alert *a, const Alert *b)
{
    if (isOpen(*a) != isOpen(*b))
        return isOpen(*a);
    if (!isOpen(*a))
        return endOf(*a) != endOf(*b) ? endOf(*a) > endOf(*b) : a->id < b->id;
    if (isWaiting(*a) != isWaiting(*b))
        return isWaiting(*a);
    return a->raisedAt != b->raisedAt ? a->raisedAt < b->raisedAt : a->id < b->id;
}
} // namespace

IncidentListModel::IncidentListModel(DeskLink &link, const AlertListModel &alerts, ModelClock clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_link(link)
    , m_alerts(alerts)
    , m_clock(std::move(clock))
{
    connect(&link, &DeskLink::alertsReady, this, &IncidentListModel::takePage);
}

int IncidentListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> IncidentListModel::roleNames() const
{
    return {{AlertIdRole, "alertId"},     {NameRole, "name"},  {DetailTextRole, "detailText"}, {AgeTextRole, "ageText"},
            {LevelRole, "level"},         {OpenRole, "open"},  {WaitsRole, "waits"},           {SectionRole, "section"},
            {SimulatedRole, "simulated"}, {AlarmRole, "alarm"}};
}

QVariant IncidentListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case AlertIdRole:
        return row.alertId;
    case Qt::DisplayRole:
    case NameRole:
        return row.name;
    case DetailTextRole:
        return row.detail;
    case AgeTextRole:
        return row.age;
    case LevelRole:
        return row.level;
    case OpenRole:
        return row.open;
    case WaitsRole:
        return row.waits;
    case SectionRole:
        return row.section;
    case SimulatedRole:
        return row.simulated;
    case AlarmRole:
        return row.alarm;
    default:
        return {};
    }
}

int IncidentListModel::rowOf(const QString &alertId) const
{
    const auto it =
        std::find_if(m_rows.cbegin(), m_rows.cend(), [&](const Row &row) { return row.alertId == alertId; });
    return it == m_rows.cend() ? -1 : int(it - m_rows.cbegin());
}

QString IncidentListModel::alertIdAt(int row) const
{
    return row >= 0 && row < count() ? m_rows[row].alertId : QString();
}

const Alert *IncidentListModel::find(const QString &alertId) const
{
    if (const Alert *alert = m_alerts.find(alertId))
        return alert->kind == AlertKind::Incident ? alert : nullptr;
    const auto it = m_archived.constFind(alertId);
    return it == m_archived.cend() ? nullptr : &*it;
}

QString IncidentListModel::detailOf(const Alert &alert, TimePoint now) const
{
    const AlertCare care = alert.care.valueOr({});
    QStringList parts;
    if (!isOpen(alert)) {
        parts.append(care.closedAt                            ? dispositionText(care.disposition)
                     : alert.cond == AlertCondition::Canceled ? tr("canceled")
                                                              : tr("over"));
        parts.append(format::withDay(format::hourMinute(endOf(alert), m_clock.zone), endOf(alert), now, m_clock.zone));
        return parts.join(QStringLiteral(" · "));
    }
    const IncidentFacts facts = alert.incident.valueOr({});
    if (alert.cond == AlertCondition::Canceled)
        parts.append(facts.confirmBy ? tr("confirm the cancel") : tr("canceled"));
    else if (isWaiting(alert))
        parts.append(tr("not acknowledged"));
    else
        parts.append(stageText(facts.stage).toLower());
    if (care.ownerId.isEmpty())
        parts.append(tr("nobody"));
    else
        parts.append(care.ownerId == m_link.self().id ? tr("you") : care.ownerName);
    if (care.offeredToId == m_link.self().id && !care.offeredToId.isEmpty())
        parts.prepend(tr("offered to you"));
    return parts.join(QStringLiteral(" · "));
}

IncidentListModel::Row IncidentListModel::rowFor(const Alert &alert, TimePoint now) const
{
    const IncidentFacts facts = alert.incident.valueOr({});
    Row row;
    row.alertId = alert.id;
    row.name = alert.sourceName.isEmpty() ? alert.source : alert.sourceName;
    row.open = isOpen(alert);
    row.waits = isWaiting(alert);
    row.level = int(alert.level);
    row.simulated = alert.simulated;
    row.detail = detailOf(alert, now);
    if (row.open) {
        row.section = tr("Open");
        row.age = format::waiting(secondsBetween(alert.raisedAt, now));
        row.alarm = facts.duress ? tr("duress") : facts.contactLost ? tr("no contact") : QString();
    } else {
        const bool today = format::date(endOf(alert), m_clock.zone) == format::date(now, m_clock.zone);
        row.section = today ? tr("Closed today") : tr("Closed earlier");
    }
    return row;
}

void IncidentListModel::refresh()
{
    const TimePoint now = m_clock.now();
    QList<const Alert *> shown;
    for (int row = 0; row < m_alerts.count(); ++row) {
        const Alert &alert = m_alerts.at(row);
        if (alert.kind == AlertKind::Incident)
            shown.append(&alert);
    }
    for (const Alert &alert : std::as_const(m_archived)) {
        if (!m_alerts.find(alert.id))
            shown.append(&alert);
    }
    std::sort(shown.begin(), shown.end(), comesBefore);
    QList<Row> rows;
    rows.reserve(shown.size());
    int open = 0;
    int waiting = 0;
    for (const Alert *alert : std::as_const(shown)) {
        rows.append(rowFor(*alert, now));
        open += rows.constLast().open ? 1 : 0;
        waiting += rows.constLast().waits ? 1 : 0;
    }
    const bool sameOrder = std::equal(rows.cbegin(), rows.cend(), m_rows.cbegin(), m_rows.cend(),
                                      [](const Row &a, const Row &b) { return a.alertId == b.alertId; });
    if (!sameOrder) {
        beginResetModel();
        m_rows = rows;
        endResetModel();
    }
    for (int row = 0; row < count(); ++row) {
        if (m_rows[row] == rows[row])
            continue;
        m_rows[row] = rows[row];
        Q_EMIT dataChanged(index(row), index(row));
    }
    if (!sameOrder || open != m_open || waiting != m_waiting) {
        m_open = open;
        m_waiting = waiting;
        Q_EMIT countChanged();
    }
}

void IncidentListModel::reset()
{
    m_archived.clear();
    m_oldest.clear();
    m_query = 0;
    m_problem.clear();
    m_more = true;
    refresh();
    Q_EMIT moreChanged();
}

void IncidentListModel::loadMore()
{
    if (m_query != 0 || !m_more)
        return;
    AlertsQuery query;
    query.incidentsOnly = true;
    query.closedOnly = true;
    query.limit = PageSize;
    query.before = m_oldest;
    m_query = m_link.requestAlerts(query);
    Q_EMIT moreChanged();
}

void IncidentListModel::takePage(quint64 queryId, const AlertsResult &result)
{
    if (queryId != m_query || queryId == 0)
        return;
    m_query = 0;
    m_problem = result.error;
    for (const Alert &alert : result.alerts) {
        if (alert.kind == AlertKind::Incident && !isOpen(alert))
            m_archived.insert(alert.id, alert);
    }
    if (!result.alerts.isEmpty())
        m_oldest = result.alerts.constLast().id;
    m_more = !result.error.isEmpty() || result.alerts.size() >= PageSize;
    refresh();
    Q_EMIT moreChanged();
}

} // namespace tocsin
