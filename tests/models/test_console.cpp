// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Console.h"

#include "tests/models/Samples.h"
#include "tests/support/FakeDeskLink.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QSignalSpy>
#include <QTest>

using namespace tocsin;
using namespace tocsin::samples;

namespace {
DeskSnapshot morning()
{
    DeskSnapshot snapshot;
    snapshot.seq = 100;
    Device phone = device("phone-d", "Dana R.", DeviceKind::Phone, "Phone");
    phone.owners = {s("dana")};
    snapshot.devices = {phone, device("u4", "Unit 04"), device("u7", "Unit 07"), device("u8", "Unit 08")};
    for (const Device &known : snapshot.devices)
        snapshot.presence.append({known.id, Presence::Online, noon});
    snapshot.alerts = {panic("p", "dana", noon - 42s), alert("crash", "u4", AlertLevel::Critical, noon - 75s),
                       alert("old", "u7", AlertLevel::Info, noon - 10min),
                       alert("rpm", "u7", AlertLevel::Warning, noon - 6s)};
    snapshot.messages = {message("m1", "dana", "someone is following me", noon - 33s),
                         message("m2", "amir", "hello", noon - 1h)};
    return snapshot;
}

struct Desk
{
    TimePoint now = noon;
    FakeDeskLink link;
    Console console{link, [this] { return now; }, nullptr, QTimeZone::utc()};

    Desk() { link.open(morning()); }
    QString notice() const { return console.notices()->latestText(); }
    QString shown() const { return console.selectedDeviceId() + QLatin1Char(' ') + console.selectedAlertId(); }
};
} // namespace

class TestConsole : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aSnapshotFillsEveryModel()
    {
        Desk desk;
        QAbstractItemModelTester devices(desk.console.deviceList());
        QAbstractItemModelTester queue(desk.console.queue());
        QCOMPARE(column(*desk.console.deviceList(), "deviceId"), s("phone-d u4 u7 u8"));
        QCOMPARE(column(*desk.console.queue(), "alertId"), s("p crash rpm old"));
        QCOMPARE(column(*desk.console.threads(), "thread"), s("user/dana user/amir"));
        QCOMPARE(desk.console.server()->connectionText(), s("open"));
        QCOMPARE(desk.console.server()->deviceCount(), 3);
        QCOMPARE(desk.console.server()->phoneCount(), 1);
        QCOMPARE(desk.console.operatorName(), s("M. Ortiz"));
        QCOMPARE(desk.console.queue()->oldestWaitingText(), s("10:00"));
    }

    void anUntouchedConsoleShowsAVehicleButAcknowledgesNothing()
    {
        Desk desk;
        QCOMPARE(desk.shown(), s("u4 "));
        QVERIFY(!desk.console.canAcknowledge());
        QCOMPARE(desk.console.chat()->currentThread(), QString());
        desk.console.acknowledgeSelected();
        QVERIFY(desk.link.asked.isEmpty());
        QCOMPARE(desk.notice(), s("No alert is selected."));
    }

    void selectingAnAlertSelectsItsDevice()
    {
        Desk desk;
        QSignalSpy devices(&desk.console, &Console::selectedDeviceIdChanged);
        desk.console.selectAlert(s("old"));
        QCOMPARE(desk.shown(), s("u7 old"));
        QCOMPARE(desk.console.selectedDevice()->name(), s("Unit 07"));
        QCOMPARE(desk.console.chat()->currentThread(), QString()); // a vehicle has no conversation
        QVERIFY(desk.console.canAcknowledge());
        desk.console.selectAlert(s("rpm"));
        QCOMPARE(devices.count(), 1);
        desk.console.selectAlert(s("no such alert"));
        desk.console.selectAlert(QString());
        QCOMPARE(desk.shown(), s("u7 rpm"));
    }

    void selectingAPanicOpensTheConversation()
    {
        Desk desk;
        QCOMPARE(desk.console.threads()->totalUnread(), 2);
        desk.console.selectAlert(s("p"));
        QCOMPARE(desk.shown(), s("phone-d p"));
        QCOMPARE(desk.console.chat()->currentThread(), s("user/dana"));
        QCOMPARE(desk.console.chat()->title(), s("Dana R."));
        QCOMPARE(column(*desk.console.chat(), "messageText"), s("panic received someone is following me"));
        QCOMPARE(desk.console.threads()->totalUnread(), 1);
        // A vehicle next: the conversation stays.
        desk.console.selectDevice(s("u8"));
        QCOMPARE(desk.console.chat()->currentThread(), s("user/dana"));
    }

    void selectingADeviceSelectsItsNewestOpenAlert()
    {
        Desk desk;
        desk.console.selectDevice(s("u7"));
        QCOMPARE(desk.shown(), s("u7 rpm"));
        desk.console.selectDevice(s("u8"));
        QCOMPARE(desk.shown(), s("u8 "));
        desk.console.selectDevice(s("phone-d"));
        QCOMPARE(desk.shown(), s("phone-d p"));
        QCOMPARE(desk.console.chat()->currentThread(), s("user/dana"));
        desk.console.selectDevice(s("no such device"));
        desk.console.selectDevice(QString());
        QCOMPARE(desk.shown(), s("phone-d p"));
        desk.console.clearSelection();
        QCOMPARE(desk.shown(), s(" "));
        QVERIFY(!desk.console.selectedDevice()->valid());
    }

    void selectingAConversationSelectsThePerson()
    {
        Desk desk;
        desk.console.selectThread(s("user/dana"));
        QCOMPARE(desk.shown(), s("phone-d p"));
        desk.console.selectThread(s("user/amir")); // whose phone nobody knows
        QCOMPARE(desk.shown(), s(" "));
        QCOMPARE(desk.console.chat()->currentThread(), s("user/amir"));
        desk.console.selectThread(s("room"));
        QCOMPARE(desk.console.chat()->currentThread(), s("user/amir"));
    }

    void aPanicOfSomebodyWithoutAPhoneOpensTheConversationAllTheSame()
    {
        Desk desk;
        desk.link.publish(panic("p2", "stranger"));
        desk.console.selectAlert(s("p2"));
        QCOMPARE(desk.shown(), s(" p2"));
        QCOMPARE(desk.console.chat()->currentThread(), s("user/stranger"));
    }

    void theCursorSurvivesLiveUpdates()
    {
        Desk desk;
        desk.console.moveSelection(1); // from nowhere: the first
        QCOMPARE(desk.console.selectedAlertId(), s("p"));
        desk.console.moveSelection(1);
        QCOMPARE(desk.console.selectedAlertId(), s("crash"));
        desk.link.publish(alert("crash2", "u8", AlertLevel::Critical, noon - 2min)); // above it
        QCOMPARE(desk.console.selectedAlertId(), s("crash"));
        desk.console.moveSelection(-1);
        QCOMPARE(desk.console.selectedAlertId(), s("crash2"));
        desk.console.moveSelection(-5);
        QCOMPARE(desk.console.selectedAlertId(), s("p"));
        desk.console.moveSelection(99);
        QCOMPARE(desk.console.selectedAlertId(), s("old"));
        desk.console.moveSelection(0);
        QCOMPARE(desk.console.selectedAlertId(), s("old"));
    }

    void theCursorGoesOnFromWhereTheSelectedOneWas()
    {
        Desk desk;
        desk.console.selectAlert(s("crash")); // second of four
        Alert gone = desk.link.alerts.value(s("crash"));
        gone.acked = true;
        gone.cond = AlertCondition::Clear;
        ++gone.revision;
        desk.link.publish(gone);
        QCOMPARE(desk.console.selectedAlertId(), s("crash")); // nothing jumps
        QVERIFY(!desk.console.canAcknowledge());
        desk.console.acknowledgeSelected();
        QCOMPARE(desk.notice(), s("This alert is closed."));
        desk.console.moveSelection(1);
        QCOMPARE(desk.console.selectedAlertId(), s("rpm"));
    }

    void theCursorFromNowhereUpwardsIsTheLast()
    {
        Desk desk;
        desk.console.moveSelection(-1);
        QCOMPARE(desk.console.selectedAlertId(), s("old"));
        FakeDeskLink link;
        Console empty(link, [] { return noon; });
        link.start();
        empty.moveSelection(1);
        QCOMPARE(empty.selectedAlertId(), QString());
    }

    void keysActOnTheSelection()
    {
        Desk desk;
        desk.console.keys()->trigger(s("next"));
        desk.console.keys()->trigger(s("next"));
        desk.console.keys()->trigger(s("previous"));
        QCOMPARE(desk.console.selectedAlertId(), s("p"));
        desk.console.keys()->trigger(s("acknowledge"));
        QCOMPARE(desk.link.asked.size(), 1);
        QVERIFY(!desk.console.canAcknowledge()); // under way
        desk.console.keys()->trigger(s("acknowledge"));
        QCOMPARE(desk.link.asked.size(), 1);
        desk.link.accept(noon);
        QVERIFY(!desk.console.canAcknowledge());
        QCOMPARE(desk.console.queue()->acknowledged(), 1);
        QCOMPARE(show(*desk.console.devices(), 0, "alertState").toInt(), int(AlertState::Acknowledged));
        desk.console.keys()->trigger(s("acknowledge"));
        QCOMPARE(desk.notice(), s("This alert is already acknowledged."));
        desk.console.acknowledge(s("nothing"));
        QCOMPARE(desk.notice(), s("This alert is not known any more."));
    }

    void aRefusalShowsAsANotice()
    {
        Desk desk;
        desk.console.acknowledge(s("crash"));
        desk.link.refuse(s("forbidden"), s("Your role may not do this."));
        QCOMPARE(desk.notice(), s("u4 HIGH_RPM was not acknowledged: Your role may not do this."));
        QCOMPARE(desk.console.notices()->latestSeverity(), NoticeModel::Refusal);
        desk.console.selectThread(s("user/dana"));
        desk.console.chat()->send(s("hello"));
        desk.link.refuse(s("overloaded"), s("The desk is busy."));
        QCOMPARE(desk.notice(), s("Your message to Dana R. was not sent: The desk is busy."));
        desk.console.clock()->tick();
        desk.now = noon + 1h;
        desk.console.clock()->tick();
        QCOMPARE(desk.notice(), QString());
    }

    void eventsThatTheSnapshotHoldsAreNotTakenTwice()
    {
        Desk desk;
        Event event;
        event.seq = 100;
        event.body = device("late", "Late");
        desk.link.publish({event});
        QCOMPARE(desk.console.devices()->count(), 4);
        event.seq = 101;
        desk.link.publish({event, event});
        QCOMPARE(desk.console.devices()->count(), 5);
        QCOMPARE(desk.console.server()->deviceCount(), 4);
    }

    void whatComesTogetherIsListedOnceAndCountsAsItEnds()
    {
        Desk desk;
        AlertListModel &alerts = *desk.console.alerts();
        const int before = alerts.count();
        QSignalSpy inserts(&alerts, &AlertListModel::rowsInserted);
        QSignalSpy counts(desk.console.queue(), &AlertQueueModel::countsChanged);
        Q_EMIT desk.link.people({{s("dana"), s("Dana"), Role::Dispatcher, noon}});
        Alert taken = alert("n-1", "u7", AlertLevel::Critical);
        const Alert raised = taken;
        taken.acked = true;
        taken.ackedBy = s("Dana");
        ++taken.revision;
        QList<Event> batch;
        for (const Alert &one :
             {raised, alert("n-2", "u7", AlertLevel::Warning), taken, alert("n-3", "u7", AlertLevel::Info), raised}) {
            Event event;
            event.seq = 101 + batch.size();
            AlertChange change;
            change.alert = one;
            change.verb = one.acked ? AlertVerb::Acknowledge : AlertVerb::Raise;
            event.body = change;
            batch.append(event);
        }
        const int critical = desk.console.queue()->unackCritical();
        desk.link.publish(batch);
        QCOMPARE(inserts.count(), 1);
        QCOMPARE(alerts.count(), before + 3);
        QVERIFY(alerts.find(s("n-1"))->acked); // not what the overtaken one says
        QCOMPARE(desk.console.queue()->unackCritical(), critical);
        QCOMPARE(show(*desk.console.people(), 0, "handlesText").toString(), s("u7"));
        QVERIFY(counts.count() <= 3);
    }

    void inAFloodCountsAreToldTenTimesASecondAndTheLastIsNotLost()
    {
        Desk desk;
        AlertQueueModel &queue = *desk.console.queue();
        queue.setFlood(true);
        QSignalSpy counts(&queue, &AlertQueueModel::countsChanged);
        const int waiting = queue.waiting();
        for (int i = 0; i < 50; ++i)
            desk.console.alerts()->apply(alert(qPrintable(QStringLiteral("f-%1").arg(i)), "u7", AlertLevel::Critical),
                                         desk.now);
        QCOMPARE(queue.waiting(), waiting + 50); // who asks is told the truth
        QVERIFY(counts.count() < 50);
        int told = 0;
        connect(&queue, &AlertQueueModel::countsChanged, this, [&] { told = queue.waiting(); });
        QTRY_COMPARE(told, waiting + 50);
        // Afterwards at once again.
        queue.setFlood(false);
        counts.clear();
        for (int i = 0; i < 3; ++i)
            desk.console.alerts()->apply(alert(qPrintable(QStringLiteral("g-%1").arg(i)), "u7", AlertLevel::Critical),
                                         desk.now);
        QCOMPARE(counts.count(), 3);
    }

    void readingsOfTheSelectedDeviceReachItsGaugesTrendAndTrail()
    {
        Desk desk;
        desk.console.selectDevice(s("u7"));
        QCOMPARE(desk.console.gauges()->count(), 0);
        LatestReading reading = latest(s("u7"), noon, {{channel::Speed, 52.0}, {channel::EngineRpm, 4180.0}});
        reading.position = position(48, 11);
        reading.positionAt = noon;
        LatestReading other = latest(s("u8"), noon, {{channel::FuelLevel, 1.0}});
        desk.link.hear({other, reading});
        QCOMPARE(column(*desk.console.gauges(), "channel"), s("speed engine.rpm"));
        QCOMPARE(desk.console.trend()->first()->channel(), channel::EngineRpm);
        QCOMPARE(desk.console.trail()->path(), (QList<QPointF>{{11, 48}}));
        QCOMPARE(desk.console.selectedDevice()->subtitle(), s("Delivery van · u7 · last reading 10 ms ago"));
        QVERIFY(desk.console.selectedDevice()->hasPosition());
        desk.now = noon + 3s;
        desk.console.clock()->tick();
        QCOMPARE(desk.console.selectedDevice()->subtitle(), s("Delivery van · u7 · last reading 3 s ago"));
        desk.console.selectDevice(s("u8"));
        QCOMPARE(column(*desk.console.gauges(), "channel"), s("fuel.level"));
        QVERIFY(desk.console.trail()->path().isEmpty());
    }

    void aReconnectKeepsTheSelectionAndAsksForWhatWasMissed()
    {
        Desk desk;
        desk.console.selectDevice(s("u7"));
        desk.link.hear({latest(s("u7"), noon, {{channel::Speed, 52.0}})});
        while (!desk.link.askedHistory.isEmpty())
            desk.link.answerHistory({});
        desk.link.setState(DeskLink::State::Reconnecting);
        QVERIFY(!desk.console.server()->live());
        QCOMPARE(column(*desk.console.queue(), "alertId"), s("p crash rpm old")); // the last picture stays
        DeskSnapshot later = morning();
        later.seq = 200;
        later.alerts.removeLast(); // "rpm", the selected one, is gone and forgotten
        desk.link.open(later);
        QVERIFY(desk.console.server()->live());
        QCOMPARE(desk.shown(), s("u7 "));
        QCOMPARE(column(*desk.console.gauges(), "channel"), s("speed"));
        QCOMPARE(desk.link.askedHistory.size(), 2);
        later.devices.clear();
        later.seq = 300;
        desk.link.open(later);
        QCOMPARE(desk.shown(), s(" "));
    }

    void theQueueIsTickedEverySecond()
    {
        Desk desk;
        desk.now = noon + 18s;
        desk.console.clock()->tick();
        QCOMPARE(show(*desk.console.queue(), 0, "ageText").toString(), s("01:00"));
        QCOMPARE(desk.console.queue()->oldestWaitingText(), s("10:18"));
    }

    void otherLimitsReachGaugesAndTrend()
    {
        Desk desk;
        desk.console.selectDevice(s("u7"));
        desk.link.hear({latest(s("u7"), noon, {{channel::Speed, 52.0}})});
        ChannelBand band;
        band.channel = channel::Speed;
        band.criticalHigh = 50;
        desk.console.setBands(ChannelBands({band}));
        QCOMPARE(show(*desk.console.gauges(), 0, "valueState").toInt(), int(GaugeModel::Critical));
        QCOMPARE(desk.console.trend()->first()->limitText(), s("limit 50"));
    }

    void aGeofenceShowsThatAnAlertIsAboutIt()
    {
        Desk desk;
        FenceListModel &fences = *desk.console.mapView()->fences();
        QAbstractItemModelTester tester(&fences, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(fences.count(), 0);
        const Geofence depot{s("depot"), s("Depot"), Geofence::Shape::Circle, {{37, -6.5}}, {}, 200, 0, {}};
        const Geofence gate{s("gate"), {}, Geofence::Shape::Line, {{37, -6.5}, {37.1, -6.5}}, {}, 0, 0, {}};
        Q_EMIT desk.link.fences({depot, gate});
        QCOMPARE(column(fences, "name"), s("Depot gate")); // one without a name goes by its id
        QCOMPARE(column(fences, "alertLevel"), s("-1 -1"));
        QCOMPARE(fences.index(0).data(FenceListModel::OutlineRole).value<QList<QPointF>>(),
                 QList<QPointF>{QPointF(-6.5, 37)});
        QSignalSpy changed(&fences, &QAbstractItemModel::dataChanged);
        Alert stays = alert("stays", "u7", AlertLevel::Warning);
        stays.channel = s("fence.depot.seconds");
        desk.link.publish(stays);
        QCOMPARE(column(fences, "alertLevel"), s("1 -1"));
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed.first().at(2).value<QList<int>>(), QList<int>{FenceListModel::AlertLevelRole});
        Alert worse = alert("worse", "u8", AlertLevel::Critical);
        worse.channel = s("fence.depot");
        desk.link.publish(worse);
        QCOMPARE(column(fences, "alertLevel"), s("2 -1"));
        worse.cond = AlertCondition::Clear;
        worse.acked = true;
        worse.revision = 2;
        desk.link.publish(worse, AlertVerb::Return);
        QCOMPARE(column(fences, "alertLevel"), s("1 -1"));
        // Told anew after each connection; the same ones are no news.
        QSignalSpy reset(&fences, &QAbstractItemModel::modelReset);
        Q_EMIT desk.link.fences({depot, gate});
        QCOMPARE(reset.count(), 0);
        Q_EMIT desk.link.fences({gate});
        QCOMPARE(column(fences, "name"), s("gate"));
    }

    void geofencesAreHiddenAndShownByAKey()
    {
        Desk desk;
        QVERIFY(desk.console.mapView()->fencesShown());
        QSignalSpy changed(desk.console.mapView(), &MapViewState::fencesShownChanged);
        desk.console.keys()->trigger(s("fences"));
        QVERIFY(!desk.console.mapView()->fencesShown());
        desk.console.keys()->trigger(s("fences"));
        QVERIFY(desk.console.mapView()->fencesShown());
        QCOMPARE(changed.count(), 2);
        desk.console.keys()->trigger(s("last"));
        QCOMPARE(desk.console.selectedAlertId(), s("old"));
        desk.console.keys()->trigger(s("first"));
        QCOMPARE(desk.console.selectedAlertId(), s("p"));
    }

    void aRecordThatGetsANameRenamesTheConversation()
    {
        Desk desk;
        desk.console.selectThread(s("user/new"));
        QCOMPARE(desk.console.chat()->title(), s("new"));
        Device phone = device("ph2", "New Person", DeviceKind::Phone);
        phone.owners = {s("new")};
        desk.link.publish(phone);
        QCOMPARE(desk.console.chat()->title(), s("New Person"));
    }

    void whatAnEarlierConsoleAskedForIsShownAsPendingUntilItIsAnswered()
    {
        FakeDeskLink link;
        Console console(link, [] { return noon; }, nullptr, QTimeZone::utc());
        SendChat chat;
        chat.thread = s("user/dana");
        chat.text = s("Help is on the way");
        chat.clientMessageId = s("c-1");
        chat.fromDesk = true;
        IssueCommand order;
        order.deviceId = s("rig");
        order.action = s("stop");
        link.pending = {{s("1"), noon - 26h, true, Acknowledge{s("a-1"), 1, AlertLevel::Warning, {}}},
                        {s("2"), noon - 1min, false, chat},
                        {s("3"), noon, false, order},
                        {s("4"), noon, false, NoteAudit{}}};
        Q_EMIT link.restored(link.pending);
        Q_EMIT link.pendingRequestsChanged();
        PendingModel &pending = *console.pending();
        QAbstractItemModelTester tester(&pending);
        QCOMPARE(pending.count(), 4);
        QCOMPARE(show(pending, 0, "actionText").toString(), s("Acknowledge an alert")); // nothing is known of it yet
        QCOMPARE(show(pending, 0, "stateText").toString(), s("sent, no answer yet"));
        QVERIFY(show(pending, 0, "timeText").toString().endsWith(s("2026 10:00:00")));
        QCOMPARE(show(pending, 1, "stateText").toString(), s("not sent yet"));
        DeskSnapshot state;
        state.devices = {device("rig", "Rig A", DeviceKind::Hardware), device("van-1", "Van 1")};
        state.alerts = {alert("a-1", "van-1", AlertLevel::Warning)};
        link.open(state);
        QCOMPARE(show(pending, 0, "actionText").toString(), s("Acknowledge van-1 HIGH_RPM"));
        QCOMPARE(show(pending, 2, "actionText").toString(), s("Order Rig A: stop"));
        QVERIFY(console.alerts()->isPending(console.alerts()->rowOf(s("a-1"))));
        console.selectThread(s("user/dana"));
        QCOMPARE(console.chat()->count(), 1);
        QVERIFY(show(*console.chat(), 0, "pending").toBool());
        console.selectDevice(s("rig"));
        QCOMPARE(console.commands()->openCount(), 1);

        Q_EMIT link.replied(s("1"), Outcome::refused(s("superseded"), s("It rose meanwhile.")));
        QVERIFY(!console.alerts()->isPending(console.alerts()->rowOf(s("a-1"))));
        QVERIFY(console.notices()->latestText().contains(s("It rose meanwhile.")));
        Outcome again = Outcome::done(s("m-1"));
        again.dup = true; // it was taken before: its event is in the picture
        Q_EMIT link.replied(s("2"), again);
        QCOMPARE(console.chat()->count(), 0);
        again.ref = s("k-1");
        Q_EMIT link.replied(s("3"), again);
        QCOMPARE(console.commands()->openCount(), 0);
        Q_EMIT link.replied(s("4"), Outcome::refused(s("forbidden"), s("You may not do this.")));
        QVERIFY(console.notices()->latestText().contains(s("You may not do this.")));
        link.pending.clear();
        Q_EMIT link.pendingRequestsChanged();
        QCOMPARE(pending.count(), 0);
        Q_EMIT link.trouble(s("The file cannot be read."));
        QCOMPARE(console.notices()->latestText(), s("The file cannot be read."));
    }
};

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    TestConsole test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_console.moc"
