// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertVerbModel.h"

namespace tocsin {

QHash<int, QByteArray> AlertVerbModel::roleNames() const
{
    return {{VerbRole, "verb"},         {VerbTextRole, "verbText"}, {ActionIdRole, "actionId"},
            {PossibleRole, "possible"}, {WhyNotRole, "whyNot"},     {PrimaryRole, "primary"}};
}

QVariant AlertVerbModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case VerbRole:
        return int(row.verb);
    case Qt::DisplayRole:
    case VerbTextRole:
        return AlertVerbs::title(row.verb);
    case ActionIdRole:
        return AlertVerbs::actionId(row.verb);
    case PossibleRole:
        return row.whyNot.isEmpty();
    case WhyNotRole:
        return row.whyNot;
    case PrimaryRole:
        return row.primary;
    default:
        return {};
    }
}

/// Of two that undo each other the one that can be done; what never can be done to this alert is shown and says why.
void AlertVerbModel::show(const Alert *alert, const Actor &self, TimePoint now)
{
    QList<Row> rows;
    const auto add = [&](AlertVerbs::Verb verb, bool always = false) {
        const QString why = AlertVerbs::whyNot(verb, *alert, self, now);
        if (why.isEmpty() || always)
            rows.append({verb, why, false});
        return why.isEmpty();
    };
    if (alert != nullptr && isOpen(*alert)) {
        if (add(AlertVerbs::Acknowledge) || add(AlertVerbs::Reset))
            rows.first().primary = true;
        add(AlertVerbs::Unacknowledge);
        add(AlertVerbs::Claim);
        add(AlertVerbs::Release);
        add(AlertVerbs::Transfer);
        add(AlertVerbs::Comment);
        add(AlertVerbs::Unshelve);
        add(AlertVerbs::Shelve, alert->hold == AlertHold::None);
        if (!add(AlertVerbs::ReturnToService))
            add(AlertVerbs::OutOfService, alert->hold == AlertHold::None);
        add(AlertVerbs::Close);
    } else if (alert != nullptr) {
        add(AlertVerbs::Reopen);
    }
    if (rows == m_rows)
        return;
    if (rows.size() != m_rows.size()) {
        beginResetModel();
        m_rows = rows;
        endResetModel();
        return;
    }
    m_rows = rows;
    Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

} // namespace tocsin
