// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/domain/AlertStory.h"

#include <functional>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
const QString rpm = channel::EngineRpm;
const QString coolant = channel::EngineTemperature;

/// A story whose server stops and starts: the telemetry history and the devices' last signs of life outlive it, too.
struct Shift : AlertStory
{
    explicit Shift(const QList<AlertRule> &rules = {}, const AlertLimits &limits = withoutSilence())
        : AlertStory(rules, limits)
    {
    }
    void tells(const QString &metric, const Value &value)
    {
        Reading reading;
        reading.deviceId = van.id;
        reading.receivedAt = now;
        reading.samples = {{metric, value}};
        history.append(reading);
        kept(book().apply(reading, now));
    }
    /// The server stopped a moment ago, or as long as `now` was moved on without it, and is there again.
    void comesBack()
    {
        restart();
        TimePoint known = writtenAt();
        if (!history.isEmpty()) {
            known = std::max(known, history.constLast().receivedAt);
            book().setLastSeen(van.id, history.constLast().receivedAt, known, now);
        }
        book().recall(history, std::min(known, now));
    }
    /// The clock, not time, goes on by `jump`.
    void clockJumps(Duration jump) { wait(jump); }
    Outcome does(AlertVerb verb, std::optional<Duration> span = {}, const Actor &who = personNamed("ortiz"))
    {
        HandleAlert request;
        request.verb = verb;
        request.alertId = log.last().alert.id;
        request.comment = words("because");
        if (span)
            request.until = now + *span;
        return take(book().handle(request, who, now));
    }
    void panics()
    {
        RaisePanic request;
        request.userId = words("dana");
        take(book().raisePanic(request, now));
    }
    void cancels()
    {
        CancelPanic request;
        request.userId = words("dana");
        take(book().cancelPanic(request, now));
    }
    /// How often something came of a timer: "unshelve expired".
    [[nodiscard]] int told(const QString &what) const
    {
        return static_cast<int>(std::count_if(log.cbegin(), log.cend(), [&what](const AlertChange &change) {
            return toString(change.verb) + QLatin1Char(' ') + change.reason == what;
        }));
    }
    QList<Reading> history;
};

AlertRule delayed()
{
    AlertRule rule = overheat();
    rule.onDelay = 60s;
    return rule;
}

AlertRule delayedCodes()
{
    AlertRule rule = troubleCodes();
    rule.onDelay = 60s;
    return rule;
}

AlertRule mute()
{
    AlertRule rule =
        ruleOf(words("FUEL_MUTE"), channel::FuelLevel, Comparison::GreaterOrEqual, {{AlertLevel::Warning, 120, 0, {}}});
    rule.measure = Measure::Silence;
    return rule;
}

AlertRule information()
{
    return ruleOf(words("SPEEDING"), channel::Speed, Comparison::Greater, {{AlertLevel::Info, 100, 0, {}}});
}

AlertRule oneStep()
{
    AlertRule rule = highRpm();
    rule.care.ladder = {100s};
    return rule;
}

/// Where its begin is found after a restart.
enum class Kept {
    Log,     ///< with the alert, so that the deadline moves with a clock that is set back
    History, ///< among the readings, by the clock of then: set back since, it counts from the restart at the latest
    Nowhere, ///< who could not be heard while the server was away has its whole time
};

/// One of the timers: what begins it, how long it takes, and what the log says then.
struct Timer
{
    const char *name;
    QList<AlertRule> rules;
    std::function<void(Shift &)> begin;
    Duration span;
    const char *told;
    Kept kept = Kept::Log;
    bool silent = false; ///< it is the device's own silence
};

QList<Timer> timers()
{
    const auto bad = [](Shift &s) { s.tells(rpm, 4180.0); };
    const auto acked = [bad](Shift &s) {
        bad(s);
        s.ack(s.only().id);
    };
    const auto panic = [](Shift &s) {
        s.panics();
        s.ack(s.only().id);
    };
    return {
        {"onDelay", {delayed()}, [](Shift &s) { s.tells(coolant, 118.0); }, 60s, "raise ", Kept::History},
        {"onDelay of a trouble code",
         {delayedCodes()},
         [](Shift &s) { s.tells(channel::TroubleCodes, QStringList{words("P0301")}); },
         60s,
         "raise ",
         Kept::History},
        {"onDelay of the next occurrence",
         {delayed()},
         [](Shift &s) {
             s.tells(coolant, 118.0);
             s.wait(60s);
             s.tells(coolant, 90.0);
             s.wait(10s);
             s.tells(coolant, 118.0);
         },
         60s,
         "raise ",
         Kept::History},
        {"offDelay",
         {highRpm()},
         [bad](Shift &s) {
             bad(s);
             s.tells(rpm, 3000.0);
         },
         10s,
         "return "},
        {"offDelay of an information", // which no other deadline tells of
         {information()},
         [](Shift &s) {
             s.tells(channel::Speed, 120.0);
             s.tells(channel::Speed, 50.0);
         },
         10s,
         "return "},
        {"escalation", {oneStep()}, bad, 100s, "escalate unanswered"},
        {"ackTTL", {highRpm()}, acked, 4h, "remind "},
        {"grace",
         {highRpm()},
         [acked](Shift &s) {
             acked(s);
             s.wait(4h);
         },
         30min,
         "unack ack_expired"},
        {"shelf",
         {highRpm()},
         [bad](Shift &s) {
             bad(s);
             s.does(AlertVerb::Shelve, 10min);
         },
         10min,
         "unshelve expired"},
        {"silence",
         {highRpm()},
         [bad](Shift &s) {
             bad(s);
             s.does(AlertVerb::Silence);
         },
         120s,
         "silence expired"},
        {"out of service",
         {highRpm()},
         [bad](Shift &s) {
             bad(s);
             s.take(s.book().takeOutOfService({s.only().id, 0, s.now + 40min, words("workshop")},
                                              personNamed("boss", true), s.now));
         },
         40min,
         "return_to_service expired"},
        {"lease",
         {highRpm()},
         [bad](Shift &s) {
             bad(s);
             s.does(AlertVerb::Claim);
         },
         120s,
         "release lease_expired"},
        {"confirmation of a cancel",
         {},
         [panic](Shift &s) {
             panic(s);
             s.cancels();
         },
         120s,
         "reactivate cancel_unconfirmed"},
        {"contact lost", {}, panic, 90s, "contact_lost ", Kept::Nowhere},
        {"welfare check", {}, panic, 5min, "welfare asked"},
        {"welfare window",
         {},
         [panic](Shift &s) {
             panic(s);
             s.wait(5min);
         },
         60s,
         "welfare asked_again"},
        {"welfare retry",
         {},
         [panic](Shift &s) {
             panic(s);
             s.wait(5min);
             s.wait(60s);
         },
         120s,
         "escalate welfare_missed"},
        {"chattering",
         {highRpm()},
         [bad](Shift &s) {
             bad(s);
             for (int i = 0; i < 3; ++i) {
                 s.tells(rpm, 3000.0);
                 bad(s);
             }
         },
         60s,
         "repeat calm"},
        {"event without rest",
         {crash()},
         [](Shift &s) { s.tells(channel::Crash, 1.0); },
         60s,
         "return ",
         Kept::Nowhere},
        {"silence of a metric",
         {mute()},
         [](Shift &s) { s.tells(channel::FuelLevel, 50.0); },
         120s,
         "raise ",
         Kept::History},
        {"stale value", {highRpm()}, bad, 90s, "stale ", Kept::Nowhere},
        {"silent device", {}, [](Shift &s) { s.tells(rpm, 1000.0); }, 90s, "raise ", Kept::History, true},
        {"device offline",
         {},
         [](Shift &s) {
             s.tells(rpm, 1000.0);
             s.wait(90s);
         },
         210s,
         "level_change ",
         Kept::History,
         true},
    };
}

enum class How {
    Undisturbed,
    Restart,
    AwayForAnHour,
    ClockForward,
    ClockBack,
    ClockBackThenRestart,
    ClockBackWhileAway
};
} // namespace

/// Each timer of an alert, and what must not disturb it: a restart in its middle, a server that was away beyond it, a clock that is set
/// forward or back. Nothing is lost, nothing comes twice, nothing is stuck (ALERTS.md, "Restart").
class TestAlertTimers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyTimerFiresOnceAndInItsTime_data()
    {
        QTest::addColumn<int>("timer");
        QTest::addColumn<int>("how");
        const char *const hows[] = {"undisturbed",
                                    "restart in the middle",
                                    "server away for an hour",
                                    "clock set forward",
                                    "clock set back",
                                    "clock set back, then a restart",
                                    "clock set back while the server was away"};
        const QList<Timer> all = timers();
        for (int timer = 0; timer < all.size(); ++timer) {
            for (int how = 0; how < int(std::size(hows)); ++how)
                QTest::addRow("%s: %s", all.at(timer).name, hows[how]) << timer << how;
        }
    }
    void everyTimerFiresOnceAndInItsTime()
    {
        QFETCH(int, timer);
        QFETCH(int, how);
        const Timer is = timers().at(timer);
        AlertLimits limits;
        if (!is.silent)
            limits.deviceStale = {};
        Shift shift(is.rules, limits);
        is.begin(shift);
        const QString told = words(is.told);
        const int before = shift.told(told);
        const Duration gone = is.span / 2;
        shift.wait(gone);
        QCOMPARE(shift.told(told), before);

        Duration left = is.span - gone;
        bool exactly = true;
        switch (How(how)) {
        case How::Undisturbed:
            break;
        case How::Restart:
            shift.comesBack();
            left = is.kept == Kept::Nowhere ? is.span : left;
            break;
        case How::AwayForAnHour:
            shift.now += 1h + is.span;
            shift.comesBack();
            left = is.kept == Kept::Nowhere || is.silent ? is.span : 0s;
            exactly = !is.silent;
            break;
        case How::ClockForward:
            shift.clockJumps(1h + is.span);
            left = 0s;
            break;
        case How::ClockBack:
            shift.clockJumps(-1h);
            break;
        case How::ClockBackThenRestart:
            shift.clockJumps(-1h);
            shift.comesBack();
            left = is.kept == Kept::Log ? left : is.span;
            exactly = is.kept != Kept::History;
            break;
        case How::ClockBackWhileAway: // how long it was away nobody knows
            shift.now -= 1h;
            shift.comesBack();
            left = is.span;
            exactly = false;
            break;
        }
        if (exactly && left > 0s) {
            shift.wait(left - 1ms);
            QCOMPARE(shift.told(told), before);
            left = 1ms;
        }
        shift.wait(left);
        QCOMPARE(shift.told(told), before + 1);
        shift.wait(5s);
        QCOMPARE(shift.told(told), before + 1);
    }

    /// The process was away beyond all of it: what would have happened happens in the order of its deadlines, whose alert it is.
    void overdueTimersFireInTheirOrder()
    {
        AlertRule slow = highRpm();
        slow.offDelay = 10min;
        Shift shift({slow, overheat()});
        shift.tells(rpm, 4180.0);
        shift.ack(shift.only().id);
        shift.does(AlertVerb::Claim); // 2 min
        shift.tells(rpm, 3000.0);     // 10 min
        shift.tells(coolant, 110.0);
        shift.does(AlertVerb::Shelve, 5min);
        const qsizetype before = shift.log.size();
        shift.now += 1h;
        shift.comesBack();
        shift.wait(0s);
        QStringList said;
        for (const AlertChange &change : shift.log.mid(before))
            said.append(toString(change.verb));
        QCOMPARE(said, (QStringList{words("release"), words("unshelve"), words("return")}));
    }

    void aBurstOfOverdueTimersOfOneAlertKeepsTheOrder()
    {
        Shift shift({overheat()});
        shift.tells(coolant, 118.0);
        shift.does(AlertVerb::Claim);
        shift.does(AlertVerb::Silence, 100s);
        const qsizetype before = shift.log.size();
        shift.now += 1h;
        shift.comesBack();
        shift.wait(0s);
        QStringList said;
        for (const AlertChange &change : shift.log.mid(before))
            said.append(toString(change.verb));
        QCOMPARE(said, (QStringList{words("escalate"), words("silence"), words("release"), words("escalate"),
                                    words("escalate")}));
    }

    // --- windows, which look back instead of waiting

    void soManyWithinATimeAreCountedAcrossARestart()
    {
        AlertRule rule = highRpm();
        rule.count = 3;
        rule.countWindow = 60s;
        const auto flicker = [](Shift &shift) {
            shift.tells(rpm, 4500.0);
            shift.wait(5s);
            shift.tells(rpm, 3000.0);
            shift.wait(5s);
        };
        Shift shift({rule});
        flicker(shift);
        flicker(shift);
        shift.comesBack();
        QCOMPARE(shift.count(AlertVerb::Raise), 0);
        flicker(shift);
        QCOMPARE(shift.count(AlertVerb::Raise), 1);
        // What raised it does not count for the next occurrence, nor for the next alert.
        shift.wait(10s);
        QCOMPARE(shift.state(), words("RTN_UNACK"));
        shift.comesBack();
        flicker(shift);
        QCOMPARE(shift.count(AlertVerb::Raise), 1);
        shift.ack(shift.only().id);
        QVERIFY(shift.book().openAlerts().isEmpty());
        shift.comesBack();
        flicker(shift);
        QCOMPARE(shift.count(AlertVerb::Raise), 1);
        flicker(shift);
        flicker(shift);
        QCOMPARE(shift.count(AlertVerb::Raise), 2);
    }

    void whatASupervisorClosedIsNotRaisedByWhatWasToldBefore()
    {
        Shift shift({delayed()});
        shift.tells(coolant, 118.0);
        shift.wait(60s);
        CloseAlert close;
        close.alertId = shift.only().id;
        shift.take(shift.book().closeAlert(close, personNamed("boss", true), shift.now));
        shift.wait(1s);
        shift.comesBack();
        shift.tells(coolant, 118.0);
        shift.wait(59s);
        QVERIFY(shift.book().openAlerts().isEmpty());
        shift.wait(1s);
        QCOMPARE(shift.state(), words("UNACK")); // its delay ran again
    }

    void flapsAreCountedAcrossARestart_data()
    {
        QTest::addColumn<bool>("acknowledged"); // then each of them is an alert of its own
        QTest::addColumn<int>("after");         // so many flaps the server restarts
        for (const bool acknowledged : {false, true}) {
            for (const int after : {1, 2})
                QTest::addRow("%s, after %d", acknowledged ? "alerts" : "occurrences", after) << acknowledged << after;
        }
    }
    void flapsAreCountedAcrossARestart()
    {
        QFETCH(bool, acknowledged);
        QFETCH(int, after);
        AlertRule rule = highRpm();
        rule.offDelay = {};
        Shift shift({rule});
        for (int i = 1; i <= 3; ++i) {
            shift.tells(rpm, 4500.0);
            if (i == 3)
                break;
            QVERIFY(!shift.only().chattering);
            if (acknowledged)
                shift.ack(shift.only().id);
            shift.wait(10s);
            shift.tells(rpm, 3000.0);
            shift.wait(10s);
            if (i == after)
                shift.comesBack();
        }
        QVERIFY(shift.only().chattering);
        QCOMPARE(shift.only().occurrence, acknowledged ? 1 : 3);
    }

    void whatChatteredAndFellSilentReturnsAlsoAcrossARestart()
    {
        Shift shift({highRpm()});
        for (int i = 0; i < 4; ++i) {
            shift.tells(rpm, 4500.0);
            shift.wait(2s);
            shift.tells(rpm, 3000.0);
            shift.wait(2s);
        }
        QVERIFY(shift.only().chattering);
        shift.wait(20s);
        shift.comesBack(); // its source tells changes alone
        shift.wait(60s);
        QCOMPARE(shift.told(words("return calm")), 1);
        QCOMPARE(shift.state(), words("RTN_UNACK"));
    }

    void flapsAreForgottenInTheirTimeAlsoAcrossARestart()
    {
        AlertRule rule = highRpm();
        rule.offDelay = {};
        Shift shift({rule});
        for (int i = 0; i < 8; ++i) { // never three within 60 s
            shift.tells(rpm, 4500.0);
            shift.wait(15s);
            shift.comesBack();
            shift.tells(rpm, 3000.0);
            shift.wait(16s);
        }
        QVERIFY(std::none_of(shift.log.cbegin(), shift.log.cend(),
                             [](const AlertChange &change) { return change.alert.chattering; }));
        QVERIFY(shift.only().care->flaps.size() <= 2);
    }

    void aFloodIsCountedAcrossARestart()
    {
        for (const bool late : {false, true}) {
            Shift shift({highRpm()});
            const auto raise = [&shift](int from, int to) {
                for (int i = from; i <= to; ++i)
                    shift.say({{rpm, 4500.0}}, {}, QStringLiteral("d%1").arg(i));
            };
            raise(1, 6);
            shift.wait(late ? 11min : 5min);
            shift.comesBack();
            raise(7, 11);
            QCOMPARE(shift.told(words("repeat first_of_flood")), late ? 0 : 1);
        }
    }

    void aFloodGoesOnAfterTheClockWasSetBack()
    {
        Shift shift({highRpm()});
        for (int i = 1; i <= 11; ++i) {
            if (i == 6)
                shift.clockJumps(-1h);
            shift.say({{rpm, 4500.0}}, {}, QStringLiteral("d%1").arg(i));
        }
        QCOMPARE(shift.told(words("repeat first_of_flood")), 1);
    }

    void theMinuteToTakeAClosingBackRunsOn_data()
    {
        QTest::addColumn<bool>("restarts");
        QTest::addColumn<int>("jump"); // s
        QTest::addColumn<int>("wait"); // s
        QTest::addColumn<bool>("allowed");
        QTest::newRow("in time") << false << 0 << 60 << true;
        QTest::newRow("late") << false << 0 << 61 << false;
        QTest::newRow("restart, in time") << true << 0 << 60 << true;
        QTest::newRow("restart, late") << true << 0 << 61 << false;
        QTest::newRow("clock forward") << false << 3600 << 0 << false;
        QTest::newRow("clock back, in time") << false << -3600 << 60 << true;
        QTest::newRow("clock back, late") << false << -3600 << 61 << false;
        QTest::newRow("clock back while away") << true << -3600 << 61 << false;
    }
    void theMinuteToTakeAClosingBackRunsOn()
    {
        QFETCH(bool, restarts);
        QFETCH(int, jump);
        QFETCH(int, wait);
        QFETCH(bool, allowed);
        Shift shift;
        shift.panics();
        const QString id = shift.only().id;
        CloseAlert close;
        close.alertId = id;
        close.disposition = Disposition::Test;
        shift.take(shift.book().closeAlert(close, personNamed("ortiz"), shift.now));
        if (restarts) {
            shift.now += std::chrono::seconds(jump);
            shift.comesBack();
        } else {
            shift.clockJumps(std::chrono::seconds(jump));
        }
        shift.wait(std::chrono::seconds(wait));
        QCOMPARE(shift.does(AlertVerb::Reopen).ok, allowed);
    }

    void whatIsReopenedGoesOnAsItWas()
    {
        Shift shift({highRpm()});
        shift.tells(rpm, 4180.0);
        const QString id = shift.only().id;
        shift.ack(id);
        CloseAlert close;
        close.alertId = id;
        shift.take(shift.book().closeAlert(close, personNamed("boss", true), shift.now));
        QVERIFY(shift.does(AlertVerb::Reopen, {}, personNamed("boss", true)).changed);
        QCOMPARE(shift.state(), words("ACKED"));
        shift.comesBack();
        shift.wait(4h);
        QCOMPARE(shift.told(words("remind ")), 1); // its acknowledge runs out like any
        shift.wait(30min);
        QCOMPARE(shift.told(words("unack ack_expired")), 1);
    }

    void aCancelThatWaitsForItsConfirmationDoesSoAfterAClosingWasTakenBack()
    {
        Shift shift;
        shift.panics();
        const QString id = shift.only().id;
        shift.ack(id);
        shift.cancels();
        shift.wait(60s);
        CloseAlert close;
        close.alertId = id;
        close.disposition = Disposition::CanceledConfirmed;
        shift.take(shift.book().closeAlert(close, personNamed("ortiz"), shift.now));
        shift.wait(30s);
        QVERIFY(shift.does(AlertVerb::Reopen).changed); // the wrong one
        QCOMPARE(shift.state(), words("RTN_UNACK"));
        shift.wait(29s);
        QCOMPARE(shift.told(words("reactivate cancel_unconfirmed")), 0);
        shift.wait(1s);
        QCOMPARE(shift.told(words("reactivate cancel_unconfirmed")), 1);
    }

    // --- schedules: a wall clock's

    void aScheduleFollowsTheClockWhereverItIsSet_data()
    {
        QTest::addColumn<bool>("restarts");
        QTest::newRow("running") << false;
        QTest::newRow("restart") << true;
    }
    void aScheduleFollowsTheClockWhereverItIsSet()
    {
        QFETCH(bool, restarts);
        AlertRule rule = highRpm();
        AlertSchedule day;
        day.name = words("Days");
        day.zone = "UTC";
        day.times = {{0x7f, {8 * 60, 18 * 60}}};
        rule.schedule = day;
        Shift shift({rule});
        shift.now = TimePoint{std::chrono::sys_days{2026y / 11 / 26}} + 17h + 30min;
        shift.tells(rpm, 4500.0);
        QCOMPARE(shift.state(), words("UNACK"));
        const auto jumps = [&](Duration by) {
            if (!restarts)
                return shift.clockJumps(by);
            shift.now += by;
            shift.comesBack();
            shift.wait(0s);
        };
        jumps(1h); // 18:30
        QCOMPARE(shift.state(), words("SUPPRESSED"));
        jumps(-1h);
        QCOMPARE(shift.state(), words("UNACK"));
        jumps(1h);
        QCOMPARE(shift.state(), words("SUPPRESSED"));
        shift.wait(13h + 29min);
        QCOMPARE(shift.state(), words("SUPPRESSED"));
        shift.wait(1min); // 8:00
        QCOMPARE(shift.state(), words("UNACK"));
        QCOMPARE(shift.count(AlertVerb::Suppress), 2);
        QCOMPARE(shift.count(AlertVerb::Unsuppress), 2);
    }

    // --- what else goes by the clock

    void panicsFoldNoLongerThanAMinuteAfterTheClockWasSetBack()
    {
        Shift shift;
        for (int i = 0; i < 10; ++i)
            shift.panics();
        shift.panics();
        QCOMPARE(shift.book().openAlerts().size(), 10); // the eleventh folds
        shift.clockJumps(-1h);
        shift.wait(60s);
        shift.panics();
        QCOMPARE(shift.book().openAlerts().size(), 11);
    }

    void goodSamplesCountAtOnceAfterTheClockWasSetBack()
    {
        for (const bool restarts : {false, true}) {
            Shift shift({highRpm()});
            shift.tells(rpm, 4180.0);
            if (restarts) {
                shift.now -= 1h;
                shift.comesBack();
            } else {
                shift.clockJumps(-1h);
            }
            shift.wait(1s);
            shift.tells(rpm, 3000.0);
            QVERIFY(shift.only().cond == AlertCondition::Clearing);
            QVERIFY(shift.only().lastSeenAt <= shift.now);
            shift.wait(10s);
            QCOMPARE(shift.state(), words("RTN_UNACK"));
        }
    }

    void aReadingThatCameBeforeTheClockWasSetBackIsAsOldAsTheRest()
    {
        Shift shift({highRpm()});
        Reading reading;
        reading.deviceId = shift.van.id;
        reading.receivedAt = shift.now + 1h; // stamped, then it waited while the clock was set
        reading.samples = {{rpm, 4180.0}};
        shift.kept(shift.book().apply(reading, shift.now));
        shift.wait(1s);
        shift.tells(rpm, 3000.0);
        QVERIFY(shift.only().cond == AlertCondition::Clearing);
    }

    void vector15_alsoAcrossARestart()
    {
        Shift shift({highRpm()});
        const TimePoint noon{12h};
        shift.say({{rpm, 4180.0}}, noon);
        QVERIFY(shift.only().sourceTime == noon); // the log's ts_source
        shift.comesBack();
        shift.wait(1s);
        shift.say({{rpm, 3000.0}}, noon - 5s); // was taken before the violation
        QVERIFY(shift.only().cond == AlertCondition::Active);
        shift.say({{rpm, 3000.0}}, noon + 1s);
        QVERIFY(shift.only().cond == AlertCondition::Clearing);
        QVERIFY(shift.only().sourceTime == noon + 1s);
    }

    /// Row 22: who fell silent while the server was away is missed; who was missed before is no news.
    void devicesThatDoNotComeBackAfterAnOutageAreMissed()
    {
        Shift shift({}, AlertLimits{});
        shift.tells(rpm, 1000.0);
        shift.wait(30s);
        shift.now += 1h;
        shift.comesBack();
        shift.wait(89s);
        QVERIFY(shift.book().openAlerts().isEmpty()); // it has its time to come back
        shift.wait(1s);
        QCOMPARE(shift.only().code, words("DEVICE_STALE"));
        shift.wait(210s);
        QCOMPARE(shift.only().code, words("DEVICE_OFFLINE"));

        CloseAlert close;
        close.alertId = shift.only().id;
        shift.take(shift.book().closeAlert(close, personNamed("boss", true), shift.now));
        shift.now += 1h;
        shift.comesBack();
        shift.wait(1h);
        QVERIFY(shift.book().openAlerts().isEmpty());

        Shift other({}, AlertLimits{});
        other.tells(rpm, 1000.0);
        other.now += 1h;
        other.comesBack();
        other.wait(80s);
        other.tells(rpm, 1000.0); // there it is
        other.wait(80s);
        QVERIFY(other.book().openAlerts().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestAlertTimers)
#include "test_alert_timers.moc"
