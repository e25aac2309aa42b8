// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/FlowMeter.h"
#include "server/dialects/HeartbeatQueue.h"
#include "server/dialects/RateLimit.h"

#include <QtTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
const TimePoint start = fromEpochMillis(1'700'000'000'000);
}

class TestLimits : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void exactlyTwoHundredPassAndTheNextIsToldHowLongToWait();
    void theWindowSlides();
    void aClockSetBackLocksNobodyOut();
    void addressesShareTheirOwnLimit();
    void silentAddressesAreForgotten();
    void heartbeatsComeAfterEachOnesOwnAccept();
    void aRemovedConnectionBeatsNoMore();
    void missedBeatsAreNotMadeUpFor();
    void flowCountsFullSecondsAndTheSlowestTwentieth();
};

void TestLimits::exactlyTwoHundredPassAndTheNextIsToldHowLongToWait()
{
    RateLimit limit;
    for (int i = 0; i < 200; ++i)
        QVERIFY2(!limit.admit(start + i * 100ms), qPrintable(QString::number(i)));
    const TimePoint now = start + 20s;
    const auto wait = limit.admit(now);
    QVERIFY(wait);
    QVERIFY(*wait == 40s);
    // Refused ones do not count: the wait does not grow.
    QVERIFY(*limit.admit(now) == 40s);
    QVERIFY(limit.admit(now + *wait - Duration(1)));
    QVERIFY(!limit.admit(now + *wait));
}

void TestLimits::theWindowSlides()
{
    RateLimit limit(2, 10s);
    QVERIFY(!limit.admit(start));
    QVERIFY(!limit.admit(start + 9s));
    QVERIFY(limit.admit(start + 9s));
    QVERIFY(!limit.admit(start + 10s)); // the first one has left the window
    QVERIFY(*limit.admit(start + 11s) == 8s);
    RateLimit none(0, 10s);
    QVERIFY(*none.admit(start) == 10s);
}

void TestLimits::aClockSetBackLocksNobodyOut()
{
    RateLimit limit(1, 10s);
    QVERIFY(!limit.admit(start + 3600s));
    QVERIFY(!limit.admit(start));
}

void TestLimits::addressesShareTheirOwnLimit()
{
    AddressLimits addresses(3, 60s);
    RateLimit one(2);
    RateLimit two(2);
    const QString here = QStringLiteral("192.0.2.1");
    QVERIFY(!addresses.admit(one, here, start));
    QVERIFY(!addresses.admit(one, here, start));
    QVERIFY(addresses.admit(one, here, start)); // its own limit
    QVERIFY(!addresses.admit(two, here, start));
    QVERIFY(addresses.admit(two, here, start)); // the address's
    QVERIFY(!addresses.admit(two, QStringLiteral("192.0.2.2"), start));
    QVERIFY(!addresses.admit(one, here, start + 60s));
}

void TestLimits::silentAddressesAreForgotten()
{
    AddressLimits addresses(3, 60s);
    RateLimit limit(1000);
    for (int i = 0; i < 100; ++i)
        QVERIFY(!addresses.admit(limit, QString::number(i), start));
    QCOMPARE(addresses.addresses(), 100);
    QVERIFY(!addresses.admit(limit, QStringLiteral("new"), start + 61s));
    QCOMPARE(addresses.addresses(), 1);
}

void TestLimits::heartbeatsComeAfterEachOnesOwnAccept()
{
    HeartbeatQueue queue(30s);
    QVERIFY(!queue.next());
    queue.add(1, start);
    queue.add(2, start + 10s);
    QVERIFY(queue.takeDue(start + 29s).isEmpty());
    QVERIFY(queue.next() == start + 30s);
    QCOMPARE(queue.takeDue(start + 30s), QList<quint64>{1});
    QVERIFY(queue.takeDue(start + 39s).isEmpty());
    QCOMPARE(queue.takeDue(start + 41s), QList<quint64>{2});
    // The timer was late for 2, its beat is not: 60, 70, 90, 100 …
    QCOMPARE(queue.takeDue(start + 60s), QList<quint64>{1});
    QCOMPARE(queue.takeDue(start + 70s), QList<quint64>{2});
}

void TestLimits::aRemovedConnectionBeatsNoMore()
{
    HeartbeatQueue queue(30s);
    queue.add(1, start);
    queue.add(2, start);
    queue.remove(1);
    queue.remove(7); // never was there
    QCOMPARE(queue.takeDue(start + 30s), QList<quint64>{2});
    queue.remove(2);
    QVERIFY(!queue.next());
    QCOMPARE(queue.size(), 0);
}

void TestLimits::missedBeatsAreNotMadeUpFor()
{
    HeartbeatQueue queue(30s);
    queue.add(1, start);
    QCOMPARE(queue.takeDue(start + 301s), QList<quint64>{1});
    QVERIFY(queue.next() == start + 331s);
}

void TestLimits::flowCountsFullSecondsAndTheSlowestTwentieth()
{
    FlowMeter flow;
    QCOMPARE(flow.perSecond(start), 0.0);
    QCOMPARE(flow.p95Ms(start), 0.0);
    for (int i = 0; i < 100; ++i) {
        const TimePoint now = start + i * 50ms; // 20 a second for 5 s
        flow.note(now - (i < 95 ? 1ms : 40ms), now);
    }
    QCOMPARE(flow.total(), 100);
    QCOMPARE(flow.perSecond(start + 5s), 20.0);
    QCOMPARE(flow.p95Ms(start + 5s), 1.0);
    flow.note(start + 5s - 40ms, start + 5s);
    QCOMPARE(flow.p95Ms(start + 5s), 40.0);
    QCOMPARE(flow.perSecond(start + 20s), 0.0);
    QCOMPARE(flow.p95Ms(start + 120s), 0.0);
    // A source whose clock is ahead has no negative latency.
    FlowMeter ahead;
    ahead.note(start + 1s, start);
    QCOMPARE(ahead.p95Ms(start), 0.0);
}

QTEST_GUILESS_MAIN(TestLimits)
#include "test_limits.moc"
