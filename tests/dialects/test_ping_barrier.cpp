// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/PingBarrier.h"

#include <QTest>

using namespace tocsin;

class TestPingBarrier : public QObject
{
    Q_OBJECT
    const QString anna = QStringLiteral("anna/chat");
private Q_SLOTS:
    void whoIsNewStartsAtTheHead()
    {
        PingBarrier barrier;
        const PingBarrier::Start start = barrier.open(1, anna, 7);
        QCOMPARE(start.after, 7);
        QVERIFY(!start.known);
    }

    void whatWasNotProvedIsOwed()
    {
        PingBarrier barrier;
        (void)barrier.open(1, anna, 0);
        QCOMPARE(barrier.sent(1, 1), QByteArray("1"));
        QVERIFY(barrier.proved(1, "1"));
        QCOMPARE(barrier.sent(1, 2), QByteArray("2"));
        QCOMPARE(barrier.sent(1, 5), QByteArray("5"));
        barrier.closed(1, 9);
        const PingBarrier::Start start = barrier.open(2, anna, 9);
        QCOMPARE(start.after, 1);
        QVERIFY(start.known);
        // Its new connection takes the debt over, and proves it.
        (void)barrier.sent(2, 9);
        QVERIFY(barrier.proved(2, "9"));
        barrier.closed(2, 9);
        QCOMPARE(barrier.open(3, anna, 12).after, 9);
    }

    void whatHappensWhileNobodyIsThereIsOwedToo()
    {
        PingBarrier barrier;
        (void)barrier.open(1, anna, 3);
        barrier.closed(1, 3);
        QCOMPARE(barrier.open(2, anna, 10).after, 3);
    }

    void aConnectionThatIsLostBeforeItProvedAnythingKeepsTheDebt()
    {
        PingBarrier barrier;
        (void)barrier.open(1, anna, 0);
        (void)barrier.sent(1, 4);
        barrier.closed(1, 4);
        QCOMPARE(barrier.open(2, anna, 4).after, 0);
        (void)barrier.sent(2, 4);
        barrier.closed(2, 4);
        QCOMPARE(barrier.open(3, anna, 4).after, 0);
    }

    void aConnectionThatIsLostBeforeItWasToldAnythingKeepsTheDebt()
    {
        PingBarrier barrier;
        (void)barrier.open(1, anna, 0);
        barrier.closed(1, 0);
        QCOMPARE(barrier.open(2, anna, 4).after, 0);
        barrier.closed(2, 4); // before the log was read
        QCOMPARE(barrier.open(3, anna, 5).after, 0);
        barrier.passed(3, 5); // nothing of it was for this client
        barrier.closed(3, 6);
        QCOMPARE(barrier.open(4, anna, 7).after, 6);
    }

    void theOneThatGotLeastSetsTheDebt()
    {
        PingBarrier barrier;
        (void)barrier.open(1, anna, 0);
        (void)barrier.open(2, anna, 0);
        for (const quint64 socket : {1, 2})
            (void)barrier.sent(socket, 8);
        QVERIFY(barrier.proved(1, "8"));
        QVERIFY(barrier.proved(2, "3"));
        barrier.closed(2, 8);
        barrier.closed(1, 8);
        QCOMPARE(barrier.open(3, anna, 8).after, 3);
    }

    void aConnectionThatIsStillOpenMayBeGone()
    {
        PingBarrier barrier;
        (void)barrier.open(1, anna, 0);
        (void)barrier.sent(1, 4);
        QVERIFY(barrier.proved(1, "4"));
        // It owes nothing now: the next one begins at the head.
        const PingBarrier::Start second = barrier.open(2, anna, 4);
        QVERIFY(second.known && second.after == 4);
        barrier.closed(2, 4);
        // Something is on its way to a peer that is gone without a word.
        (void)barrier.sent(1, 6);
        const PingBarrier::Start third = barrier.open(3, anna, 6);
        QVERIFY(third.known);
        QCOMPARE(third.after, 4);
        barrier.closed(3, 6);
        barrier.closed(1, 6);
        QCOMPARE(barrier.open(4, anna, 9).after, 4);
    }

    void whatIsToldFromFurtherBackIsOwedUntilItIsProved()
    {
        PingBarrier barrier;
        QCOMPARE(barrier.open(1, anna, 9).after, 9);
        barrier.beginAt(1, 5);
        (void)barrier.sent(1, 9);
        barrier.closed(1, 9);
        QCOMPARE(barrier.open(2, anna, 9).after, 5);
        (void)barrier.sent(2, 9);
        QVERIFY(barrier.proved(2, "9"));
        barrier.closed(2, 9);
        QCOMPARE(barrier.open(3, anna, 9).after, 9);
    }

    void whatIsForOthersIsPassedWithoutAPing()
    {
        PingBarrier barrier;
        (void)barrier.open(1, anna, 0);
        barrier.passed(1, 5);
        QCOMPARE(barrier.provedBy(1), 5);
        (void)barrier.sent(1, 6);
        barrier.passed(1, 9); // 6 is still to be proved
        QCOMPARE(barrier.provedBy(1), 5);
    }

    void aPongThatProvesNothingCountsForNothing_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("text") << QByteArray("x");
        QTest::newRow("beyond what was sent") << QByteArray("3");
        QTest::newRow("larger than a number") << QByteArray("99999999999999999999");
    }
    void aPongThatProvesNothingCountsForNothing()
    {
        QFETCH(QByteArray, payload);
        PingBarrier barrier;
        (void)barrier.open(1, anna, 0);
        (void)barrier.sent(1, 2);
        QVERIFY(!barrier.proved(1, payload));
        QVERIFY(!barrier.proved(7, "1"));
        QCOMPARE(barrier.provedBy(1), 0);
    }

    void anOldPongTakesNothingBack()
    {
        PingBarrier barrier;
        (void)barrier.open(1, anna, 0);
        (void)barrier.sent(1, 9);
        QVERIFY(barrier.proved(1, "9"));
        QVERIFY(barrier.proved(1, "4"));
        QCOMPARE(barrier.provedBy(1), 9);
    }

    void memoryIsBounded()
    {
        PingBarrier barrier(10);
        for (quint64 socket = 0; socket < 1000; ++socket) {
            (void)barrier.open(socket, QString::number(socket), 0);
            barrier.closed(socket, 1);
        }
        QCOMPARE(barrier.debts(), 10);
        QVERIFY(barrier.open(5000, QStringLiteral("999"), 1).known);
        QVERIFY(!barrier.open(5001, QStringLiteral("1"), 1).known);
    }
};

QTEST_GUILESS_MAIN(TestPingBarrier)
#include "test_ping_barrier.moc"
