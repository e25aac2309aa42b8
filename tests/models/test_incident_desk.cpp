// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/models/IncidentShift.h"

#include "models/domain/Channels.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace tocsin;
using namespace tocsin::samples;

/// What a dispatcher does in the workspace of an incident, from the call to the closing.
class TestIncidentDesk : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aCallIsShownOnceAndTheDeskIsTold()
    {
        Shift shift;
        shift.link.publish(call());
        QVERIFY(shift.link.asked.isEmpty()); // nobody can see the queue
        shift.desk().setShowing(true);
        QCOMPARE(shift.link.askedFor<MarkSeen>().size(), 1);
        QCOMPARE(shift.link.askedFor<MarkSeen>().constFirst().alertId, danasCall);
        shift.wait(1s);
        QCOMPARE(shift.link.asked.size(), 1); // once
        shift.answerAll();
        QVERIFY(shift.link.alerts.value(danasCall).incident->seenAt.has_value());
        shift.link.publish(call("p-2", "amir"));
        QCOMPARE(shift.link.askedFor<MarkSeen>().size(), 1);
    }

    void theListHasTheOpenOnesFirst()
    {
        Shift shift;
        IncidentListModel &list = *shift.desk().list();
        QAbstractItemModelTester tester(&list);
        QCOMPARE(list.count(), 0);
        Alert closed = call("p-0", "lena", noon - 1h);
        closed.cond = AlertCondition::Clear;
        closed.acked = true;
        closed.clearedAt = noon - 30min;
        closed.care.edit([](AlertCare &care) {
            care.disposition = Disposition::FalseAlarm;
            care.closedAt = noon - 30min;
        });
        Alert taken = call("p-2", "amir", noon - 10min);
        taken.acked = true;
        taken.incident.edit([](IncidentFacts &facts) { facts.stage = IncidentStage::OnScene; });
        taken.care.edit([](AlertCare &care) {
            care.ownerId = s("mo");
            care.ownerName = s("M. Ortiz");
        });
        for (const Alert &one : {closed, taken, call()})
            shift.link.publish(one);
        shift.link.publish(alert("a-1", "van-1", AlertLevel::Critical)); // no person's call
        QCOMPARE(column(list, "alertId"), s("p-1 p-2 p-0"));
        QCOMPARE(list.openCount(), 2);
        QCOMPARE(list.waitingCount(), 1);
        QCOMPARE(show(list, 0, "detailText").toString(), s("not acknowledged · nobody"));
        QCOMPARE(show(list, 1, "detailText").toString(), s("on scene · you"));
        QCOMPARE(show(list, 2, "detailText").toString(), s("false alarm · 11:30"));
        QCOMPARE(show(list, 1, "section").toString(), s("Open"));
        QCOMPARE(show(list, 2, "section").toString(), s("Closed today"));
        shift.wait(42s);
        QCOMPARE(show(list, 0, "ageText").toString(), s("00:42"));
    }

    void olderOnesComeFromTheArchivePageByPage()
    {
        Shift shift;
        IncidentListModel &list = *shift.desk().list();
        QAbstractItemModelTester tester(&list);
        list.loadMore();
        list.loadMore(); // it is asked already
        QCOMPARE(shift.link.askedAlerts.size(), 1);
        QVERIFY(list.loading());
        const AlertsQuery first = shift.link.askedAlerts.constFirst().query;
        QVERIFY(first.incidentsOnly && first.closedOnly && first.before.isEmpty());
        AlertsResult page;
        for (int i = 0; i < IncidentListModel::PageSize; ++i) {
            Alert old = call("", "dana", noon - std::chrono::hours(24 * (i + 2)));
            old.id = QStringLiteral("old-%1").arg(i);
            old.cond = AlertCondition::Clear;
            old.acked = true;
            old.clearedAt = old.raisedAt + 5min;
            page.alerts.append(old);
        }
        shift.link.answerAlerts(page);
        QCOMPARE(list.count(), IncidentListModel::PageSize);
        QVERIFY(list.more());
        QCOMPARE(show(list, 0, "section").toString(), s("Closed earlier"));
        shift.desk().open(s("old-7")); // the desk itself has forgotten it
        QCOMPARE(shift.desk().currentId(), s("old-7"));
        QCOMPARE(shift.text("stateText"), s("closed"));
        list.loadMore();
        QCOMPARE(shift.link.askedAlerts.constFirst().query.before, page.alerts.constLast().id);
        shift.link.answerAlerts({s("The archive is closed."), {}, 0});
        QCOMPARE(list.problem(), s("The archive is closed."));
        QVERIFY(list.more()); // it can be asked again
        list.loadMore();
        shift.link.answerAlerts({});
        QVERIFY(!list.more());
        QVERIFY(list.problem().isEmpty());
    }

    void aCallIsTakenAndItsStagesAreReachedOneByOne()
    {
        Shift shift;
        shift.link.publish(call());
        shift.desk().open(danasCall);
        QCOMPARE(shift.console.selectedAlertId(), danasCall); // everywhere
        QCOMPARE(shift.console.selectedDeviceId(), s("phone-dana"));
        QCOMPARE(shift.console.chat()->currentThread(), s("user/dana"));
        QCOMPARE(shift.text("name"), s("Dana R."));
        QCOMPARE(shift.text("subtitle"), s("panic button · silent · priority 5"));
        QCOMPARE(shift.text("stateText"), s("not acknowledged"));
        QCOMPARE(shift.text("ownerText"), s("nobody handles it"));
        shift.link.answerLog({});
        shift.wait(13s);
        shift.desk().setStage(1); // also says that somebody has it
        QVERIFY(shift.desk().busy());
        QCOMPARE(shift.link.asked.size(), 3);
        QVERIFY(std::holds_alternative<Acknowledge>(shift.link.asked[0].body));
        QVERIFY(std::get<HandleAlert>(shift.link.asked[1].body).verb == AlertVerb::Claim);
        QVERIFY(std::get<SetStage>(shift.link.asked[2].body).stage == IncidentStage::Contacting);
        QCOMPARE(shift.card().stage(), 0); // not before the event comes back
        shift.answerAll();
        QVERIFY(!shift.desk().busy());
        QCOMPARE(shift.card().stage(), 1);
        QCOMPARE(shift.text("stateText"), s("acknowledged"));
        QCOMPARE(shift.text("ownerText"), s("handled by you"));
        shift.wait(13s);
        shift.desk().setStage(2);
        shift.answerAll();
        QCOMPARE(shift.text("stateText"), s("responding"));
        const QStringList times = shift.card().property("stageTimes").toStringList();
        QCOMPARE(times, QStringList({s("12:00:00"), s("12:00:13 · you"), s("12:00:26 · you"), {}, {}, {}}));
        QCOMPARE(shift.titles(),
                 QStringList({s("Acknowledged"), s("Taken"), s("Stage: Contacting"), s("Stage: Dispatched")}));
        shift.desk().setStage(2); // there already
        shift.desk().setStage(5); // that is closing
        shift.desk().setStage(-1);
        QVERIFY(shift.link.asked.isEmpty());
    }

    void aRefusalIsSaid()
    {
        Shift shift;
        shift.link.publish(call());
        shift.desk().open(danasCall);
        shift.desk().confirmWell();
        shift.link.refuse(s("closed"), s("The alert is already over."));
        QCOMPARE(shift.console.notices()->latestText(),
                 s("The welfare check was not confirmed: The alert is already over."));
        QVERIFY(!shift.desk().busy());
    }

    void whatThePhoneSaysIsShownWithItsAge()
    {
        Shift shift;
        shift.link.publish(call());
        shift.desk().open(danasCall);
        QCOMPARE(shift.text("fixText"), s("no fix yet"));
        QCOMPARE(shift.reading("Last fix"), s("–"));
        QCOMPARE(shift.reading("Phone"), s("Fairphone 5 · Android 14"));
        QCOMPARE(shift.reading("Network"), s("LTE"));
        LatestReading fix = latest(s("phone-dana"), shift.now, {{channel::BatteryLevel, 64.0}});
        fix.position = Position{37.0571, -6.6049, {}, 12.0, 45.0, 5.0};
        fix.positionAt = shift.now;
        shift.link.hear({fix});
        shift.wait(3s);
        QCOMPARE(shift.text("fixText"), s("±12 m · fix 3 s ago · 64 %"));
        QCOMPARE(shift.reading("Moving"), s("5 km/h NE"));
        QVERIFY(!shift.card().property("fixOld").toBool());
        shift.wait(100s);
        shift.facts(AlertVerb::ContactLost, [](IncidentFacts &facts) { facts.contactLost = true; });
        QVERIFY(shift.card().property("fixOld").toBool());
        QCOMPARE(shift.reading("Last fix"), s("1 min ago")); // the last one stays, with its age
        QCOMPARE(shift.reading("Moving"), s("–"));
        QCOMPARE(shift.banners(), QStringList(s("Contact lost: nothing heard for 1 min. The map shows the last fix.")));
    }

    void aPhoneWithoutGpsSaysSo()
    {
        Shift shift;
        Alert blind = call();
        blind.incident.edit([](IncidentFacts &facts) {
            facts.gpsUnavailable = true;
            facts.address = s("Quay Road 7");
        });
        shift.link.publish(blind);
        shift.desk().open(danasCall);
        QCOMPARE(shift.text("fixText"), s("no GPS on the phone"));
        QCOMPARE(shift.reading("Last fix"), s("no GPS"));
        QCOMPARE(shift.banners(),
                 QStringList(s("The phone does not know where it is (no GPS). Told address: Quay Road 7")));
        QCOMPARE(shift.desk().units()->count(), 0);
    }

    void duressIsSaidAboveEverything()
    {
        Shift shift;
        Alert drill = call();
        drill.simulated = true;
        shift.link.publish(drill);
        shift.desk().open(danasCall);
        shift.facts(AlertVerb::Duress, [](IncidentFacts &facts) {
            facts.duress = true;
            facts.canceledAtSource = noon;
        });
        QCOMPARE(shift.banners().size(), 2);
        QCOMPARE(shift.banners().constFirst(), s("Simulated: nobody is in danger."));
        QVERIFY(shift.banners().constLast().startsWith(s("Duress: canceled with the duress PIN.")));
        QCOMPARE(show(*shift.card().banners(), 1, "label").toString(), s("emergency"));
        QCOMPARE(show(*shift.desk().list(), 0, "alarm").toString(), s("duress"));
    }

    void aCancelIsConfirmedBeforeItsTimeIsOver()
    {
        Shift shift;
        shift.link.publish(call());
        shift.desk().open(danasCall);
        shift.desk().acknowledge();
        shift.answerAll();
        shift.turns(AlertVerb::Cancel, [&](Alert &alert) {
            alert.cond = AlertCondition::Canceled;
            alert.latched = true;
            alert.incident.edit([&](IncidentFacts &facts) {
                facts.canceledAtSource = shift.now;
                facts.confirmBy = shift.now + 120s;
            });
        });
        shift.wait(18s);
        QVERIFY(shift.card().property("confirmWanted").toBool());
        QCOMPARE(shift.banners(),
                 QStringList(s("Canceled on the phone. Make sure that Dana R. is safe: 1:42 left, then it "
                               "is active again.")));
        shift.desk().confirmCancel();
        const auto closing = shift.link.askedFor<CloseAlert>();
        QCOMPARE(closing.size(), 1);
        QVERIFY(closing.constFirst().disposition == Disposition::CanceledConfirmed);
    }

    void theWelfareCheckCountsDown()
    {
        Shift shift;
        shift.link.publish(call());
        shift.desk().open(danasCall);
        shift.wait(92s);
        QCOMPARE(shift.text("welfareText"), s("Next check in 3:28."));
        QCOMPARE(shift.text("welfareDetail"), s("Two misses escalate to the top."));
        QVERIFY(qFuzzyCompare(shift.card().property("welfareShare").toDouble(), 208.0 / 300));
        shift.facts(
            AlertVerb::Welfare,
            [&](IncidentFacts &facts) {
                facts.welfareAsked = true;
                facts.welfareDue = shift.now + 42s;
            },
            s("asked"));
        QCOMPARE(shift.text("welfareText"), s("Asked. 0:42 left to answer."));
        shift.facts(AlertVerb::Welfare, [](IncidentFacts &facts) { facts.welfareMisses = 1; }, s("asked_again"));
        QCOMPARE(shift.text("welfareDetail"), s("One check missed; another miss escalates to the top."));
        shift.desk().confirmWell();
        QVERIFY(shift.link.askedFor<HandleAlert>().constFirst().verb == AlertVerb::Welfare);
        shift.answerAll();
        QCOMPARE(shift.text("welfareText"), s("Next check in 5:00."));
    }

    void theLogIsWholeAndOnlyGrows()
    {
        Shift shift;
        shift.link.publish(call());
        shift.desk().open(danasCall);
        IncidentLogModel &log = *shift.desk().log();
        QAbstractItemModelTester tester(&log);
        QVERIFY(log.loading());
        QCOMPARE(shift.link.askedLogs.size(), 1);
        QCOMPARE(shift.link.askedLogs.constFirst().query.alertId, danasCall);
        shift.desk().comment(s("  calm voice  "));
        shift.answerAll(); // comes before the archive has answered
        const qint64 seq = log.events().constLast().seq;
        AlertChange raised;
        raised.alert = call();
        AlertChange renewed;
        renewed.verb = AlertVerb::Claim;
        renewed.reason = s("renewed");
        renewed.alert = call();
        AuditRecord told{
            s("notify"), danasCall, s("sms (texts) to contact R. Varga (…34), step 0: delivered"), true, {}};
        AuditRecord other{s("notify"), s("p-9"), s("somebody else"), true, {}};
        shift.link.answerLog({{},
                              {Event{-4, noon, {Actor::Kind::User, s("dana"), s("Dana R."), {}}, {}, raised},
                               Event{-3, noon + 1s, {}, {}, told}, Event{-2, noon + 2s, {}, {}, other},
                               Event{-1, noon + 3s, lind(), {}, renewed}}});
        QVERIFY(!log.loading());
        QCOMPARE(shift.titles(), QStringList({s("Panic received"), s("Contact told"), s("calm voice")}));
        QCOMPARE(show(log, 0, "detail").toString(), s("12:00:00 · Dana R. · Button held, silent"));
        QCOMPARE(show(log, 1, "detail").toString(),
                 s("12:00:01 · sms (texts) to contact R. Varga (…34), step 0: delivered"));
        QCOMPARE(show(log, 2, "detail").toString(), s("12:00:00 · you"));
        QVERIFY(seq > 0);
        // The person's words belong to it, those of others do not.
        shift.link.publish(message("m-1", "dana", "someone is following me", noon + 8s));
        shift.link.publish(message("m-2", "amir", "hello", noon + 9s));
        QCOMPARE(log.count(), 4);
        QCOMPARE(shift.titles().constLast(), s("Dana R.: someone is following me"));
        QVERIFY(!shift.desk().comment(s("   ")));
    }

    void aLogThatCannotBeReadSaysSoAndIsAskedAgain()
    {
        Shift shift;
        shift.link.publish(call());
        shift.desk().open(danasCall);
        shift.link.answerLog({s("The server is away."), {}});
        QCOMPARE(shift.desk().log()->problem(), s("The server is away."));
        DeskSnapshot again;
        again.alerts = {call()};
        shift.link.open(again);
        QVERIFY(shift.desk().log()->problem().isEmpty());
        QCOMPARE(shift.link.askedLogs.size(), 1);
    }

    void whomToTellAndWhoWasTold()
    {
        Shift shift;
        shift.link.publish(call());
        shift.desk().open(danasCall);
        ContactListModel &contacts = *shift.desk().contacts();
        QAbstractItemModelTester tester(&contacts);
        QVERIFY(contacts.loading());
        QCOMPARE(shift.link.askedContacts.constFirst().query, s("dana"));
        EmergencyContact security{2, s("dana"), s("Campus security"), s("+00 555 01 34"), {}, {}, 2, noon};
        EmergencyContact partner{1, s("dana"), s("R. Varga"), {}, s("varga@example.org"), s("partner"), 1, noon};
        shift.link.answerContacts({ContactsAnswer::Code::Done, {security, partner}});
        QCOMPARE(contacts.count(), 2);
        QCOMPARE(show(contacts, 0, "name").toString(), s("R. Varga")); // first things first
        QCOMPARE(show(contacts, 0, "relation").toString(), s("partner"));
        QCOMPARE(show(contacts, 0, "mailUrl").toUrl(), QUrl(s("mailto:varga@example.org")));
        QVERIFY(show(contacts, 0, "callUrl").toUrl().isEmpty());
        QCOMPARE(show(contacts, 1, "callUrl").toUrl(), QUrl(s("tel:+005550134")));
        QCOMPARE(show(contacts, 1, "textUrl").toUrl(), QUrl(s("sms:+005550134")));
        QCOMPARE(show(contacts, 1, "toldText").toString(), QString());
        AuditRecord failed{
            s("notify"), danasCall, s("sms (texts) to contact Campus security (…34), step 0: no answer"), false, {}};
        AuditRecord told{
            s("notify"), danasCall, s("sms (texts) to contact Campus security (…34), step 0: delivered"), true, {}};
        shift.link.answerLog({{}, {Event{-2, noon, {}, {}, failed}}});
        QCOMPARE(show(contacts, 1, "toldText").toString(), s("not reached 12:00:00"));
        shift.link.publish({Event{1000, noon + 2s, {}, {}, told}});
        QCOMPARE(show(contacts, 1, "toldText").toString(), s("told 12:00:02"));
        QVERIFY(show(contacts, 1, "reached").toBool());
        // A colleague of the same name was shown it: that tells no contact.
        AuditRecord shown{
            s("notify"), danasCall, s("desktop (screen) to Campus security (campus), step 0: shown"), true, {}};
        shift.link.publish({Event{1002, noon + 9s, {}, {}, shown}});
        QCOMPARE(show(contacts, 1, "toldText").toString(), s("told 12:00:02"));
        QCOMPARE(shift.titles().constLast(), s("Notified"));
        QVERIFY(!ContactListModel::open(QUrl(s("file:///etc/passwd")))); // only what calls or writes
        ContactListModel::copy(s("+00 555 01 34"));
        QCOMPARE(QGuiApplication::clipboard()->text(), s("+00 555 01 34"));
        // Somebody else's: nothing of the first one stays.
        AlertChange another;
        another.alert = call("p-2", "amir");
        shift.link.publish({Event{1003, noon + 3s, {}, {}, another}});
        shift.desk().open(s("p-2"));
        QCOMPARE(contacts.count(), 0);
        shift.link.answerContacts({ContactsAnswer::Code::Busy, {}});
        QCOMPARE(contacts.problem(), s("The contacts cannot be read now."));
    }

    void theNearestUnitsAreVehiclesThatAreHeard()
    {
        Shift shift;
        shift.link.publish(call());
        shift.desk().open(danasCall);
        NearestUnitModel &units = *shift.desk().units();
        QAbstractItemModelTester tester(&units);
        QCOMPARE(units.count(), 0);
        const auto at = [&](const char *id, double latitude, double longitude) {
            LatestReading reading = latest(s(id), shift.now, {{channel::Speed, 40.0}});
            reading.position = Position{latitude, longitude, {}, {}, {}, 40.0};
            reading.positionAt = shift.now;
            return reading;
        };
        shift.link.hear(
            {at("phone-dana", 37.0, -6.0), at("van-1", 37.0, -5.97), at("van-2", 37.01, -6.0), at("rig", 37.0, -6.0)});
        shift.link.tell(QList<DevicePresence>{{s("van-1"), Presence::Online, shift.now},
                                              {s("van-2"), Presence::Online, shift.now}});
        shift.wait(6s);
        QCOMPARE(column(units, "deviceId"), s("van-2 van-1")); // not the rig, not the phone itself
        QCOMPARE(show(units, 0, "distanceText").toString(), s("1.1 km N"));
        QCOMPARE(show(units, 1, "distanceText").toString(), s("2.7 km E"));
        QCOMPARE(show(units, 0, "stateText").toString(), s("40 km/h · Delivery van"));
        // The order waits, the distances do not.
        shift.link.hear({at("van-1", 37.0, -5.999)});
        shift.wait(1s);
        QCOMPARE(column(units, "deviceId"), s("van-2 van-1"));
        QCOMPARE(show(units, 1, "distanceText").toString(), s("90 m E"));
        shift.wait(5s);
        QCOMPARE(column(units, "deviceId"), s("van-1 van-2"));
        shift.link.tell(QList<DevicePresence>{{s("van-1"), Presence::Stale, shift.now}});
        shift.wait(6s);
        QCOMPARE(column(units, "deviceId"), s("van-2 van-1")); // nobody knows where the silent one is
    }

    void distancesAndBearings_data()
    {
        QTest::addColumn<double>("latitude");
        QTest::addColumn<double>("longitude");
        QTest::addColumn<double>("metres");
        QTest::addColumn<double>("degrees");
        QTest::newRow("here") << 0.0 << 0.0 << 0.0 << 0.0;
        QTest::newRow("a degree north") << 1.0 << 0.0 << 111'195.0 << 0.0;
        QTest::newRow("a degree east") << 0.0 << 1.0 << 111'195.0 << 90.0;
        QTest::newRow("west, over the date line") << 0.0 << -1.0 << 111'195.0 << 270.0;
        QTest::newRow("the other side") << 0.0 << 180.0 << 20'015'115.0 << 90.0;
    }
    void distancesAndBearings()
    {
        QFETCH(double, latitude);
        QFETCH(double, longitude);
        QFETCH(double, metres);
        QFETCH(double, degrees);
        const Position from{0, 0, {}, {}, {}, {}};
        const Position to{latitude, longitude, {}, {}, {}, {}};
        QVERIFY(std::abs(distanceMetres(from, to) - metres) <= metres * 0.001);
        QVERIFY(std::abs(bearingDegrees(from, to) - degrees) < 0.001);
    }

    void closingWantsADispositionAndCanBeTakenBack()
    {
        Shift shift;
        shift.link.publish(call());
        shift.desk().open(danasCall);
        QVERIFY(!shift.desk().close(-1, s("done")));
        QCOMPARE(shift.console.notices()->latestText(), s("Choose how it ended."));
        QCOMPARE(shift.desk().dispositions().size(), 7);
        QVERIFY(shift.desk().close(0, s(" brought home ")));
        shift.answerAll();
        QVERIFY(!shift.card().property("open").toBool());
        QCOMPARE(shift.text("closedText"), s("Closed 12:00:00 by you: assisted. brought home"));
        shift.wait(18s);
        QVERIFY(shift.card().property("reopenable").toBool());
        QCOMPARE(shift.text("reopenText"), s("0:42"));
        shift.desk().reopen();
        shift.answerAll();
        QVERIFY(shift.card().property("open").toBool());
        QVERIFY(shift.desk().close(2, {}));
        shift.answerAll();
        shift.wait(61s);
        QVERIFY(!shift.card().property("reopenable").toBool());
    }

    void everybodySeesWhoHandlesIt()
    {
        Shift shift;
        shift.link.publish(call());
        shift.desk().open(danasCall);
        shift.desk().claim();
        shift.answerAll();
        QVERIFY(shift.card().isMine());
        QCOMPARE(show(*shift.console.people(), 0, "handlesText").toString(), s("Dana R."));
        const int before = shift.desk().log()->count();
        shift.desk().claim(); // the lease renewed
        shift.answerAll();
        QCOMPARE(shift.desk().log()->count(), before); // nobody reads of it
        shift.desk().release();
        shift.answerAll();
        QVERIFY(!shift.card().isMine());
        QCOMPARE(show(*shift.console.people(), 0, "handlesText").toString(), QString());
    }

    void oneIncidentIsHandedOverAndAnotherAccepted()
    {
        Shift shift;
        shift.link.publish(call());
        shift.desk().open(danasCall);
        QVERIFY(!shift.desk().transfer(-1, {}));
        QCOMPARE(shift.desk().handover()->candidates(), QStringList(s("J. Lind")));
        shift.desk().claim();
        QVERIFY(shift.desk().transfer(0, s("your street")));
        const HandleAlert offered = shift.link.askedFor<HandleAlert>().constLast();
        QCOMPARE(offered.toId, s("lind"));
        shift.answerAll();
        QCOMPARE(shift.text("offerText"), s("Offered to J. Lind by you: your street"));
        QVERIFY(shift.card().isMine());
        shift.turns(
            AlertVerb::Claim,
            [](Alert &alert) {
                alert.care.edit([](AlertCare &care) {
                    care.ownerId = s("lind");
                    care.ownerName = s("J. Lind");
                    care.offeredToId.clear();
                });
            },
            s("accepted"), lind());
        QVERIFY(!shift.card().isMine());
        QCOMPARE(shift.console.notices()->latestText(), s("J. Lind took over Dana R. · PANIC."));
        shift.turns(
            AlertVerb::Transfer,
            [](Alert &alert) {
                alert.care.edit([](AlertCare &care) {
                    care.offeredToId = s("mo");
                    care.offeredToName = s("M. Ortiz");
                    care.offeredBy = s("J. Lind");
                });
            },
            s("offered"), lind());
        QVERIFY(shift.card().property("offeredToMe").toBool());
        QVERIFY(!shift.desk().decline(s(" ")));
        QVERIFY(shift.desk().decline(s("on a call")));
        const HandleAlert declined = shift.link.askedFor<HandleAlert>().constLast();
        QVERIFY(declined.verb == AlertVerb::Release && declined.comment == s("on a call"));
        shift.answerAll();
        QVERIFY(!shift.card().property("offeredToMe").toBool());
    }

    void keysMoveInTheList()
    {
        Shift shift;
        shift.desk().move(1); // nothing there
        QVERIFY(shift.desk().currentId().isEmpty());
        shift.link.publish(call());
        shift.link.publish(call("p-2", "amir", noon + 1s));
        shift.desk().move(1);
        QCOMPARE(shift.desk().currentId(), danasCall);
        shift.desk().move(1);
        shift.desk().move(1);
        QCOMPARE(shift.desk().currentId(), s("p-2"));
        shift.desk().move(-5);
        QCOMPARE(shift.desk().currentId(), danasCall);
        shift.desk().leave();
        QVERIFY(!shift.card().property("valid").toBool());
        shift.console.selectAlert(s("p-2")); // anywhere
        QCOMPARE(shift.desk().currentId(), s("p-2"));
        shift.link.publish(alert("a-1", "van-1", AlertLevel::Critical));
        shift.console.selectAlert(s("a-1")); // no incident: the workspace stays
        QCOMPARE(shift.desk().currentId(), s("p-2"));
    }

    void anIncidentIsExported()
    {
        Shift shift;
        QTemporaryDir directory;
        shift.link.publish(call());
        shift.desk().open(danasCall);
        shift.desk().comment(s("=1+1, \"quoted\" <b>"));
        shift.answerAll();
        QObject::connect(&shift.console.files(), &FilePicker::asked, &shift.console,
                         [&](const FilePicker::Question &question) {
                             const QString path = directory.filePath(question.suggested);
                             shift.console.files().answer(question.id, {QUrl::fromLocalFile(path)});
                         });
        const auto saved = [&](const char *kind) {
            shift.desk().exportAs(s(kind));
            if (qstrcmp(kind, "gpx") == 0) {
                HistoryResult trail;
                trail.series = {{channel::Latitude, {{noon, 37.1}, {noon + 1s, 37.2}}},
                                {channel::Longitude, {{noon, -6.5}}}};
                shift.link.answerHistory(trail, int(shift.link.askedHistory.size()) - 1);
            }
            [&] { QTRY_COMPARE(shift.link.askedFor<NoteAudit>().size(), 1); }();
            const AuditRecord note = shift.link.askedFor<NoteAudit>().value(0).record;
            [&] { QCOMPARE(note.action + note.object, s("exportp-1")); }();
            shift.answerAll();
            QFile file(directory.filePath(s("incident-p-1.") + s(kind)));
            return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
        };
        const QString csv = saved("csv");
        QVERIFY(csv.contains(s("\"'=1+1, \"\"quoted\"\" <b>\",\"you\"")));
        const QString html = saved("html");
        QVERIFY(html.contains(s("=1+1, &quot;quoted&quot; &lt;b&gt;")));
        QVERIFY(html.contains(s("Dana R.")));
        const QString gpx = saved("gpx");
        QCOMPARE(gpx.count(s("<trkpt")), 1); // a place needs both
        QVERIFY(gpx.contains(s("lat=\"37.1000000\" lon=\"-6.5000000\"")));
    }
};

int main(int argc, char **argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication app(argc, argv);
    TestIncidentDesk test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_incident_desk.moc"
