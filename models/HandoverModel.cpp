// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/HandoverModel.h"

#include <algorithm>

namespace tocsin {

int HandoverModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> HandoverModel::roleNames() const
{
    return {{AlertIdRole, "alertId"},   {TitleRole, "title"},         {DetailRole, "detail"},
            {LevelRole, "level"},       {WaitsRole, "waits"},         {NoteRole, "note"},
            {IncludedRole, "included"}, {StateRole, "handoverState"}, {StateTextRole, "stateText"},
            {FromRole, "from"}};
}

QVariant HandoverModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Item &item = m_items[index.row()];
    switch (role) {
    case AlertIdRole:
        return item.alertId;
    case Qt::DisplayRole:
    case TitleRole:
        return item.title;
    case DetailRole:
        return item.detail;
    case LevelRole:
        return item.level;
    case WaitsRole:
        return item.waits;
    case NoteRole:
        return shownNote(item);
    case IncludedRole:
        return isIncluded(item);
    case StateRole:
        return int(item.state);
    case StateTextRole:
        return item.stateText;
    case FromRole:
        return item.from;
    default:
        return {};
    }
}

QString HandoverModel::shownNote(const Item &item) const
{
    return item.state == Offered ? item.note : m_notes.value(item.alertId);
}

bool HandoverModel::isIncluded(const Item &item) const
{
    return (item.state == Kept || item.state == Declined) && !m_excluded.contains(item.alertId);
}

int HandoverModel::includedCount() const
{
    return int(std::count_if(m_items.cbegin(), m_items.cend(), [this](const Item &item) { return isIncluded(item); }));
}

void HandoverModel::assign(const QList<Item> &items)
{
    const bool sameRows = std::equal(items.cbegin(), items.cend(), m_items.cbegin(), m_items.cend(),
                                     [](const Item &a, const Item &b) { return a.alertId == b.alertId; });
    if (!sameRows) {
        beginResetModel();
        m_items = items;
        endResetModel();
        Q_EMIT countChanged();
    }
    for (int row = 0; row < count(); ++row) {
        if (m_items[row] == items[row])
            continue;
        m_items[row] = items[row];
        Q_EMIT dataChanged(index(row), index(row));
    }
}

void HandoverModel::setNote(const QString &alertId, const QString &note)
{
    const QString kept = note.left(MaxNote);
    if (m_notes.value(alertId) == kept)
        return;
    m_notes.insert(alertId, kept);
    tell(alertId, {NoteRole});
}

void HandoverModel::setIncluded(const QString &alertId, bool included)
{
    if (m_excluded.contains(alertId) != included)
        return;
    if (included)
        m_excluded.remove(alertId);
    else
        m_excluded.insert(alertId);
    tell(alertId, {IncludedRole});
    Q_EMIT includedChanged();
}

void HandoverModel::tell(const QString &alertId, const QList<int> &roles)
{
    for (int row = 0; row < count(); ++row) {
        if (m_items[row].alertId == alertId)
            Q_EMIT dataChanged(index(row), index(row), roles);
    }
}

} // namespace tocsin
