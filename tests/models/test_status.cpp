// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ConsoleClock.h"
#include "models/KeyRegistry.h"
#include "models/MapViewState.h"
#include "models/NoticeModel.h"
#include "models/SelectedDevice.h"
#include "models/ServerStatus.h"

#include "tests/models/Samples.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace tocsin;
using namespace tocsin::samples;

namespace {
AdapterStatus adapter(const char *id, AdapterStatus::State state, const char *error = "")
{
    AdapterStatus status;
    status.adapterId = s(id);
    status.state = state;
    status.error = s(error);
    return status;
}
} // namespace

class TestStatus : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theServersFiguresAreDashesWithoutAConnection()
    {
        TimePoint now = noon;
        DeviceListModel devices;
        ServerStatus server(devices, {[&] { return now; }, QTimeZone::utc()});
        QSignalSpy summaries(&server, &ServerStatus::summaryChanged);
        QCOMPARE(server.connectionText(), s("connecting"));
        QVERIFY(!server.live());
        QCOMPARE(server.messagesPerSecondText(), s("–"));
        QCOMPARE(server.addressText(), s("not listening"));
        server.setConnection(DeskLink::State::Open);
        QCOMPARE(server.messagesPerSecondText(), s("–")); // nothing was told yet
        ServerStats stats;
        stats.listeners = {s("127.0.0.1:8000"), s("[::1]:8000")};
        stats.messagesPerSecond = 212.4;
        stats.p95LatencyMs = 0.84;
        server.setStats(stats);
        devices.applyDevice(device("a", "A"), now);
        devices.applyDevice(device("b", "B", DeviceKind::Phone), now);
        devices.applyDevice(device("c", "C", DeviceKind::Hardware), now);
        server.countDevices();
        QCOMPARE(server.summary(), s("2 devices · 1 phones · 212 msg/s · p95 0.8 ms"));
        QCOMPARE(server.addressText(), s("127.0.0.1:8000, [::1]:8000"));
        const auto told = summaries.count();
        server.setStats(stats); // the same again is no news
        server.countDevices();
        QCOMPARE(summaries.count(), told);
        now = noon + 42s;
        server.setConnection(DeskLink::State::Reconnecting);
        QCOMPARE(server.p95Text(), s("–"));
        QCOMPARE(server.lastLiveText(), s("12:00:42"));
        QCOMPARE(server.connectionText(), s("reconnecting"));
    }

    void withoutAConnectionPanelsSayThatAndHowOldTheyAre()
    {
        TimePoint now = noon;
        DeviceListModel devices;
        ServerStatus server(devices, {[&] { return now; }, QTimeZone::utc()});
        QVERIFY(!server.pictured());
        server.setConnection(DeskLink::State::Connecting, s("Connection refused"), s("harbour:8000"));
        QCOMPARE(server.absenceTitle(), s("Not connected to harbour:8000"));
        QCOMPARE(server.absenceText(),
                 s("The last attempt: Connection refused. Nothing has come from it yet. It keeps trying."));
        server.setConnection(DeskLink::State::Open, {}, s("harbour:8000"));
        QCOMPARE(server.absenceTitle() + server.absenceText(), QString());
        QVERIFY(server.pictured());
        now = noon + 42s;
        server.setConnection(DeskLink::State::Reconnecting, s("the server was stopped"), s("harbour:8000"));
        QVERIFY(server.pictured()); // the last picture
        QCOMPARE(server.absenceText(),
                 s("The last attempt: the server was stopped. What you see is of 12:00:42 and may "
                   "be old. It keeps trying."));
        server.setConnection(DeskLink::State::Failed, s("the token was refused"), s("harbour:8000"));
        QCOMPARE(server.absenceText(),
                 s("The connection failed: the token was refused. What you see is of 12:00:42 and "
                   "may be old. It does not try again by itself: start the console anew."));
        ServerStatus local(devices, {[&] { return now; }, QTimeZone::utc()});
        QCOMPARE(local.absenceTitle(), s("Not connected to the desk"));
    }

    void ratesReadAsPeopleExpect_data()
    {
        QTest::addColumn<double>("rate");
        QTest::addColumn<double>("p95");
        QTest::addColumn<QString>("rateText");
        QTest::addColumn<QString>("p95Text");
        QTest::newRow("idle") << 0.0 << 0.0 << s("0") << s("–");
        QTest::newRow("slow") << 0.5 << 0.04 << s("0.5") << s("0.0 ms");
        QTest::newRow("busy") << 31.6 << 12.6 << s("32") << s("13 ms");
        QTest::newRow("NaN") << std::nan("") << std::nan("") << s("–") << s("–");
    }
    void ratesReadAsPeopleExpect()
    {
        QFETCH(double, rate);
        QFETCH(double, p95);
        DeviceListModel devices;
        ServerStatus server(devices, {[] { return noon; }, QTimeZone::utc()});
        server.setConnection(DeskLink::State::Open);
        ServerStats stats;
        stats.messagesPerSecond = rate;
        stats.p95LatencyMs = p95;
        server.setStats(stats);
        QTEST(server.messagesPerSecondText(), "rateText");
        QTEST(server.p95Text(), "p95Text");
    }

    void adaptersSayWhatTheyDoAndWhatIsWrong()
    {
        AdapterListModel model;
        QAbstractItemModelTester tester(&model);
        QSignalSpy resets(&model, &AdapterListModel::modelReset);
        QSignalSpy changes(&model, &AdapterListModel::dataChanged);
        AdapterStatus waiting = adapter("gps-10", AdapterStatus::State::Waiting, "/dev/ttyUSB0 does not exist.");
        waiting.retryAt = noon + 3500ms;
        model.assign({waiting, adapter("gps-2", AdapterStatus::State::Running)}, noon);
        QCOMPARE(column(model, "adapterId"), s("gps-2 gps-10"));
        QCOMPARE(show(model, 0, "stateText").toString(), s("running"));
        QCOMPARE(show(model, 1, "stateText").toString(), s("tries again in 4 s"));
        QCOMPARE(show(model, 1, "errorText").toString(), s("/dev/ttyUSB0 does not exist."));
        QCOMPARE(model.failing(), 1);
        model.refresh(noon + 1s);
        QCOMPARE(changes.count(), 1);
        QCOMPARE(show(model, 1, "stateText").toString(), s("tries again in 3 s"));
        model.refresh(noon + 1min);
        QCOMPARE(show(model, 1, "stateText").toString(), s("tries again in 0 s"));
        QCOMPARE(resets.count(), 1);
        AdapterStatus counted = adapter("gps-2", AdapterStatus::State::Running);
        counted.readings = 7;
        changes.clear();
        model.assign({counted, adapter("gps-10", AdapterStatus::State::Running)}, noon);
        QCOMPARE(resets.count(), 1);
        QCOMPARE(changes.count(), 2);
        QCOMPARE(model.failing(), 0);
        model.assign({}, noon);
        QCOMPARE(model.count(), 0);
    }

    void noticesGoByThemselvesAndRepeatsAreCounted()
    {
        TimePoint now = noon;
        NoticeModel model({[&] { return now; }, QTimeZone::utc()});
        QAbstractItemModelTester tester(&model);
        QCOMPARE(model.latestText(), QString());
        model.add(QString()); // says nothing
        model.add(s("Refused."), NoticeModel::Refusal);
        model.add(s("Saved."));
        now = noon + 5s;
        model.add(s("Refused."), NoticeModel::Refusal);
        QCOMPARE(model.count(), 2);
        QCOMPARE(model.latestText(), s("Refused."));
        QCOMPARE(model.latestSeverity(), NoticeModel::Refusal);
        QCOMPARE(show(model, 0, "repeats").toInt(), 2);
        QCOMPARE(show(model, 0, "timeText").toString(), s("12:00:05"));
        model.expire(noon + 7s);
        QCOMPARE(model.count(), 2);
        model.expire(noon + 8s);
        QCOMPARE(model.count(), 1);
        model.expire(noon + 25s);
        QCOMPARE(model.count(), 0);
        QCOMPARE(model.latestText(), QString());
        for (int i = 0; i < NoticeModel::MaxNotices + 3; ++i)
            model.add(s("n%1").arg(i), NoticeModel::Error);
        QCOMPARE(model.count(), NoticeModel::MaxNotices);
        model.dismiss(show(model, 1, "noticeId").toInt());
        model.dismiss(-1);
        QCOMPARE(model.count(), NoticeModel::MaxNotices - 1);
    }

    void singleKeysAreDeadWhileSomebodyTypes()
    {
        KeyRegistry keys;
        QAbstractItemModelTester tester(&keys);
        QSignalSpy triggered(&keys, &KeyRegistry::triggered);
        keys.trigger(s("acknowledge"));
        QCOMPARE(triggered.count(), 1);
        keys.setTextFocus(true);
        keys.trigger(s("acknowledge"));
        QCOMPARE(triggered.count(), 1);
        keys.trigger(s("clear")); // leaves the field
        QCOMPARE(triggered.count(), 2);
        keys.setTextFocus(false);
        keys.setActionEnabled(s("acknowledge"), false);
        keys.trigger(s("acknowledge"));
        keys.trigger(s("no such action"));
        keys.setActionEnabled(s("no such action"), false);
        QCOMPARE(triggered.count(), 2);
        QCOMPARE(keys.keyText(s("acknowledge")), s("A"));
        QCOMPARE(keys.keyText(s("next")), s("J or Down"));
        QCOMPARE(keys.keyText(s("no such action")), QString());
    }

    void noKeyMeansTwoThings()
    {
        KeyRegistry keys;
        QStringList all;
        for (int row = 0; row < keys.count(); ++row) {
            all += show(keys, row, "sequences").toStringList();
            QVERIFY(!show(keys, row, "actionTitle").toString().isEmpty());
            QVERIFY(!show(keys, row, "group").toString().isEmpty());
        }
        const qsizetype total = all.size();
        all.removeDuplicates();
        QCOMPARE(all.size(), total);
    }

    void theViewNeverMovesUnderTheOperatorsHand()
    {
        MapViewState view;
        QSignalSpy changed(&view, &MapViewState::changed);
        view.setTargetName(s("Unit 07"));
        QCOMPARE(view.statusText(), QString());
        view.toggleFollow();
        QVERIFY(view.centering());
        QCOMPARE(view.statusText(), s("Following Unit 07 · F stop"));
        view.lock();
        QVERIFY(!view.centering());
        QVERIFY(view.following());
        QCOMPARE(view.statusText(), s("View locked by you · L release"));
        view.release();
        QVERIFY(view.centering()); // goes on following
        view.lock();
        view.toggleFollow(); // F on a locked view: follow again
        QVERIFY(view.centering());
        view.toggleFollow();
        QVERIFY(!view.following());
        changed.clear();
        view.release();
        view.setFollowing(false);
        view.setTargetName(s("Unit 07"));
        QCOMPARE(changed.count(), 0);
    }

    void theClockShowsBothZonesAndTicksOnTheSecond()
    {
        TimePoint now = noon + 999ms;
        ConsoleClock clock({[&] { return now; }, QTimeZone("Europe/Berlin")});
        QCOMPARE(clock.time(), s("13:00:00"));
        QCOMPARE(clock.utc(), s("12:00:00 UTC"));
        QCOMPARE(clock.date(), s("Mon 2 Mar 2026"));
        QSignalSpy ticked(&clock, &ConsoleClock::ticked);
        now = noon + 1s;
        QVERIFY(ticked.wait(5000)); // by its own timer
        QCOMPARE(clock.time(), s("13:00:01"));
        QSignalSpy changed(&clock, &ConsoleClock::changed);
        clock.tick();
        QCOMPARE(changed.count(), 0); // the same second
    }

    void theSelectedDeviceIntroducesItself_data()
    {
        QTest::addColumn<Device>("record");
        QTest::addColumn<double>("age");
        QTest::addColumn<QString>("subtitle");
        QTest::newRow("IMEI") << device("352647091234567", "Unit 07") << 0.25
                              << s("Delivery van · IMEI 3526 4709 1234 567 · last reading 0.2 s ago");
        QTest::newRow("other id") << device("van-7", "Unit 07") << 70.0
                                  << s("Delivery van · van-7 · last reading 1 min ago");
        QTest::newRow("nameless, never heard")
            << device("gps-1", "gps-1", DeviceKind::Receiver, "") << std::nan("") << s("Receiver · not heard yet");
    }
    void theSelectedDeviceIntroducesItself()
    {
        QFETCH(Device, record);
        QFETCH(double, age);
        DeviceListModel devices;
        devices.applyDevice(record, noon);
        if (!std::isnan(age))
            devices.applyLatest({latest(record.id, noon)}, noon + Duration(qint64(age * 1e6)));
        SelectedDevice selected;
        QSignalSpy changed(&selected, &SelectedDevice::changed);
        QVERIFY(!selected.valid());
        selected.assign(devices.factsAt(0).device, devices.viewAt(0));
        selected.assign(devices.factsAt(0).device, devices.viewAt(0));
        QCOMPARE(changed.count(), 1);
        QVERIFY(selected.valid());
        QTEST(selected.subtitle(), "subtitle");
        selected.clear();
        QVERIFY(!selected.valid());
        QCOMPARE(selected.subtitle(), QString());
    }
};

QTEST_MAIN(TestStatus)
#include "test_status.moc"
