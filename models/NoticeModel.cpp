// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/NoticeModel.h"

#include "models/Format.h"

#include <algorithm>
#include <utility>

namespace tocsin {

using namespace std::chrono_literals;

namespace {
Duration lifeOf(NoticeModel::Severity severity)
{
    switch (severity) {
    case NoticeModel::Information:
        return 8s;
    case NoticeModel::Refusal:
        return 20s;
    case NoticeModel::Error:
        break;
    }
    return 60s;
}
} // namespace

NoticeModel::NoticeModel(ModelClock clock, QObject *parent) : QAbstractListModel(parent), m_clock(std::move(clock))
{
}

int NoticeModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> NoticeModel::roleNames() const
{
    return {{NoticeIdRole, "noticeId"},
            {NoticeTextRole, "noticeText"},
            {SeverityRole, "severity"},
            {TimeTextRole, "timeText"},
            {RepeatsRole, "repeats"}};
}

QVariant NoticeModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case NoticeIdRole:
        return row.id;
    case Qt::DisplayRole:
    case NoticeTextRole:
        return row.text;
    case SeverityRole:
        return int(row.severity);
    case TimeTextRole:
        return format::timeOfDay(row.at, m_clock.zone);
    case RepeatsRole:
        return row.repeats;
    default:
        return {};
    }
}

QString NoticeModel::latestText() const
{
    return m_rows.isEmpty() ? QString() : m_rows.first().text;
}

NoticeModel::Severity NoticeModel::latestSeverity() const
{
    return m_rows.isEmpty() ? Information : m_rows.first().severity;
}

void NoticeModel::add(const QString &text, Severity severity)
{
    if (text.isEmpty())
        return;
    Row row;
    const auto same = std::find_if(m_rows.cbegin(), m_rows.cend(),
                                   [&](const Row &r) { return r.text == text && r.severity == severity; });
    if (same != m_rows.cend()) {
        row = *same;
        ++row.repeats;
        removeAt(int(same - m_rows.cbegin()));
    } else {
        row.id = m_nextId++;
        row.text = text;
        row.severity = severity;
    }
    row.at = m_clock.now();
    beginInsertRows({}, 0, 0);
    m_rows.prepend(row);
    endInsertRows();
    if (m_rows.size() > MaxNotices)
        removeAt(count() - 1);
    Q_EMIT latestChanged();
}

void NoticeModel::dismiss(int noticeId)
{
    const auto row = std::find_if(m_rows.cbegin(), m_rows.cend(), [&](const Row &r) { return r.id == noticeId; });
    if (row == m_rows.cend())
        return;
    removeAt(int(row - m_rows.cbegin()));
    Q_EMIT latestChanged();
}

void NoticeModel::expire(TimePoint now)
{
    const int before = count();
    for (int row = before - 1; row >= 0; --row) {
        if (now - m_rows[row].at >= lifeOf(m_rows[row].severity))
            removeAt(row);
    }
    if (count() != before)
        Q_EMIT latestChanged();
}

void NoticeModel::removeAt(int row)
{
    beginRemoveRows({}, row, row);
    m_rows.removeAt(row);
    endRemoveRows();
}

} // namespace tocsin
