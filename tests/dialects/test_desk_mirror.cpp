// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/ReplyBox.h"
#include "server/dialects/ServerFeed.h"
#include "tests/dialects/Fakes.h"

#include <QSignalSpy>
#include <QtTest>

#include <thread>

using namespace tocsin;

namespace {

Event eventOf(qint64 seq, EventBody body)
{
    Event event;
    event.seq = seq;
    event.body = std::move(body);
    return event;
}

AlertChange changeOf(const Alert &alert, AlertVerb verb = AlertVerb::Raise)
{
    return {verb, AlertState::Normal, stateOf(alert), alert};
}

ChatMessage lineOf(const QString &id, const QString &user, int second = 0)
{
    ChatMessage message;
    message.id = id;
    message.thread = chatThreadOfUser(user);
    message.text = id;
    message.at = fromEpochMillis(second * qint64(1000));
    return message;
}

Reading readingOf(const QString &device, const QString &channel, double value)
{
    Reading reading;
    reading.deviceId = device;
    reading.receivedAt = systemNow();
    reading.samples = {{channel, value}};
    return reading;
}

} // namespace

class TestDeskMirror : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nothingIsAppliedBeforeTheSnapshot();
    void eventsChangeTheMirrorAndAreSignalled();
    void knownEventsAreSkippedAndAGapAsksForASnapshot();
    void aSnapshotAfterAGapTellsWhatWasMissed();
    void closedAlertsAndLinesAreBounded();
    void anAlertBelongsToItsPersonAndTheOwners();
    void theFeedHandsOnInOrderOnItsOwnThread();
    void aStalledServerThreadFindsTheNewestOfEachDevice();
    void tooManyEventsEndInASnapshotNotInALoss();
    void aReplyComesHomeFromAnotherThread();
    void aReplyMayComeAfterTheBoxIsGone();
};

void TestDeskMirror::nothingIsAppliedBeforeTheSnapshot()
{
    DeskMirror mirror;
    QSignalSpy resync(&mirror, &DeskMirror::resyncNeeded);
    mirror.apply({eventOf(1, vehicleOf(QStringLiteral("v")))});
    QVERIFY(!mirror.isReady());
    QVERIFY(!mirror.device(QStringLiteral("v")));
    QCOMPARE(resync.count(), 0);
}

void TestDeskMirror::eventsChangeTheMirrorAndAreSignalled()
{
    DeskMirror mirror;
    QSignalSpy alerts(&mirror, &DeskMirror::alertChanged);
    QSignalSpy lines(&mirror, &DeskMirror::chatAdded);
    QSignalSpy devices(&mirror, &DeskMirror::deviceChanged);
    mirror.setSnapshot({});
    const QString van = QStringLiteral("van");
    Alert alert = alertOf(QStringLiteral("a1"), van);
    mirror.apply({eventOf(1, vehicleOf(van)), eventOf(2, changeOf(alert)),
                  eventOf(3, lineOf(QStringLiteral("m1"), QStringLiteral("anna")))});
    QCOMPARE(devices.count(), 1);
    QCOMPARE(alerts.count(), 1);
    QCOMPARE(lines.count(), 1);
    QVERIFY(mirror.device(van));
    QCOMPARE(mirror.openAlertsOf(van).size(), 1);
    QCOMPARE(mirror.openAlertsOf(QStringLiteral("bus")).size(), 0);
    QCOMPARE(mirror.lines(QStringLiteral("user/anna")).size(), 1);
    QCOMPARE(mirror.seq(), 3);

    alert.cond = AlertCondition::Clear;
    alert.acked = true;
    mirror.apply({eventOf(4, changeOf(alert, AlertVerb::Return))});
    QCOMPARE(mirror.openAlertCount(), 0);
    QVERIFY(mirror.alert(QStringLiteral("a1")));
    // Raised anew: open again.
    alert.cond = AlertCondition::Active;
    alert.acked = false;
    mirror.apply({eventOf(5, changeOf(alert))});
    QCOMPARE(mirror.openAlerts().size(), 1);

    mirror.applyPresence({{van, Presence::Online, fromEpochMillis(7)}});
    QVERIFY(mirror.presence(van)->presence == Presence::Online);
    QVERIFY(!mirror.presence(QStringLiteral("bus")));
}

void TestDeskMirror::knownEventsAreSkippedAndAGapAsksForASnapshot()
{
    DeskMirror mirror;
    DeskSnapshot snapshot;
    snapshot.seq = 10;
    mirror.setSnapshot(snapshot);
    QSignalSpy resync(&mirror, &DeskMirror::resyncNeeded);
    mirror.apply({eventOf(9, vehicleOf(QStringLiteral("old"))), eventOf(10, vehicleOf(QStringLiteral("old"))),
                  eventOf(11, vehicleOf(QStringLiteral("new")))});
    QVERIFY(!mirror.device(QStringLiteral("old")));
    QVERIFY(mirror.device(QStringLiteral("new")));
    QCOMPARE(resync.count(), 0);

    mirror.apply({eventOf(13, vehicleOf(QStringLiteral("late")))});
    mirror.apply({eventOf(14, vehicleOf(QStringLiteral("later")))});
    QCOMPARE(resync.count(), 1); // asked once
    QVERIFY(!mirror.device(QStringLiteral("late")));
    snapshot.seq = 14;
    mirror.setSnapshot(snapshot);
    mirror.apply({eventOf(15, vehicleOf(QStringLiteral("next")))});
    QVERIFY(mirror.device(QStringLiteral("next")));
}

void TestDeskMirror::aSnapshotAfterAGapTellsWhatWasMissed()
{
    const QString van = QStringLiteral("van");
    DeskMirror mirror;
    DeskSnapshot snapshot;
    Alert rises = alertOf(QStringLiteral("rises"), van);
    Alert same = alertOf(QStringLiteral("same"), van);
    Alert taken = alertOf(QStringLiteral("taken"), van);
    Alert ends = alertOf(QStringLiteral("ends"), van);
    snapshot.alerts = {rises, same, taken, ends};
    snapshot.messages = {lineOf(QStringLiteral("m1"), QStringLiteral("anna"), 1)};
    mirror.setSnapshot(snapshot);
    QSignalSpy alerts(&mirror, &DeskMirror::alertChanged);
    QSignalSpy lines(&mirror, &DeskMirror::chatAdded);

    rises.level = AlertLevel::Critical;
    taken.acked = true;
    ends.cond = AlertCondition::Clear;
    for (Alert *alert : {&rises, &taken, &ends})
        alert->revision = 2;
    snapshot.seq = 20;
    snapshot.alerts = {alertOf(QStringLiteral("new"), van), rises, same, taken, ends};
    snapshot.messages.append(lineOf(QStringLiteral("m2"), QStringLiteral("anna"), 2));
    mirror.setSnapshot(snapshot);

    QMap<QString, AlertVerb> told;
    for (const QList<QVariant> &call : alerts) {
        const auto change = call.first().value<AlertChange>();
        told.insert(change.alert.id, change.verb);
    }
    const QMap<QString, AlertVerb> expected{{QStringLiteral("new"), AlertVerb::Raise},
                                            {QStringLiteral("rises"), AlertVerb::LevelChange},
                                            {QStringLiteral("taken"), AlertVerb::Acknowledge},
                                            {QStringLiteral("ends"), AlertVerb::Return}};
    QVERIFY(told == expected);
    QCOMPARE(lines.count(), 1);
    QCOMPARE(lines.first().first().value<ChatMessage>().id, QStringLiteral("m2"));
}

void TestDeskMirror::closedAlertsAndLinesAreBounded()
{
    DeskMirror mirror;
    mirror.setSnapshot({});
    QList<Event> events;
    for (int i = 1; i <= 600; ++i) {
        Alert alert = alertOf(QString::number(i), QStringLiteral("v"));
        alert.cond = AlertCondition::Clear;
        alert.acked = true;
        events.append(eventOf(i, changeOf(alert, AlertVerb::Return)));
    }
    for (int i = 601; i <= 700; ++i)
        events.append(eventOf(i, lineOf(QString::number(i), QStringLiteral("anna"), i)));
    mirror.apply(events);
    QVERIFY(!mirror.alert(QStringLiteral("100")));
    QVERIFY(mirror.alert(QStringLiteral("101")));
    QCOMPARE(mirror.lines(QStringLiteral("user/anna")).size(), DeskMirror::maxLinesPerThread);
    QCOMPARE(mirror.lines(QStringLiteral("user/anna")).last().id, QStringLiteral("700"));
}

void TestDeskMirror::anAlertBelongsToItsPersonAndTheOwners()
{
    DeskMirror mirror;
    DeskSnapshot snapshot;
    snapshot.devices = {vehicleOf(QStringLiteral("owned"), {QStringLiteral("anna"), QStringLiteral("ben")}),
                        vehicleOf(QStringLiteral("free"))};
    mirror.setSnapshot(snapshot);
    Alert alert = alertOf(QStringLiteral("a"), QStringLiteral("owned"));
    QCOMPARE(mirror.recipientsOf(alert), (QStringList{QStringLiteral("anna"), QStringLiteral("ben")}));
    alert.userId = QStringLiteral("ben");
    QCOMPARE(mirror.recipientsOf(alert), (QStringList{QStringLiteral("ben"), QStringLiteral("anna")}));
    QVERIFY(mirror.recipientsOf(alertOf(QStringLiteral("b"), QStringLiteral("free"))).isEmpty());
    QVERIFY(mirror.recipientsOf(alertOf(QStringLiteral("c"), QStringLiteral("nobody"))).isEmpty());
}

void TestDeskMirror::theFeedHandsOnInOrderOnItsOwnThread()
{
    DeskMirror mirror;
    ServerFeed feed(mirror);
    QStringList seen;
    QThread *const home = QThread::currentThread();
    connect(&feed, &ServerFeed::readings, this, [&](const QList<Reading> &readings) {
        QCOMPARE(QThread::currentThread(), home);
        // The event that introduced the device came first.
        QVERIFY(mirror.device(QStringLiteral("v")));
        for (const Reading &reading : readings)
            seen.append(reading.samples.first().channel);
    });
    std::thread([&feed] {
        feed.takeSnapshot({});
        feed.takeReadings({readingOf(QStringLiteral("v"), QStringLiteral("a"), 1)});
        feed.takeEvents({eventOf(1, vehicleOf(QStringLiteral("v")))});
        feed.takePresence({{QStringLiteral("v"), Presence::Online, {}}});
        feed.takeReadings({readingOf(QStringLiteral("v"), QStringLiteral("b"), 2),
                           readingOf(QStringLiteral("w"), QStringLiteral("c"), 3)});
        feed.takeReadings({});
    }).join();
    QVERIFY(seen.isEmpty());
    QCoreApplication::processEvents();
    QCOMPARE(seen, (QStringList{QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}));
    QCOMPARE(feed.flow().total(), 3);
    QVERIFY(mirror.presence(QStringLiteral("v")));
    QCOMPARE(feed.droppedReadings(), 0);
}

void TestDeskMirror::aStalledServerThreadFindsTheNewestOfEachDevice()
{
    DeskMirror mirror;
    ServerFeed feed(mirror, {2, 2, 10});
    QList<Reading> seen;
    connect(&feed, &ServerFeed::readings, this, [&](const QList<Reading> &readings) { seen = readings; });
    const QString v = QStringLiteral("v");
    const QString speed = QStringLiteral("speed");
    feed.takeReadings({readingOf(v, speed, 1), readingOf(v, speed, 2)}); // both in order
    for (int i = 3; i <= 1000; ++i)
        feed.takeReadings({readingOf(v, speed, i)});
    feed.takeReadings({readingOf(v, QStringLiteral("fuel"), 7)});
    feed.takeReadings({readingOf(QStringLiteral("w"), speed, 5)});
    feed.takeReadings({readingOf(QStringLiteral("x"), speed, 6)}); // no room for a third device
    QCoreApplication::processEvents();
    QCOMPARE(seen.size(), 4);
    QVERIFY(seen.at(0).number(speed) == 1.0);
    QVERIFY(seen.at(1).number(speed) == 2.0);
    QVERIFY(seen.at(2).number(speed) == 1000.0); // nothing of the newest is lost
    QVERIFY(seen.at(2).number(QStringLiteral("fuel")) == 7.0);
    QCOMPARE(seen.at(3).deviceId, QStringLiteral("w"));
    QCOMPARE(feed.conflatedReadings(), 998);
    QCOMPARE(feed.droppedReadings(), 1);
}

void TestDeskMirror::tooManyEventsEndInASnapshotNotInALoss()
{
    DeskMirror mirror;
    mirror.setSnapshot({});
    ServerFeed feed(mirror, {10, 10, 3});
    QSignalSpy resync(&mirror, &DeskMirror::resyncNeeded);
    for (int i = 1; i <= 5; ++i)
        feed.takeEvents({eventOf(i, vehicleOf(QString::number(i)))});
    QCoreApplication::processEvents();
    QCOMPARE(resync.count(), 1);
    QVERIFY(!mirror.device(QStringLiteral("1")));
    feed.takeEvents({eventOf(6, vehicleOf(QStringLiteral("6")))});
    DeskSnapshot snapshot;
    snapshot.seq = 5;
    for (int i = 1; i <= 5; ++i)
        snapshot.devices.append(vehicleOf(QString::number(i)));
    feed.takeSnapshot(snapshot);
    QCoreApplication::processEvents();
    QCOMPARE(mirror.devices().size(), 6);
    QCOMPARE(mirror.seq(), 6);
    QCOMPARE(resync.count(), 1);
}

void TestDeskMirror::aReplyComesHomeFromAnotherThread()
{
    ReplyBox box;
    QString ref;
    const std::function<void(const Outcome &)> handler = [&](const Outcome &outcome) {
        QCOMPARE(QThread::currentThread(), box.thread());
        ref += outcome.ref;
    };
    const auto reply = box.expect<Outcome>(handler);
    QCOMPARE(box.waiting(), 1);
    std::thread([reply] {
        reply(Outcome::done(QStringLiteral("once")));
        reply(Outcome::done(QStringLiteral("twice")));
    }).join();
    QVERIFY(ref.isEmpty());
    QCoreApplication::processEvents();
    QCOMPARE(ref, QStringLiteral("once"));
    QCOMPARE(box.waiting(), 0);
}

void TestDeskMirror::aReplyMayComeAfterTheBoxIsGone()
{
    auto box = std::make_unique<ReplyBox>();
    bool ran = false;
    auto dropped = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = dropped;
    const std::function<void(const Outcome &)> handler = [&ran, dropped = std::move(dropped)](const Outcome &) {
        ran = true;
    };
    const auto early = box->expect<Outcome>(handler);
    const auto late = box->expect<Outcome>([&ran](const Outcome &) { ran = true; });
    early(Outcome::done({}));
    box.reset();
    std::thread([late] { late(Outcome::done({})); }).join();
    QCoreApplication::processEvents();
    QVERIFY(!ran);
    QCOMPARE(watch.use_count(), 1L); // the box kept nothing; `handler` here still does
}

QTEST_GUILESS_MAIN(TestDeskMirror)
#include "test_desk_mirror.moc"
