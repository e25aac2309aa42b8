// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertMarkModel.h"

namespace tocsin {

QVariant AlertMarkModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Mark &mark = m_marks[index.row()];
    switch (role) {
    case PlaceRole:
        return mark.place;
    case Qt::DisplayRole:
    case MarkTextRole:
        return mark.text;
    case TimeTextRole:
        return mark.time;
    default:
        return {};
    }
}

void AlertMarkModel::assign(const QList<Mark> &marks)
{
    if (marks == m_marks)
        return;
    if (marks.size() != m_marks.size()) {
        beginResetModel();
        m_marks = marks;
        endResetModel();
        return;
    }
    m_marks = marks;
    Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

} // namespace tocsin
