// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Format.h"
#include "models/IntervalEstimate.h"

#include "tests/models/Samples.h"

#include <QTest>

#include <limits>

using namespace tocsin;
using namespace tocsin::samples;

class TestFormat : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void numbersAreGroupedAndNeverInvented_data()
    {
        QTest::addColumn<double>("value");
        QTest::addColumn<int>("decimals");
        QTest::addColumn<QString>("text"); // _ stands for the separator
        QTest::newRow("zero") << 0.0 << 0 << s("0");
        QTest::newRow("three digits") << 999.0 << 0 << s("999");
        QTest::newRow("four digits") << 4180.0 << 0 << s("4_180");
        QTest::newRow("seven digits") << 1234567.0 << 0 << s("1_234_567");
        QTest::newRow("decimals stay together") << 1234.5678 << 3 << s("1_234.568");
        QTest::newRow("negative") << -1234.0 << 0 << s("−1_234");
        QTest::newRow("rounds to zero without a sign") << -0.04 << 1 << s("0.0");
        QTest::newRow("rounds up a group") << 999.6 << 0 << s("1_000");
        QTest::newRow("NaN") << std::numeric_limits<double>::quiet_NaN() << 0 << s("–");
        QTest::newRow("infinity") << std::numeric_limits<double>::infinity() << 0 << s("–");
    }
    void numbersAreGroupedAndNeverInvented()
    {
        QFETCH(double, value);
        QFETCH(int, decimals);
        QFETCH(QString, text);
        QCOMPARE(format::number(value, decimals), text.replace(QLatin1Char('_'), format::GroupSeparator));
    }

    void anUnknownQuantityHasNoUnit()
    {
        QCOMPARE(format::quantity(52, 0, s("km/h")), s("52 km/h"));
        QCOMPARE(format::quantity(7, 0, QString()), s("7"));
        QCOMPARE(format::quantity(std::numeric_limits<double>::quiet_NaN(), 0, s("km/h")), s("–"));
    }

    void agesAreShort_data()
    {
        QTest::addColumn<double>("seconds");
        QTest::addColumn<QString>("text");
        QTest::newRow("ahead of us") << -3.0 << s("10 ms");
        QTest::newRow("now") << 0.0 << s("10 ms");
        QTest::newRow("ms") << 0.052 << s("50 ms");
        QTest::newRow("tenth") << 0.0951 << s("0.1 s");
        QTest::newRow("tenths") << 0.29 << s("0.2 s");
        QTest::newRow("almost a second") << 0.99 << s("0.9 s");
        QTest::newRow("a second") << 1.0 << s("1 s");
        QTest::newRow("below a minute") << 59.9 << s("59 s");
        QTest::newRow("minutes") << 250.0 << s("4 min");
        QTest::newRow("hours") << 7300.0 << s("2 h");
        QTest::newRow("days") << 200000.0 << s("2 d");
        QTest::newRow("never") << std::numeric_limits<double>::quiet_NaN() << s("–");
    }
    void agesAreShort()
    {
        QFETCH(double, seconds);
        QTEST(format::age(seconds), "text");
    }

    void waitingTimesCountUp_data()
    {
        QTest::addColumn<double>("seconds");
        QTest::addColumn<QString>("text");
        QTest::newRow("ahead of us") << -1.0 << s("00:00");
        QTest::newRow("seconds") << 42.9 << s("00:42");
        QTest::newRow("last of the hour") << 3599.0 << s("59:59");
        QTest::newRow("an hour") << 3600.0 << s("1:00:00");
        QTest::newRow("more") << 3665.0 << s("1:01:05");
        QTest::newRow("a day and three hours") << 97200.0 << s("1 d 03 h");
    }
    void waitingTimesCountUp()
    {
        QFETCH(double, seconds);
        QTEST(format::waiting(seconds), "text");
    }

    void timesAreInTheOperatorsZone()
    {
        const QTimeZone zone("Europe/Berlin");
        QCOMPARE(format::timeOfDay(noon, zone), s("13:00:00"));
        QCOMPARE(format::timeOfDay(noon + 4000h, zone), s("06:00:00")); // summer
        QCOMPARE(format::hourMinute(noon + 12h, zone), s("01:00"));
        QCOMPARE(format::date(noon + 12h, zone), s("Tue 3 Mar 2026"));
    }

    void anImeiIsReadInGroups()
    {
        QVERIFY(format::imei(s("352647091234567")) == s("3526 4709 1234 567"));
        QVERIFY(!format::imei(s("35264709123456")));
        QVERIFY(!format::imei(s("sim_device_1234")));
        QVERIFY(!format::imei(QString()));
    }

    void namesSortAsPeopleCount_data()
    {
        QTest::addColumn<QString>("a");
        QTest::addColumn<QString>("b");
        QTest::addColumn<int>("sign");
        QTest::newRow("same") << s("Unit 1") << s("Unit 1") << 0;
        QTest::newRow("numbers") << s("Unit 2") << s("Unit 10") << -1;
        QTest::newRow("case does not count") << s("unit 3") << s("Unit 2") << 1;
        QTest::newRow("prefix") << s("Unit") << s("Unit 1") << -1;
        QTest::newRow("leading zero breaks the tie") << s("Unit 07") << s("Unit 7") << -1;
        QTest::newRow("empty") << QString() << s("a") << -1;
        QTest::newRow("very long numbers") << s("123456789012345678901") << s("123456789012345678902") << -1;
    }
    void namesSortAsPeopleCount()
    {
        QFETCH(QString, a);
        QFETCH(QString, b);
        QFETCH(int, sign);
        const auto signOf = [](int n) { return (n > 0) - (n < 0); };
        QCOMPARE(signOf(format::naturalCompare(a, b)), sign);
        QCOMPARE(signOf(format::naturalCompare(b, a)), -sign);
    }

    void aValueIsStaleAfterItsOwnHabit_data()
    {
        QTest::addColumn<double>("interval");
        QTest::addColumn<int>("arrivals");
        QTest::addColumn<double>("limit");
        QTest::newRow("nothing yet") << 1.0 << 0 << 15.0;
        QTest::newRow("one gap is no habit") << 1.0 << 2 << 15.0;
        QTest::newRow("50 Hz") << 0.02 << 50 << 2.0;
        QTest::newRow("1 Hz") << 1.0 << 3 << 10.0;
        QTest::newRow("every 5 s") << 5.0 << 20 << 15.0;
        QTest::newRow("every 30 s") << 30.0 << 20 << 90.0;
    }
    void aValueIsStaleAfterItsOwnHabit()
    {
        QFETCH(double, interval);
        QFETCH(int, arrivals);
        QFETCH(double, limit);
        IntervalEstimate estimate;
        for (int i = 0; i < arrivals; ++i)
            estimate.add(noon + Duration(qint64(i * interval * 1e6)));
        QCOMPARE(estimate.staleAfterSeconds(), limit);
    }

    void oneLongSilenceDoesNotChangeTheHabit()
    {
        IntervalEstimate estimate;
        for (int i = 0; i < 10; ++i)
            estimate.add(noon + i * 1s);
        estimate.add(noon + 10min);
        estimate.add(noon + 10min);
        estimate.add(noon + 9min); // late news is no news
        QVERIFY(estimate.seconds() == 1.0);
    }
};

QTEST_GUILESS_MAIN(TestFormat)
#include "test_format.moc"
