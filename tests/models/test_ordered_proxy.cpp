// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/OrderedProxy.h"

#include "tests/models/Samples.h"

#include <QAbstractItemModelTester>
#include <QAbstractListModel>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

using namespace tocsin;
using namespace tocsin::samples;

namespace {
constexpr int KeyRole = Qt::UserRole + 1;
constexpr int NoiseRole = Qt::UserRole + 2;

class Numbers : public QAbstractListModel
{
public:
    QList<int> values;
    int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : int(values.size()); }
    QVariant data(const QModelIndex &index, int role) const override
    {
        return index.isValid() && (role == KeyRole || role == Qt::DisplayRole) ? QVariant(values[index.row()])
                                                                               : QVariant();
    }
    void insert(int at, const QList<int> &more)
    {
        beginInsertRows({}, at, at + int(more.size()) - 1);
        for (int i = 0; i < more.size(); ++i)
            values.insert(at + i, more[i]);
        endInsertRows();
    }
    void remove(int first, int last)
    {
        beginRemoveRows({}, first, last);
        values.remove(first, last - first + 1);
        endRemoveRows();
    }
    void change(int first, const QList<int> &next, const QList<int> &roles = {KeyRole})
    {
        for (int i = 0; i < next.size(); ++i)
            values[first + i] = next[i];
        Q_EMIT dataChanged(index(first), index(first + int(next.size()) - 1), roles);
    }
    void reset(const QList<int> &next)
    {
        beginResetModel();
        values = next;
        endResetModel();
    }
};

/// Even numbers, ascending; odd ones too when `all`.
class Evens : public OrderedProxy
{
public:
    explicit Evens(Numbers &numbers) : m_numbers(numbers) { OrderedProxy::setSourceModel(&numbers); }
    bool all = false;
    bool frost = false;
    void again() { refilter(); }
    QList<int> shown() const
    {
        QList<int> list;
        for (int row = 0; row < rowCount(); ++row)
            list.append(index(row, 0).data(KeyRole).toInt());
        return list;
    }
    QList<int> expected() const
    {
        QList<int> list;
        for (int value : m_numbers.values) {
            if (all || value % 2 == 0)
                list.append(value);
        }
        std::stable_sort(list.begin(), list.end());
        return list;
    }

protected:
    bool accepts(int row) const override { return all || m_numbers.values[row] % 2 == 0; }
    bool before(int a, int b) const override { return m_numbers.values[a] < m_numbers.values[b]; }
    bool isOrderRole(int role) const override { return role == KeyRole; }
    bool frozen() const override { return frost; }

private:
    Numbers &m_numbers;
};

/// Follows a model by its signals alone: what a view believes.
class Believer : public QObject
{
public:
    explicit Believer(Evens &proxy)
    {
        list = proxy.shown();
        connect(&proxy, &Evens::rowsInserted, this, [this, &proxy](const QModelIndex &, int first, int last) {
            for (int row = first; row <= last; ++row)
                list.insert(row, proxy.index(row, 0).data(KeyRole).toInt());
        });
        connect(&proxy, &Evens::rowsRemoved, this,
                [this](const QModelIndex &, int first, int last) { list.remove(first, last - first + 1); });
        connect(&proxy, &Evens::rowsMoved, this,
                [this](const QModelIndex &, int from, int, const QModelIndex &, int to) {
                    list.move(from, to > from ? to - 1 : to);
                });
        connect(&proxy, &Evens::dataChanged, this, [this, &proxy](const QModelIndex &first, const QModelIndex &last) {
            for (int row = first.row(); row <= last.row(); ++row)
                list[row] = proxy.index(row, 0).data(KeyRole).toInt();
        });
        connect(&proxy, &Evens::modelReset, this, [this, &proxy] { list = proxy.shown(); });
    }
    QList<int> list;
};
} // namespace

class TestOrderedProxy : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whateverHappensAViewBelievesWhatIsTrue_data()
    {
        QTest::addColumn<int>("seed");
        for (int seed = 1; seed <= 20; ++seed)
            QTest::addRow("seed %d", seed) << seed;
    }
    void whateverHappensAViewBelievesWhatIsTrue()
    {
        QFETCH(int, seed);
        QRandomGenerator random{quint32(seed)};
        Numbers numbers;
        Evens proxy(numbers);
        QAbstractItemModelTester tester(&proxy);
        QSignalSpy layouts(&proxy, &Evens::layoutChanged);
        QSignalSpy resets(&proxy, &Evens::modelReset);
        Believer believer(proxy);
        const auto some = [&](int most) {
            QList<int> list(random.bounded(1, most + 1));
            for (int &n : list)
                n = random.bounded(40);
            return list;
        };
        for (int step = 0; step < 200; ++step) {
            const int size = int(numbers.values.size());
            switch (size == 0 ? 0 : random.bounded(5)) {
            case 0:
                numbers.insert(random.bounded(size + 1), some(4));
                break;
            case 1: {
                const int first = random.bounded(size);
                numbers.remove(first, random.bounded(first, std::min(size, first + 3)));
                break;
            }
            case 2:
            case 3: {
                const int first = random.bounded(size);
                numbers.change(first, some(std::min(6, size - first)));
                break;
            }
            default:
                proxy.all = !proxy.all;
                proxy.again();
            }
            QCOMPARE(proxy.shown(), proxy.expected());
            QCOMPARE(believer.list, proxy.expected());
        }
        QCOMPARE(layouts.count(), 0);
        QCOMPARE(resets.count(), 0);
        numbers.reset({6, 4});
        QCOMPARE(proxy.shown(), (QList<int>{4, 6}));
        QCOMPARE(resets.count(), 1);
    }

    void oneRowThatMovesIsOneMove()
    {
        Numbers numbers;
        numbers.values = {2, 4, 6, 8, 10, 12};
        Evens proxy(numbers);
        QSignalSpy moves(&proxy, &Evens::rowsMoved);
        numbers.change(0, {9 + 1}); // to the fifth place
        QCOMPARE(moves.count(), 1);
        numbers.change(5, {0});
        QCOMPARE(moves.count(), 2);
        numbers.change(2, {6});
        QCOMPARE(moves.count(), 2);
        // Two at once, one of them far down: still one move each.
        numbers.change(0, {20, 22});
        QCOMPARE(proxy.shown(), proxy.expected());
        QCOMPARE(moves.count(), 4);
    }

    void whatComesTogetherIsToldOfInRuns()
    {
        Numbers numbers;
        numbers.values = {10, 20};
        Evens proxy(numbers);
        QSignalSpy inserts(&proxy, &Evens::rowsInserted);
        QSignalSpy counts(&proxy, &Evens::countChanged);
        numbers.insert(2, {14, 4, 12, 3, 22, 16, 2});
        QCOMPARE(proxy.shown(), (QList<int>{2, 4, 10, 12, 14, 16, 20, 22}));
        QCOMPARE(inserts.count(), 3); // before the ten, before the twenty, behind it
        QCOMPARE(counts.count(), 1);
        numbers.insert(0, {5, 7}); // of no interest
        QCOMPARE(counts.count(), 1);
    }

    void aChangeOfOtherRolesMovesNothingAndTellsOfRunsOnly()
    {
        Numbers numbers;
        numbers.values = {8, 1, 2, 4};
        Evens proxy(numbers); // 2 4 8
        QSignalSpy changes(&proxy, &Evens::dataChanged);
        numbers.change(0, {8, 1}, {NoiseRole});
        QCOMPARE(changes.count(), 1);
        QCOMPARE(changes[0][0].toModelIndex().row(), 2);
        QCOMPARE(changes[0][1].toModelIndex().row(), 2);
        changes.clear();
        numbers.change(2, {2, 4}, {NoiseRole});
        QCOMPARE(changes.count(), 1); // neighbours: one call
        QCOMPARE(changes[0][0].toModelIndex().row(), 0);
        QCOMPARE(changes[0][1].toModelIndex().row(), 1);
    }

    void nothingMovesInTheFrost()
    {
        Numbers numbers;
        numbers.values = {2, 4, 6};
        Evens proxy(numbers);
        QAbstractItemModelTester tester(&proxy);
        proxy.frost = true;
        numbers.insert(0, {0, 8});
        numbers.change(2, {11}); // would go
        QCOMPARE(proxy.shown(), (QList<int>{11, 4, 6}));
        numbers.remove(3, 3); // what the source forgets goes all the same
        QCOMPARE(proxy.shown(), (QList<int>{11, 6}));
        proxy.frost = false;
        proxy.again();
        QCOMPARE(proxy.shown(), (QList<int>{0, 6, 8}));
    }

    void indexesMapBothWays()
    {
        Numbers numbers;
        numbers.values = {5, 4, 2};
        Evens proxy(numbers);
        QCOMPARE(proxy.mapToSource(proxy.index(0, 0)).row(), 2);
        QCOMPARE(proxy.mapFromSource(numbers.index(1)).row(), 1);
        QVERIFY(!proxy.mapFromSource(numbers.index(0)).isValid());
        QCOMPARE(proxy.sourceRow(-1), -1);
        QCOMPARE(proxy.sourceRow(2), -1);
        QCOMPARE(proxy.proxyRow(7), -1);
    }
};

QTEST_GUILESS_MAIN(TestOrderedProxy)
#include "test_ordered_proxy.moc"
