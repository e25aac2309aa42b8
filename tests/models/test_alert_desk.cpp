// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertDesk.h"
#include "tests/models/Samples.h"
#include "tests/support/FakeDeskLink.h"

#include <QAbstractItemModelTester>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTest>

using namespace tocsin;
using namespace tocsin::samples;

namespace {

/// The desk's alerts behind a console, as Console hands them on.
struct Bench
{
    FakeDeskLink link;
    TimePoint now = noon;
    ModelClock clock{[this] { return now; }, QTimeZone(3600)};
    FilePicker files;
    AlertListModel alerts{link, clock};
    AlertQueueModel queue{alerts};
    AlertDesk desk{link, alerts, queue, files, clock};
    QStringList refusals;
    QStringList said;

    explicit Bench(const QList<Alert> &open = {})
    {
        QObject::connect(&link, &DeskLink::snapshot, &desk, [this](const DeskSnapshot &snapshot) {
            alerts.reset(snapshot.alerts, now);
            desk.reset(snapshot.alerts, now);
        });
        QObject::connect(&link, &DeskLink::events, &desk, [this](const QList<Event> &events) {
            for (const Event &event : events) {
                if (const auto *change = std::get_if<AlertChange>(&event.body))
                    alerts.apply(change->alert, now);
                desk.take(event, now);
            }
            desk.finish();
        });
        QObject::connect(&link, &DeskLink::replied, &desk, [this](const QString &id, const Outcome &outcome) {
            if (!alerts.takeReply(id, outcome))
                (void)desk.takeReply(id, outcome);
        });
        QObject::connect(&desk, &AlertDesk::refused, &desk, [this](const QString &text) { refusals.append(text); });
        QObject::connect(&desk, &AlertDesk::said, &desk, [this](const QString &text) { said.append(text); });
        QObject::connect(&desk, &AlertDesk::picked, &desk, [this](const QString &id) { desk.select(id); });
        DeskSnapshot snapshot;
        snapshot.alerts = open;
        link.open(snapshot);
    }

    /// The desk did it: what changed comes back, then the answer to the oldest request.
    void accept(const std::function<void(Alert &)> &change, AlertVerb verb)
    {
        const auto asked = link.stall();
        const QString id = idOf(asked.body);
        Alert alert = link.alerts.value(id);
        change(alert);
        ++alert.revision;
        link.publish(alert, verb);
        link.replyTo(asked, Outcome::done(id));
    }

    static QString idOf(const RequestBody &body)
    {
        if (const auto *acknowledge = std::get_if<Acknowledge>(&body))
            return acknowledge->alertId;
        if (const auto *close = std::get_if<CloseAlert>(&body))
            return close->alertId;
        if (const auto *handle = std::get_if<HandleAlert>(&body))
            return handle->alertId;
        return {};
    }

    void pass(Duration time, Duration step = 1s)
    {
        for (const TimePoint end = now + time; now < end;) {
            now += step;
            desk.tick(now);
        }
    }

    [[nodiscard]] QString rows() { return column(*desk.table(), "alertId"); }
};

Alert held(const char *id, AlertHold hold)
{
    Alert a = alert(id, "van", AlertLevel::Warning);
    a.hold = hold;
    a.care.edit([](AlertCare &care) {
        care.heldBy = s("Dana");
        care.holdReason = s("painting");
        care.heldUntil = noon + 1h;
    });
    return a;
}

Alert closed(const char *id, TimePoint raisedAt = noon - 1h)
{
    Alert a = alert(id, "van", AlertLevel::Warning, raisedAt);
    a.cond = AlertCondition::Clear;
    a.acked = true;
    a.clearedAt = raisedAt + 5min;
    return a;
}

} // namespace

class TestAlertDesk : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void eachTabHasItsAlertsAndSaysHowMany()
    {
        Bench bench({alert("a", "van", AlertLevel::Critical), held("s", AlertHold::Shelved),
                     held("i", AlertHold::Suppressed), held("o", AlertHold::OutOfService), closed("c")});
        QAbstractItemModelTester tester(bench.desk.table(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        AlertTable &table = *bench.desk.table();
        QCOMPARE(bench.desk.tabTexts().join(QLatin1Char('|')),
                 s("Active 1|Shelved 1|Suppressed 1|Out of service 1|History 1+"));
        const QStringList expected{s("a"), s("s"), s("i"), s("o"), s("c")};
        for (int tab = AlertTable::Active; tab <= AlertTable::History; ++tab) {
            table.setTab(AlertTable::Tab(tab));
            QCOMPARE(bench.rows(), expected[tab]);
        }
        QCOMPARE(bench.queue.count(), 1); // who is set aside calls nobody
        QCOMPARE(bench.queue.setAside(), 3);
        bench.link.publish(held("a", AlertHold::Shelved), AlertVerb::Shelve);
        QCOMPARE(bench.desk.tabTexts()[0], s("Active 0"));
        QCOMPARE(bench.desk.tabTexts()[1], s("Shelved 2"));
    }

    void theFilterBarNarrowsAndIsRemembered()
    {
        QTemporaryDir dir;
        const QString file = dir.filePath(s("sub/console.json"));
        Alert mine = alert("m", "van", AlertLevel::Warning);
        mine.care.edit([](AlertCare &care) {
            care.ownerId = s("mo");
            care.ownerName = s("M. Ortiz");
        });
        Alert toy = alert("t", "truck", AlertLevel::Warning);
        toy.simulated = true;
        const QList<Alert> all{mine, toy, alert("c", "van", AlertLevel::Critical), panic("p", "dana")};
        {
            Bench bench(all);
            AlertTable &table = *bench.desk.table();
            bench.desk.rememberIn(file);
            table.setLevel(AlertListModel::Warning);
            QCOMPARE(bench.rows(), s("m t"));
            table.setSimulated(0);
            QCOMPARE(bench.rows(), s("m"));
            table.setSimulated(1);
            QCOMPARE(bench.rows(), s("t"));
            table.clearFilter();
            table.setKind(AlertListModel::Incident);
            QCOMPARE(bench.rows(), s("p"));
            table.clearFilter();
            table.setMine(true);
            QCOMPARE(bench.rows(), s("m"));
            table.clearFilter();
            bench.desk.pickSource(s("c"));
            QCOMPARE(table.count(), 2);
            table.clearFilter();
            table.setText(s("dana PANIC"));
            QCOMPARE(bench.rows(), s("p"));
            table.setText(s("nobody"));
            QCOMPARE(table.count(), 0);
            QVERIFY(table.filtered());
            table.setText(s("van"));
            table.sortBy(AlertTable::Level);
            table.sortBy(AlertTable::Level); // the other way round
            QCOMPARE(bench.rows(), s("m c"));
            QTRY_VERIFY(QFile::exists(file));
        }
        Bench again(all);
        again.desk.rememberIn(file);
        QCOMPARE(again.rows(), s("m c"));
        QCOMPARE(again.desk.table()->text(), s("van"));
        QVERIFY(again.desk.table()->descending());
    }

    void aBrokenMemoryIsNoMemory()
    {
        QTemporaryDir dir;
        const QString path = dir.filePath(s("console.json"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(R"({"alerts":{"tab":99,"level":"x","kind":-7,"column":12}})");
        file.close();
        Bench bench({alert("a", "van", AlertLevel::Warning)});
        bench.desk.rememberIn(path);
        QCOMPARE(bench.desk.table()->tab(), AlertTable::Active);
        QVERIFY(!bench.desk.table()->filtered());
        QCOMPARE(bench.rows(), s("a"));
    }

    void severalAreMarkedByHandAndByRange()
    {
        Bench bench({alert("a", "1", AlertLevel::Warning, noon), alert("b", "2", AlertLevel::Warning, noon + 1s),
                     alert("c", "3", AlertLevel::Warning, noon + 2s), alert("d", "4", AlertLevel::Warning, noon + 3s)});
        AlertTable &table = *bench.desk.table();
        table.toggleMark(s("b"));
        table.markTo(s("d"));
        QCOMPARE(table.markedIds(), (QStringList{s("b"), s("c"), s("d")}));
        table.toggleMark(s("c"));
        QCOMPARE(column(table, "marked"), s("false true false true"));
        table.toggleMark(s("not there"));
        QCOMPARE(table.marked(), 2);
        table.markAll();
        QCOMPARE(table.marked(), 4);
        bench.link.publish(closed("d"), AlertVerb::Return); // what is not shown is not marked
        QCOMPARE(table.marked(), 3);
        table.clearMarks();
        QCOMPARE(table.marked(), 0);
    }

    void manyAreAcknowledgedWithOneCommentAndEachIsAnsweredFor()
    {
        QList<Alert> open;
        for (int i = 1; i <= 8; ++i)
            open.append(alert(qPrintable(s("a%1").arg(i)), qPrintable(s("Unit 0%1").arg(i)), AlertLevel::Warning,
                              noon + std::chrono::seconds(i)));
        Bench bench(open);
        bench.desk.setShown(true);
        QVERIFY(bench.desk.trigger(s("acknowledgeAll")));
        AlertQuestion &question = *bench.desk.actions()->question();
        QVERIFY(question.open());
        QCOMPARE(question.title(), s("Acknowledge: 8 alerts"));
        QVERIFY(question.subject().startsWith(s("Unit 01 HIGH_RPM, ")) && question.subject().endsWith(s("and 5 more")));
        QVERIFY(bench.link.asked.isEmpty()); // not before it is confirmed
        question.setComment(s("  known, depot informed "));
        bench.desk.actions()->confirm();
        QVERIFY(!question.open());
        QCOMPARE(bench.link.asked.size(), 8);
        for (const auto &asked : std::as_const(bench.link.asked))
            QCOMPARE(std::get<Acknowledge>(asked.body).comment, s("known, depot informed"));
        QCOMPARE(column(bench.alerts, "busyText").count(s("acknowledging")), 8);
        QVERIFY(bench.desk.actions()->working());

        Alert risen = bench.link.alerts.value(s("a7"));
        risen.occurrence = 2;
        ++risen.revision;
        const auto byId = [&](const QString &id) {
            const auto it = std::find_if(bench.link.asked.begin(), bench.link.asked.end(),
                                         [&](const auto &one) { return Bench::idOf(one.body) == id; });
            std::rotate(bench.link.asked.begin(), it, it + 1);
        };
        byId(s("a7"));
        bench.link.publish(risen);
        bench.link.replyTo(bench.link.stall(), Outcome::refused(s("superseded"), s("It came again.")));
        while (!bench.link.asked.isEmpty())
            bench.link.accept(noon);
        QCOMPARE(bench.desk.actions()->resultsText(), s("7 acknowledged, 1 superseded: Unit 07"));
        QVERIFY(!bench.desk.actions()->working());
        QCOMPARE(bench.desk.actions()->results()->count(), 1);
        QCOMPARE(show(*bench.desk.actions()->results(), 0, "label").toString(), s("Unit 07 HIGH_RPM"));
        QVERIFY(bench.refusals.isEmpty()); // the line says it
        QCOMPARE(column(bench.alerts, "busyText").simplified(), QString());
    }

    void whatCameAgainIsShownAndAskedAnew()
    {
        Bench bench({alert("a", "Unit 07", AlertLevel::Warning)});
        bench.desk.select(s("a"));
        bench.desk.act(AlertVerbs::Claim);
        Alert risen = bench.link.alerts.value(s("a"));
        risen.level = AlertLevel::Critical;
        risen.occurrence = 2;
        risen.message = s("4 900 rpm");
        ++risen.revision;
        bench.link.publish(risen, AlertVerb::LevelChange);
        bench.link.refuse(s("superseded"), s("It came again."));
        QVERIFY(bench.desk.actions()->againText().contains(s("it is critical, occurrence 2. 4 900 rpm")));
        QCOMPARE(bench.refusals, QStringList{s("Unit 07 HIGH_RPM was not claimed: It came again.")});
        bench.desk.actions()->repeat();
        const auto request = std::get<HandleAlert>(bench.link.asked.constFirst().body);
        QCOMPARE(request.occurrence, 2);
        QVERIFY(request.seenLevel == AlertLevel::Critical);
        QVERIFY(bench.desk.actions()->againText().isEmpty());
    }

    void whereACommentIsWantedItIsAskedFor()
    {
        Alert wanted = alert("a", "Unit 07", AlertLevel::Critical);
        wanted.commentWanted = true;
        Bench bench({wanted});
        bench.desk.select(s("a"));
        bench.desk.act(AlertVerbs::Acknowledge);
        AlertQuestion &question = *bench.desk.actions()->question();
        QVERIFY(question.open() && question.commentRequired());
        bench.desk.actions()->confirm(); // without one nothing happens
        QVERIFY(question.open() && bench.link.asked.isEmpty());
        QVERIFY(!question.problem().isEmpty());
        question.setComment(s("driver called"));
        QVERIFY(question.problem().isEmpty());
        bench.desk.actions()->confirm();
        QCOMPARE(std::get<Acknowledge>(bench.link.asked.constFirst().body).comment, s("driver called"));
    }

    void aShelfIsAsLongAsTheLevelAllows_data()
    {
        QTest::addColumn<int>("level");
        QTest::addColumn<QString>("choices");
        QTest::newRow("information") << int(AlertLevel::Info) << s("10 min|30 min|1 h|4 h|12 h|24 h|until it returns");
        QTest::newRow("warning") << int(AlertLevel::Warning) << s("10 min|30 min|1 h|4 h|12 h|until it returns");
        QTest::newRow("critical") << int(AlertLevel::Critical) << s("10 min|30 min|1 h|until it returns");
    }
    void aShelfIsAsLongAsTheLevelAllows()
    {
        QFETCH(int, level);
        QFETCH(QString, choices);
        Bench bench({alert("a", "Unit 07", AlertLevel(level))});
        bench.desk.select(s("a"));
        bench.desk.act(AlertVerbs::Shelve);
        AlertQuestion &question = *bench.desk.actions()->question();
        QCOMPARE(question.choices().join(QLatin1Char('|')), choices);
        question.setComment(s("sensor is being changed"));
        question.setChoice(2);
        bench.desk.actions()->confirm();
        auto request = std::get<HandleAlert>(bench.link.stall().body);
        QCOMPARE(request.until, std::optional(noon + 1h));
        QVERIFY(!request.oneShot);
        bench.link.replyTo({s("r1"), {}}, Outcome::done(s("a")));
        bench.desk.act(AlertVerbs::Shelve);
        question.setComment(s("again"));
        question.setChoice(int(question.choices().size()) - 1);
        bench.desk.actions()->confirm();
        request = std::get<HandleAlert>(bench.link.asked.constFirst().body);
        QVERIFY(request.oneShot && !request.until);
    }

    void anEmergencyIsNotShelvedAndSaysWhy()
    {
        Bench bench({panic("p", "dana"), alert("w", "Unit 07", AlertLevel::Warning)});
        bench.desk.select(s("p"));
        bench.desk.act(AlertVerbs::Shelve);
        QVERIFY(!bench.desk.actions()->question()->open());
        QCOMPARE(bench.refusals.size(), 1);
        QVERIFY(bench.refusals.constFirst().contains(s("must not be shelved")));
        // Of both, the one that can be; the question says who is left out.
        bench.desk.setShown(true);
        bench.desk.table()->markAll();
        bench.desk.act(AlertVerbs::Shelve);
        QCOMPARE(bench.desk.actions()->question()->ids(), QStringList{s("w")});
        QVERIFY(bench.desk.actions()->question()->hint().startsWith(s("1 of 2 are left out")));
        // The button stands there and says why.
        const AlertVerbModel &verbs = *bench.desk.detail()->verbs();
        const QStringList titles = [&] {
            QStringList texts;
            for (int row = 0; row < verbs.rowCount(); ++row)
                texts.append(show(verbs, row, "verbText").toString());
            return texts;
        }();
        const int shelve = int(titles.indexOf(s("Shelve")));
        QVERIFY(shelve >= 0);
        QVERIFY(!show(verbs, shelve, "possible").toBool());
        QVERIFY(show(verbs, shelve, "whyNot").toString().contains(s("emergency")));
    }

    void aClosingCanBeTakenBackForAMinute()
    {
        Bench bench({alert("a", "Unit 07", AlertLevel::Warning)});
        bench.desk.select(s("a"));
        bench.desk.act(AlertVerbs::Close);
        bench.desk.actions()->question()->setChoice(3);
        bench.desk.actions()->confirm();
        QVERIFY(std::get<CloseAlert>(bench.link.asked.constFirst().body).disposition == Disposition::FalseAlarm);
        bench.accept(
            [&](Alert &a) {
                a.cond = AlertCondition::Clear;
                a.acked = true;
                a.care.edit([&](AlertCare &care) {
                    care.closedAt = bench.now;
                    care.closedById = s("mo");
                    care.closedBy = s("M. Ortiz");
                });
            },
            AlertVerb::Close);
        QCOMPARE(bench.desk.actions()->undoText(), s("Unit 07 HIGH_RPM closed"));
        QCOMPARE(bench.desk.actions()->undoSeconds(), 60);
        bench.pass(20s);
        QCOMPARE(bench.desk.actions()->undoSeconds(), 40);
        QVERIFY(bench.desk.trigger(s("undo")));
        QVERIFY(std::get<HandleAlert>(bench.link.asked.constFirst().body).verb == AlertVerb::Reopen);
        QVERIFY(bench.desk.actions()->undoText().isEmpty());
    }

    void aMinuteLaterTheClosingStands()
    {
        Bench bench({alert("a", "Unit 07", AlertLevel::Warning)});
        bench.desk.select(s("a"));
        bench.desk.act(AlertVerbs::Close);
        bench.desk.actions()->confirm();
        bench.accept(
            [](Alert &a) {
                a.cond = AlertCondition::Clear;
                a.acked = true;
            },
            AlertVerb::Close);
        QVERIFY(!bench.desk.actions()->undoText().isEmpty());
        bench.pass(61s);
        QVERIFY(bench.desk.actions()->undoText().isEmpty());
        bench.desk.trigger(s("undo"));
        QVERIFY(bench.link.asked.isEmpty());
    }

    void aClaimIsRenewedWhileSomebodyWorksOnIt()
    {
        Bench bench({alert("a", "Unit 07", AlertLevel::Warning)});
        bench.desk.select(s("a"));
        bench.desk.act(AlertVerbs::Claim);
        const auto own = [&](Alert &a) {
            a.care.edit([&](AlertCare &care) {
                care.ownerId = s("mo");
                care.ownerName = s("M. Ortiz");
                care.ownedUntil = bench.now + 120s;
            });
        };
        bench.accept(own, AlertVerb::Claim);
        QCOMPARE(bench.desk.detail()->ownerText(), s("you"));
        bench.pass(59s);
        QVERIFY(bench.link.asked.isEmpty());
        int renewals = 0;
        for (int minute = 0; minute < 10; ++minute) {
            bench.pass(60s);
            while (!bench.link.asked.isEmpty()) {
                QVERIFY(std::get<HandleAlert>(bench.link.asked.constFirst().body).verb == AlertVerb::Claim);
                bench.accept(own, AlertVerb::Claim);
                ++renewals;
            }
        }
        QCOMPARE(renewals, 10);
        QVERIFY(bench.desk.detail()->busyText().isEmpty()); // nobody sees them
        // The operator has left the console: five minutes later the claim may run out.
        bench.desk.actions()->setAttended(false);
        bench.desk.select({});
        bench.pass(5min);
        while (!bench.link.asked.isEmpty())
            bench.accept(own, AlertVerb::Claim);
        bench.pass(5min);
        QVERIFY(bench.link.asked.isEmpty());
    }

    void aHandOverGoesToWhoIsOnShift()
    {
        Bench bench({alert("a", "Unit 07", AlertLevel::Warning)});
        bench.desk.select(s("a"));
        bench.desk.act(AlertVerbs::Transfer);
        QVERIFY(!bench.desk.actions()->question()->problem().isEmpty()); // nobody else is here
        bench.desk.actions()->question()->cancel();
        bench.desk.setPeople({{s("mo"), s("M. Ortiz"), Role::Dispatcher, noon},
                              {s("dana"), s("Dana"), Role::Supervisor, noon},
                              {s("citizen"), s("C."), Role::Citizen, noon}});
        bench.desk.act(AlertVerbs::Transfer);
        QCOMPARE(bench.desk.actions()->question()->choices(), QStringList{s("Dana")});
        bench.desk.actions()->confirm();
        const auto request = std::get<HandleAlert>(bench.link.asked.constFirst().body);
        QVERIFY(request.verb == AlertVerb::Transfer);
        QCOMPARE(request.toId, s("dana"));
        QCOMPARE(request.toName, s("Dana"));
    }

    void theLogOfAnAlertComesInPagesAndLive()
    {
        Bench bench({alert("a", "Unit 07", AlertLevel::Warning)});
        QAbstractItemModelTester tester(bench.desk.detail()->log(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        bench.desk.select(s("a"));
        AlertLogModel &log = *bench.desk.detail()->log();
        QCOMPARE(bench.link.askedEvents.size(), 1);
        QVERIFY(log.loading());
        const auto event = [](qint64 seq, AlertVerb verb, const char *who, const char *comment,
                              const char *reason = "") {
            AlertChange change{verb,
                               AlertState::Unacknowledged,
                               AlertState::Acknowledged,
                               alert("a", "Unit 07", AlertLevel::Warning),
                               s(reason),
                               s(comment)};
            Event e{seq, noon, {Actor::Kind::Operator, s(who), s(who), {}}, {}, change};
            return e;
        };
        bench.link.answerEvents({{},
                                 {event(9, AlertVerb::Acknowledge, "dana", "seen it"),
                                  event(7, AlertVerb::Unacknowledge, "", "", "ack_expired")},
                                 5});
        QCOMPARE(log.count(), 2);
        QCOMPARE(show(log, 0, "who").toString(), s("dana"));
        QCOMPARE(show(log, 0, "verbText").toString(), s("acknowledged"));
        QCOMPARE(show(log, 0, "changeText").toString(), s("unacknowledged → acknowledged"));
        QCOMPARE(show(log, 0, "comment").toString(), s("seen it"));
        QCOMPARE(show(log, 1, "who").toString(), s("the desk"));
        QCOMPARE(show(log, 1, "reason").toString(), s("the acknowledge ran out"));
        QVERIFY(!log.complete());
        log.more();
        QCOMPARE(bench.link.askedEvents.constFirst().query.before, 5);
        bench.link.answerEvents({s("The server is away."), {}, 0});
        QCOMPARE(log.problem(), s("The server is away."));
        log.more();
        QCOMPARE(bench.link.askedEvents.constFirst().query.before, 5); // the same again
        bench.link.answerEvents({{}, {event(2, AlertVerb::Raise, "", "")}, 0});
        QVERIFY(log.complete());
        QCOMPARE(log.count(), 3);
        Event live = event(12, AlertVerb::Comment, "mo", "on it");
        bench.link.publish({live});
        QCOMPARE(log.count(), 4);
        QCOMPARE(show(log, 0, "who").toString(), s("you"));
        bench.link.publish({live}); // twice is once
        QCOMPARE(log.count(), 4);
        // Who was told of it is part of it: as it happens, and from the archive.
        const auto told = [](qint64 seq, const char *id, const char *detail, bool ok, const char *action = "notify") {
            const AuditRecord record{s(action), s(id), s(detail), ok, {}};
            return Event{seq, noon, {Actor::Kind::System, s("system"), {}, {}}, {}, record};
        };
        bench.link.publish({told(13, "a", "email (mail) to R… (r…@example.org), step 1: delivered", true),
                            told(14, "a", "sms (texts) to …34, step 1: no answer", false), told(15, "b", "x", true),
                            told(16, "a", "x", true, "login")});
        QCOMPARE(log.count(), 6);
        QCOMPARE(show(log, 0, "verbText").toString(), s("not notified"));
        QCOMPARE(show(log, 0, "reason").toString(), s("sms (texts) to …34, step 1: no answer"));
        QCOMPARE(show(log, 0, "level").toInt(), int(AlertLevel::Warning));
        QCOMPARE(show(log, 1, "verbText").toString(), s("notified"));
        QCOMPARE(show(log, 1, "who").toString(), s("the desk"));
        QVERIFY(show(log, 1, "changeText").toString().isEmpty() && show(log, 1, "comment").toString().isEmpty());
        bench.desk.select({});
        bench.desk.select(s("a"));
        bench.link.answerEvents(
            {{}, {told(14, "a", "no answer", false), event(9, AlertVerb::Acknowledge, "dana", "")}, 0});
        QCOMPARE(log.count(), 2);
        QCOMPARE(show(log, 0, "reason").toString(), s("no answer"));
    }

    void underThePointerNoRowMovesButTheFirstOneIsShown()
    {
        Bench bench({});
        AlertTable &table = *bench.desk.table();
        table.setHeld(true);
        bench.link.publish(alert("a", "Unit 07", AlertLevel::Warning), AlertVerb::Raise);
        QCOMPARE(table.count(), 1); // else it would say that nothing is active
        bench.link.publish(alert("b", "Unit 08", AlertLevel::Critical), AlertVerb::Raise);
        QCOMPARE(table.count(), 1);
        table.setHeld(false);
        QCOMPARE(table.count(), 2);
    }

    void whatOneOffersCanBeWithdrawn()
    {
        Alert own = alert("a", "Unit 07", AlertLevel::Warning);
        own.care.edit([](AlertCare &care) {
            care.ownerId = s("mo");
            care.ownerName = s("M. Ortiz");
            care.offeredToId = s("dana");
            care.offeredToName = s("Dana");
            care.offeredBy = s("M. Ortiz");
            care.offeredById = s("mo");
        });
        Bench bench({own});
        bench.desk.select(s("a"));
        QVERIFY(bench.desk.detail()->offeredByMe());
        QCOMPARE(bench.desk.detail()->offerText(), s("offered to Dana"));
        bench.desk.act(AlertVerbs::Withdraw);
        const auto request = std::get<HandleAlert>(bench.link.asked.constFirst().body);
        QVERIFY(request.verb == AlertVerb::Transfer && request.alertId == s("a"));
        QCOMPARE(request.toId, s("mo"));
        QVERIFY(AlertVerbs::verbOf(bench.link.asked.constFirst().body).first == AlertVerbs::Withdraw);
        // Somebody else's offer is not theirs to take back.
        own.care.edit([](AlertCare &care) { care.offeredById = s("kim"); });
        Bench other({own});
        other.desk.select(s("a"));
        QVERIFY(!other.desk.detail()->offeredByMe());
        other.desk.act(AlertVerbs::Withdraw);
        QVERIFY(other.link.asked.isEmpty());
    }

    void theChartShowsTheValueAroundTheViolation()
    {
        Alert hot = alert("a", "van", AlertLevel::Critical, noon - 10min);
        hot.channel = s("engine.rpm");
        hot.threshold = 4000;
        hot.value = 4180;
        hot.acked = true;
        hot.ackedAt = noon - 8min;
        Bench bench({hot});
        bench.desk.select(s("a"));
        AlertChart &chart = *bench.desk.detail()->chart();
        QVERIFY(chart.possible() && chart.loading());
        const HistoryQuery query = bench.link.askedHistory.constFirst().query;
        QCOMPARE(query.deviceId, s("van"));
        QCOMPARE(query.channels, QStringList{s("engine.rpm")});
        QCOMPARE(query.from, noon - 15min);
        QCOMPARE(query.to, noon);
        HistorySeries series{s("engine.rpm"), {}};
        for (int i = 0; i < 900; ++i)
            series.points.append({noon - 15min + std::chrono::seconds(i), i < 300 ? 3000.0 : 4200.0});
        bench.link.answerHistory({{}, {series}});
        QVERIFY(chart.line()->hasData());
        QCOMPARE(chart.line()->limit(), 4000.0);
        QCOMPARE(chart.marks()->rowCount(), 2);
        QCOMPARE(column(*chart.marks(), "markText"), s("raised acknowledged"));
        QVERIFY(qAbs(show(*chart.marks(), 0, "place").toDouble() - 1.0 / 3) < 0.01);
        bench.link.hear({latest(s("van"), noon + 1s, {{s("engine.rpm"), 4300.0}})});
        bench.now = noon + 2s;
        bench.desk.tick(bench.now);
        QCOMPARE(chart.toMs(), double(toEpochMillis(noon + 2s)));
        // An alert that is about no channel has none.
        bench.link.publish(panic("p", "dana"));
        bench.desk.select(s("p"));
        QVERIFY(!chart.possible());
    }

    void theHistoryComesInPagesAndForgetsWhatIsOpenAgain()
    {
        Bench bench({closed("now", noon)});
        AlertHistory &history = *bench.desk.history();
        bench.desk.table()->setTab(AlertTable::History);
        QCOMPARE(bench.link.askedAlerts.size(), 1);
        QVERIFY(bench.link.askedAlerts.constFirst().query.closedOnly);
        QList<Alert> page;
        for (int i = 0; i < AlertHistory::PageRows; ++i)
            page.append(closed(qPrintable(s("c%1").arg(i)), noon - std::chrono::minutes(i + 1)));
        bench.link.answerAlerts({{}, page, 0});
        QCOMPARE(bench.desk.table()->count(), AlertHistory::PageRows + 1);
        QCOMPARE(bench.desk.table()->alertIdAt(0), s("now"));
        QVERIFY(!history.complete());
        history.more();
        QCOMPARE(bench.link.askedAlerts.constFirst().query.before, page.constLast().id);
        bench.link.answerAlerts({{}, {closed("last", noon - 24h)}, 0});
        QVERIFY(history.complete());
        QCOMPARE(bench.desk.tabTexts().constLast(), s("History 202"));
        history.more();
        QVERIFY(bench.link.askedAlerts.isEmpty());
        // One that is known from the archive alone is shown closer, too.
        bench.desk.pick(s("c5"));
        QCOMPARE(bench.desk.detail()->alertId(), s("c5"));
        bench.link.publish(alert("c5", "van", AlertLevel::Warning), AlertVerb::Reopen);
        QCOMPARE(bench.desk.tabTexts().constLast(), s("History 201"));
        QCOMPARE(bench.desk.tabTexts().constFirst(), s("Active 1"));
    }

    void aPageThatDidNotComeSaysWhyAndCanBeAskedAgain()
    {
        Bench bench;
        bench.desk.history()->more();
        bench.link.answerAlerts({s("Too many queries wait for the store."), {}, 0});
        QCOMPARE(bench.desk.history()->problem(), s("Too many queries wait for the store."));
        QVERIFY(!bench.desk.history()->complete());
        bench.desk.history()->more();
        QCOMPARE(bench.link.askedAlerts.size(), 1);
    }

    void whatTheTableShowsIsExportedAndNoted_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("csv") << s("alerts.csv");
        QTest::newRow("json") << s("alerts.json");
    }
    void whatTheTableShowsIsExportedAndNoted()
    {
        QFETCH(QString, name);
        QTemporaryDir dir;
        Alert evil = alert("a", "van", AlertLevel::Warning);
        evil.message = s("=cmd \"quoted\"");
        Bench bench({evil, alert("b", "truck", AlertLevel::Critical)});
        bench.desk.table()->setText(s("van"));
        const QString path = dir.filePath(name);
        QObject::connect(&bench.files, &FilePicker::asked, &bench.desk, [&](const FilePicker::Question &question) {
            bench.files.answer(question.id, {QUrl::fromLocalFile(path)});
        });
        bench.desk.exportTable();
        QTRY_VERIFY(!bench.link.asked.isEmpty());
        const AuditRecord note = std::get<NoteAudit>(bench.link.asked.constFirst().body).record;
        QCOMPARE(note.action, s("export"));
        QCOMPARE(note.object, name);
        QVERIFY(note.detail.startsWith(s("1 alerts")));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY(!text.contains("truck")); // only what is shown
        if (name.endsWith(s("csv"))) {
            QVERIFY(text.contains("\"'=cmd \"\"quoted\"\"\""));
            QCOMPARE(text.count("\r\n"), 2);
        } else {
            const QJsonArray rows = QJsonDocument::fromJson(text).array();
            QCOMPARE(rows.size(), 1);
            QCOMPARE(rows[0].toObject().value(s("state")).toString(), s("UNACK"));
        }
    }

    void aFloodCollapsesWhatIsNotUrgent()
    {
        Bench bench({alert("old", "van", AlertLevel::Warning, noon - 1h)});
        const auto raise = [&](int from, int count, AlertLevel level) {
            for (int i = from; i < from + count; ++i)
                bench.link.publish(alert(qPrintable(s("n%1").arg(i)), qPrintable(s("u%1").arg(i)), level, bench.now));
        };
        raise(0, 10, AlertLevel::Warning);
        QVERIFY(!bench.queue.flood()); // ten are none
        QCOMPARE(bench.queue.count(), 11);
        raise(10, 1, AlertLevel::Critical);
        QVERIFY(bench.queue.flood());
        QCOMPARE(column(bench.queue, "alertId"), s("n10")); // critical and above always stand alone
        QCOMPARE(bench.queue.collapsed(), 11);
        QCOMPARE(bench.queue.waiting(), 12); // and nothing is lost from the counts
        bench.queue.setExpanded(true);
        QCOMPARE(bench.queue.count(), 12);
        bench.queue.setExpanded(false);
        QCOMPARE(bench.queue.count(), 1);
        bench.queue.setLevelFilter(AlertListModel::Warning); // asked for
        QCOMPARE(bench.queue.count(), 11);
        bench.queue.setLevelFilter(AlertListModel::NoLevel);
        bench.pass(11min, 30s);
        QVERIFY(!bench.queue.flood());
        QCOMPARE(bench.queue.count(), 12);
    }

    void figuresAreInTheStripAndInTheFile()
    {
        Bench bench({alert("a", "Unit 07", AlertLevel::Critical, noon - 25h)});
        QAbstractItemModelTester tester(bench.desk.kpis(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        for (int i = 0; i < 3; ++i)
            bench.link.publish(alert(qPrintable(s("n%1").arg(i)), "Unit 04", AlertLevel::Warning, noon));
        bench.desk.select(s("a"));
        bench.desk.act(AlertVerbs::Claim);
        bench.link.refuse(s("forbidden"), s("You may not."));
        bench.desk.tick(noon);
        QMap<QString, QString> figures;
        for (int row = 0; row < bench.desk.kpis()->rowCount(); ++row)
            figures.insert(show(*bench.desk.kpis(), row, "label").toString(),
                           show(*bench.desk.kpis(), row, "value").toString());
        QCOMPARE(figures.value(s("New per operator")), s("3.0"));
        QCOMPARE(figures.value(s("Open > 24 h")), s("1"));
        QCOMPARE(figures.value(s("Refused")), s("1"));
        QCOMPARE(figures.value(s("Ack critical")), s("–")); // unknown is no zero
        QCOMPARE(bench.desk.kpis()->sourcesText(), s("Unit 04 3"));
        const QList<QStringList> table = bench.desk.kpis()->table(noon);
        QVERIFY(table.contains(QStringList{s("raised_warning"), s("3")}));
        QVERIFY(table.contains(QStringList{s("source_1"), s("Unit 04: 3")}));
    }

    void tenThousandAlertsCostAFewSignalsEachAndNoneIsMissing()
    {
        constexpr int many = 10'000;
        Bench bench;
        int signalled = 0;
        const auto watch = [&](QAbstractItemModel *model) {
            for (auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
                QObject::connect(model, signal, &bench.desk, [&] { ++signalled; });
            QObject::connect(model, &QAbstractItemModel::dataChanged, &bench.desk, [&] { ++signalled; });
            QObject::connect(model, &QAbstractItemModel::rowsMoved, &bench.desk, [&] { ++signalled; });
            QObject::connect(model, &QAbstractItemModel::modelReset, &bench.desk, [&] { signalled += 1000; });
        };
        watch(&bench.alerts);
        watch(&bench.queue);
        watch(bench.desk.table());
        bench.queue.setExpanded(false);
        int worst = 0;
        const auto publish = [&](const Alert &alert, AlertVerb verb) {
            signalled = 0;
            bench.link.publish(alert, verb);
            worst = std::max(worst, signalled);
        };
        for (int i = 0; i < many; ++i)
            publish(alert(qPrintable(s("a%1").arg(i)), qPrintable(s("u%1").arg(i % 500)),
                          i % 10 == 0 ? AlertLevel::Critical : AlertLevel::Warning,
                          noon + std::chrono::milliseconds((i * 7919) % many)),
                    AlertVerb::Raise);
        QVERIFY(bench.queue.flood());
        // The eleventh collapses the ten before it, in one run of rows; everything else is a row in each list.
        QVERIFY2(worst <= 8, qPrintable(QString::number(worst)));
        QCOMPARE(bench.alerts.count(), many);
        QCOMPARE(bench.desk.table()->count(), many);
        QCOMPARE(bench.queue.count(), many / 10);
        QCOMPARE(bench.queue.waiting(), many);
        worst = 0;
        for (int i = 0; i < many; i += 3) {
            Alert taken = bench.link.alerts.value(s("a%1").arg(i));
            taken.acked = true;
            ++taken.revision;
            publish(taken, AlertVerb::Acknowledge);
        }
        QVERIFY2(worst <= 8, qPrintable(QString::number(worst)));
        const int taken = (many + 2) / 3;
        QCOMPARE(bench.queue.waiting(), many - taken);
        QCOMPARE(bench.queue.acknowledged(), taken);
        for (int i = 0; i < many; ++i)
            QVERIFY(bench.desk.table()->rowOf(s("a%1").arg(i)) >= 0);
        QStringList order;
        for (int row = 1; row < bench.desk.table()->count(); ++row) {
            const Alert &above = bench.desk.table()->at(row - 1);
            const Alert &below = bench.desk.table()->at(row);
            QVERIFY(std::tuple(!isWaiting(above), -int(above.level), above.raisedAt) <=
                    std::tuple(!isWaiting(below), -int(below.level), below.raisedAt));
        }
    }
};

QTEST_GUILESS_MAIN(TestAlertDesk)
#include "test_alert_desk.moc"
