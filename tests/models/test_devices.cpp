// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/DeviceFilterModel.h"
#include "models/DeviceListModel.h"
#include "models/domain/Channels.h"

#include "tests/models/Samples.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace tocsin;
using namespace tocsin::samples;

namespace {
QList<DevicePresence> online(const QStringList &ids, Presence presence = Presence::Online, TimePoint at = noon)
{
    QList<DevicePresence> list;
    for (const QString &id : ids)
        list.append({id, presence, at});
    return list;
}
} // namespace

class TestDevices : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aThousandDevicesInOneFrameAreOneChangePerRun()
    {
        DeviceListModel model;
        DeviceFilterModel list(model);
        QAbstractItemModelTester tester(&model);
        QAbstractItemModelTester listTester(&list);
        DeskSnapshot snapshot;
        QStringList ids;
        for (int i = 0; i < 1000; ++i) {
            snapshot.devices.append(device(qPrintable(s("d%1").arg(i)), qPrintable(s("Unit %1").arg(i))));
            ids.append(s("d%1").arg(i));
        }
        model.reset(snapshot, noon);
        model.applyPresence(online(ids), noon);

        QSignalSpy changes(&model, &DeviceListModel::dataChanged);
        QSignalSpy listChanges(&list, &DeviceFilterModel::dataChanged);
        QSignalSpy layouts(&list, &DeviceFilterModel::layoutChanged);
        QSignalSpy moves(&list, &DeviceFilterModel::rowsMoved);
        QSignalSpy resets(&list, &DeviceFilterModel::modelReset);

        QList<LatestReading> frame;
        for (int i = 999; i >= 0; --i) // in any order
            frame.append(latest(ids[i], noon + 1s, {{channel::Speed, double(i)}}));
        model.applyLatest(frame, noon + 1s);
        QCOMPARE(changes.count(), 1);
        QCOMPARE(changes[0][0].toModelIndex().row(), 0);
        QCOMPARE(changes[0][1].toModelIndex().row(), 999);
        const auto roles = changes[0][2].value<QList<int>>();
        QVERIFY(roles.contains(DeviceListModel::HeadlineRole));
        QVERIFY(!roles.contains(DeviceListModel::NameRole));
        QVERIFY(!roles.contains(DeviceListModel::AlertLevelRole));

        // Two runs of neighbours and one alone: three calls.
        changes.clear();
        listChanges.clear();
        frame.clear();
        for (int i : {10, 11, 12, 500, 700, 701})
            frame.append(latest(ids[i], noon + 2s, {{channel::Speed, 7000.0}}));
        model.applyLatest(frame, noon + 2s);
        QCOMPARE(changes.count(), 3);
        QCOMPARE(changes[1][0].toModelIndex().row(), 500);
        QCOMPARE(changes[1][1].toModelIndex().row(), 500);
        QCOMPARE(listChanges.count(), 3);

        QCOMPARE(layouts.count() + moves.count() + resets.count(), 0);
    }

    void theSameReadingTwiceIsNoNews()
    {
        DeviceListModel model;
        model.applyDevice(device("a", "A"), noon);
        const auto reading = latest(s("a"), noon, {{channel::Speed, 50.0}});
        model.applyLatest({reading}, noon);
        QSignalSpy changes(&model, &DeviceListModel::dataChanged);
        model.applyLatest({reading}, noon);
        QCOMPARE(changes.count(), 0);
    }

    void theHeadlineSaysWhatMattersForTheKind_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QHash<QString, double>>("values");
        QTest::addColumn<QString>("headline");
        using Values = QHash<QString, double>;
        const auto vehicle = int(DeviceKind::Vehicle);
        QTest::newRow("vehicle") << vehicle << Values{{channel::Speed, 52.4}} << s("52 km/h");
        QTest::newRow("standing vehicle") << vehicle << Values{{channel::Speed, 0}} << s("0 km/h");
        QTest::newRow("vehicle without speed") << vehicle << Values{{channel::FuelLevel, 61}} << s("61 %");
        QTest::newRow("vehicle without numbers") << vehicle << Values{} << s("–");
        QTest::newRow("NaN is unknown") << vehicle << Values{{channel::Speed, std::nan("")}} << s("–");
        QTest::newRow("phone, resting") << int(DeviceKind::Phone) << Values{{channel::Speed, 0.4}} << s("idle");
        QTest::newRow("phone, walking") << int(DeviceKind::Phone) << Values{{channel::Speed, 5}} << s("on foot");
        QTest::newRow("phone, riding") << int(DeviceKind::Phone) << Values{{channel::Speed, 30}} << s("driving");
        QTest::newRow("phone without a fix")
            << int(DeviceKind::Phone) << Values{{channel::BatteryLevel, 64}} << s("64 %");
        QTest::newRow("rig") << int(DeviceKind::Hardware)
                             << Values{{channel::Temperature, 23.46}, {channel::MotorRpm, 1480}} << s("23.5 °C");
        QTest::newRow("receiver") << int(DeviceKind::Receiver) << Values{{channel::Speed, 9}} << s("9 km/h");
        QTest::newRow("receiver without a fix")
            << int(DeviceKind::Receiver) << Values{{channel::FixQuality, 0}, {channel::Speed, 9}} << s("no fix");
    }
    void theHeadlineSaysWhatMattersForTheKind()
    {
        QFETCH(int, kind);
        using Values = QHash<QString, double>;
        QFETCH(Values, values);
        DeviceListModel model;
        model.applyDevice(device("a", "A", DeviceKind(kind)), noon);
        LatestReading reading = latest(s("a"), noon);
        for (auto it = values.cbegin(); it != values.cend(); ++it)
            reading.channels.insert(it.key(), {*it, noon});
        model.applyLatest({reading}, noon);
        QTEST(show(model, 0, "headline").toString(), "headline");
    }

    void unknownIsNeverZero()
    {
        DeviceListModel model;
        model.applyDevice(device("a", "A"), noon);
        QCOMPARE(show(model, 0, "headline").toString(), s("–"));
        QCOMPARE(show(model, 0, "ageText").toString(), s("–"));
        QVERIFY(std::isnan(show(model, 0, "ageSeconds").toDouble()));
        QVERIFY(std::isnan(show(model, 0, "latitude").toDouble()));
        QVERIFY(std::isnan(show(model, 0, "heading").toDouble()));
        QCOMPARE(show(model, 0, "hasHeading").toBool(), false);
        QCOMPARE(show(model, 0, "hasPosition").toBool(), false);
        QCOMPARE(show(model, 0, "alertLevel").toInt(), -1);
        QCOMPARE(show(model, 0, "stale").toBool(), true);
        QCOMPARE(show(model, 0, "detail").toString(), s("Delivery van · not heard yet"));
    }

    void aSilentDeviceShowsNoOldValueAsCurrent()
    {
        DeviceListModel model;
        QAbstractItemModelTester tester(&model);
        model.applyDevice(device("a", "A"), noon);
        LatestReading reading = latest(s("a"), noon, {{channel::Speed, 50.0}});
        reading.position = position(48, 11);
        reading.positionAt = noon;
        model.applyLatest({reading}, noon);
        QCOMPARE(show(model, 0, "headline").toString(), s("50 km/h"));
        model.applyPresence(online({s("a")}, Presence::Stale), noon + 4min);
        QCOMPARE(show(model, 0, "headline").toString(), s("–"));
        QCOMPARE(show(model, 0, "detail").toString(), s("Delivery van · silent 4 min"));
        QCOMPARE(show(model, 0, "stale").toBool(), true);
        QCOMPARE(show(model, 0, "hasPosition").toBool(), true); // where it was last
        QCOMPARE(show(model, 0, "presence").toInt(), int(DeviceListModel::Stale));
        // An old channel of a device that is heard is not its headline either.
        model.applyPresence(online({s("a")}, Presence::Online, noon + 5min), noon + 5min);
        QCOMPARE(show(model, 0, "headline").toString(), s("–"));
    }

    void agesAreRenewedOnlyWhereTheirTextChanges()
    {
        DeviceListModel model;
        QAbstractItemModelTester tester(&model);
        for (const char *id : {"a", "b", "c"})
            model.applyDevice(device(id, id), noon);
        model.applyLatest({latest(s("a"), noon), latest(s("b"), noon - 10min), latest(s("c"), noon)}, noon);
        QSignalSpy changes(&model, &DeviceListModel::dataChanged);
        model.refreshAges(noon + 1s);
        QCOMPARE(changes.count(), 2); // a and c; b says "10 min" as before
        QCOMPARE(changes[0][1].toModelIndex().row(), 0);
        QCOMPARE(changes[1][0].toModelIndex().row(), 2);
        QCOMPARE(show(model, 0, "ageText").toString(), s("1 s"));
        changes.clear();
        model.refreshAges(noon + 1s);
        QCOMPARE(changes.count(), 0);
    }

    void whatCameBeforeTheRecordWaitsForIt()
    {
        DeviceListModel model;
        model.applyLatest({latest(s("a"), noon, {{channel::Speed, 12.0}})}, noon);
        model.applyPresence(online({s("a")}), noon);
        model.applyAlert(alert("1", "a", AlertLevel::Critical), noon);
        QCOMPARE(model.count(), 0);
        model.applyDevice(device("a", "A"), noon);
        QCOMPARE(show(model, 0, "headline").toString(), s("12 km/h"));
        QCOMPARE(show(model, 0, "presence").toInt(), int(DeviceListModel::Online));
        QCOMPARE(show(model, 0, "alertLevel").toInt(), int(AlertLevel::Critical));
    }

    void anotherSnapshotKeepsTheReadings()
    {
        DeviceListModel model;
        QAbstractItemModelTester tester(&model);
        DeskSnapshot snapshot;
        snapshot.devices = {device("a", "A"), device("b", "B"), device("a", "twice")};
        model.reset(snapshot, noon);
        QCOMPARE(model.count(), 2);
        model.applyLatest({latest(s("b"), noon, {{channel::Speed, 8.0}})}, noon);
        snapshot.devices = {device("b", "B2")};
        snapshot.alerts = {alert("1", "b", AlertLevel::Info)};
        model.reset(snapshot, noon);
        QCOMPARE(model.count(), 1);
        QCOMPARE(show(model, 0, "name").toString(), s("B2"));
        QCOMPARE(show(model, 0, "headline").toString(), s("8 km/h"));
        QCOMPARE(show(model, 0, "alertLevel").toInt(), int(AlertLevel::Info));
        QCOMPARE(model.rowOf(s("a")), -1);
    }

    void theWorstOpenAlertSpeaksForTheDevice()
    {
        DeviceListModel model;
        model.applyDevice(device("a", "A"), noon);
        model.applyPresence(online({s("a")}), noon);
        Alert warning = alert("1", "a", AlertLevel::Warning);
        model.applyAlert(warning, noon + 42s);
        QCOMPARE(show(model, 0, "alertLevel").toInt(), int(AlertLevel::Warning));
        QCOMPARE(show(model, 0, "alertState").toInt(), int(AlertState::Unacknowledged));
        QCOMPARE(show(model, 0, "detail").toString(), s("Delivery van · HIGH_RPM"));
        QCOMPARE(show(model, 0, "alertAgeText").toString(), s("00:42"));
        Alert crash = alert("2", "a", AlertLevel::Emergency, noon + 50s);
        crash.code = s("CRASH_DETECTED");
        model.applyAlert(crash, noon + 50s);
        QCOMPARE(show(model, 0, "alertText").toString(), s("CRASH_DETECTED"));
        QCOMPARE(model.newestOpenAlert(s("a")), s("2"));
        crash.acked = true;
        crash.cond = AlertCondition::Clear;
        model.applyAlert(crash, noon + 60s);
        QCOMPARE(show(model, 0, "alertText").toString(), s("HIGH_RPM"));
        warning.acked = true;
        warning.cond = AlertCondition::Clear;
        model.applyAlert(warning, noon + 60s);
        QCOMPARE(show(model, 0, "alertLevel").toInt(), -1);
        QCOMPARE(show(model, 0, "detail").toString(), s("Delivery van"));
        QVERIFY(model.newestOpenAlert(s("a")).isEmpty());
    }

    void aPersonsAlertBelongsToThePersonsPhone()
    {
        DeviceListModel model;
        Device phone = device("phone-1", "Dana's phone", DeviceKind::Phone, "Phone");
        phone.owners = {s("dana")};
        model.applyAlert(panic("p", "dana"), noon); // before the phone is known
        model.applyDevice(phone, noon);
        model.applyDevice(device("van", "Van"), noon);
        QCOMPARE(show(model, 0, "alertLevel").toInt(), int(AlertLevel::Emergency));
        QCOMPARE(model.deviceOf(panic("p", "dana")), s("phone-1"));
        QCOMPARE(model.phoneOf(s("dana")), s("phone-1"));
        QCOMPARE(model.userOf(s("phone-1")), s("dana"));
        QCOMPARE(model.userOf(s("van")), QString());
        QCOMPARE(model.deviceOf(panic("q", "nobody")), QString());
    }

    void theListPutsAlertingFirstAndSilentLast()
    {
        DeviceListModel model;
        DeviceFilterModel list(model);
        QAbstractItemModelTester tester(&list);
        DeskSnapshot snapshot;
        for (const char *id : {"u10", "u2", "u1", "u3", "u4", "u5"})
            snapshot.devices.append(device(id, id));
        snapshot.presence = online({s("u10"), s("u2"), s("u1"), s("u3"), s("u4")});
        snapshot.presence += online({s("u5")}, Presence::Offline);
        Alert taken = alert("1", "u3", AlertLevel::Warning);
        taken.acked = true;
        snapshot.alerts = {taken, alert("2", "u4", AlertLevel::Warning), alert("3", "u10", AlertLevel::Critical)};
        model.reset(snapshot, noon);
        QCOMPARE(column(list, "deviceId"), s("u10 u4 u3 u1 u2 u5"));
        QCOMPARE(list.allCount(), 6);
        QCOMPARE(list.alertingCount(), 3);
        QCOMPARE(list.silentCount(), 1);
        list.setFilter(DeviceFilterModel::Alerting);
        QCOMPARE(column(list, "deviceId"), s("u10 u4 u3"));
        list.setFilter(DeviceFilterModel::Silent);
        QCOMPARE(column(list, "deviceId"), s("u5"));
        model.applyPresence(online({s("u1")}, Presence::Stale), noon);
        QCOMPARE(column(list, "deviceId"), s("u1 u5"));
        QCOMPARE(list.silentCount(), 2);
        QCOMPARE(list.rowOf(s("u10")), -1);
        QCOMPARE(list.deviceIdAt(1), s("u5"));
        QCOMPARE(list.deviceIdAt(2), QString());
    }

    void readingsNeverMoveARow()
    {
        DeviceListModel model;
        DeviceFilterModel list(model);
        DeskSnapshot snapshot;
        snapshot.devices = {device("b", "B"), device("a", "A")};
        snapshot.presence = online({s("a"), s("b")});
        model.reset(snapshot, noon);
        QSignalSpy moves(&list, &DeviceFilterModel::rowsMoved);
        for (int i = 0; i < 50; ++i)
            model.applyLatest({latest(i % 2 ? s("a") : s("b"), noon + i * 1s, {{channel::Speed, double(i)}})},
                              noon + i * 1s);
        QCOMPARE(moves.count(), 0);
        model.applyAlert(alert("1", "b", AlertLevel::Info), noon);
        QCOMPARE(moves.count(), 1);
        QCOMPARE(column(list, "deviceId"), s("b a"));
    }

    void theSearchLooksInNameIdClassAndTags_data()
    {
        QTest::addColumn<QString>("search");
        QTest::addColumn<QString>("found");
        QTest::newRow("nothing: all") << QString() << s("1 2");
        QTest::newRow("blanks: all") << s("   ") << s("1 2");
        QTest::newRow("name, any case") << s("uNiT") << s("1");
        QTest::newRow("id") << s("2") << s("2");
        QTest::newRow("class") << s("truck") << s("2");
        QTest::newRow("tag") << s("north") << s("2");
        QTest::newRow("every word") << s("truck north") << s("2");
        QTest::newRow("one word fails") << s("truck south") << QString();
        QTest::newRow("no pattern language") << s(".*") << QString();
    }
    void theSearchLooksInNameIdClassAndTags()
    {
        QFETCH(QString, search);
        DeviceListModel model;
        DeviceFilterModel list(model);
        Device truck = device("2", "Big one", DeviceKind::Vehicle, "Truck");
        truck.tags = {s("North depot")};
        model.applyDevice(device("1", "Unit 07"), noon);
        model.applyDevice(truck, noon);
        list.setSearch(search);
        QStringList ids = column(list, "deviceId").split(QLatin1Char(' '));
        ids.sort();
        QTEST(ids.join(QLatin1Char(' ')), "found");
    }
};

QTEST_GUILESS_MAIN(TestDevices)
#include "test_devices.moc"
