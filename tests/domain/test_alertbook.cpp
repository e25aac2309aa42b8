// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/domain/AlertStory.h"

#include <limits>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
const QString rpm = channel::EngineRpm;
const QString coolant = channel::EngineTemperature;
QString unack()
{
    return QStringLiteral("UNACK");
}
QString acked()
{
    return QStringLiteral("ACKED");
}
QString returned()
{
    return QStringLiteral("RTN_UNACK");
}
} // namespace

/// Conditions: the transition table of ALERTS.md and its test vectors, told as operators live them.
class TestAlertBook : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void vector1_acknowledgedThenClearedIsNormal()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4180);
        QCOMPARE(story.state(), unack());
        QVERIFY(story.ack(story.only().id).changed);
        QCOMPARE(story.state(), acked());
        story.say(rpm, 3000);
        QCOMPARE(story.state(), acked());
        QVERIFY(story.only().cond == AlertCondition::Clearing);
        const auto changes = story.wait(10s);
        QCOMPARE(changes.size(), 1);
        QVERIFY(changes.first().verb == AlertVerb::Return);
        QVERIFY(changes.first().to == AlertState::Normal);
        QVERIFY(story.book().openAlerts().isEmpty());
    }

    void vector1_clearedThenAcknowledgedIsNormal()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4180);
        const QString id = story.only().id;
        story.say(rpm, 3000);
        story.wait(10s);
        QCOMPARE(story.state(), returned());
        QVERIFY(story.ack(id).changed);
        QVERIFY(story.book().openAlerts().isEmpty());
        QVERIFY(story.book().find(id)->cond == AlertCondition::Clear);
    }

    void vector2_anAcknowledgedWarningThatTurnsCriticalMustBeAcknowledgedAgain()
    {
        AlertStory story({overheat()});
        story.say(coolant, 110);
        story.ack(story.only().id);
        const auto changes = story.say(coolant, 118);
        QCOMPARE(changes.size(), 1);
        QVERIFY(changes.first().verb == AlertVerb::LevelChange);
        QVERIFY(changes.first().from == AlertState::Acknowledged);
        QCOMPARE(story.state(), unack());
        QVERIFY(story.only().level == AlertLevel::Critical);
        QVERIFY(story.only().ackedBy.isEmpty());
        QVERIFY(story.only().threshold == 115.0);
        QCOMPARE(story.only().occurrence, 1);
    }

    void vector3_anAcknowledgedCriticalThatFallsToWarningStaysAcknowledged()
    {
        AlertStory story({overheat()});
        story.say(coolant, 118);
        story.ack(story.only().id);
        story.say(coolant, 110);
        QCOMPARE(story.state(), acked());
        QVERIFY(story.only().level == AlertLevel::Warning);
        QVERIFY(story.only().peakLevel == AlertLevel::Critical);
        QCOMPARE(story.only().ackedBy, QStringLiteral("M. Ortiz"));
    }

    void vector4_aThousandReEmitsAreOneAlertAndKeepTheAcknowledge()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4180);
        story.ack(story.only().id);
        story.log.clear();
        for (int i = 0; i < 999; ++i) {
            story.wait(100ms);
            story.say(rpm, 4200 + i % 7);
        }
        QCOMPARE(story.state(), acked());
        QCOMPARE(story.only().count, 1000);
        QCOMPARE(story.only().occurrence, 1);
        QCOMPARE(story.log.size(), 3); // 99.9 s: not more than one Repeat in 30 s
        QCOMPARE(story.count(AlertVerb::Repeat), 3);
    }

    void theLastCountIsToldEvenWhenTheRepeatsStop()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4180);
        story.wait(1s);
        QVERIFY(story.say(rpm, 4190).isEmpty());
        story.log.clear();
        story.keepSaying(channel::Speed, 50, 40); // the engine speed is not sent any more
        QCOMPARE(story.log.size(), 1);
        QVERIFY(story.log.first().verb == AlertVerb::Repeat);
        QCOMPARE(story.log.first().alert.count, 2);
    }

    void vector5_twoConsolesAcknowledgeTheSameAlert()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4180);
        const QString id = story.only().id;
        const Outcome first = story.ack(id, 1, AlertLevel::Warning, QStringLiteral("M. Ortiz"));
        const Outcome second = story.ack(id, 1, AlertLevel::Warning, QStringLiteral("J. Lind"));
        QVERIFY(first.ok && first.changed);
        QVERIFY(second.ok && !second.changed);
        QVERIFY(second.message.contains(QStringLiteral("M. Ortiz")));
        QCOMPARE(story.count(AlertVerb::Acknowledge), 1);
        QCOMPARE(story.only().ackedBy, QStringLiteral("M. Ortiz"));
    }

    void vector5_evenWhenTheFirstOneClosedIt()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4180);
        const QString id = story.only().id;
        story.say(rpm, 3000);
        story.wait(10s);
        QVERIFY(story.ack(id).changed);
        const Outcome second = story.ack(id);
        QVERIFY(second.ok && !second.changed);
    }

    void vector6_acknowledgingWhatCameAgainIsSuperseded_data()
    {
        QTest::addColumn<int>("occurrence");
        QTest::addColumn<int>("seen");
        QTest::addColumn<QString>("code"); // empty: taken
        QTest::newRow("first occurrence") << 1 << int(AlertLevel::Warning) << QStringLiteral("superseded");
        QTest::newRow("second occurrence") << 2 << int(AlertLevel::Warning) << QString();
        QTest::newRow("one that never was") << 3 << int(AlertLevel::Warning) << QStringLiteral("superseded");
        QTest::newRow("seen lower") << 2 << int(AlertLevel::Info) << QStringLiteral("superseded");
        QTest::newRow("seen higher") << 2 << int(AlertLevel::Critical) << QString();
        QTest::newRow("names only the alert") << 0 << int(AlertLevel::Info) << QString();
    }
    void vector6_acknowledgingWhatCameAgainIsSuperseded()
    {
        QFETCH(int, occurrence);
        QFETCH(int, seen);
        QFETCH(QString, code);
        AlertStory story({highRpm()});
        story.say(rpm, 4180);
        story.say(rpm, 3000);
        story.wait(10s);
        story.say(rpm, 4180);
        QCOMPARE(story.only().occurrence, 2);
        const Outcome outcome = story.ack(story.only().id, occurrence, AlertLevel(seen));
        QCOMPARE(outcome.code, code);
        QCOMPARE(outcome.ok, code.isEmpty());
        QCOMPARE(story.state(), code.isEmpty() ? acked() : unack());
    }

    void vector15_aGoodSampleOlderThanTheViolationDoesNotClear()
    {
        AlertStory story({highRpm()});
        const TimePoint noon{12h};
        story.say({{rpm, 4180.0}}, noon);
        story.wait(1s);
        story.say({{rpm, 3000.0}}, noon - 5s); // arrives later, was taken earlier
        QVERIFY(story.only().cond == AlertCondition::Active);
        story.say({{rpm, 3000.0}}, noon + 1s);
        QVERIFY(story.only().cond == AlertCondition::Clearing);
    }

    void vector15_alsoWhileTheDelayRuns()
    {
        AlertRule rule = highRpm();
        rule.onDelay = 5s;
        AlertStory story({rule});
        const TimePoint noon{12h};
        story.say({{rpm, 4180.0}}, noon);
        story.say({{rpm, 3000.0}}, noon - 1s);
        story.wait(5s);
        QCOMPARE(story.state(), unack());
    }

    void vector15_andByArrivalWhenTheSourceHasNoClock()
    {
        AlertStory story({highRpm()});
        Reading late;
        late.deviceId = story.van.id;
        late.receivedAt = story.now - 1s;
        late.samples = {{rpm, 3000.0}};
        story.say(rpm, 4180);
        QVERIFY(story.book().apply(late, story.now).isEmpty());
        QVERIFY(story.only().cond == AlertCondition::Active);
    }

    void aClockSetBackAtTheSourceDoesNotHoldAnAlertForEver()
    {
        AlertStory story({highRpm()});
        const TimePoint noon{12h};
        story.say({{rpm, 4180.0}}, noon);
        for (int i = 1; i <= 75; ++i) { // from now on its clock is an hour behind
            story.wait(1s);
            story.say({{rpm, 3000.0}}, noon - 1h + i * 1s);
        }
        QCOMPARE(story.state(), returned());
    }

    void row1to3_aShortViolationIsNotRaised()
    {
        AlertRule rule = highRpm();
        rule.onDelay = 5s;
        AlertStory story({rule});
        QVERIFY(story.say(rpm, 4180).isEmpty());
        QVERIFY(story.wait(4s).isEmpty());
        story.say(rpm, 3000);
        QVERIFY(story.wait(10s).isEmpty());
        QVERIFY(story.book().openAlerts().isEmpty());
    }

    void row2_raisedWhenTheDelayIsOverWithTheTimeOfTheFirstViolation()
    {
        AlertRule rule = highRpm();
        rule.onDelay = 5s;
        AlertStory story({rule});
        const TimePoint first = story.now;
        story.say(rpm, 4180);
        story.wait(4s);
        story.say(rpm, 4300);
        const auto changes = story.wait(1s);
        QCOMPARE(changes.size(), 1);
        const Alert alert = changes.first().alert;
        QVERIFY(changes.first().verb == AlertVerb::Raise);
        QVERIFY(alert.raisedAt == first);
        QVERIFY(alert.value == 4300.0);
        QVERIFY(alert.threshold == 4000.0);
        QCOMPARE(alert.message, QStringLiteral("4\u202f300 rpm, limit 4\u202f000"));
        QCOMPARE(alert.sourceName, QStringLiteral("Unit 07"));
        QCOMPARE(alert.userId, QStringLiteral("dana"));
        QCOMPARE(alert.revision, 1);
        QCOMPARE(alert.occurrence, 1);
    }

    void row5_badAgainWhileClearingIsNoNewOccurrence()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4180);
        story.say(rpm, 3000);
        story.wait(9s);
        const auto changes = story.say(rpm, 4180);
        QCOMPARE(changes.size(), 1);
        QVERIFY(changes.first().verb == AlertVerb::Reactivate);
        QCOMPARE(story.only().occurrence, 1);
        QVERIFY(!story.only().clearedAt);
        story.wait(20s);
        QCOMPARE(story.state(), unack());
    }

    void row5_betweenTheLimitAndTheClearPointNothingMoves()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4180);
        story.keepSaying(rpm, 3900, 40);
        QVERIFY(story.only().cond == AlertCondition::Active);
        QCOMPARE(story.only().count, 1);
        story.say(rpm, 3800); // "< 3800"
        QVERIFY(story.only().cond == AlertCondition::Active);
        story.say(rpm, 3799);
        QVERIFY(story.only().cond == AlertCondition::Clearing);
        story.keepSaying(rpm, 3900, 12);
        QCOMPARE(story.state(), returned());
    }

    void row6_infoThatClearsByItselfOwesNothing()
    {
        AlertRule rule = highRpm();
        rule.bands[0].level = AlertLevel::Info;
        rule.autoClear = true;
        rule.offDelay = 5s;
        AlertStory story({rule});
        story.say(rpm, 4180);
        story.say(rpm, 3000);
        const auto changes = story.wait(5s);
        QCOMPARE(changes.size(), 1);
        QVERIFY(changes.first().to == AlertState::Normal);
        QVERIFY(changes.first().alert.ackedBy.isEmpty());
        QVERIFY(story.book().openAlerts().isEmpty());
    }

    void row9_whatReturnedAndComesAgainIsTheNextOccurrence()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4180);
        const QString id = story.only().id;
        story.say(rpm, 3000);
        story.wait(10s);
        story.wait(1min);
        const auto changes = story.say(rpm, 4500);
        QVERIFY(changes.last().verb == AlertVerb::Raise);
        QCOMPARE(story.only().id, id);
        QCOMPARE(story.only().occurrence, 2);
        QCOMPARE(story.only().count, 1);
        QVERIFY(story.only().raisedAt == story.now);
        QCOMPARE(story.state(), unack());
    }

    void afterNormalAViolationIsANewAlert()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4180);
        const QString id = story.only().id;
        story.ack(id);
        story.say(rpm, 3000);
        story.wait(10s);
        story.say(rpm, 4180);
        QVERIFY(story.only().id != id);
        QCOMPARE(story.only().occurrence, 1);
    }

    void row10_levelsDoNotFlickerInsideTheDeadband()
    {
        AlertStory story({overheat()});
        story.say(coolant, 116);
        story.ack(story.only().id);
        for (int i = 0; i < 100; ++i) {
            story.wait(100ms);
            story.say(coolant, i % 2 ? 115.4 : 114.6);
        }
        QCOMPARE(story.count(AlertVerb::LevelChange), 0);
        QCOMPARE(story.state(), acked());
        story.say(coolant, 113.9);
        QVERIFY(story.only().level == AlertLevel::Warning);
        story.say(coolant, 104.5); // past neither the warning's deadband …
        QVERIFY(story.only().cond == AlertCondition::Active);
        story.say(coolant, 104.0); // … but now
        QVERIFY(story.only().cond == AlertCondition::Clearing);
    }

    void row22_aSilentSourceMakesAnAlertStaleButNeverClearsIt()
    {
        AlertLimits limits;
        limits.deviceStale = {};
        AlertStory story({highRpm()}, limits);
        story.keepSaying(rpm, 4180, 20); // every second
        story.wait(9s);
        QVERIFY(story.only().quality == AlertQuality::Good);
        story.wait(1s); // 3 × 1 s, but not before 10 s
        QVERIFY(story.only().quality == AlertQuality::Stale);
        QVERIFY(story.only().cond == AlertCondition::Active);
        story.wait(24h);
        QCOMPARE(story.state(), unack());
        QCOMPARE(story.count(AlertVerb::Stale), 1);
        story.say(rpm, 4180);
        QVERIFY(story.only().quality == AlertQuality::Good);
        QCOMPARE(story.count(AlertVerb::Fresh), 1);
    }

    void row22_aSlowSourceIsGivenThreeOfItsIntervals()
    {
        AlertLimits limits;
        limits.deviceStale = {};
        AlertStory story({highRpm()}, limits);
        for (int i = 0; i < 5; ++i) {
            story.wait(1min);
            story.say(rpm, 4180);
        }
        story.wait(179s);
        QVERIFY(story.only().quality == AlertQuality::Good);
        story.wait(1s);
        QVERIFY(story.only().quality == AlertQuality::Stale);
    }

    void aSilentDeviceIsStaleThenOfflineInOneAlert()
    {
        AlertStory story;
        story.keepSaying(rpm, 1000, 5);
        story.wait(89s);
        QVERIFY(story.book().openAlerts().isEmpty());
        story.wait(1s);
        QCOMPARE(story.only().code, QStringLiteral("DEVICE_STALE"));
        QVERIFY(story.only().level == AlertLevel::Warning);
        QCOMPARE(story.only().message, QStringLiteral("No data for 90 s, usually every 1 s"));
        const QString id = story.only().id;
        story.ack(id);
        story.wait(210s);
        QCOMPARE(story.only().id, id);
        QCOMPARE(story.only().code, QStringLiteral("DEVICE_OFFLINE"));
        QVERIFY(story.only().level == AlertLevel::Critical);
        QCOMPARE(story.state(), unack()); // it rose
        story.wait(24h);
        QCOMPARE(story.log.size() - story.count(AlertVerb::Escalate), 3);
        QCOMPARE(story.only().escalation, 3);
        story.say(rpm, 1000);
        QCOMPARE(story.state(), returned());
        story.wait(90s);
        QCOMPARE(story.only().id, id);
        QCOMPARE(story.only().occurrence, 2);
        QCOMPARE(story.only().code, QStringLiteral("DEVICE_STALE"));
        QVERIFY(story.only().level == AlertLevel::Warning);
    }

    void aLongSleepOfTheMachineGivesOneAlertPerDevice()
    {
        AlertStory story;
        story.say(rpm, 1000);
        story.wait(2h);
        QCOMPARE(story.only().code, QStringLiteral("DEVICE_OFFLINE"));
        QCOMPARE(story.book().openAlerts().size(), 1);
    }

    void devicesThatWereAlreadyGoneAtStartAreNoNews()
    {
        AlertStory story;
        story.book().setLastSeen(story.van.id, story.now - 1h, story.now, story.now);
        story.wait(1h);
        QVERIFY(story.book().openAlerts().isEmpty());
        AlertStory other;
        other.book().setLastSeen(other.van.id, other.now - 60s, other.now, other.now);
        other.wait(30s);
        QCOMPARE(other.only().code, QStringLiteral("DEVICE_STALE"));
    }

    void whatIsNotANumberRaisesAndClearsNothing_data()
    {
        QTest::addColumn<Value>("value");
        QTest::newRow("unknown") << Value{};
        QTest::newRow("NaN") << Value{std::numeric_limits<double>::quiet_NaN()};
        QTest::newRow("infinite") << Value{std::numeric_limits<double>::infinity()};
        QTest::newRow("text") << Value{QStringLiteral("9000")};
    }
    void whatIsNotANumberRaisesAndClearsNothing()
    {
        QFETCH(Value, value);
        AlertStory story({highRpm()});
        QVERIFY(story.say(QList<Sample>{{rpm, value}}).isEmpty());
        story.say(rpm, 4180);
        story.say(QList<Sample>{{rpm, value}});
        QVERIFY(story.only().cond == AlertCondition::Active);
    }

    void restart_inTheMiddleOfTheOffDelayKeepsTheDeadline()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4180);
        story.say(rpm, 3000);
        story.wait(4s);
        story.restart();
        QVERIFY(story.wait(5s).isEmpty());
        QCOMPARE(story.wait(1s).size(), 1);
        QCOMPARE(story.state(), returned());
    }

    void restart_longAfterTheDeadlineItFiresAtOnce()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4180);
        story.say(rpm, 3000);
        story.now += 1h;
        story.restart();
        QVERIFY(story.book().nextDeadline() <= story.now);
        story.wait(0s);
        QCOMPARE(story.state(), returned());
    }

    void restart_keepsAcknowledgeOccurrenceAndLevel()
    {
        AlertStory story({overheat()});
        story.say(coolant, 118);
        story.ack(story.only().id);
        const Alert before = story.only();
        story.restart();
        QVERIFY(story.only() == before);
        QVERIFY(story.say(coolant, 118).isEmpty());
        QCOMPARE(story.state(), acked());
        story.say(coolant, 90);
        QVERIFY(story.only().cond == AlertCondition::Clearing);
    }

    void restart_duringTheOnDelayStartsItAnew()
    {
        AlertRule rule = highRpm();
        rule.onDelay = 5s;
        AlertStory story({rule});
        story.say(rpm, 4180);
        story.wait(4s);
        story.restart();
        story.say(rpm, 4180);
        QVERIFY(story.wait(4s).isEmpty());
        QCOMPARE(story.wait(1s).size(), 1);
    }

    void restart_withoutTheRuleReturnsWhatItRaised()
    {
        AlertStory story({highRpm()});
        story.say(rpm, 4180);
        story.ack(story.only().id);
        story.restartWith({overheat()});
        story.wait(0s);
        QVERIFY(story.book().openAlerts().isEmpty());
        QVERIFY(story.log.last().verb == AlertVerb::Return);
    }

    void aRuleIsOnlyForTheDevicesItNames()
    {
        AlertRule rule = highRpm();
        rule.match.classes = {QStringLiteral("truck*")};
        AlertStory story({rule});
        QVERIFY(story.say(rpm, 9000).isEmpty());
        story.van.deviceClass = QStringLiteral("Truck, heavy");
        story.book().setDevice(story.van);
        QCOMPARE(story.say(rpm, 9000).size(), 1);
        story.van.deviceClass = QStringLiteral("Delivery van");
        story.book().setDevice(story.van);
        story.wait(0s);
        QCOMPARE(story.state(), returned());
    }

    void twoRulesOfOneCodeAreTwoAlerts()
    {
        AlertRule stricter = highRpm();
        stricter.id = QStringLiteral("stricter");
        stricter.bands = {{AlertLevel::Critical, 5000, 0, {}}};
        AlertStory story({highRpm(), stricter});
        story.say(rpm, 5200);
        QCOMPARE(story.book().openAlerts().size(), 2);
        story.say(rpm, 5200);
        QCOMPARE(story.book().openAlerts().size(), 2);
    }

    void lowOilPressureIsExcusedOnlyWhileTheReadingSaysThatTheEngineStands()
    {
        AlertRule rule = ruleOf(QStringLiteral("low_oil_pressure"), channel::OilPressure, Comparison::Less,
                                {{AlertLevel::Critical, 15, 0, {}}, {AlertLevel::Warning, 25, 0, {}}});
        rule.unless = AlertUnless{rpm, {Comparison::Equal, 0, 0}};
        AlertStory story({rule});
        QVERIFY(story.say({{channel::OilPressure, 2.0}, {rpm, 0.0}}).isEmpty());
        story.say({{channel::OilPressure, 2.0}});
        QVERIFY(story.only().level == AlertLevel::Critical); // no engine speed in the reading: judged
        story.say({{channel::OilPressure, 2.0}, {rpm, 0.0}});
        QVERIFY(story.only().cond == AlertCondition::Clearing); // parked: good
        story.say({{channel::OilPressure, 2.0}, {rpm, 800.0}});
        QVERIFY(story.only().cond == AlertCondition::Active);
    }

    void manyDevicesAndTimersFireInOrder()
    {
        AlertRule rule = highRpm();
        rule.onDelay = 5s;
        AlertStory story({rule});
        for (int i = 0; i < 500; ++i) {
            story.now += 1ms;
            story.say(QList<Sample>{{rpm, 4180.0}}, {}, QStringLiteral("d%1").arg(i));
        }
        auto changes = story.wait(1min);
        QCOMPARE(story.count(AlertVerb::Raise), 500);
        QCOMPARE(changes.size(), 501);
        const AlertChange last = changes.takeLast(); // that is a flood
        QVERIFY(last.alert.firstInGroup);
        QCOMPARE(last.alert.id, changes.first().alert.id);
        QVERIFY(std::is_sorted(changes.cbegin(), changes.cend(),
                               [](const auto &a, const auto &b) { return a.alert.raisedAt < b.alert.raisedAt; }));
    }
};

QTEST_GUILESS_MAIN(TestAlertBook)
#include "test_alertbook.moc"
