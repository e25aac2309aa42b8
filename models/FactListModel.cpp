// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/FactListModel.h"

namespace tocsin {

QVariant FactListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Fact &fact = m_rows[index.row()];
    if (role == LabelRole)
        return fact.label;
    return role == ValueRole || role == Qt::DisplayRole ? QVariant(fact.value) : QVariant();
}

void FactListModel::assign(const QList<Fact> &facts)
{
    if (facts.size() != m_rows.size()) {
        beginResetModel();
        m_rows = facts;
        endResetModel();
        Q_EMIT countChanged();
        return;
    }
    for (int row = 0; row < count(); ++row) {
        if (m_rows[row] == facts[row])
            continue;
        m_rows[row] = facts[row];
        Q_EMIT dataChanged(index(row), index(row));
    }
}

} // namespace tocsin
