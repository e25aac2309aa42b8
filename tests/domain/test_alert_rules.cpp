// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/FloodWatch.h"
#include "models/domain/MetricTrend.h"
#include "models/domain/RuleRehearsal.h"
#include "tests/domain/AlertStory.h"

#include <cmath>
#include <limits>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
const QString rpm = channel::EngineRpm;
const QString coolant = channel::EngineTemperature;
const QString fuel = channel::FuelLevel;
const Actor ortiz{Actor::Kind::Operator, QStringLiteral("ortiz"), QStringLiteral("M. Ortiz"), {}, false};
const Actor boss{Actor::Kind::Operator, QStringLiteral("boss"), QStringLiteral("The boss"), {}, true};

/// Warns when the coolant rises by more than half a degree per second over 20 s.
AlertRule rising()
{
    AlertRule rule =
        ruleOf(QStringLiteral("RISING"), coolant, Comparison::Greater, {{AlertLevel::Warning, 0.5, 0, {}}});
    rule.measure = Measure::Rate;
    rule.window = 20s;
    rule.unit = QStringLiteral("°C/s");
    rule.deadband = 0.1;
    rule.message = QStringLiteral("{rate} {unit}, now {value}");
    return rule;
}

/// The tank will be below 10 % within 10 min (warning) or 2 min (critical).
AlertRule runningDry()
{
    AlertRule rule = ruleOf(QStringLiteral("RUNNING_DRY"), fuel, Comparison::LessOrEqual,
                            {{AlertLevel::Critical, 120, 0, {}}, {AlertLevel::Warning, 600, 0, {}}});
    rule.measure = Measure::TimeToLimit;
    rule.window = 60s;
    rule.target = AlertTest{Comparison::Less, 10, 0};
    rule.message = QStringLiteral("{target} in {time_to_limit}");
    return rule;
}

/// No fuel level for two minutes, or ten.
AlertRule mute()
{
    AlertRule rule = ruleOf(QStringLiteral("FUEL_MUTE"), fuel, Comparison::GreaterOrEqual,
                            {{AlertLevel::Critical, 600, 0, {}}, {AlertLevel::Warning, 120, 0, {}}});
    rule.measure = Measure::Silence;
    rule.message = QStringLiteral("Not told for {silence}");
    return rule;
}

Outcome handle(AlertStory &story, AlertVerb verb, const QString &comment = {}, const Actor &who = ortiz)
{
    HandleAlert request;
    request.verb = verb;
    request.alertId = story.only().id;
    request.comment = comment;
    return story.take(story.book().handle(request, who, story.now));
}

QString stateOfCode(AlertStory &story, const QString &code)
{
    const QList<Alert> open = story.book().openAlerts();
    const auto it = std::find_if(open.cbegin(), open.cend(), [&code](const Alert &a) { return a.code == code; });
    return it == open.cend() ? QStringLiteral("-") : toString(stateOf(*it));
}

Alert alertOf(AlertStory &story, const QString &code)
{
    const QList<Alert> open = story.book().openAlerts();
    const auto it = std::find_if(open.cbegin(), open.cend(), [&code](const Alert &a) { return a.code == code; });
    return it == open.cend() ? Alert{} : *it;
}
} // namespace

/// What rules may ask beyond a comparison, what they make of their alerts, and other rules while alerts are open.
class TestAlertRules : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // --- rate

    void aRateIsJudgedOverItsWindow()
    {
        AlertStory story({rising()});
        double t = 60;
        for (int i = 0; i < 30; ++i, t += 0.2) { // slowly
            story.wait(1s);
            story.say(coolant, t);
        }
        QVERIFY(story.log.isEmpty());
        for (int i = 0; i < 30; ++i, t += 1.0) {
            story.wait(1s);
            story.say(coolant, t);
        }
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        QVERIFY(*story.only().value > 0.5);
        QVERIFY2(story.only().message.contains(QStringLiteral("now ")), qPrintable(story.only().message));
        QVERIFY(!story.only().message.startsWith(QStringLiteral("{")));
        for (int i = 0; i < 40; ++i) { // it stays where it is
            story.wait(1s);
            story.say(coolant, t);
        }
        QCOMPARE(story.state(), QStringLiteral("RTN_UNACK"));
    }

    void irregularSamplesGiveTheSameRate_data()
    {
        QTest::addColumn<QList<int>>("gapsMs"); // used round and round
        QTest::newRow("every second") << QList<int>{1000};
        QTest::newRow("bursts") << QList<int>{0, 0, 10, 3000, 10, 10, 4000};
        QTest::newRow("fast") << QList<int>{20};
        QTest::newRow("slower than the window") << QList<int>{25'000};
        QTest::newRow("wild") << QList<int>{1, 7000, 300, 2, 2, 9000, 1500};
    }
    void irregularSamplesGiveTheSameRate()
    {
        QFETCH(QList<int>, gapsMs);
        MetricTrend trend(20s);
        TimePoint at{1000s};
        double seconds = 0;
        for (int i = 0; seconds < 120; ++i) {
            trend.add(at, 20 + 0.7 * seconds);
            const int gap = gapsMs.at(i % gapsMs.size());
            at += std::chrono::milliseconds(gap);
            seconds += gap / 1000.0;
        }
        QVERIFY(trend.line().has_value());
        QVERIFY2(std::abs(trend.line()->perSecond - 0.7) < 0.01, qPrintable(QString::number(trend.line()->perSecond)));
    }

    void aTrendSaysNothingTooEarlyAndForgetsAcrossAGap()
    {
        MetricTrend trend(20s);
        TimePoint at{1000s};
        QVERIFY(!trend.line());
        trend.add(at, 1);
        trend.add(at, 2); // the same moment
        QVERIFY(!trend.line());
        trend.add(at + 9s, 10);
        QVERIFY(!trend.line()); // not half the window
        trend.add(at + 10s, 11);
        QVERIFY(trend.line().has_value());
        trend.add(at + 10s, std::numeric_limits<double>::quiet_NaN());
        trend.add(at + 9s, 1000); // late: left out
        QVERIFY(std::abs(trend.line()->perSecond - 1) < 0.2);
        trend.add(at + 100s, 5000); // after more than three windows
        QVERIFY(!trend.line());
        trend.add(at + 50s, 5000); // the clock was set back
        QVERIFY(!trend.line());
    }

    void aClockThatJumpsRaisesNoRate()
    {
        AlertStory story({rising()});
        double t = 60;
        const auto drive = [&](int seconds) {
            for (int i = 0; i < seconds; ++i) {
                story.wait(1s);
                story.say(coolant, t += 0.3);
            }
        };
        drive(30);
        story.now -= 1h; // set back
        drive(30);
        story.now += 2h; // and forward
        drive(30);
        QVERIFY(std::none_of(story.log.cbegin(), story.log.cend(),
                             [](const AlertChange &c) { return c.alert.code == QLatin1String("RISING"); }));
    }

    // --- time to a limit

    void theTimeToALimitIsTold()
    {
        AlertStory story({runningDry()}, withoutSilence());
        double level = 60;
        const auto drain = [&](double perSecond, int seconds) {
            for (int i = 0; i < seconds; ++i) {
                story.wait(1s);
                story.say(fuel, level -= perSecond);
            }
        };
        drain(0.05, 60); // 57 %: 940 s to go
        QVERIFY(story.log.isEmpty());
        drain(0.1, 60); // 51 %: 410 s
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        QVERIFY(story.only().level == AlertLevel::Warning);
        QVERIFY2(story.only().message.startsWith(QStringLiteral("10 in ")), qPrintable(story.only().message));
        drain(0.5, 60); // 21 %: 22 s
        QVERIFY(story.only().level == AlertLevel::Critical);
        drain(0.5, 40); // there
        QVERIFY(story.only().level == AlertLevel::Critical);
        QVERIFY(story.only().cond == AlertCondition::Active); // being there is no reason to clear
        for (int i = 0; i < 100; ++i) {                       // filled up
            story.wait(1s);
            story.say(fuel, level = std::min(90.0, level + 3));
        }
        QCOMPARE(story.state(), QStringLiteral("RTN_UNACK"));
    }

    void secondsToALimit()
    {
        QCOMPARE(secondsTo(true, 100, {2, 80}), 10.0);
        QCOMPARE(secondsTo(false, 10, {-0.5, 20}), 20.0);
        QCOMPARE(secondsTo(true, 100, {2, 101}), 0.0);
        QVERIFY(std::isinf(secondsTo(true, 100, {-2, 80})));
        QVERIFY(std::isinf(secondsTo(false, 10, {0, 20})));
    }

    // --- no data for

    void aMetricThatFallsSilentIsToldByTheClockAlone()
    {
        AlertStory story({mute()}, withoutSilence());
        story.say(fuel, 50);
        story.wait(119s);
        QVERIFY(story.log.isEmpty());
        story.wait(1s); // nothing came
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        QCOMPARE(story.only().message, QStringLiteral("Not told for 2 min"));
        QVERIFY(story.only().raisedAt == story.now);
        QVERIFY(story.only().quality == AlertQuality::Good);
        story.wait(480s);
        QVERIFY(story.only().level == AlertLevel::Critical);
        QVERIFY(story.only().quality == AlertQuality::Good); // the silence is what it says
        story.say(fuel, 49);
        QVERIFY(story.only().cond == AlertCondition::Clearing);
        story.wait(10s);
        QCOMPARE(story.state(), QStringLiteral("RTN_UNACK"));
    }

    void otherChannelsOfTheDeviceDoNotEndASilence()
    {
        AlertStory story({mute()});
        story.say(fuel, 50);
        story.keepSaying(channel::Speed, 40, 130);
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        story.say(QList<Sample>{{fuel, Value{}}}); // "unknown" is not told
        QVERIFY(story.only().cond == AlertCondition::Active);
    }

    void whatWasNeverToldIsNotMissedUnlessTheRuleNamesTheDevice()
    {
        AlertStory story({mute()});
        story.keepSaying(channel::Speed, 40, 300);
        QVERIFY(story.log.isEmpty());
        AlertRule named = mute();
        named.match.devices = {QStringLiteral("van-*")};
        AlertStory other({named});
        other.keepSaying(channel::Speed, 40, 130);
        QCOMPARE(other.state(), QStringLiteral("UNACK"));
    }

    void aSilenceThatASupervisorClosedIsNotRaisedAgainUntilItIsTold()
    {
        AlertStory story({mute()}, withoutSilence());
        story.say(fuel, 50);
        story.wait(120s);
        CloseAlert close;
        close.alertId = story.only().id;
        QVERIFY(story.book().closeAlert(close, boss, story.now).outcome.ok);
        story.wait(100s);
        QVERIFY(story.book().openAlerts().isEmpty());
        story.wait(1000s); // but worse is worse
        QVERIFY(story.only().level == AlertLevel::Critical);
    }

    void restart_inASilenceKeepsItsDeadline()
    {
        AlertStory story({mute()}, withoutSilence());
        story.say(fuel, 50);
        const TimePoint told = story.now;
        story.wait(60s);
        story.restart();
        Reading reading;
        reading.deviceId = story.van.id;
        reading.receivedAt = told;
        reading.samples = {{fuel, 50.0}};
        story.book().setLastSeen(story.van.id, told, told, story.now);
        story.book().recall({reading}, told);
        story.wait(59s);
        QVERIFY(story.log.isEmpty());
        story.wait(1s);
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        QVERIFY(story.only().raisedAt == told + 120s);
    }

    // --- so many within a time

    void row1to2_soManyViolationsWithinATimeAreRaised()
    {
        AlertRule rule = highRpm();
        rule.count = 3;
        rule.countWindow = 60s;
        AlertStory story({rule});
        const TimePoint first = story.now;
        story.say(rpm, 4500);
        story.wait(10s);
        story.say(rpm, 3000);
        story.wait(10s);
        story.say(rpm, 4500);
        story.wait(50s); // the first is too old by now
        story.say(rpm, 4500);
        QVERIFY(story.log.isEmpty());
        story.wait(5s);
        story.say(rpm, 4600); // three within 60 s
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        QCOMPARE(story.only().count, 3);
        QVERIFY(story.only().raisedAt == first + 20s);
    }

    void row2_whicheverComesFirst()
    {
        AlertRule rule = highRpm();
        rule.onDelay = 30s;
        rule.count = 3;
        rule.countWindow = 300s;
        AlertStory lasting({rule});
        lasting.say(rpm, 4500);
        lasting.wait(30s);
        QCOMPARE(lasting.state(), QStringLiteral("UNACK")); // by its delay
        AlertStory often({rule});
        for (int i = 0; i < 3; ++i) {
            often.say(rpm, 4500);
            often.wait(5s);
            often.say(rpm, 3000);
            often.wait(5s);
        }
        QVERIFY(often.count(AlertVerb::Raise) == 1); // by their number
    }

    void whatIsCountedIsForgottenInTime()
    {
        AlertRule rule = highRpm();
        rule.count = 3;
        rule.countWindow = 60s;
        AlertStory story({rule}, withoutSilence());
        story.say(rpm, 4500);
        story.say(rpm, 3000);
        story.wait(2min);
        QVERIFY(!story.book().nextDeadline()); // nothing is kept
    }

    void restart_whileItIsCountedOrDelayed()
    {
        AlertRule counted = highRpm();
        counted.count = 2;
        counted.countWindow = 60s;
        AlertRule delayed = overheat();
        delayed.onDelay = 60s;
        AlertStory story({counted, delayed});
        QList<Reading> told;
        const auto say = [&](const QString &metric, double value) {
            Reading reading;
            reading.deviceId = story.van.id;
            reading.receivedAt = story.now;
            reading.samples = {{metric, value}};
            told.append(reading);
            story.say(metric, value);
        };
        const TimePoint first = story.now;
        say(rpm, 4500);
        say(coolant, 110);
        story.wait(40s);
        QVERIFY(story.log.isEmpty());
        story.restart();
        story.book().recall(told, story.now);
        story.say(rpm, 4500); // the second
        QVERIFY(alertOf(story, QStringLiteral("HIGH_RPM")).raisedAt == first);
        story.wait(19s);
        QCOMPARE(stateOfCode(story, QStringLiteral("engine_overheat")), QStringLiteral("-"));
        story.wait(1s);
        QCOMPARE(stateOfCode(story, QStringLiteral("engine_overheat")), QStringLiteral("UNACK"));
        QVERIFY(alertOf(story, QStringLiteral("engine_overheat")).raisedAt == first);
    }

    // --- latch, comment, and what a rule has otherwise than its level

    void row7_8_11_aLatchedAlertWaitsForAReset()
    {
        AlertRule rule = highRpm();
        rule.latch = true;
        AlertStory story({rule});
        story.say(rpm, 4500);
        QVERIFY(story.only().latched);
        QCOMPARE(handle(story, AlertVerb::Reset).code, QStringLiteral("still_active"));
        QVERIFY(story.ack(story.only().id).changed);
        story.say(rpm, 3000);
        story.wait(10s);
        QCOMPARE(story.state(), QStringLiteral("LATCHED")); // row 7
        story.restart();
        QCOMPARE(story.state(), QStringLiteral("LATCHED"));
        const QString id = story.only().id;
        QVERIFY(handle(story, AlertVerb::Reset).changed); // row 11
        QVERIFY(story.book().openAlerts().isEmpty());
        QVERIFY(story.log.last().to == AlertState::Normal);
        QVERIFY(story.book().find(id).has_value());

        story.wait(2min);
        story.say(rpm, 4500);
        story.say(rpm, 3000);
        story.wait(10s);
        QCOMPARE(story.state(), QStringLiteral("RTN_UNACK"));
        QCOMPARE(handle(story, AlertVerb::Reset).code, QStringLiteral("invalid")); // acknowledge first
        story.ack(story.only().id);
        QCOMPARE(story.state(), QStringLiteral("LATCHED")); // row 8
        story.say(rpm, 4500);
        QCOMPARE(story.state(), QStringLiteral("UNACK")); // row 9
        QCOMPARE(story.only().occurrence, 2);
        QVERIFY(!story.only().acked);
    }

    void row4_anAcknowledgeWithoutTheCommentThatTheRuleDemandsIsRefused()
    {
        AlertRule rule = highRpm();
        rule.ackComment = true;
        rule.guidance = QStringLiteral("Ask the driver");
        AlertStory story({rule});
        story.say(rpm, 4500);
        QVERIFY(story.only().commentWanted);
        QCOMPARE(story.only().guidance, QStringLiteral("Ask the driver"));
        QCOMPARE(story.ack(story.only().id).code, QStringLiteral("comment_required"));
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        Acknowledge request;
        request.alertId = story.only().id;
        request.comment = QStringLiteral("  ");
        QCOMPARE(story.book().acknowledge(request, ortiz, story.now).outcome.code, QStringLiteral("comment_required"));
        request.comment = QStringLiteral("Driver told");
        QVERIFY(story.book().acknowledge(request, ortiz, story.now).outcome.ok);
        QCOMPARE(story.state(), QStringLiteral("ACKED"));
        request.comment.clear(); // once it is taken nobody has to say why again
        QVERIFY(!story.book().acknowledge(request, ortiz, story.now).outcome.changed);
    }

    void row13_14_19_aRuleHasTimesOfItsOwn()
    {
        AlertRule rule = highRpm();
        rule.care.ladder = {5s, 9s};
        rule.care.ackLives = 20s;
        rule.care.ackGrace = 7s;
        rule.care.longestShelf = 30s;
        AlertStory story({rule});
        story.say(rpm, 4500);
        story.wait(5s);
        QCOMPARE(story.only().escalation, 1);
        story.wait(4s);
        QCOMPARE(story.only().escalation, 2);
        HandleAlert shelve;
        shelve.verb = AlertVerb::Shelve;
        shelve.alertId = story.only().id;
        shelve.comment = QStringLiteral("noise");
        shelve.until = story.now + 31s;
        QCOMPARE(story.book().handle(shelve, ortiz, story.now).outcome.code, QStringLiteral("shelve_too_long"));
        story.ack(story.only().id);
        story.restart();
        story.wait(20s);
        QVERIFY(story.log.last().verb == AlertVerb::Remind);
        story.wait(7s);
        QCOMPARE(story.log.last().reason, QStringLiteral("ack_expired"));
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
    }

    // --- what suppresses

    void row16_aParentSuppressesItsChildAndGivesItBack()
    {
        AlertRule child = highRpm();
        child.inhibitedBy = {QStringLiteral("engine_overheat")};
        AlertStory story({child, overheat()});
        story.say(coolant, 110);
        story.say(rpm, 4500);
        QCOMPARE(stateOfCode(story, QStringLiteral("HIGH_RPM")), QStringLiteral("SUPPRESSED"));
        const Alert held = alertOf(story, QStringLiteral("HIGH_RPM"));
        QCOMPARE(held.care->heldBy, QStringLiteral("rule engine_overheat"));
        QVERIFY(!held.escalateAt); // nobody is called
        QVERIFY(story.log.last().verb == AlertVerb::Raise);
        QVERIFY(story.log.last().to == AlertState::Suppressed); // it made no sound
        story.restart();
        story.wait(1s);
        QCOMPARE(stateOfCode(story, QStringLiteral("HIGH_RPM")), QStringLiteral("SUPPRESSED"));
        story.say(QList<Sample>{{coolant, 90.0}, {rpm, 4500.0}});
        QCOMPARE(stateOfCode(story, QStringLiteral("HIGH_RPM")), QStringLiteral("SUPPRESSED")); // it is clearing
        story.wait(10s);
        QCOMPARE(stateOfCode(story, QStringLiteral("HIGH_RPM")), QStringLiteral("UNACK"));
        QVERIFY(story.log.last().verb == AlertVerb::Unsuppress);
    }

    void row16_inOneReadingTheParentCountsFirst()
    {
        AlertRule child = highRpm();
        child.inhibitedBy = {QStringLiteral("engine_overheat")};
        AlertStory story({child, overheat()});
        const auto changes = story.say(QList<Sample>{{rpm, 4500.0}, {coolant, 110.0}});
        QCOMPARE(changes.size(), 2);
        QVERIFY(changes.last().to == AlertState::Suppressed);
    }

    void row16_aChildThatIsOpenAlreadyIsSuppressedToo()
    {
        AlertRule child = highRpm();
        child.inhibitedBy = {QStringLiteral("engine_overheat")};
        AlertStory story({child, overheat()});
        story.say(rpm, 4500);
        story.ack(story.only().id);
        const auto changes = story.say(coolant, 110);
        QCOMPARE(changes.size(), 2);
        QVERIFY(changes.last().verb == AlertVerb::Suppress);
        QCOMPARE(changes.last().reason, QStringLiteral("rule engine_overheat"));
        story.say(rpm, 3000);
        story.wait(10s); // acknowledged and over: nothing is owed
        QCOMPARE(stateOfCode(story, QStringLiteral("HIGH_RPM")), QStringLiteral("-"));
    }

    void row16_ofAnotherSourceNothingIsSuppressed()
    {
        AlertRule child = highRpm();
        child.inhibitedBy = {QStringLiteral("engine_overheat")};
        AlertStory story({child, overheat()});
        story.say(coolant, 110);
        story.say(QList<Sample>{{rpm, 4500.0}}, {}, QStringLiteral("van-8"));
        QCOMPARE(stateOfCode(story, QStringLiteral("HIGH_RPM")), QStringLiteral("UNACK"));
    }

    void row16_anEmergencyIsNeverSuppressed()
    {
        AlertRule child = overheat();
        child.inhibitedBy = {QStringLiteral("high_rpm")};
        child.bands.prepend({AlertLevel::Emergency, 130, 0, {}});
        AlertStory story({highRpm(), child});
        story.say(rpm, 4500);
        story.say(coolant, 110);
        QCOMPARE(stateOfCode(story, QStringLiteral("engine_overheat")), QStringLiteral("SUPPRESSED"));
        story.say(coolant, 140);
        QCOMPARE(stateOfCode(story, QStringLiteral("engine_overheat")), QStringLiteral("UNACK"));
        QVERIFY(story.log.last().alert.level == AlertLevel::Emergency);
    }

    void row16_aSilentDeviceMaySuppressWhatItsMetricsSay()
    {
        AlertRule child = mute();
        child.inhibitedBy = {deviceSilentRule()};
        AlertStory story({child});
        story.say(fuel, 50);
        story.wait(90s); // DEVICE_STALE
        story.wait(30s);
        QCOMPARE(stateOfCode(story, QStringLiteral("FUEL_MUTE")), QStringLiteral("SUPPRESSED"));
        story.say(channel::Speed, 10); // it is back, the metric is not
        QCOMPARE(stateOfCode(story, QStringLiteral("FUEL_MUTE")), QStringLiteral("UNACK"));
    }

    void row16_aShelfUnderASuppressionLeadsBackToIt()
    {
        AlertRule child = highRpm();
        child.inhibitedBy = {QStringLiteral("engine_overheat")};
        AlertStory story({child, overheat()});
        story.say(rpm, 4500);
        HandleAlert shelve;
        shelve.verb = AlertVerb::Shelve;
        shelve.alertId = story.only().id;
        shelve.comment = QStringLiteral("known");
        shelve.until = story.now + 60s;
        QVERIFY(story.book().handle(shelve, ortiz, story.now).outcome.ok);
        story.say(coolant, 110);
        QCOMPARE(stateOfCode(story, QStringLiteral("HIGH_RPM")), QStringLiteral("SHELVED"));
        story.wait(60s);
        QCOMPARE(stateOfCode(story, QStringLiteral("HIGH_RPM")), QStringLiteral("SUPPRESSED"));
    }

    void row16_outsideItsScheduleARuleIsSuppressed()
    {
        AlertRule rule = highRpm();
        AlertSchedule day;
        day.name = QStringLiteral("Office hours");
        day.zone = "UTC";
        day.times = {{0x1f, {8 * 60, 18 * 60}}}; // Monday to Friday
        rule.schedule = day;
        AlertStory story({rule}, withoutSilence());
        story.now = TimePoint{std::chrono::sys_days{2026y / 11 / 26}} + 17h + 59min; // a Thursday
        story.say(rpm, 4500);
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        story.wait(59s);
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        story.wait(1s);
        QCOMPARE(story.state(), QStringLiteral("SUPPRESSED"));
        QCOMPARE(story.only().care->heldBy, QStringLiteral("schedule Office hours"));
        QCOMPARE(story.log.last().reason, QStringLiteral("schedule Office hours"));
        story.wait(6h);
        story.restart(); // in the night
        QCOMPARE(story.state(), QStringLiteral("SUPPRESSED"));
        QVERIFY(story.book().nextDeadline().has_value());
        story.wait(7h + 59min);
        QCOMPARE(story.state(), QStringLiteral("SUPPRESSED"));
        story.wait(1min); // Friday, 8:00
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
    }

    void row16_aRestartBeyondTheScheduleGivesBack()
    {
        AlertRule rule = highRpm();
        AlertSchedule day;
        day.name = QStringLiteral("Days");
        day.zone = "UTC";
        day.times = {{0x7f, {8 * 60, 18 * 60}}};
        rule.schedule = day;
        AlertStory story({rule}, withoutSilence());
        story.now = TimePoint{std::chrono::sys_days{2026y / 11 / 26}} + 20h;
        story.say(rpm, 4500);
        QCOMPARE(story.state(), QStringLiteral("SUPPRESSED"));
        story.now += 13h; // nothing ran
        story.restart();
        story.wait(0s);
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        story.now -= 13h; // and the clock is set back into the night
        story.wait(0s);
        QCOMPARE(story.state(), QStringLiteral("SUPPRESSED"));
    }

    void schedulesFollowTheWallClock_data()
    {
        QTest::addColumn<QString>("zone");
        QTest::addColumn<int>("days");
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("to");
        QTest::addColumn<QString>("at");
        QTest::addColumn<bool>("on");
        QTest::addColumn<QString>("next"); // the change after `at`
        const auto row = [](const char *name, const char *zone, int days, int from, int to, const char *at, bool on,
                            const char *next) {
            QTest::newRow(name) << QString::fromLatin1(zone) << days << from << to << QString::fromLatin1(at) << on
                                << QString::fromLatin1(next);
        };
        const int all = 0x7f;
        row("winter", "Europe/Berlin", all, 480, 1080, "2026-01-15T07:00:00Z", true, "2026-01-15T17:00:00Z");
        row("just before", "Europe/Berlin", all, 480, 1080, "2026-01-15T06:59:59Z", false, "2026-01-15T07:00:00Z");
        row("at the end", "Europe/Berlin", all, 480, 1080, "2026-01-15T17:00:00Z", false, "2026-01-16T07:00:00Z");
        row("summer", "Europe/Berlin", all, 480, 1080, "2026-07-15T06:00:00Z", true, "2026-07-15T16:00:00Z");
        row("the night of the change", "Europe/Berlin", all, 1320, 360, "2026-03-28T22:00:00Z", true,
            "2026-03-29T04:00:00Z"); // an hour shorter
        row("and in autumn", "Europe/Berlin", all, 1320, 360, "2026-10-24T21:00:00Z", true,
            "2026-10-25T05:00:00Z"); // an hour longer
        row("a time that is skipped", "Europe/Berlin", all, 150, 240, "2026-03-29T00:00:00Z", false,
            "2026-03-29T01:00:00Z"); // 2:30 is never: it begins with the skip
        row("an hour that comes twice", "Europe/Berlin", all, 120, 150, "2026-10-25T00:10:00Z", true,
            "2026-10-25T00:30:00Z");
        row("and again", "Europe/Berlin", all, 120, 150, "2026-10-25T00:40:00Z", false, "2026-10-25T01:00:00Z");
        row("Friday's night ends on Saturday", "UTC", 1 << 4, 1320, 360, "2026-11-28T05:00:00Z", true,
            "2026-11-28T06:00:00Z");
        row("Saturday's does not begin", "UTC", 1 << 4, 1320, 360, "2026-11-28T23:00:00Z", false,
            "2026-12-04T22:00:00Z");
        row("the whole of Sunday", "UTC", 1 << 6, 0, 1440, "2026-11-29T12:00:00Z", true, "2026-11-30T00:00:00Z");
        row("southern summer", "Australia/Sydney", all, 480, 1080, "2026-11-26T21:00:00Z", true,
            "2026-11-27T07:00:00Z");
        row("always", "UTC", all, 0, 1440, "2026-11-26T21:00:00Z", true, "");
    }
    void schedulesFollowTheWallClock()
    {
        QFETCH(QString, zone);
        QFETCH(int, days);
        QFETCH(int, from);
        QFETCH(int, to);
        QFETCH(QString, at);
        QFETCH(bool, on);
        QFETCH(QString, next);
        AlertSchedule schedule;
        schedule.zone = zone.toUtf8();
        schedule.times = {{days, {from, to}}};
        const TimePoint moment = timeFromIso8601(at).value();
        QCOMPARE(schedule.isOn(moment), on);
        const auto change = schedule.nextChange(moment);
        QCOMPARE(change ? toIso8601(*change) : QString(),
                 next.isEmpty() ? QString() : toIso8601(timeFromIso8601(next).value()));
        if (change)
            QCOMPARE(schedule.isOn(*change), !on);
    }

    void exceptionsTakeThePlaceOfTheUsualTimes()
    {
        AlertSchedule schedule;
        schedule.zone = "UTC";
        schedule.times = {{0x7f, {8 * 60, 18 * 60}}};
        schedule.exceptions = {{QDate(2026, 12, 25), std::nullopt},
                               {QDate(2026, 12, 24), AlertSchedule::Span{600, 720}}};
        const auto at = [](int day, int hour) {
            return TimePoint{std::chrono::sys_days{2026y / 12 / std::chrono::day(static_cast<unsigned>(day))}} +
                   std::chrono::hours(hour);
        };
        QVERIFY(schedule.isOn(at(23, 9)));
        QVERIFY(!schedule.isOn(at(24, 9)));
        QVERIFY(schedule.isOn(at(24, 11)));
        QVERIFY(!schedule.isOn(at(25, 11)));
        QVERIFY(schedule.isOn(at(26, 11)));
        QVERIFY(schedule.nextChange(at(24, 12)).value() == at(26, 8));
    }

    // --- chattering

    void vector13_sixFlapsInAMinuteAreOneAlertThatChatters()
    {
        AlertStory story({highRpm()});
        QStringList ids;
        for (int i = 0; i < 6; ++i) {
            story.say(rpm, 4500);
            story.wait(5s);
            story.say(rpm, 3000);
            story.wait(5s);
        }
        QCOMPARE(story.book().openAlerts().size(), 1);
        QVERIFY(story.only().chattering);
        QCOMPARE(story.only().occurrence, 1);
        QCOMPARE(story.count(AlertVerb::Raise), 1); // one sound
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        story.ack(story.only().id);
        story.say(rpm, 4500); // on it goes, and the acknowledge holds
        story.say(rpm, 3000);
        QCOMPARE(story.state(), QStringLiteral("ACKED"));
        story.restart();
        QVERIFY(story.only().chattering);
        story.log.clear();
        story.say(rpm, 3000);
        story.wait(70s); // calm
        QCOMPARE(story.log.size(), 1);
        QVERIFY(story.log.first().verb == AlertVerb::Return);
        QCOMPARE(story.log.first().reason, QStringLiteral("calm"));
        QVERIFY(!story.log.first().alert.chattering);
        QVERIFY(story.log.first().to == AlertState::Normal);
    }

    void chatteringAlertsThatReturnEachTimeBecomeOne()
    {
        AlertRule rule = highRpm();
        rule.offDelay = {};
        AlertStory story({rule});
        for (int i = 0; i < 6; ++i) { // unacknowledged, so one alert: the third time it chatters
            story.say(rpm, 4500);
            story.wait(4s);
            story.say(rpm, 3000);
            story.wait(4s);
        }
        QCOMPARE(story.book().openAlerts().size(), 1);
        QVERIFY(story.only().chattering);
        QCOMPARE(story.only().occurrence, 3);
        QCOMPARE(story.count(AlertVerb::Raise), 3);
        QVERIFY(story.only().cond == AlertCondition::Active); // until it is calm
        story.wait(60s);
        QCOMPARE(story.state(), QStringLiteral("RTN_UNACK"));
        QVERIFY(!story.only().chattering);
    }

    void calmWhileItIsBadIsNoReturn()
    {
        AlertStory story({highRpm()});
        for (int i = 0; i < 4; ++i) {
            story.say(rpm, 4500);
            story.wait(2s);
            story.say(rpm, 3000);
            story.wait(2s);
        }
        story.say(rpm, 4500);
        QVERIFY(story.only().chattering);
        story.keepSaying(rpm, 4500, 65);
        QVERIFY(!story.only().chattering);
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        story.say(rpm, 3000);
        QVERIFY(story.only().cond == AlertCondition::Clearing); // as ever
    }

    void twoFlapsAreNone()
    {
        AlertStory story({highRpm()});
        for (int i = 0; i < 6; ++i) { // every 40 s: never three within 60 s
            story.say(rpm, 4500);
            story.wait(2s);
            story.say(rpm, 3000);
            story.wait(38s);
        }
        QVERIFY(std::none_of(story.log.cbegin(), story.log.cend(),
                             [](const AlertChange &change) { return change.alert.chattering; }));
    }

    void anEmergencyNeverChatters()
    {
        AlertStory story({crash()});
        for (int i = 0; i < 6; ++i) {
            story.say(channel::Crash, 1);
            story.ack(story.only().id);
            story.say(channel::Crash, 0);
        }
        story.say(channel::Crash, 1);
        QCOMPARE(story.state(), QStringLiteral("UNACK")); // each of them counts
        QVERIFY(!story.only().chattering);
    }

    // --- floods

    void aFloodBeginsAboveTenAndEndsBelowFive()
    {
        FloodWatch watch;
        TimePoint now{10'000s};
        AlertChange change;
        change.to = AlertState::Unacknowledged;
        for (int i = 0; i < 10; ++i) {
            change.alert.id = QString::number(i);
            QVERIFY(!watch.take(change, now));
            now += 30s;
        }
        QVERIFY(!watch.facts().flooding);
        change.alert.id = QStringLiteral("11th");
        QVERIFY(watch.take(change, now));
        const TimePoint began = now;
        QVERIFY(watch.facts().since == began);
        QCOMPARE(watch.facts().inWindow, 11);
        QVERIFY(!watch.take(change, now)); // it is one flood
        while (watch.facts().flooding) {
            QVERIFY(watch.nextDeadline().has_value());
            now = *watch.nextDeadline();
            watch.tick(now);
        }
        QCOMPARE(watch.facts().inWindow, 4);
        QVERIFY(!watch.nextDeadline());
        AlertChange held = change;
        held.to = AlertState::Suppressed;
        for (int i = 0; i < 50; ++i)
            QVERIFY(!watch.take(held, now)); // nobody was told
    }

    void inAFloodInfoAndWarningsAreFolded()
    {
        FloodWatch watch({10min, 2, 2, 100});
        const TimePoint now{10'000s};
        QList<Alert> alerts;
        const auto raise = [&](AlertLevel level) {
            AlertChange change;
            change.to = AlertState::Unacknowledged;
            change.alert.id = QString::number(alerts.size());
            change.alert.level = level;
            change.alert.raisedAt = now;
            watch.take(change, now);
            alerts.append(change.alert);
        };
        for (const AlertLevel level :
             {AlertLevel::Info, AlertLevel::Warning, AlertLevel::Warning, AlertLevel::Critical, AlertLevel::Emergency})
            raise(level);
        alerts[1].firstInGroup = true;
        FloodWatch::Folded folded = watch.fold(alerts);
        QCOMPARE(folded.shown.size(), 3);
        QCOMPARE(folded.info, 1);
        QCOMPARE(folded.warnings, 1);
        QCOMPARE(folded.count(), 2);
        alerts[0].acked = true; // somebody has it in hand
        QCOMPARE(watch.fold(alerts).count(), 1);
        watch.tick(now + 10min);
        QCOMPARE(watch.fold(alerts).count(), 0);
        QCOMPARE(watch.fold({}).count(), 0);
    }

    void theFirstOfAFloodIsMarked()
    {
        AlertStory story({highRpm()});
        QStringList ids;
        for (int i = 0; i < 12; ++i) {
            story.wait(1s);
            const auto changes =
                story.say(QList<Sample>{{rpm, 4500.0}}, {}, QStringLiteral("d%1").arg(i, 2, 10, QLatin1Char('0')));
            ids.append(changes.first().alert.id);
        }
        QVERIFY(story.book().find(ids.first())->firstInGroup);
        const auto marked = [&story] {
            const QList<Alert> open = story.book().openAlerts();
            return std::count_if(open.cbegin(), open.cend(), [](const Alert &alert) { return alert.firstInGroup; });
        };
        QCOMPARE(marked(), 1);
        story.restart();
        story.wait(1s);
        story.say(QList<Sample>{{rpm, 4500.0}}, {}, QStringLiteral("e1"));
        QCOMPARE(marked(), 1);
    }

    // --- other rules while alerts are open

    void anOpenAlertGoesOnUnderTheChangedRule()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4500);
        const QString id = story.only().id;
        AlertRule changed = highRpm();
        changed.bands = {{AlertLevel::Critical, 4400, 0, {}}};
        changed.clear = AlertTest{Comparison::Less, 4000, 0};
        changed.guidance = QStringLiteral("New");
        QVERIFY(story.kept(story.book().setRules({overheat(), changed}, story.now)).isEmpty());
        QCOMPARE(story.only().id, id);
        story.say(rpm, 4500);
        QVERIFY(story.only().level == AlertLevel::Critical);
        QCOMPARE(story.only().id, id);
        story.say(rpm, 3900);
        QVERIFY(story.only().cond == AlertCondition::Clearing);
        story.say(coolant, 110); // the new one works too
        QCOMPARE(stateOfCode(story, QStringLiteral("engine_overheat")), QStringLiteral("UNACK"));
    }

    void aRemovedRuleGivesItsAlertsBackToTheOperator()
    {
        AlertStory story({highRpm(), overheat()});
        story.say(rpm, 4500);
        story.say(coolant, 110);
        const QString acked = alertOf(story, QStringLiteral("engine_overheat")).id;
        story.ack(acked);
        const auto changes = story.kept(story.book().setRules({}, story.now));
        QCOMPARE(changes.size(), 2);
        for (const AlertChange &change : changes)
            QCOMPARE(change.reason, QStringLiteral("rule_gone"));
        QCOMPARE(story.state(), QStringLiteral("RTN_UNACK")); // nobody has seen it yet
        QVERIFY(!isOpen(*story.book().find(acked)));
        QVERIFY(story.say(rpm, 4600).isEmpty());
        QVERIFY(story.ack(story.only().id).changed);
        QVERIFY(story.book().openAlerts().isEmpty());
    }

    void aRuleThatIsAboutSomethingElseIsAnotherRule()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4500);
        AlertRule other = overheat();
        other.id = highRpm().id;
        const auto changes = story.kept(story.book().setRules({other}, story.now));
        QCOMPARE(changes.size(), 1);
        QVERIFY(changes.first().verb == AlertVerb::Return);
    }

    void delaysTrendsAndCountsGoOnOverAChange()
    {
        AlertRule delayed = highRpm();
        delayed.onDelay = 30s;
        AlertStory story({delayed, rising()});
        story.say(rpm, 4500);
        for (int i = 0; i < 15; ++i) {
            story.wait(1s);
            story.say(coolant, 60 + i);
        }
        AlertRule longer = delayed;
        longer.name = QStringLiteral("Another name");
        const auto changes = story.kept(story.book().setRules({rising(), longer}, story.now));
        story.wait(15s);
        QCOMPARE(stateOfCode(story, QStringLiteral("HIGH_RPM")), QStringLiteral("UNACK"));
        story.say(coolant, 100);
        QCOMPARE(stateOfCode(story, QStringLiteral("RISING")), QStringLiteral("UNACK"));
        Q_UNUSED(changes)
    }

    void aDelayOfARemovedRuleRaisesNothing()
    {
        AlertRule delayed = highRpm();
        delayed.onDelay = 30s;
        AlertStory story({delayed});
        story.say(rpm, 4500);
        story.kept(story.book().setRules({overheat()}, story.now));
        story.wait(60s);
        QCOMPARE(story.count(AlertVerb::Raise), 0);
    }

    void aScheduleThatComesWithNewRulesCountsAtOnce()
    {
        AlertStory story({highRpm()});
        story.now = TimePoint{std::chrono::sys_days{2026y / 11 / 26}} + 20h;
        story.say(rpm, 4500);
        AlertRule scheduled = highRpm();
        AlertSchedule day;
        day.name = QStringLiteral("Days");
        day.zone = "UTC";
        day.times = {{0x7f, {8 * 60, 18 * 60}}};
        scheduled.schedule = day;
        story.kept(story.book().setRules({scheduled}, story.now));
        QCOMPARE(story.state(), QStringLiteral("SUPPRESSED"));
        story.kept(story.book().setRules({highRpm()}, story.now));
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
    }

    // --- trying a rule

    void aRehearsalTellsWhenItWouldHaveRaised()
    {
        QList<Reading> readings;
        TimePoint at{1'700'000'000s};
        const TimePoint start = at;
        for (int i = 0; i < 600; ++i, at += 1s) {
            Reading reading;
            reading.deviceId = QStringLiteral("van-7");
            reading.receivedAt = at;
            const bool hot = (i >= 100 && i < 150) || (i >= 300 && i < 400);
            reading.samples = {{coolant, i >= 350 && i < 400 ? 120.0 : hot ? 110.0 : 90.0}};
            readings.append(reading);
        }
        const RuleTrialAnswer answer = rehearse(overheat(), readings, at);
        QVERIFY(answer.outcome.ok);
        QCOMPARE(answer.readings, 600);
        QStringList said;
        for (const RuleTrialMoment &moment : answer.moments)
            said.append(QStringLiteral("%1 %2 %3")
                            .arg(toString(moment.what), toString(moment.level))
                            .arg(secondsBetween(start, moment.at)));
        QCOMPARE(said, (QStringList{QStringLiteral("raised warning 100"), QStringLiteral("cleared warning 150"),
                                    QStringLiteral("raised warning 300"), QStringLiteral("level critical 350"),
                                    QStringLiteral("cleared critical 400")}));
        QVERIFY(rehearse(overheat(), {}, at).moments.isEmpty());
        AlertRule latched = overheat();
        latched.latch = true;
        latched.ackComment = true;
        latched.inhibitedBy = {QStringLiteral("x")};
        latched.match.devices = {QStringLiteral("nobody")};
        QCOMPARE(rehearse(latched, readings, at).moments.size(), 5);
        const RuleTrialAnswer silent = rehearse(
            [] {
                AlertRule rule = mute();
                rule.metric = coolant;
                return rule;
            }(),
            readings, at + 10min);
        QCOMPARE(silent.moments.size(), 2); // after the last one: warning, then critical
    }
};

QTEST_GUILESS_MAIN(TestAlertRules)
#include "test_alert_rules.moc"
