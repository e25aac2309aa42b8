// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AdapterListModel.h"

#include "models/Format.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tocsin {

static_assert(int(AdapterListModel::Stopped) == int(AdapterStatus::State::Stopped));
static_assert(int(AdapterListModel::Connecting) == int(AdapterStatus::State::Connecting));
static_assert(int(AdapterListModel::Running) == int(AdapterStatus::State::Running));
static_assert(int(AdapterListModel::Waiting) == int(AdapterStatus::State::Waiting));
static_assert(int(AdapterListModel::Failed) == int(AdapterStatus::State::Failed));
static_assert(int(AdapterListModel::Finished) == int(AdapterStatus::State::Finished));

AdapterListModel::AdapterListModel(QObject *parent) : QAbstractListModel(parent)
{
}

int AdapterListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> AdapterListModel::roleNames() const
{
    return {{AdapterIdRole, "adapterId"},       {DriverRole, "driver"},       {TargetRole, "target"},
            {AdapterStateRole, "adapterState"}, {StateTextRole, "stateText"}, {ErrorTextRole, "errorText"},
            {ReadingsRole, "readings"},         {BadFramesRole, "badFrames"}};
}

QVariant AdapterListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const AdapterStatus &status = m_rows[index.row()].status;
    switch (role) {
    case Qt::DisplayRole:
    case AdapterIdRole:
        return status.adapterId;
    case DriverRole:
        return status.driver;
    case TargetRole:
        return status.target;
    case AdapterStateRole:
        return int(status.state);
    case StateTextRole:
        return m_rows[index.row()].stateText;
    case ErrorTextRole:
        return status.error;
    case ReadingsRole:
        return status.readings;
    case BadFramesRole:
        return status.badFrames;
    default:
        return {};
    }
}

QString AdapterListModel::wordsFor(const AdapterStatus &status, TimePoint now)
{
    switch (status.state) {
    case AdapterStatus::State::Stopped:
        return tr("stopped");
    case AdapterStatus::State::Connecting:
        return tr("connecting");
    case AdapterStatus::State::Running:
        return tr("running");
    case AdapterStatus::State::Waiting:
        if (status.retryAt) {
            const double seconds = std::ceil(std::max(0.0, secondsBetween(now, *status.retryAt)));
            return tr("tries again in %1 s").arg(qint64(seconds));
        }
        return tr("waiting");
    case AdapterStatus::State::Failed:
        return tr("failed");
    case AdapterStatus::State::Finished:
        break;
    }
    return tr("finished");
}

void AdapterListModel::assign(QList<AdapterStatus> statuses, TimePoint now)
{
    std::sort(statuses.begin(), statuses.end(), [](const AdapterStatus &a, const AdapterStatus &b) {
        return format::naturalCompare(a.adapterId, b.adapterId) < 0;
    });
    QList<Row> rows;
    int failing = 0;
    for (const AdapterStatus &status : std::as_const(statuses)) {
        rows.append({status, wordsFor(status, now)});
        failing += status.error.isEmpty() ? 0 : 1;
    }
    const bool sameAdapters =
        std::equal(rows.cbegin(), rows.cend(), m_rows.cbegin(), m_rows.cend(),
                   [](const Row &a, const Row &b) { return a.status.adapterId == b.status.adapterId; });
    if (!sameAdapters) {
        beginResetModel();
        m_rows = rows;
        endResetModel();
        Q_EMIT countChanged();
    } else {
        replace(rows);
    }
    if (failing != m_failing) {
        m_failing = failing;
        Q_EMIT failingChanged();
    }
}

void AdapterListModel::replace(const QList<Row> &rows)
{
    for (int row = 0; row < rows.size(); ++row) {
        if (m_rows[row] == rows[row])
            continue;
        m_rows[row] = rows[row];
        Q_EMIT dataChanged(index(row), index(row));
    }
}

void AdapterListModel::refresh(TimePoint now)
{
    QList<Row> rows = m_rows;
    for (Row &row : rows)
        row.stateText = wordsFor(row.status, now);
    replace(rows);
}

} // namespace tocsin
