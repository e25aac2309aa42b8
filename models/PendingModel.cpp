// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/PendingModel.h"

#include "models/Format.h"

#include <utility>

namespace tocsin {

PendingModel::PendingModel(ModelClock clock, std::function<QString(const RequestBody &)> describe, QObject *parent)
    : QAbstractListModel(parent)
    , m_clock(std::move(clock))
    , m_describe(std::move(describe))
{
}

int PendingModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> PendingModel::roleNames() const
{
    return {{ActionIdRole, "actionId"},
            {ActionTextRole, "actionText"},
            {StateTextRole, "stateText"},
            {TimeTextRole, "timeText"}};
}

QVariant PendingModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case ActionIdRole:
        return row.id;
    case Qt::DisplayRole:
    case ActionTextRole:
        return row.text;
    case StateTextRole:
        return row.sent ? tr("sent, no answer yet") : tr("not sent yet");
    case TimeTextRole:
        return row.time;
    default:
        return {};
    }
}

void PendingModel::assign(const QList<PendingAction> &actions)
{
    m_actions = actions;
    show();
}

void PendingModel::refresh()
{
    if (!m_actions.isEmpty())
        show();
}

void PendingModel::show()
{
    QList<Row> rows;
    const TimePoint now = m_clock.now();
    for (const PendingAction &action : std::as_const(m_actions)) {
        const QString time = format::timeOfDay(action.at, m_clock.zone);
        rows.append(
            {action.id, m_describe(action.body), format::withDay(time, action.at, now, m_clock.zone), action.everSent});
    }
    if (rows == m_rows)
        return;
    const bool other = rows.size() != m_rows.size();
    beginResetModel();
    m_rows = rows;
    endResetModel();
    if (other)
        Q_EMIT countChanged();
}

} // namespace tocsin
