// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/IncidentLogModel.h"

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
constexpr int pageSize = 1000;
static_assert(int(IncidentLogEntry::Tone::Emergency) == IncidentLogModel::Emergency);

template<class T>
auto placeOf(QList<T> &list, qint64 seq)
{
    return std::lower_bound(list.begin(), list.end(), seq, [](const T &one, qint64 value) { return one.seq < value; });
}
} // namespace

IncidentLogModel::IncidentLogModel(DeskLink &link, ModelClock clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_link(link)
    , m_clock(std::move(clock))
{
    connect(&link, &DeskLink::alertLogReady, this, &IncidentLogModel::takePage);
}

int IncidentLogModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> IncidentLogModel::roleNames() const
{
    return {{TitleRole, "title"}, {DetailRole, "detail"}, {ToneRole, "tone"}};
}

QVariant IncidentLogModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const IncidentLogEntry &entry = m_entries[index.row()];
    switch (role) {
    case Qt::DisplayRole:
    case TitleRole:
        return entry.title;
    case DetailRole:
        return entry.detail;
    case ToneRole:
        return int(entry.tone);
    default:
        return {};
    }
}

void IncidentLogModel::show(const QString &alertId)
{
    if (alertId == m_alertId)
        return;
    m_alertId = alertId;
    beginResetModel();
    m_entries.clear();
    m_events.clear();
    endResetModel();
    Q_EMIT countChanged();
    reload();
}

void IncidentLogModel::reload()
{
    m_query = 0;
    m_problem.clear();
    if (!m_alertId.isEmpty())
        ask(0);
    Q_EMIT loadingChanged();
    Q_EMIT changed();
}

void IncidentLogModel::ask(qint64 after)
{
    m_query = m_link.requestAlertLog({m_alertId, after, pageSize});
}

void IncidentLogModel::takePage(quint64 queryId, const AlertLogResult &result)
{
    if (queryId != m_query || queryId == 0)
        return; // of what was shown before
    m_query = 0;
    m_problem = result.error;
    for (const Event &event : result.events)
        insert(event);
    if (result.error.isEmpty() && result.events.size() >= pageSize && count() < MaxEntries)
        ask(result.events.constLast().seq);
    Q_EMIT loadingChanged();
    Q_EMIT changed();
}

void IncidentLogModel::take(const Event &event)
{
    if (m_alertId.isEmpty())
        return;
    const auto before = m_events.size();
    insert(event);
    if (m_events.size() != before)
        Q_EMIT changed();
}

void IncidentLogModel::insert(const Event &event)
{
    const auto entry = logEntryOf(event, m_alertId, m_link.self(), m_clock.zone);
    const auto *change = std::get_if<AlertChange>(&event.body);
    const bool about = entry || (change && change->alert.id == m_alertId);
    const auto known = placeOf(m_events, event.seq);
    if (!about || m_events.size() >= 2 * qsizetype(MaxEntries) || (known != m_events.end() && known->seq == event.seq))
        return;
    m_events.insert(known, event);
    if (!entry || count() >= MaxEntries)
        return;
    const auto place = placeOf(m_entries, event.seq);
    const int row = int(place - m_entries.begin());
    beginInsertRows({}, row, row);
    m_entries.insert(place, *entry);
    endInsertRows();
    Q_EMIT countChanged();
}

} // namespace tocsin
