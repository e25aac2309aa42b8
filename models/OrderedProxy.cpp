// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/OrderedProxy.h"

#include <algorithm>

namespace tocsin {

OrderedProxy::OrderedProxy(QObject *parent) : QAbstractProxyModel(parent)
{
}

void OrderedProxy::setSourceModel(QAbstractItemModel *source)
{
    beginResetModel();
    if (sourceModel())
        sourceModel()->disconnect(this);
    QAbstractProxyModel::setSourceModel(source);
    if (source) {
        connect(source, &QAbstractItemModel::dataChanged, this, &OrderedProxy::sourceDataChanged);
        connect(source, &QAbstractItemModel::rowsInserted, this,
                [this](const QModelIndex &, int first, int last) { sourceInserted(first, last); });
        connect(source, &QAbstractItemModel::rowsAboutToBeRemoved, this,
                [this](const QModelIndex &, int first, int last) { sourceAboutToRemove(first, last); });
        connect(source, &QAbstractItemModel::rowsRemoved, this,
                [this](const QModelIndex &, int first, int last) { sourceRemoved(first, last); });
        connect(source, &QAbstractItemModel::modelAboutToBeReset, this, [this] { beginResetModel(); });
        connect(source, &QAbstractItemModel::modelReset, this, [this] {
            rebuild();
            endResetModel();
            Q_EMIT countChanged();
            sourceChanged();
        });
    }
    rebuild();
    endResetModel();
    Q_EMIT countChanged();
    sourceChanged();
}

int OrderedProxy::sourceRow(int row) const
{
    return row >= 0 && row < m_rows.size() ? m_rows[row] : -1;
}

int OrderedProxy::proxyRow(int sourceRow) const
{
    return sourceRow >= 0 && sourceRow < m_where.size() ? m_where[sourceRow] : -1;
}

QModelIndex OrderedProxy::index(int row, int column, const QModelIndex &parent) const
{
    return hasIndex(row, column, parent) ? createIndex(row, column) : QModelIndex();
}

QModelIndex OrderedProxy::parent(const QModelIndex &) const
{
    return {};
}

int OrderedProxy::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

int OrderedProxy::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() || !sourceModel() ? 0 : 1;
}

QModelIndex OrderedProxy::mapToSource(const QModelIndex &proxyIndex) const
{
    const int row = proxyIndex.isValid() ? sourceRow(proxyIndex.row()) : -1;
    return row < 0 || !sourceModel() ? QModelIndex() : sourceModel()->index(row, 0);
}

QModelIndex OrderedProxy::mapFromSource(const QModelIndex &sourceIndex) const
{
    const int row = sourceIndex.isValid() ? proxyRow(sourceIndex.row()) : -1;
    return row < 0 ? QModelIndex() : createIndex(row, 0);
}

bool OrderedProxy::isBefore(int a, int b) const
{
    return before(a, b) || (!before(b, a) && a < b);
}

void OrderedProxy::reindex(int from)
{
    int *const where = m_where.data();
    const int *const rows = m_rows.constData();
    for (int row = from, count = int(m_rows.size()); row < count; ++row)
        where[rows[row]] = row;
}

void OrderedProxy::rebuild()
{
    const int total = sourceModel() ? sourceModel()->rowCount() : 0;
    m_where.fill(-1, total);
    m_rows.clear();
    for (int row = 0; row < total; ++row) {
        if (accepts(row))
            m_rows.append(row);
    }
    std::sort(m_rows.begin(), m_rows.end(), [this](int a, int b) { return isBefore(a, b); });
    reindex(0);
}

/// What is to be shown of these source rows and is not: each where it belongs, those that come to stand next to each other in one run.
void OrderedProxy::insertAccepted(int first, int last)
{
    QList<int> coming;
    for (int row = first; row <= last; ++row) {
        if (m_where[row] < 0 && accepts(row))
            coming.append(row);
    }
    const auto less = [this](int a, int b) { return isBefore(a, b); };
    std::sort(coming.begin(), coming.end(), less);
    while (!coming.isEmpty()) {
        const auto behind = std::lower_bound(m_rows.cbegin(), m_rows.cend(), coming.constFirst(), less);
        const auto end =
            behind == m_rows.cend() ? coming.cend() : std::lower_bound(coming.cbegin(), coming.cend(), *behind, less);
        const QList<int> run(coming.cbegin(), end);
        insertRun(int(behind - m_rows.cbegin()), run);
        coming.remove(0, run.size());
    }
}

void OrderedProxy::insertRun(int row, const QList<int> &sourceRows)
{
    beginInsertRows({}, row, row + int(sourceRows.size()) - 1);
    m_rows.insert(row, sourceRows.size(), 0);
    std::copy(sourceRows.cbegin(), sourceRows.cend(), m_rows.begin() + row);
    reindex(row);
    endInsertRows();
}

void OrderedProxy::removeRun(int first, int last)
{
    beginRemoveRows({}, first, last);
    for (int row = first; row <= last; ++row)
        m_where[m_rows[row]] = -1;
    m_rows.remove(first, last - first + 1);
    reindex(first);
    endRemoveRows();
}

void OrderedProxy::moveRow(int from, int to)
{
    // `to`: the row's index afterwards; Qt names the row before which it is put.
    beginMoveRows({}, from, from, {}, to > from ? to + 1 : to);
    m_rows.move(from, to);
    for (int row = std::min(from, to); row <= std::max(from, to); ++row)
        m_where[m_rows[row]] = row;
    endMoveRows();
}

/// One row changed, all others are in order.
void OrderedProxy::place(int sourceRow)
{
    const int at = m_where[sourceRow];
    if (!accepts(sourceRow)) {
        if (at >= 0)
            removeRun(at, at);
        return;
    }
    const auto less = [this](int a, int b) { return isBefore(a, b); };
    const auto begin = m_rows.cbegin();
    if (at < 0) {
        insertRun(int(std::lower_bound(begin, m_rows.cend(), sourceRow, less) - begin), {sourceRow});
    } else if (at > 0 && isBefore(sourceRow, m_rows[at - 1])) {
        moveRow(at, int(std::lower_bound(begin, begin + at, sourceRow, less) - begin));
    } else if (at + 1 < m_rows.size() && isBefore(m_rows[at + 1], sourceRow)) {
        moveRow(at, int(std::lower_bound(begin + at + 1, m_rows.cend(), sourceRow, less) - begin) - 1);
    }
}

void OrderedProxy::refilter()
{
    if (!frozen())
        arrange();
    sourceChanged();
}

void OrderedProxy::arrange()
{
    const qsizetype before = m_rows.size();
    // What goes, from the end, in runs.
    for (int last = int(m_rows.size()) - 1; last >= 0; --last) {
        if (accepts(m_rows[last]))
            continue;
        int first = last;
        while (first > 0 && !accepts(m_rows[first - 1]))
            --first;
        removeRun(first, last);
        last = first;
    }
    // What stays, into order.
    const auto less = [this](int a, int b) { return isBefore(a, b); };
    QList<int> target = m_rows;
    std::sort(target.begin(), target.end(), less);
    QList<int> goal(m_where.size(), -1);
    for (int row = 0; row < target.size(); ++row)
        goal[target[row]] = row;
    for (int row = 0; row < target.size(); ++row) {
        if (m_rows[row] == target[row])
            continue;
        if (m_rows[row + 1] == target[row])
            moveRow(row, goal[m_rows[row]]); // it is this row that left its place
        if (m_rows[row] != target[row])
            moveRow(m_where[target[row]], row);
    }
    insertAccepted(0, int(m_where.size()) - 1);
    if (m_rows.size() != before)
        Q_EMIT countChanged();
}

void OrderedProxy::sourceDataChanged(const QModelIndex &topLeft, const QModelIndex &bottomRight,
                                     const QList<int> &roles)
{
    const bool ordering =
        roles.isEmpty() || std::any_of(roles.cbegin(), roles.cend(), [this](int role) { return isOrderRole(role); });
    if (ordering && !frozen()) {
        const qsizetype before = m_rows.size();
        if (topLeft.row() == bottomRight.row()) {
            place(topLeft.row());
            if (m_rows.size() != before)
                Q_EMIT countChanged();
        } else {
            arrange();
        }
    }
    QList<int> rows;
    for (int row = topLeft.row(); row <= bottomRight.row(); ++row) {
        if (m_where[row] >= 0)
            rows.append(m_where[row]);
    }
    std::sort(rows.begin(), rows.end());
    for (int i = 0; i < rows.size();) {
        int j = i;
        while (j + 1 < rows.size() && rows[j + 1] == rows[j] + 1)
            ++j;
        Q_EMIT dataChanged(createIndex(rows[i], 0), createIndex(rows[j], 0), roles);
        i = j + 1;
    }
    if (ordering)
        sourceChanged();
}

void OrderedProxy::sourceInserted(int first, int last)
{
    const int added = last - first + 1;
    if (first < m_where.size()) { // else they are behind all others
        for (int &row : m_rows)
            row += row >= first ? added : 0;
    }
    m_where.insert(first, added, -1);
    if (!frozen()) {
        const qsizetype before = m_rows.size();
        insertAccepted(first, last);
        if (m_rows.size() != before)
            Q_EMIT countChanged();
    }
    sourceChanged();
}

void OrderedProxy::sourceAboutToRemove(int first, int last)
{
    const qsizetype before = m_rows.size();
    for (int row = int(m_rows.size()) - 1; row >= 0; --row) {
        if (m_rows[row] >= first && m_rows[row] <= last)
            removeRun(row, row);
    }
    if (m_rows.size() != before)
        Q_EMIT countChanged();
}

void OrderedProxy::sourceRemoved(int first, int last)
{
    const int gone = last - first + 1;
    m_where.remove(first, gone);
    for (int &row : m_rows)
        row -= row > last ? gone : 0;
    sourceChanged();
}

} // namespace tocsin
