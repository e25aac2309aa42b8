// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertListModel.h"
#include "models/AlertQueueModel.h"
#include "models/domain/Channels.h"

#include "tests/models/Samples.h"
#include "tests/support/FakeDeskLink.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace tocsin;
using namespace tocsin::samples;

namespace {
/// A link, the alerts and the queue, with the clock in the test's hand.
struct Desk
{
    TimePoint now = noon;
    FakeDeskLink link;
    AlertListModel alerts{link, ModelClock{[this] { return now; }, QTimeZone::utc()}};
    AlertQueueModel queue{alerts};
    QAbstractItemModelTester alertsTester{&alerts};
    QAbstractItemModelTester queueTester{&queue};

    Desk()
    {
        QObject::connect(&link, &DeskLink::events, &alerts, [this](const QList<Event> &events) {
            for (const Event &event : events)
                alerts.apply(std::get<AlertChange>(event.body).alert, now);
            queue.refreshAges(now);
        });
        QObject::connect(&link, &DeskLink::replied, &alerts, &AlertListModel::takeReply);
    }
    void raise(const Alert &alert) { link.publish(alert); }
    QString order() const { return column(queue, "alertId"); }
    QString detail(const char *id) const { return show(alerts, alerts.rowOf(s(id)), "detailText").toString(); }
    bool pending(const char *id) const { return show(alerts, alerts.rowOf(s(id)), "pending").toBool(); }
};

Alert closed(Alert alert)
{
    alert.acked = true;
    alert.cond = AlertCondition::Clear;
    alert.clearedAt = alert.raisedAt + 90s;
    ++alert.revision;
    return alert;
}
} // namespace

class TestAlerts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void acknowledgingIsARequestUntilTheEventComes()
    {
        Desk desk;
        Alert alert = samples::alert("1", "u7", AlertLevel::Critical);
        alert.occurrence = 3;
        desk.raise(alert);
        QVERIFY(desk.alerts.acknowledge(s("1")));
        QVERIFY(desk.pending("1"));
        QCOMPARE(desk.detail("1"), s("acknowledging…"));
        QCOMPARE(show(desk.alerts, 0, "acknowledged").toBool(), false);
        // It names what was on the screen.
        const auto request = std::get<Acknowledge>(desk.link.asked.first().body);
        QCOMPARE(request.alertId, s("1"));
        QCOMPARE(request.occurrence, 3);
        QVERIFY(request.seenLevel == AlertLevel::Critical);
        // A second press asks nothing more.
        QVERIFY(!desk.alerts.acknowledge(s("1")));
        QCOMPARE(desk.link.asked.size(), 1);
        desk.link.accept(noon + 5s);
        QVERIFY(!desk.pending("1"));
        QCOMPARE(show(desk.alerts, 0, "acknowledged").toBool(), true);
        QCOMPARE(desk.detail("1"), s("acknowledged · you · raised 3 times"));
        QVERIFY(!desk.alerts.acknowledge(s("1")));
    }

    void theOrderOfReplyAndEventDoesNotMatter()
    {
        Desk desk;
        desk.raise(alert("1", "u7", AlertLevel::Warning));
        desk.alerts.acknowledge(s("1"));
        const auto request = desk.link.stall();
        desk.link.replyTo(request, Outcome::done(s("1")));
        QVERIFY(desk.pending("1")); // yes, but the event is what counts
        desk.link.publishEventOf(request, noon);
        QVERIFY(!desk.pending("1"));
        QCOMPARE(show(desk.alerts, 0, "alertState").toInt(), int(AlertListModel::Acknowledged));
    }

    void aRefusalIsSaidAndTheRowStays()
    {
        Desk desk;
        QSignalSpy refused(&desk.alerts, &AlertListModel::refused);
        desk.raise(alert("1", "Unit 07", AlertLevel::Warning));
        desk.alerts.acknowledge(s("1"));
        desk.link.refuse(s("superseded"), s("It rose to critical meanwhile."));
        QVERIFY(!desk.pending("1"));
        QCOMPARE(desk.detail("1"), s("unacknowledged"));
        QCOMPARE(refused.count(), 1);
        QCOMPARE(refused[0][0].toString(), s("Unit 07 HIGH_RPM was not acknowledged: It rose to critical meanwhile."));
        QVERIFY(desk.alerts.acknowledge(s("1"))); // and may be tried again
        desk.link.acceptUnchanged();
        QVERIFY(!desk.pending("1"));
        QCOMPARE(refused.count(), 1);
    }

    void aReplyToSomebodyElseIsNotTaken()
    {
        Desk desk;
        QVERIFY(!desk.alerts.takeReply(s("r99"), Outcome::refused(s("forbidden"), s("No."))));
        QVERIFY(!desk.alerts.acknowledge(s("unknown")));
        QVERIFY(!desk.alerts.acknowledge(QString()));
        QVERIFY(desk.link.asked.isEmpty());
    }

    void anAlertThatRisesWhileAcknowledgedIsUnderWayStaysPendingUntilTheAnswer()
    {
        Desk desk;
        Alert alert = samples::alert("1", "u7", AlertLevel::Warning);
        desk.raise(alert);
        desk.alerts.acknowledge(s("1"));
        alert.level = AlertLevel::Critical;
        ++alert.revision;
        desk.raise(alert);
        QVERIFY(desk.pending("1"));
        QCOMPARE(show(desk.alerts, 0, "level").toInt(), int(AlertListModel::Critical));
        desk.link.refuse(s("superseded"), QString());
        QVERIFY(!desk.pending("1"));
    }

    void anOvertakenChangeChangesNothing()
    {
        Desk desk;
        Alert alert = samples::alert("1", "u7", AlertLevel::Warning);
        alert.revision = 5;
        alert.count = 5;
        desk.raise(alert);
        alert.revision = 4;
        alert.count = 4;
        desk.raise(alert);
        QCOMPARE(show(desk.alerts, 0, "violations").toInt(), 5);
    }

    void whatIsPendingSurvivesASnapshot()
    {
        Desk desk;
        const Alert one = alert("1", "u7", AlertLevel::Warning);
        Alert two = alert("2", "u8", AlertLevel::Warning);
        desk.raise(one);
        desk.raise(two);
        desk.alerts.acknowledge(s("1"));
        desk.alerts.acknowledge(s("2"));
        two.acked = true; // came through before the connection was lost
        desk.alerts.reset({one, two}, noon);
        QVERIFY(desk.pending("1"));
        QVERIFY(!desk.pending("2"));
        desk.link.refuse(s("overloaded"), s("Too much."));
        QVERIFY(!desk.pending("1"));
    }

    void theDetailLineIsASentenceForPeople_data()
    {
        QTest::addColumn<Alert>("input");
        QTest::addColumn<QString>("text");
        Alert a = alert("1", "u7", AlertLevel::Warning);
        QTest::newRow("plain") << a << s("unacknowledged");
        a.count = 3;
        QTest::newRow("repeated") << a << s("unacknowledged · ×3");
        a.cond = AlertCondition::Clearing;
        QTest::newRow("clearing") << a << s("unacknowledged · ×3 · settling");
        a.cond = AlertCondition::Clear;
        a.count = 2;
        QTest::newRow("returned") << a << s("returned, not acknowledged · ×2 · back to normal");
        a.channel = channel::BatteryVoltage;
        a.unit = s("V");
        a.value = 12.4;
        QTest::newRow("returned with value") << a << s("returned, not acknowledged · ×2 · back to normal 12.4 V");
        a = alert("1", "u7", AlertLevel::Critical);
        a.acked = true;
        a.ackedBy = s("Someone Else");
        QTest::newRow("taken") << a << s("acknowledged · Someone Else");
        a.ackedBy = s("mo");
        QTest::newRow("taken by me") << a << s("acknowledged · you");
        a.ackedBy.clear();
        QTest::newRow("taken by nobody known") << a << s("acknowledged");
        a.quality = AlertQuality::Stale;
        QTest::newRow("silent source") << a << s("acknowledged · source silent");
        a = panic("1", "dana");
        a.cond = AlertCondition::Canceled;
        QTest::newRow("canceled panic") << a << s("canceled by the caller, not acknowledged");
        a.acked = true;
        QTest::newRow("closed") << a << s("closed");
    }
    void theDetailLineIsASentenceForPeople()
    {
        QFETCH(Alert, input);
        Desk desk;
        desk.raise(input);
        QTEST(desk.detail("1"), "text");
    }

    void agesCountUpAndStopWhenItIsOver()
    {
        Desk desk;
        desk.raise(alert("1", "u7", AlertLevel::Warning, noon - 3599s));
        desk.raise(alert("2", "u8", AlertLevel::Warning, noon));
        QCOMPARE(show(desk.alerts, 0, "ageText").toString(), s("59:59"));
        QSignalSpy changes(&desk.alerts, &AlertListModel::dataChanged);
        desk.alerts.refreshAges(noon + 1s);
        QCOMPARE(changes.count(), 1); // neighbours together, age only
        QCOMPARE(changes[0][2].value<QList<int>>(), (QList<int>{AlertListModel::AgeTextRole}));
        QCOMPARE(column(desk.alerts, "ageText"), s("1:00:00 00:01"));
        changes.clear();
        desk.alerts.refreshAges(noon + 1s);
        QCOMPARE(changes.count(), 0);
        desk.raise(closed(alert("2", "u8", AlertLevel::Warning, noon)));
        desk.alerts.refreshAges(noon + 1h);
        QCOMPARE(show(desk.alerts, 1, "ageText").toString(), s("01:30"));
        QCOMPARE(show(desk.alerts, 1, "open").toBool(), false);
    }

    void onlyTheNewestThousandClosedAreKept()
    {
        Desk desk;
        desk.raise(alert("open", "u1", AlertLevel::Warning, noon - 1h));
        for (int i = 0; i < AlertListModel::MaxClosed + 5; ++i)
            desk.raise(closed(alert(qPrintable(s("c%1").arg(i)), "u2", AlertLevel::Info, noon + i * 1s)));
        QCOMPARE(desk.alerts.count(), AlertListModel::MaxClosed + 1);
        QCOMPARE(desk.alerts.rowOf(s("open")), 0);
        QCOMPARE(desk.alerts.rowOf(s("c4")), -1);
        QCOMPARE(desk.alerts.rowOf(s("c5")), 1);
        QCOMPARE(desk.alerts.rowOf(s("c1004")), AlertListModel::MaxClosed);
    }

    void rolesShowTheFacts()
    {
        Desk desk;
        Alert p = panic("p", "dana");
        p.position = position(48.1, 11.5);
        p.title = s("Panic");
        p.simulated = true;
        desk.raise(p);
        QCOMPARE(show(desk.alerts, 0, "sourceName").toString(), s("Dana R."));
        QCOMPARE(show(desk.alerts, 0, "message").toString(), s("Panic")); // for want of a message
        QCOMPARE(show(desk.alerts, 0, "level").toInt(), int(AlertListModel::Emergency));
        QCOMPARE(show(desk.alerts, 0, "isIncident").toBool(), true);
        QCOMPARE(show(desk.alerts, 0, "hasPosition").toBool(), true);
        QCOMPARE(show(desk.alerts, 0, "latitude").toDouble(), 48.1);
        QCOMPARE(show(desk.alerts, 0, "raisedText").toString(), s("12:00:00"));
        QCOMPARE(show(desk.alerts, 0, "simulated").toBool(), true);
        QCOMPARE(show(desk.alerts, 0, "userId").toString(), s("dana"));
        for (const QByteArray &role : desk.alerts.roleNames())
            QVERIFY2(show(desk.alerts, 0, role.constData()).isValid(), role.constData());
    }

    void theQueueShowsWhatWantsTheDispatcherFirst()
    {
        Desk desk;
        Alert taken = alert("taken", "a", AlertLevel::Critical, noon - 1h);
        taken.acked = true;
        Alert back = alert("back", "b", AlertLevel::Warning, noon - 30min);
        back.cond = AlertCondition::Clear;
        desk.raise(taken);
        desk.raise(back);
        desk.raise(alert("info", "c", AlertLevel::Info, noon - 2h));
        desk.raise(alert("young", "d", AlertLevel::Warning, noon - 1s));
        desk.raise(alert("old", "e", AlertLevel::Warning, noon - 20min));
        desk.raise(alert("critical", "f", AlertLevel::Critical));
        desk.raise(panic("panic", "dana"));
        desk.raise(closed(alert("closed", "g", AlertLevel::Critical)));
        QCOMPARE(desk.order(), s("panic critical old young back info taken"));
        QCOMPARE(desk.queue.unackEmergency(), 1);
        QCOMPARE(desk.queue.unackCritical(), 1);
        QCOMPARE(desk.queue.unackWarning(), 3);
        QCOMPARE(desk.queue.unackInfo(), 1);
        QCOMPARE(desk.queue.waiting(), 6);
        QCOMPARE(desk.queue.acknowledged(), 1);
        QCOMPARE(desk.queue.oldestWaitingId(), s("info"));
        QCOMPARE(desk.queue.oldestWaitingText(), s("2:00:00"));
        desk.queue.refreshAges(noon + 1s);
        QCOMPARE(desk.queue.oldestWaitingText(), s("2:00:01"));
        // Acknowledged: below those that wait.
        desk.alerts.acknowledge(s("critical"));
        QCOMPARE(desk.order(), s("panic critical old young back info taken"));
        desk.link.accept(noon);
        QCOMPARE(desk.order(), s("panic old young back info taken critical"));
    }

    void whatIsShelvedWaitsForNobody()
    {
        Desk desk;
        Alert shelved = alert("shelved", "a", AlertLevel::Critical, noon - 1h);
        shelved.hold = AlertHold::Shelved;
        desk.raise(shelved);
        desk.raise(alert("warning", "b", AlertLevel::Warning));
        QCOMPARE(desk.order(), s("warning"));
        QCOMPARE(desk.queue.setAside(), 1);
        QCOMPARE(desk.queue.unackCritical(), 0);
        QCOMPARE(desk.queue.waiting(), 1);
        QCOMPARE(desk.queue.acknowledged(), 0);
        QCOMPARE(desk.queue.oldestWaitingId(), s("warning"));
    }

    void anEmptyQueueWaitsForNothing()
    {
        Desk desk;
        QCOMPARE(desk.queue.count(), 0);
        QCOMPARE(desk.queue.waiting(), 0);
        QCOMPARE(desk.queue.oldestWaitingText(), QString());
        desk.queue.setHeld(true);
        QCOMPARE(desk.queue.heldBack(), 0);
        QCOMPARE(desk.queue.heldBackLevel(), -1);
        QCOMPARE(desk.queue.alertIdAt(0), QString());
        QCOMPARE(desk.queue.rowOf(s("x")), -1);
    }

    void aHeldQueueKeepsEveryRowWhereItIs()
    {
        Desk desk;
        desk.raise(alert("a", "a", AlertLevel::Warning, noon));
        desk.raise(alert("b", "b", AlertLevel::Warning, noon + 1s));
        desk.queue.setHeld(true);
        QSignalSpy moves(&desk.queue, &AlertQueueModel::rowsMoved);
        QSignalSpy inserts(&desk.queue, &AlertQueueModel::rowsInserted);
        QSignalSpy removes(&desk.queue, &AlertQueueModel::rowsRemoved);
        desk.raise(panic("p", "dana", noon + 2s));
        desk.raise(alert("c", "c", AlertLevel::Critical, noon + 3s));
        Alert b = alert("b", "b", AlertLevel::Critical, noon + 1s); // would move up
        b.revision = 2;
        desk.raise(b);
        desk.raise(closed(alert("a", "a", AlertLevel::Warning, noon))); // would leave
        QCOMPARE(desk.order(), s("a b"));
        QCOMPARE(moves.count() + inserts.count() + removes.count(), 0);
        QCOMPARE(show(desk.queue, 0, "alertState").toInt(), int(AlertListModel::Normal)); // but the row says so
        QCOMPARE(show(desk.queue, 1, "level").toInt(), int(AlertListModel::Critical));
        QCOMPARE(desk.queue.heldBack(), 2);
        QCOMPARE(desk.queue.heldBackLevel(), int(AlertListModel::Emergency));
        QCOMPARE(desk.queue.unackEmergency(), 1); // counters do not wait
        // One that comes and goes meanwhile is not announced.
        desk.raise(closed(alert("c", "c", AlertLevel::Critical, noon + 3s)));
        QCOMPARE(desk.queue.heldBack(), 1);
        desk.queue.setHeld(false);
        QCOMPARE(desk.order(), s("p b"));
        QCOMPARE(desk.queue.heldBack(), 0);
    }

    void theNewOnesCanBeShownWithoutLettingGo()
    {
        Desk desk;
        desk.raise(alert("a", "a", AlertLevel::Warning));
        desk.queue.setHeld(true);
        desk.raise(alert("b", "b", AlertLevel::Critical));
        QCOMPARE(desk.queue.heldBack(), 1);
        desk.queue.showHeldBack();
        QCOMPARE(desk.order(), s("b a"));
        QCOMPARE(desk.queue.heldBack(), 0);
        desk.raise(alert("c", "c", AlertLevel::Critical));
        QCOMPARE(desk.order(), s("b a"));
        QCOMPARE(desk.queue.heldBack(), 1);
    }

    void aCountFiltersAndTheSameAgainShowsAll()
    {
        Desk desk;
        QSignalSpy changed(&desk.queue, &AlertQueueModel::levelFilterChanged);
        desk.raise(alert("w", "a", AlertLevel::Warning));
        desk.raise(alert("c", "b", AlertLevel::Critical));
        desk.queue.toggleLevelFilter(AlertListModel::Warning);
        QCOMPARE(desk.order(), s("w"));
        QCOMPARE(desk.queue.unackCritical(), 1);
        // A cry for help is never filtered away.
        desk.raise(panic("p", "dana"));
        QCOMPARE(desk.order(), s("p w"));
        desk.queue.toggleLevelFilter(AlertListModel::Critical);
        QCOMPARE(desk.order(), s("p c"));
        desk.queue.toggleLevelFilter(AlertListModel::Critical);
        QCOMPARE(desk.order(), s("p c w"));
        QCOMPARE(desk.queue.levelFilter(), -1);
        QCOMPARE(changed.count(), 3);
        desk.queue.setLevelFilter(99);
        QCOMPARE(desk.queue.levelFilter(), int(AlertListModel::Emergency));
    }
};

QTEST_GUILESS_MAIN(TestAlerts)
#include "test_alerts.moc"
