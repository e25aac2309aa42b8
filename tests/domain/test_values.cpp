// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Alert.h"
#include "models/domain/Channels.h"
#include "models/domain/Inbox.h"
#include "models/domain/LatestValues.h"
#include "models/domain/Reading.h"
#include "models/domain/Time.h"

#include <QTest>

#include <limits>

using namespace tocsin;
using namespace std::chrono_literals;

class TestValues : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void timesWithAndWithoutZoneAreUtc_data()
    {
        QTest::addColumn<QString>("input");
        QTest::addColumn<QString>("expected"); // empty: refused
        const QString noon = QStringLiteral("2024-01-01T12:00:00.000Z");
        QTest::newRow("zulu") << QStringLiteral("2024-01-01T12:00:00Z") << noon;
        QTest::newRow("no zone") << QStringLiteral("2024-01-01T12:00:00") << noon;
        QTest::newRow("offset") << QStringLiteral("2024-01-01T14:00:00+02:00") << noon;
        QTest::newRow("microseconds") << QStringLiteral("2024-01-01T12:00:00.123456")
                                      << QStringLiteral("2024-01-01T12:00:00.123Z");
        QTest::newRow("before the leap day's end")
            << QStringLiteral("2024-02-29T23:59:59Z") << QStringLiteral("2024-02-29T23:59:59.000Z");
        QTest::newRow("words") << QStringLiteral("yesterday") << QString();
        QTest::newRow("empty") << QString() << QString();
    }
    void timesWithAndWithoutZoneAreUtc()
    {
        QFETCH(QString, input);
        QFETCH(QString, expected);
        const auto t = timeFromIso8601(input);
        QCOMPARE(t ? toIso8601(*t) : QString(), expected);
    }

    void epochsInSecondsAndMillisecondsMeanTheSame()
    {
        QVERIFY(timeFromEpoch(1704110400) == timeFromEpoch(1704110400000.0));
        QCOMPARE(toIso8601(*timeFromEpoch(1704110400)), QStringLiteral("2024-01-01T12:00:00.000Z"));
        QVERIFY(!timeFromEpoch(std::numeric_limits<double>::quiet_NaN()));
        QVERIFY(!timeFromEpoch(-1));
        QVERIFY(!timeFromEpoch(1e300));
    }

    void whatIsNotANumberIsNotZero()
    {
        QVERIFY(!number(Value{}));
        QVERIFY(!number(Value{std::numeric_limits<double>::infinity()}));
        QVERIFY(!number(Value{QStringLiteral("12")}));
        QVERIFY(number(Value{0.0}) == 0.0);
        QVERIFY(number(Value{true}) == 1.0);
    }

    void aStalledConsumerFindsOneEntryPerDevice()
    {
        LatestValues values;
        const TimePoint start{1000s};
        for (int i = 0; i < 1000; ++i) {
            Reading reading;
            reading.deviceId = QStringLiteral("d%1").arg(i % 3);
            reading.receivedAt = start + i * 1ms;
            reading.samples = {{channel::Speed, double(i)}};
            values.put({reading});
        }
        const QList<LatestReading> changed = values.takeChanged();
        QCOMPARE(changed.size(), 3);
        QVERIFY(values.takeChanged().isEmpty());
        QVERIFY(values.find(QStringLiteral("d0"))->number(channel::Speed) == 999.0);
        QVERIFY(!values.find(QStringLiteral("d9")));
        QCOMPARE(values.heardSince(start + 998ms), 2);
    }

    void eachChannelKeepsItsOwnAge()
    {
        LatestReading latest;
        Reading reading;
        reading.deviceId = QStringLiteral("a");
        reading.receivedAt = TimePoint{1s};
        reading.samples = {{channel::Speed, 10.0}, {channel::FuelLevel, 50.0}};
        latest.merge(reading);
        reading.receivedAt = TimePoint{9s};
        reading.samples = {{channel::Speed, 11.0}};
        latest.merge(reading);
        QVERIFY(latest.channels.value(channel::Speed).at == TimePoint{9s});
        QVERIFY(latest.channels.value(channel::FuelLevel).at == TimePoint{1s});
        QVERIFY(latest.lastSeen == TimePoint{9s});
    }

    void aFullInboxRefusesAndKeepsWhatItHas()
    {
        int wakes = 0;
        Inbox<int> inbox(2, [&] { ++wakes; });
        QVERIFY(inbox.push(1));
        QVERIFY(inbox.push(2));
        QVERIFY(!inbox.push(3));
        QCOMPARE(wakes, 1);
        QVERIFY(inbox.drain() == (std::vector<int>{1, 2}));
        QVERIFY(inbox.push(4));
        QCOMPARE(wakes, 2);
    }

    void theStateIsDerivedFromTheFacts_data()
    {
        QTest::addColumn<int>("cond");
        QTest::addColumn<bool>("acked");
        QTest::addColumn<QString>("state");
        const auto row = [](AlertCondition cond, bool acked, const char *state) {
            QTest::addRow("%s %d", qPrintable(toString(cond)), int(acked))
                << int(cond) << acked << QString::fromLatin1(state);
        };
        row(AlertCondition::Pending, false, "NORMAL");
        row(AlertCondition::Active, false, "UNACK");
        row(AlertCondition::Active, true, "ACKED");
        row(AlertCondition::Clearing, false, "UNACK");
        row(AlertCondition::Clearing, true, "ACKED");
        row(AlertCondition::Clear, false, "RTN_UNACK");
        row(AlertCondition::Clear, true, "NORMAL");
        row(AlertCondition::Canceled, false, "RTN_UNACK");
        row(AlertCondition::Canceled, true, "NORMAL");
    }
    void theStateIsDerivedFromTheFacts()
    {
        QFETCH(int, cond);
        QFETCH(bool, acked);
        QFETCH(QString, state);
        Alert alert;
        alert.cond = AlertCondition(cond);
        alert.acked = acked;
        QCOMPARE(toString(stateOf(alert)), state);
    }

    void emergencyIsCriticalOnTheWire()
    {
        QCOMPARE(wireLevel(AlertLevel::Emergency), QStringLiteral("critical"));
        QVERIFY(alertLevelFromString(u"HIGH") == AlertLevel::Critical);
        QVERIFY(!alertLevelFromString(u"purple"));
    }

    void anUnknownChannelIsShownByItsName()
    {
        const ChannelInfo info = channelInfo(QStringLiteral("tirePressure.left"));
        QCOMPARE(info.label, QStringLiteral("tirePressure.left"));
        QVERIFY(!info.hasRange());
    }
};

QTEST_GUILESS_MAIN(TestValues)
#include "test_values.moc"
