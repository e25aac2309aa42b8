// SPDX-License-Identifier: GPL-3.0-or-later
// When streams of dialect 3 send, and their figures: with a clock of the test's own.
#include "server/dialects/hardware/StreamMeter.h"

#include <QtTest>

#include <random>

using namespace tocsin;
using namespace tocsin::hardware;
using namespace std::chrono_literals;

class TestHardwarePace : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aThousandTicksASecondForAMinuteAreSixtyThousand();
    void aLateTickIsNotMadeUpFor();
    void samplesGoOutWhenTheyArrive();
    void aFasterDeviceIsSpacedAtTheRateOfTheStream();
    void percentilesAreRightWithinAStep();
};

void TestHardwarePace::aThousandTicksASecondForAMinuteAreSixtyThousand()
{
    // Each is late by up to 0.9 ms: what is late does not move what follows.
    std::mt19937 random(7); // NOLINT(cert-msc*): the same in every run
    std::uniform_int_distribution<int> late(0, 900);
    const StreamTime start(123'456us);
    StreamPace pace(1ms, start);
    const StreamTime first = pace.nextUnserved();
    QVERIFY(first > start && first <= start + 1ms);
    qint64 ticks = 0;
    StreamTime last = start;
    while (pace.nextUnserved() < start + 60s) {
        QCOMPARE((pace.nextUnserved() - first) % 1ms, Duration(0));
        last = pace.nextUnserved() + Duration(late(random));
        QCOMPARE(pace.takeDue(last), 1);
        QCOMPARE(pace.takeDue(last), 0);
        ++ticks;
    }
    QCOMPARE(ticks, 60'000);
    QVERIFY(last >= start + 59'999ms);
}

void TestHardwarePace::aLateTickIsNotMadeUpFor()
{
    StreamPace pace(10ms, StreamTime(0s));
    QCOMPARE(pace.takeDue(StreamTime(9ms)), 0);
    QCOMPARE(pace.takeDue(StreamTime(10ms)), 1);
    QCOMPARE(pace.takeDue(StreamTime(67ms)), 5); // one frame, four missed
    QCOMPARE(pace.nextUnserved(), StreamTime(70ms));
    QCOMPARE(pace.takeDue(StreamTime(70ms)), 1);
}

void TestHardwarePace::samplesGoOutWhenTheyArrive()
{
    // A device at the rate of the stream, each sample late or early by up to 9 of 10 ms: every one goes.
    std::mt19937 random(11); // NOLINT(cert-msc*)
    std::uniform_int_distribution<int> off(0, 9'000);
    StreamPace pace(10ms, StreamTime(3ms));
    for (int i = 0; i < 10'000; ++i) {
        const StreamTime at = StreamTime(i * 10ms) + Duration(off(random));
        QVERIFY2(pace.admits(at), qPrintable(QString::number(i)));
        pace.admitted(at);
        QVERIFY(pace.takeDue(at) <= 1);
    }
    // A burst after a pause is let through as far as the pause went, up to a second, and no further.
    const StreamTime after = StreamTime(105s);
    int burst = 0;
    for (; pace.admits(after); ++burst)
        pace.admitted(after);
    QCOMPARE(burst, 102);
}

void TestHardwarePace::aFasterDeviceIsSpacedAtTheRateOfTheStream()
{
    StreamPace pace(100ms, StreamTime(0s));
    QList<qint64> sent;
    for (int i = 0; i < 10'000; ++i) {
        const StreamTime at(i * 1ms);
        if (!pace.admits(at))
            continue;
        pace.admitted(at);
        sent.append(i);
    }
    QCOMPARE(sent.size(), 101);
    for (qsizetype i = 3; i < sent.size(); ++i)
        QCOMPARE(sent[i] - sent[i - 1], 100);
}

void TestHardwarePace::percentilesAreRightWithinAStep()
{
    StreamMeter meter;
    QCOMPARE(meter.percentileMs(0.5), 0.0);
    QCOMPARE(meter.averageMs(), 0.0);
    for (int i = 1; i <= 1000; ++i) {
        meter.noteLatency(Duration(i * 10));
        meter.noteFrame(StreamTime(i * 10ms));
    }
    StreamMeter total;
    total.add(meter, StreamTime(10s));
    for (const StreamMeter &one : {meter, total}) {
        QCOMPARE(one.averageMs(), 5.005);
        QCOMPARE(one.minimumMs(), 0.01);
        QCOMPARE(one.maximumMs(), 10.0);
        for (const double share : {0.5, 0.95, 0.99}) {
            const double exact = share * 10;
            QVERIFY(one.percentileMs(share) >= exact && one.percentileMs(share) <= exact * 1.1);
        }
        QCOMPARE(one.frames(), 1000);
        QCOMPARE(one.perSecond(StreamTime(10s)), 100.0);
        QCOMPARE(one.perSecond(StreamTime(60s)), 0.0);
    }
    meter.noteLatency(-1s); // a clock that went back
    meter.noteLatency(24h);
    QCOMPARE(meter.minimumMs(), 0.001);
    QCOMPARE(meter.percentileMs(1), 86'400'000.0);
}

QTEST_APPLESS_MAIN(TestHardwarePace)
#include "test_hardware_pace.moc"
