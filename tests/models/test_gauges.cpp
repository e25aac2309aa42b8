// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/GaugeModel.h"

#include "tests/models/Samples.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace tocsin;
using namespace tocsin::samples;

class TestGauges : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void numericChannelsStandInTheirOrder()
    {
        GaugeModel model;
        QAbstractItemModelTester tester(&model);
        model.show(nullptr, noon);
        QCOMPARE(model.count(), 0);
        const LatestReading reading = latest(s("a"), noon,
                                             {{channel::FuelLevel, 67.0},
                                              {channel::Speed, 52.0},
                                              {channel::TroubleCodes, QStringList{s("P0420")}},
                                              {s("ignition"), true},
                                              {s("driver"), s("Kim")},
                                              {s("tire.left"), 2.345},
                                              {channel::EngineRpm, 4180.0}});
        model.show(&reading, noon);
        QCOMPARE(column(model, "channel"), s("speed engine.rpm fuel.level tire.left"));
        QCOMPARE(show(model, 1, "valueText").toString(), s("4") + format() + s("180"));
        QCOMPARE(show(model, 1, "label").toString(), s("Engine speed"));
        QCOMPARE(show(model, 1, "hasRange").toBool(), true);
        QCOMPARE(show(model, 1, "maximum").toDouble(), 6000.0);
        QCOMPARE(show(model, 3, "hasRange").toBool(), false);
        QCOMPARE(show(model, 3, "valueText").toString(), s("2.35"));
        for (const QByteArray &role : model.roleNames())
            QVERIFY2(show(model, 0, role.constData()).isValid(), role.constData());
    }

    void theBandOfAValueFollowsTheRules_data()
    {
        QTest::addColumn<QString>("channelName");
        QTest::addColumn<double>("value");
        QTest::addColumn<int>("state");
        const int normal = GaugeModel::Normal;
        const int warning = GaugeModel::Warning;
        const int critical = GaugeModel::Critical;
        QTest::newRow("rpm at the limit") << channel::EngineRpm << 4000.0 << normal;
        QTest::newRow("rpm beyond") << channel::EngineRpm << 4000.5 << warning;
        QTest::newRow("coolant normal") << channel::EngineTemperature << 105.0 << normal;
        QTest::newRow("coolant warm") << channel::EngineTemperature << 106.0 << warning;
        QTest::newRow("coolant hot") << channel::EngineTemperature << 116.0 << critical;
        QTest::newRow("oil low") << channel::OilPressure << 24.9 << warning;
        QTest::newRow("oil gone") << channel::OilPressure << 14.9 << critical;
        QTest::newRow("battery at the limit") << channel::BatteryVoltage << 12.0 << normal;
        QTest::newRow("battery below") << channel::BatteryVoltage << 11.9 << warning;
        QTest::newRow("crash at rest") << channel::Crash << 0.0 << normal;
        QTest::newRow("crash") << channel::Crash << 1.0 << critical;
        QTest::newRow("no limits at all") << channel::Humidity << 100.0 << normal;
        QTest::newRow("NaN") << channel::EngineRpm << std::nan("") << int(GaugeModel::Unknown);
    }
    void theBandOfAValueFollowsTheRules()
    {
        QFETCH(QString, channelName);
        QFETCH(double, value);
        GaugeModel model;
        const LatestReading reading = latest(s("a"), noon, {{channelName, value}});
        model.show(&reading, noon);
        QTEST(show(model, 0, "valueState").toInt(), "state");
    }

    void theLimitsOfTheRulesAreTheLimitsOfTheGauges()
    {
        const auto rule = [](const QString &metric, Comparison comparison, const QList<AlertBand> &bands) {
            AlertRule r;
            r.metric = metric;
            r.comparison = comparison;
            r.bands = bands;
            return r;
        };
        const auto band = [](AlertLevel level, double limit, double upper = 0) {
            AlertBand b;
            b.level = level;
            b.limit = limit;
            b.upper = upper;
            return b;
        };
        AlertRule trucksOnly = rule(channel::Speed, Comparison::Greater, {band(AlertLevel::Warning, 80)});
        trucksOnly.match.classes = {s("Truck")};
        const ChannelBands bands = ChannelBands::fromRules({
            rule(channel::EngineTemperature, Comparison::Greater,
                 {band(AlertLevel::Emergency, 115), band(AlertLevel::Warning, 105), band(AlertLevel::Info, 90)}),
            rule(channel::EngineTemperature, Comparison::GreaterOrEqual, {band(AlertLevel::Warning, 100)}),
            rule(channel::OilPressure, Comparison::Less,
                 {band(AlertLevel::Critical, 15), band(AlertLevel::Warning, 25)}),
            rule(channel::OilPressure, Comparison::LessOrEqual, {band(AlertLevel::Warning, 20)}),
            rule(channel::Humidity, Comparison::Outside, {band(AlertLevel::Warning, 20, 80)}),
            rule(channel::FixQuality, Comparison::Equal, {band(AlertLevel::Critical, 0)}),
            trucksOnly,
        });
        const ChannelBand coolant = bands.find(channel::EngineTemperature);
        QVERIFY(coolant.criticalHigh == 115.0 && coolant.warnHigh == 100.0 && !coolant.warnLow && !coolant.criticalLow);
        const ChannelBand oil = bands.find(channel::OilPressure);
        QVERIFY(oil.criticalLow == 15.0 && oil.warnLow == 25.0 && !oil.warnHigh && !oil.criticalHigh);
        const ChannelBand humidity = bands.find(channel::Humidity);
        QVERIFY(humidity.warnLow == 20.0 && humidity.warnHigh == 80.0);
        for (const QString &name : {channel::FixQuality, channel::Speed, s("unknown")}) {
            ChannelBand none;
            none.channel = name;
            QVERIFY(bands.find(name) == none);
        }
    }

    void unknownIsADash()
    {
        GaugeModel model;
        const LatestReading reading = latest(
            s("a"), noon, {{channel::Speed, Value{}}, {channel::FuelLevel, std::nan("")}, {s("other"), Value{}}});
        model.show(&reading, noon);
        QCOMPARE(model.count(), 2); // what has no dial has no place either
        for (int row : {0, 1}) {
            QCOMPARE(show(model, row, "valueText").toString(), s("–"));
            QCOMPARE(show(model, row, "hasValue").toBool(), false);
            QVERIFY(std::isnan(show(model, row, "value").toDouble()));
            QCOMPARE(show(model, row, "valueState").toInt(), int(GaugeModel::Unknown));
        }
    }

    void anOldValueIsStaleAndSaysItsAge()
    {
        GaugeModel model;
        QAbstractItemModelTester tester(&model);
        LatestReading reading = latest(s("a"), noon, {{channel::Speed, 50.0}, {channel::FuelLevel, 3.0}});
        model.show(&reading, noon);
        for (int i = 1; i <= 6; ++i) { // speed every second, fuel once
            reading.channels[channel::Speed] = {50.0 + i, noon + i * 1s};
            model.update(reading, noon + i * 1s);
        }
        QCOMPARE(show(model, 1, "valueState").toInt(), int(GaugeModel::Warning));
        QSignalSpy changes(&model, &GaugeModel::dataChanged);
        model.refreshAges(noon + 15s); // fuel at its limit of 15 s
        QCOMPARE(column(model, "stale"), s("false false"));
        model.refreshAges(noon + 15s + 1ms);
        QCOMPARE(column(model, "stale"), s("false true"));
        model.refreshAges(noon + 16s); // speed at its limit of ten seconds
        QCOMPARE(column(model, "stale"), s("false true"));
        model.refreshAges(noon + 17s);
        QCOMPARE(column(model, "stale"), s("true true"));
        QCOMPARE(show(model, 0, "ageText").toString(), s("11 s"));
        QCOMPARE(show(model, 0, "valueText").toString(), s("56"));
        QCOMPARE(show(model, 0, "valueState").toInt(), int(GaugeModel::Stale));
        reading.channels[channel::Speed] = {57.0, noon + 18s};
        model.update(reading, noon + 18s);
        QCOMPARE(column(model, "stale"), s("false true"));
        changes.clear();
        model.refreshAges(noon + 18s);
        QCOMPARE(changes.count(), 1); // fuel, "18 s"
        model.refreshAges(noon + 18s);
        QCOMPARE(changes.count(), 1);
    }

    void aReadingTouchesOnlyItsOwnChannels()
    {
        GaugeModel model;
        QAbstractItemModelTester tester(&model);
        LatestReading reading = latest(s("a"), noon, {{channel::Speed, 50.0}, {channel::FuelLevel, 60.0}});
        model.show(&reading, noon);
        QSignalSpy changes(&model, &GaugeModel::dataChanged);
        QSignalSpy resets(&model, &GaugeModel::modelReset);
        reading.channels[channel::FuelLevel] = {59.0, noon + 1s};
        model.update(reading, noon + 1s);
        QCOMPARE(changes.count(), 1);
        QCOMPARE(changes[0][0].toModelIndex().row(), 1);
        QVERIFY(!changes[0][2].value<QList<int>>().contains(GaugeModel::MaximumRole));
        // A channel that turns up later takes its place by rank.
        reading.channels[channel::EngineRpm] = {900.0, noon + 2s};
        model.update(reading, noon + 2s);
        QCOMPARE(column(model, "channel"), s("speed engine.rpm fuel.level"));
        QCOMPARE(resets.count(), 0);
    }

    void otherLimitsAreDrawnAtOnce()
    {
        GaugeModel model;
        const LatestReading reading = latest(s("a"), noon, {{channel::Speed, 50.0}});
        model.show(&reading, noon);
        QCOMPARE(show(model, 0, "hasWarnHigh").toBool(), false);
        QVERIFY(std::isnan(show(model, 0, "warnHigh").toDouble()));
        ChannelBand band;
        band.channel = channel::Speed;
        band.warnHigh = 45;
        model.setBands(ChannelBands({band}), noon);
        QCOMPARE(show(model, 0, "warnHigh").toDouble(), 45.0);
        QCOMPARE(show(model, 0, "valueState").toInt(), int(GaugeModel::Warning));
    }

private:
    static QString format() { return QString(QChar(0x202f)); }
};

QTEST_GUILESS_MAIN(TestGauges)
#include "test_gauges.moc"
