// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/LoginBackoff.h"

#include <QTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
const TimePoint start{1'700'000'000s};
const QString ada = QStringLiteral("ada");
const QString home = QStringLiteral("192.0.2.1");

/// Fails so often from changing addresses that only the name counts.
void failName(LoginBackoff &backoff, int times, TimePoint now)
{
    for (int i = 0; i < times; ++i)
        backoff.failed(ada, QStringLiteral("203.0.113.%1").arg(i), now);
}
} // namespace

class TestLoginBackoff : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aNameWaitsLongerWithEachFailure_data()
    {
        QTest::addColumn<int>("failures");
        QTest::addColumn<qint64>("seconds");
        const std::pair<int, qint64> rows[] = {{0, 0}, {1, 0},   {4, 0},   {5, 1},  {6, 2},
                                               {7, 4}, {10, 32}, {11, 60}, {80, 60}};
        for (const auto &[failures, seconds] : rows)
            QTest::addRow("%d", failures) << failures << seconds;
    }
    void aNameWaitsLongerWithEachFailure()
    {
        QFETCH(int, failures);
        QFETCH(qint64, seconds);
        LoginBackoff backoff;
        failName(backoff, failures, start);
        QCOMPARE(qint64(backoff.waitFor(ada, home, start).count()), seconds);
        QCOMPARE(qint64(backoff.waitFor(ada, home, start + std::chrono::seconds(seconds)).count()), 0);
        QCOMPARE(qint64(backoff.waitFor(QStringLiteral("bob"), home, start).count()), 0);
        if (seconds > 0)
            QCOMPARE(qint64(backoff.waitFor(ada, home, start + std::chrono::seconds(seconds) - 1us).count()), 1);
    }

    void anAddressWaitsWhateverNamesItTries()
    {
        LoginBackoff backoff;
        for (int i = 0; i < 19; ++i)
            backoff.failed(QString::number(i), home, start);
        QVERIFY(backoff.waitFor(ada, home, start) == 0s);
        backoff.failed(QStringLiteral("19"), home, start);
        QVERIFY(backoff.waitFor(ada, home, start) == 1s);
        QVERIFY(backoff.waitFor(ada, QStringLiteral("192.0.2.2"), start) == 0s);
        backoff.succeeded(QStringLiteral("19")); // one good account does not forgive the address
        QVERIFY(backoff.waitFor(ada, home, start) == 1s);
    }

    void successForgivesTheName()
    {
        LoginBackoff backoff;
        failName(backoff, 8, start);
        QVERIFY(backoff.waitFor(ada, home, start) > 0s);
        backoff.succeeded(ada);
        QVERIFY(backoff.waitFor(ada, home, start) == 0s);
    }

    void itIsForgotten()
    {
        LoginBackoff backoff;
        failName(backoff, 8, start);
        failName(backoff, 1, start + 901s);
        QVERIFY(backoff.waitFor(ada, home, start + 901s) == 0s);
    }

    void itStaysSmall()
    {
        LoginBackoff::Limits limits;
        limits.entries = 100;
        LoginBackoff backoff(limits);
        for (int i = 0; i < 10'000; ++i)
            backoff.failed(QString::number(i), QString::number(i), start + std::chrono::milliseconds(i));
        QVERIFY(backoff.entries() <= 200);
        failName(backoff, 6, start + 20s); // the newest are kept
        QVERIFY(backoff.waitFor(ada, home, start + 20s) > 0s);
    }
};

QTEST_GUILESS_MAIN(TestLoginBackoff)
#include "test_loginbackoff.moc"
