// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/LatencyMeter.h"

#include <QTest>

using namespace tocsin;
using namespace std::chrono_literals;

class TestLatencyMeter : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nothingMeasuredIsZero()
    {
        LatencyMeter meter;
        QCOMPARE(meter.percentileMs(0.95, TimePoint{1s}), 0.0);
        QCOMPARE(meter.perSecond(TimePoint{1s}), 0.0);
    }

    void aPercentileIsRightToAQuarter()
    {
        LatencyMeter meter;
        for (int i = 1; i <= 1000; ++i)
            meter.add(i * 1ms, TimePoint{100s});
        const double p95 = meter.percentileMs(0.95, TimePoint{100s});
        QVERIFY2(p95 >= 950 && p95 <= 950 * 1.25, qPrintable(QString::number(p95)));
    }

    void oldEntriesAreForgotten()
    {
        LatencyMeter meter;
        for (int i = 0; i < 100; ++i)
            meter.add(50ms, TimePoint{100s});
        QVERIFY(meter.percentileMs(0.5, TimePoint{109s}) > 0);
        QCOMPARE(meter.percentileMs(0.5, TimePoint{110s}), 0.0);
        meter.add(1us, TimePoint{110s}); // takes over the old entries' slot
        QVERIFY(meter.percentileMs(1.0, TimePoint{110s}) < 0.01);
    }

    void theRateIsPerSecondOfTheWindow()
    {
        LatencyMeter meter;
        for (int second = 100; second < 110; ++second) {
            for (int i = 0; i < 20; ++i)
                meter.add(1ms, TimePoint{std::chrono::seconds{second}});
        }
        const double rate = meter.perSecond(TimePoint{110s - 1us});
        QVERIFY2(rate > 19 && rate < 21, qPrintable(QString::number(rate)));
    }

    void extremesStayInRange()
    {
        LatencyMeter meter;
        meter.add(-5s, TimePoint{1s});
        meter.add(24h, TimePoint{1s});
        QVERIFY(meter.percentileMs(0.0, TimePoint{1s}) >= 0);
        QVERIFY(meter.percentileMs(1.0, TimePoint{1s}) < 200000);
    }
};

QTEST_GUILESS_MAIN(TestLatencyMeter)
#include "test_latencymeter.moc"
