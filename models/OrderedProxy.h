// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractProxyModel>
#include <QList>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// Filters and orders a flat list with the smallest possible news: one move for a row that moves, one dataChanged
/// per touched run of rows, never a layout change (QSortFilterProxyModel reports the bounding range of a frame, which
/// wakes every delegate). GUI thread.
///
/// The source is a list that inserts, removes, changes and resets, but never moves rows. Only a change in one of
/// isOrderRole() can move, show or hide a row. While frozen() is true the rows stay as they are: nothing is inserted,
/// moved or hidden (only rows that the source removes go); refilter() then makes up for it.
class OrderedProxy : public QAbstractProxyModel
{
    Q_OBJECT
    QML_ANONYMOUS
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
public:
    explicit OrderedProxy(QObject *parent = nullptr);

    void setSourceModel(QAbstractItemModel *source) override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }
    /// The source row shown at `row`; −1 outside.
    [[nodiscard]] int sourceRow(int row) const;
    /// Where `sourceRow` is shown; −1 when it is not.
    [[nodiscard]] int proxyRow(int sourceRow) const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex &child) const override;
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QModelIndex mapToSource(const QModelIndex &proxyIndex) const override;
    [[nodiscard]] QModelIndex mapFromSource(const QModelIndex &sourceIndex) const override;

Q_SIGNALS:
    void countChanged();

protected:
    [[nodiscard]] virtual bool accepts(int sourceRow) const = 0;
    /// Strictly before; rows that are equal keep the source's order.
    [[nodiscard]] virtual bool before(int sourceRowA, int sourceRowB) const = 0;
    [[nodiscard]] virtual bool isOrderRole(int role) const = 0;
    [[nodiscard]] virtual bool frozen() const { return false; }
    /// After anything that may change counters: rows came, went, were reset, or changed an order role.
    virtual void sourceChanged() {}

    /// Shows, hides and moves what is due; for a changed filter or the end of frozen().
    void refilter();

private:
    void sourceDataChanged(const QModelIndex &topLeft, const QModelIndex &bottomRight, const QList<int> &roles);
    void sourceInserted(int first, int last);
    void sourceAboutToRemove(int first, int last);
    void sourceRemoved(int first, int last);
    void rebuild();
    void arrange();
    void place(int sourceRow);
    void insertAccepted(int first, int last);
    void insertRun(int row, const QList<int> &sourceRows);
    void removeRun(int first, int last);
    void moveRow(int from, int to);
    void reindex(int from);
    [[nodiscard]] bool isBefore(int a, int b) const;

    QList<int> m_rows;  ///< proxy row → source row
    QList<int> m_where; ///< source row → proxy row, −1: not shown
};

} // namespace tocsin
