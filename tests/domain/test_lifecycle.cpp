// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/domain/AlertStory.h"

#include <functional>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
const QString rpm = channel::EngineRpm;
const QString coolant = channel::EngineTemperature;

const Actor ortiz = personNamed("ortiz");
const Actor lind = personNamed("lind");
const Actor boss = personNamed("boss", true);

/// Several operators at one desk. Each sees the alert as it was when they last looked.
struct Desk : AlertStory
{
    explicit Desk(const QList<AlertRule> &rules = {highRpm()}) : AlertStory(rules, withoutSilence()) {}
    Outcome does(AlertVerb verb, const Actor &who = ortiz, const QString &toId = {})
    {
        HandleAlert request;
        request.verb = verb;
        request.alertId = id;
        request.occurrence = seen.occurrence;
        request.seenLevel = seen.level;
        request.comment = words("because");
        if (verb == AlertVerb::Shelve)
            request.until = now + 10min;
        request.toId = toId;
        return take(book().handle(request, who, now));
    }
    Outcome acknowledges(const Actor &who)
    {
        return take(book().acknowledge({id, seen.occurrence, seen.level, {}}, who, now));
    }
    Outcome closes(const Actor &who, Disposition how = Disposition::None)
    {
        return take(book().closeAlert({id, seen.occurrence, how, words("done")}, who, now));
    }
    Outcome takesOut(const Actor &who)
    {
        return take(book().takeOutOfService({id, 0, now + 1h, words("workshop")}, who, now));
    }
    Outcome panics()
    {
        RaisePanic request;
        request.userId = words("dana");
        request.pin = words("1357");
        return take(book().raisePanic(request, now));
    }
    Outcome cancels(const char *pin = "1357") { return take(book().cancelPanic({{}, words("dana"), words(pin)}, now)); }
    /// The operators look at the one alert that is open.
    void look()
    {
        seen = only();
        id = seen.id;
    }
    [[nodiscard]] AlertCare care() const { return only().care.valueOr({}); }
    [[nodiscard]] QString last() const { return toString(log.last().verb) + QLatin1Char(' ') + log.last().reason; }

    QString id;
    Alert seen;
};

QStringList verbsOf(const QList<AlertChange> &changes)
{
    QStringList verbs;
    for (const AlertChange &change : changes)
        verbs.append(toString(change.verb));
    return verbs;
}
} // namespace

/// What ALERTS.md says of every alert, whatever raised it: the derived state, the words of the projections, from where the ladder is
/// climbed anew, what is refused and how, and two operators who do something at once.
class TestLifecycle : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // --- derived state, first match wins

    void theFirstMatchWins_data()
    {
        QTest::addColumn<int>("hold");
        QTest::addColumn<QString>("state");
        QTest::newRow("out of service") << int(AlertHold::OutOfService) << words("OUT_OF_SERVICE");
        QTest::newRow("suppressed") << int(AlertHold::Suppressed) << words("SUPPRESSED");
        QTest::newRow("shelved") << int(AlertHold::Shelved) << words("SHELVED");
    }
    void theFirstMatchWins()
    {
        QFETCH(int, hold);
        QFETCH(QString, state);
        for (const AlertCondition cond : {AlertCondition::Active, AlertCondition::Clearing, AlertCondition::Clear}) {
            for (const bool acked : {false, true}) {
                for (const bool latched : {false, true}) {
                    Alert alert;
                    alert.hold = AlertHold(hold);
                    alert.cond = cond;
                    alert.acked = acked;
                    alert.latched = latched;
                    QCOMPARE(toString(stateOf(alert)), state);
                    QVERIFY(isOpen(alert));
                    QVERIFY(!isWaiting(alert));
                }
            }
        }
    }

    void whatIsLatchedIsSoOnlyOnceItIsOverAndAcknowledged()
    {
        Alert alert;
        alert.latched = true;
        QCOMPARE(toString(stateOf(alert)), words("UNACK"));
        alert.acked = true;
        QCOMPARE(toString(stateOf(alert)), words("ACKED"));
        alert.cond = AlertCondition::Clear;
        QCOMPARE(toString(stateOf(alert)), words("LATCHED"));
        alert.acked = false;
        QCOMPARE(toString(stateOf(alert)), words("RTN_UNACK"));
    }

    // --- projections

    void thePanicsWords_data()
    {
        QTest::addColumn<int>("cond");
        QTest::addColumn<bool>("acked");
        QTest::addColumn<int>("stage");
        QTest::addColumn<int>("disposition");
        QTest::addColumn<QString>("status");
        const auto row = [](const char *name, AlertCondition cond, bool acked, IncidentStage stage, Disposition how,
                            const char *status) {
            QTest::newRow(name) << int(cond) << acked << int(stage) << int(how) << words(status);
        };
        using Cond = AlertCondition;
        using Stage = IncidentStage;
        row("raised", Cond::Active, false, Stage::Received, Disposition::None, "active");
        row("acknowledged", Cond::Active, true, Stage::Received, Disposition::None, "acknowledged");
        row("contacting", Cond::Active, true, Stage::Contacting, Disposition::None, "acknowledged");
        row("dispatched", Cond::Active, true, Stage::Dispatched, Disposition::None, "responding");
        row("on scene", Cond::Active, true, Stage::OnScene, Disposition::None, "responding");
        row("monitoring", Cond::Active, true, Stage::Monitoring, Disposition::None, "responding");
        row("canceled", Cond::Canceled, false, Stage::Received, Disposition::None, "canceled");
        row("canceled on scene", Cond::Canceled, false, Stage::OnScene, Disposition::None, "canceled");
        row("canceled, then closed", Cond::Canceled, true, Stage::Closed, Disposition::CanceledConfirmed, "canceled");
        row("assisted", Cond::Clear, true, Stage::Closed, Disposition::Assisted, "resolved");
        row("handed over", Cond::Clear, true, Stage::Closed, Disposition::HandedToAgency, "resolved");
        row("false alarm", Cond::Clear, true, Stage::Closed, Disposition::FalseAlarm, "false_alarm");
        row("duplicate", Cond::Clear, true, Stage::Closed, Disposition::Duplicate, "resolved");
    }
    void thePanicsWords()
    {
        QFETCH(int, cond);
        QFETCH(bool, acked);
        QFETCH(int, stage);
        QFETCH(int, disposition);
        QFETCH(QString, status);
        Alert alert;
        alert.kind = AlertKind::Incident;
        alert.cond = AlertCondition(cond);
        alert.acked = acked;
        alert.incident.edit([&](IncidentFacts &facts) { facts.stage = IncidentStage(stage); });
        alert.care.edit([&](AlertCare &care) { care.disposition = Disposition(disposition); });
        QCOMPARE(panicStatus(alert), status);
    }

    // --- defaults

    void defaultsPerLevel_data()
    {
        QTest::addColumn<int>("level");
        QTest::addColumn<QList<int>>("ladder"); // s
        QTest::addColumn<int>("ackLives");      // min
        QTest::addColumn<int>("ackGrace");      // min
        QTest::addColumn<int>("longestShelf");  // h
        QTest::addColumn<int>("silence");       // s
        QTest::addColumn<int>("offDelay");      // s, of a condition
        QTest::newRow("emergency") << int(AlertLevel::Emergency) << QList<int>{30, 60, 120} << 0 << 0 << 0 << 30 << 0;
        QTest::newRow("critical") << int(AlertLevel::Critical) << QList<int>{60, 180, 600} << 30 << 5 << 1 << 120 << 10;
        QTest::newRow("warning") << int(AlertLevel::Warning) << QList<int>{600} << 240 << 30 << 12 << 120 << 10;
        QTest::newRow("info") << int(AlertLevel::Info) << QList<int>{} << 0 << 0 << 24 << 120 << 5;
    }
    void defaultsPerLevel()
    {
        QFETCH(int, level);
        QFETCH(QList<int>, ladder);
        QFETCH(int, ackLives);
        QFETCH(int, ackGrace);
        QFETCH(int, longestShelf);
        QFETCH(int, silence);
        QFETCH(int, offDelay);
        const CareLimits limits;
        const CareLimits::Level &of = limits.of(AlertLevel(level));
        QList<Duration> steps;
        for (const int seconds : ladder)
            steps.append(std::chrono::seconds(seconds));
        QCOMPARE(of.ladder, steps);
        QVERIFY(of.ackLives == std::chrono::minutes(ackLives));
        QVERIFY(of.ackGrace == std::chrono::minutes(ackGrace));
        QVERIFY(of.longestShelf == std::chrono::hours(longestShelf));
        QVERIFY(of.longestSilence == std::chrono::seconds(silence));
        QVERIFY(defaultOffDelay(AlertLevel(level), AlertKind::Condition) == std::chrono::seconds(offDelay));
    }

    // --- from where the ladder is climbed anew

    void theLadderBeginsAnew_data()
    {
        using Story = std::function<void(Desk &)>;
        QTest::addColumn<bool>("panic");
        QTest::addColumn<Story>("story");
        QTest::addColumn<int>("first"); // s, until its first step
        const auto row = [](const char *name, bool panic, const Story &story, int first) {
            QTest::newRow(name) << panic << story << first;
        };
        row(
            "row 9: it comes again", false,
            [](Desk &d) {
                d.say(coolant, 90);
                d.wait(10s);
                d.say(coolant, 110);
            },
            600);
        row("row 10: the level rises", false, [](Desk &d) { d.say(coolant, 118); }, 60);
        row(
            "row 10: the level rises after the acknowledge", false,
            [](Desk &d) {
                d.ack(d.only().id);
                d.say(coolant, 118);
            },
            60);
        row(
            "row 12: taken back", false,
            [](Desk &d) {
                d.ack(d.only().id);
                d.look();
                d.does(AlertVerb::Unacknowledge);
            },
            600);
        row(
            "row 13: the acknowledge ran out", false,
            [](Desk &d) {
                d.ack(d.only().id);
                d.wait(4h);
                d.wait(30min);
            },
            600);
        row(
            "row 15: back from the shelf", false,
            [](Desk &d) {
                d.look();
                d.does(AlertVerb::Shelve);
                d.does(AlertVerb::Unshelve);
            },
            600);
        row(
            "row 17: back in service", false,
            [](Desk &d) {
                d.look();
                d.takesOut(boss);
                d.take(d.book().returnToService({d.id, {}}, d.now));
            },
            600);
        row(
            "a cancel that nobody confirmed", true,
            [](Desk &d) {
                d.ack(d.only().id);
                d.cancels();
                d.wait(120s);
            },
            30);
        row(
            "duress after the acknowledge", true,
            [](Desk &d) {
                d.ack(d.only().id);
                d.take(d.book().cancelPanic({{}, words("dana"), words("9999")}, d.now));
            },
            30);
    }
    void theLadderBeginsAnew()
    {
        using Story = std::function<void(Desk &)>;
        QFETCH(bool, panic);
        QFETCH(Story, story);
        QFETCH(int, first);
        Desk desk({overheat()});
        if (panic) {
            RaisePanic request;
            request.userId = words("dana");
            request.pin = words("1357");
            request.duressPin = words("9999");
            desk.take(desk.book().raisePanic(request, desk.now));
            desk.wait(30s);
        } else {
            desk.say(coolant, 110);
            desk.wait(10min);
        }
        QCOMPARE(desk.only().escalation, 1);
        desk.look();
        desk.does(AlertVerb::Silence);
        story(desk);
        QCOMPARE(desk.state(), words("UNACK"));
        QCOMPARE(desk.only().escalation, 0);
        QVERIFY(!desk.only().silencedUntil); // and it sounds
        QVERIFY(desk.only().escalateAt == desk.now + std::chrono::seconds(first));
        desk.wait(std::chrono::seconds(first));
        QCOMPARE(desk.only().escalation, 1);
    }

    void theLadderGoesOnWhereNothingIsNew()
    {
        Desk desk({overheat()});
        desk.say(coolant, 110);
        desk.wait(5min);
        desk.look();
        desk.does(AlertVerb::Claim);
        desk.does(AlertVerb::Comment);
        desk.say(coolant, 111); // the same condition again
        desk.say(coolant, 90);
        desk.say(coolant, 110); // bad again while it clears: row 5
        desk.say(coolant, 90);
        desk.wait(10s); // row 6
        QCOMPARE(desk.state(), words("RTN_UNACK"));
        QVERIFY(desk.only().escalateAt == desk.now + 4min + 50s);
    }

    void row4_anAcknowledgeStopsSoundAndLadder()
    {
        Desk desk({overheat()});
        desk.say(coolant, 118);
        desk.look();
        desk.does(AlertVerb::Silence);
        QVERIFY(desk.acknowledges(ortiz).changed);
        QVERIFY(!desk.only().silencedUntil);
        QVERIFY(!desk.only().escalateAt);
        desk.wait(29min);
        QCOMPARE(desk.only().escalation, 0);
    }

    void row16_17_whatIsGivenBackIsAsRow15_data()
    {
        QTest::addColumn<bool>("acked");
        QTest::addColumn<bool>("clears");
        QTest::addColumn<QString>("back");
        QTest::newRow("active") << false << false << words("UNACK");
        QTest::newRow("active, acknowledged before") << true << false << words("UNACK");
        QTest::newRow("cleared unacknowledged") << false << true << words("RTN_UNACK");
        QTest::newRow("cleared, acknowledged before") << true << true << words("NORMAL");
    }
    void row16_17_whatIsGivenBackIsAsRow15()
    {
        QFETCH(bool, acked);
        QFETCH(bool, clears);
        QFETCH(QString, back);
        AlertRule child = highRpm();
        child.inhibitedBy = {overheat().id};
        for (const bool suppressed : {false, true}) {
            Desk desk({child, overheat()});
            desk.say(rpm, 4180);
            desk.look();
            if (acked)
                desk.acknowledges(ortiz);
            if (suppressed)
                desk.say(coolant, 118);
            else
                QVERIFY(desk.takesOut(boss).changed);
            QCOMPARE(toString(stateOf(*desk.book().find(desk.id))),
                     suppressed ? words("SUPPRESSED") : words("OUT_OF_SERVICE"));
            if (clears) {
                desk.say(rpm, 3000);
                desk.wait(10s);
            }
            if (suppressed) {
                desk.say(coolant, 90);
                desk.wait(10s);
            } else {
                desk.take(desk.book().returnToService({desk.id, {}}, desk.now));
            }
            QCOMPARE(toString(stateOf(*desk.book().find(desk.id))), back);
        }
    }

    void row17_outOfServiceEndsWhereItCouldNotHaveBegun_data()
    {
        QTest::addColumn<int>("levels"); // the rule's, the lowest of them is out of service
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("state");
        QTest::newRow("info to warning") << 0 << 110.0 << words("OUT_OF_SERVICE");
        QTest::newRow("info to critical") << 0 << 120.0 << words("UNACK");
        QTest::newRow("warning to critical") << 1 << 110.0 << words("UNACK");
        QTest::newRow("critical to emergency") << 2 << 110.0 << words("UNACK");
    }
    void row17_outOfServiceEndsWhereItCouldNotHaveBegun()
    {
        QFETCH(int, levels);
        QFETCH(double, value);
        QFETCH(QString, state);
        QList<AlertBand> bands;
        for (int i = std::min(levels + 2, int(AlertLevel::Emergency)); i >= levels; --i)
            bands.append({AlertLevel(i), 90.0 + 10 * (i - levels), 0, {}});
        Desk desk({ruleOf(words("HOT"), coolant, Comparison::Greater, bands)});
        desk.say(coolant, 95);
        desk.look();
        desk.takesOut(boss);
        desk.takesOut(personNamed("chief", true)); // the second, where one is needed
        QCOMPARE(desk.state(), words("OUT_OF_SERVICE"));
        desk.restart();
        desk.say(coolant, value);
        QCOMPARE(desk.state(), state);
        if (state == words("UNACK"))
            QCOMPARE(desk.last(), words("level_change level_rose"));
    }

    void row21_closingWhatNobodyTookWantsTheCommentThatAnAcknowledgeWouldHave()
    {
        AlertRule rule = crash();
        rule.ackComment = true;
        Desk desk({rule});
        desk.say(channel::Crash, 1);
        desk.look();
        CloseAlert close;
        close.alertId = desk.id;
        QCOMPARE(desk.take(desk.book().closeAlert(close, ortiz, desk.now)).code, words("comment_required"));
        close.comment = words("ambulance is there");
        QVERIFY(desk.take(desk.book().closeAlert(close, ortiz, desk.now)).changed);
    }

    void everyWelfareCheckIsAskedTwice()
    {
        Desk desk;
        desk.panics();
        desk.ack(desk.only().id);
        const auto lives = [&desk](int seconds) { // its phone, not its person
            for (int i = 0; i < seconds; i += 30) {
                desk.wait(30s);
                desk.kept(desk.book().heardFrom(words("dana"), false, desk.now));
            }
        };
        for (int round = 1; round <= 3; ++round) {
            lives(300);
            QCOMPARE(desk.last(), words("welfare asked"));
            lives(60);
            QCOMPARE(desk.last(), words("welfare asked_again"));
            QCOMPARE(desk.only().incident->welfareMisses, 2 * round - 1);
            lives(90);
            QCOMPARE(desk.last(), words("welfare asked_again"));
            lives(30);
            QCOMPARE(desk.last(), words("escalate welfare_missed"));
            QCOMPARE(desk.only().escalation, 9);
        }
        desk.kept(desk.book().heardFrom(words("dana"), true, desk.now));
        QCOMPARE(desk.only().incident->welfareMisses, 0);
    }

    void aClosingTakenBackIsAsIfItHadNotBeen()
    {
        Desk desk;
        desk.panics();
        desk.look();
        desk.acknowledges(ortiz);
        desk.take(desk.book().setStage({desk.id, IncidentStage::OnScene, {}}, desk.now));
        desk.closes(ortiz, Disposition::Assisted);
        desk.restart();
        QVERIFY(desk.does(AlertVerb::Reopen).changed);
        QCOMPARE(desk.state(), words("ACKED"));
        QVERIFY(desk.only().incident->stage == IncidentStage::OnScene);
        QCOMPARE(panicStatus(desk.only()), words("responding"));
        QVERIFY(desk.care().disposition == Disposition::None);
        QVERIFY(!desk.does(AlertVerb::Reopen).changed);
    }

    void aClosingTakenBackLeadsBackToWhatSuppresses()
    {
        AlertRule rule = highRpm();
        AlertSchedule day;
        day.name = words("Days");
        day.zone = "UTC";
        day.times = {{0x7f, {8 * 60, 18 * 60}}};
        rule.schedule = day;
        Desk desk({rule});
        desk.now = TimePoint{std::chrono::sys_days{2026y / 11 / 26}} + 20h;
        desk.say(rpm, 4180);
        QCOMPARE(desk.state(), words("SUPPRESSED"));
        desk.look();
        QVERIFY(desk.closes(boss).changed);
        QVERIFY(desk.does(AlertVerb::Reopen, boss).changed);
        QCOMPARE(desk.state(), words("SUPPRESSED"));
    }

    // --- refusals

    void refusals_data()
    {
        using Story = std::function<Outcome(Desk &)>;
        QTest::addColumn<Story>("story");
        QTest::addColumn<QString>("code");
        const auto row = [](const char *name, const Story &story, const char *code) {
            QTest::newRow(name) << story << words(code);
        };
        row(
            "not_found: an alert that never was",
            [](Desk &d) {
                d.id = words("x");
                return d.does(AlertVerb::Claim);
            },
            "not_found");
        row(
            "closed: an alert that is over",
            [](Desk &d) {
                d.closes(boss);
                return d.does(AlertVerb::Claim);
            },
            "closed");
        row(
            "superseded: it came again",
            [](Desk &d) {
                d.say(rpm, 3000);
                d.wait(10s);
                d.say(rpm, 4180);
                return d.acknowledges(ortiz);
            },
            "superseded");
        row(
            "superseded: it rose",
            [](Desk &d) {
                d.say(coolant, 110);
                d.id = d.log.last().alert.id;
                d.seen = d.log.last().alert;
                d.say(coolant, 118);
                return d.does(AlertVerb::Claim);
            },
            "superseded");
        row("still_active: closing without a supervisor", [](Desk &d) { return d.closes(ortiz); }, "still_active");
        row("still_active: resetting", [](Desk &d) { return d.does(AlertVerb::Reset); }, "still_active");
        row(
            "comment_required: unack",
            [](Desk &d) {
                d.acknowledges(ortiz);
                HandleAlert request;
                request.verb = AlertVerb::Unacknowledge;
                request.alertId = d.id;
                return d.take(d.book().handle(request, ortiz, d.now));
            },
            "comment_required");
        row(
            "shelve_too_long",
            [](Desk &d) {
                HandleAlert request;
                request.verb = AlertVerb::Shelve;
                request.alertId = d.id;
                request.comment = words("noise");
                request.until = d.now + 12h + 1us;
                return d.take(d.book().handle(request, ortiz, d.now));
            },
            "shelve_too_long");
        row(
            "shelve_forbidden: an emergency",
            [](Desk &d) {
                d.id = d.panics().ref;
                d.seen = {};
                d.seen.level = AlertLevel::Emergency;
                return d.does(AlertVerb::Shelve);
            },
            "shelve_forbidden");
        row(
            "pin_invalid",
            [](Desk &d) {
                d.panics();
                return d.cancels("1358");
            },
            "pin_invalid");
        row(
            "forbidden: a hand-over of what is another's",
            [](Desk &d) {
                d.does(AlertVerb::Claim);
                return d.does(AlertVerb::Transfer, lind, words("kim"));
            },
            "forbidden");
        row(
            "forbidden: somebody else's closing",
            [](Desk &d) {
                d.closes(boss);
                return d.does(AlertVerb::Reopen, ortiz);
            },
            "forbidden");
        row(
            "forbidden: somebody else's panic",
            [](Desk &d) {
                const QString id = d.panics().ref;
                return d.take(d.book().cancelPanic({id, words("eve"), words("1357")}, d.now));
            },
            "forbidden");
    }
    void refusals()
    {
        using Story = std::function<Outcome(Desk &)>;
        QFETCH(Story, story);
        QFETCH(QString, code);
        Desk desk({highRpm(), overheat()});
        desk.say(rpm, 4180);
        desk.look();
        const Outcome outcome = story(desk);
        QVERIFY(!outcome.ok);
        QCOMPARE(outcome.code, code);
        QVERIFY(outcome.message.endsWith(QLatin1Char('.'))); // a sentence for people
    }

    void aRefusalLeavesNoTrace()
    {
        Desk desk;
        desk.say(rpm, 4180);
        desk.look();
        const Alert before = desk.only();
        const qsizetype told = desk.log.size();
        QVERIFY(!desk.closes(ortiz).ok);
        QVERIFY(!desk.does(AlertVerb::Reset).ok);
        QVERIFY(!desk.does(AlertVerb::Transfer).ok);
        QVERIFY(desk.only() == before);
        QCOMPARE(desk.log.size(), told);
    }

    void whoComesSecondIsToldByWhomAndWhen()
    {
        Desk desk;
        desk.say(rpm, 4180);
        desk.look();
        const TimePoint at = desk.now;
        QVERIFY(desk.acknowledges(ortiz).changed);
        desk.wait(90s);
        const Outcome second = desk.acknowledges(lind);
        QVERIFY(second.ok && !second.changed);
        QVERIFY(second.message.contains(words("ortiz")));
        QVERIFY(second.message.contains(toIso8601(at)));
    }

    // --- two operators at once: what the one does while the other's request is under way

    void race_data()
    {
        using Act = std::function<Outcome(Desk &)>;
        QTest::addColumn<Act>("first");
        QTest::addColumn<Act>("second");
        QTest::addColumn<QString>("answer"); // of the second: "changed", "unchanged" or why it is refused
        QTest::addColumn<QString>("state");
        const Act acks = [](Desk &d) { return d.acknowledges(ortiz); };
        const Act acksToo = [](Desk &d) { return d.acknowledges(lind); };
        const Act shelves = [](Desk &d) { return d.does(AlertVerb::Shelve, lind); };
        const Act shelvesToo = [](Desk &d) { return d.does(AlertVerb::Shelve, ortiz); };
        const Act closes = [](Desk &d) { return d.closes(boss); };
        const Act claims = [](Desk &d) { return d.does(AlertVerb::Claim, ortiz); };
        const Act claimsToo = [](Desk &d) { return d.does(AlertVerb::Claim, lind); };
        const Act takesBack = [](Desk &d) { return d.does(AlertVerb::Unacknowledge, lind); };
        const Act silences = [](Desk &d) { return d.does(AlertVerb::Silence, lind); };
        const auto row = [](const char *name, const Act &first, const Act &second, const char *answer,
                            const char *state) {
            QTest::newRow(name) << first << second << words(answer) << words(state);
        };
        row("acknowledge, acknowledge", acks, acksToo, "unchanged", "ACKED");
        row("acknowledge, shelve", acks, shelves, "changed", "SHELVED");
        row("shelve, acknowledge", shelves, acks, "changed", "SHELVED");
        row("shelve, shelve", shelves, shelvesToo, "changed", "SHELVED");
        row("acknowledge, close", acks, closes, "changed", "NORMAL");
        row("close, acknowledge", closes, acks, "unchanged", "NORMAL");
        row("close, shelve", closes, shelves, "closed", "NORMAL");
        row("close, close", closes, closes, "unchanged", "NORMAL");
        row("close, claim", closes, claims, "closed", "NORMAL");
        row("claim, claim", claims, claimsToo, "changed", "UNACK");
        row("claim, acknowledge", claims, acksToo, "changed", "ACKED");
        row("acknowledge, silence", acks, silences, "unchanged", "ACKED");
        row("acknowledge, unack", acks, takesBack, "changed", "UNACK");
    }
    void race()
    {
        using Act = std::function<Outcome(Desk &)>;
        QFETCH(Act, first);
        QFETCH(Act, second);
        QFETCH(QString, answer);
        QFETCH(QString, state);
        Desk desk;
        desk.say(rpm, 4180);
        desk.look(); // both of them
        QVERIFY(first(desk).changed);
        desk.now += 10ms;
        const qsizetype told = desk.log.size();
        const Outcome outcome = second(desk);
        QCOMPARE(outcome.ok ? words(outcome.changed ? "changed" : "unchanged") : outcome.code, answer);
        QCOMPARE(desk.log.size(), told + (outcome.changed ? 1 : 0)); // one change each, none without one
        QCOMPARE(toString(stateOf(*desk.book().find(desk.id))), state);
        const Alert live = *desk.book().find(desk.id);
        desk.restart();
        QCOMPARE(toString(stateOf(*desk.book().find(desk.id))), state);
        QCOMPARE(desk.book().find(desk.id)->revision, live.revision);
    }

    void race_whatWasAcknowledgedOnTheShelfIsOwedAgainWhenItComesBack()
    {
        Desk desk;
        desk.say(rpm, 4180);
        desk.look();
        desk.does(AlertVerb::Shelve, lind);
        QVERIFY(desk.acknowledges(ortiz).changed);
        desk.wait(10min);
        QCOMPARE(desk.state(), words("UNACK"));
    }

    void race_whoClaimsLastHasItAndBothSeeIt()
    {
        Desk desk;
        desk.say(rpm, 4180);
        desk.look();
        desk.does(AlertVerb::Claim, ortiz);
        desk.does(AlertVerb::Claim, lind);
        QCOMPARE(desk.care().ownerId, words("lind"));
        QCOMPARE(desk.log.last().alert.care->ownerName, words("lind")); // as every console is told
        QCOMPARE(desk.does(AlertVerb::Release, ortiz).code, words("forbidden"));
        desk.wait(120s);
        QCOMPARE(desk.last(), words("release lease_expired"));
        QCOMPARE(desk.count(AlertVerb::Release), 1);
    }

    void race_anOfferThatTwoWouldTake()
    {
        Desk desk;
        desk.say(rpm, 4180);
        desk.look();
        desk.does(AlertVerb::Claim, ortiz);
        QVERIFY(desk.does(AlertVerb::Transfer, ortiz, words("lind")).changed);
        // Somebody else claims it before the one that it was offered to accepts: there is nothing to accept any more, only to claim.
        QVERIFY(desk.does(AlertVerb::Claim, personNamed("kim")).changed);
        QVERIFY(desk.care().offeredToId.isEmpty());
        QVERIFY(desk.does(AlertVerb::Claim, lind).changed);
        QCOMPARE(desk.last(), words("claim "));
        QCOMPARE(desk.care().ownerId, words("lind"));
    }

    void race_anOfferThatIsTakenBackAsItIsAccepted()
    {
        for (const bool acceptedFirst : {true, false}) {
            Desk desk;
            desk.say(rpm, 4180);
            desk.look();
            desk.does(AlertVerb::Claim, ortiz);
            desk.does(AlertVerb::Transfer, ortiz, words("lind"));
            if (acceptedFirst) {
                QVERIFY(desk.does(AlertVerb::Claim, lind).changed);
                QCOMPARE(desk.does(AlertVerb::Release, ortiz).code, words("forbidden")); // it is lind's now
                QCOMPARE(desk.care().ownerId, words("lind"));
            } else {
                QVERIFY(desk.does(AlertVerb::Release, ortiz).changed);
                QVERIFY(desk.does(AlertVerb::Claim, lind).changed); // as anybody may
                QCOMPARE(desk.last(), words("claim "));
            }
            QVERIFY(desk.care().offeredToId.isEmpty());
        }
    }

    void race_twoOffersOfOneAlert()
    {
        Desk desk;
        desk.say(rpm, 4180);
        desk.look();
        desk.does(AlertVerb::Claim, ortiz);
        desk.does(AlertVerb::Transfer, ortiz, words("lind"));
        desk.does(AlertVerb::Transfer, boss, words("kim")); // the later one counts
        QCOMPARE(desk.care().offeredToId, words("kim"));
        QCOMPARE(desk.does(AlertVerb::Release, lind).code, words("forbidden")); // it is not offered to lind any more
        QVERIFY(desk.does(AlertVerb::Release, personNamed("kim")).changed);
        QCOMPARE(desk.last(), words("release declined"));
        QCOMPARE(desk.care().ownerId, words("ortiz"));
    }

    void race_theSourceIsFasterThanTheOperators()
    {
        Desk desk({overheat()});
        desk.say(coolant, 110);
        desk.look();
        desk.say(coolant, 118); // meanwhile
        for (const AlertVerb verb : {AlertVerb::Shelve, AlertVerb::Claim, AlertVerb::Silence, AlertVerb::Comment})
            QCOMPARE(desk.does(verb).code, words("superseded"));
        QCOMPARE(desk.acknowledges(ortiz).code, words("superseded"));
        desk.look();
        QVERIFY(desk.acknowledges(ortiz).changed);
        QCOMPARE(verbsOf(desk.log), (QStringList{words("raise"), words("level_change"), words("acknowledge")}));
    }

    void race_aCancelMeetsAnAcknowledge()
    {
        Desk first;
        first.panics();
        first.look();
        QVERIFY(first.cancels().ok);
        QVERIFY(first.acknowledges(ortiz).changed); // nobody had taken it: it is over
        QVERIFY(first.book().openAlerts().isEmpty());
        Desk second;
        second.panics();
        second.look();
        QVERIFY(second.acknowledges(ortiz).changed);
        QVERIFY(second.cancels().ok);
        QCOMPARE(second.state(), words("RTN_UNACK")); // is the person safe?
        QVERIFY(second.only().incident->confirmBy == second.now + 120s);
    }
};

QTEST_GUILESS_MAIN(TestLifecycle)
#include "test_lifecycle.moc"
