// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/domain/AlertStory.h"

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

const Actor vehicle{Actor::Kind::Device, QStringLiteral("van-7"), QStringLiteral("Unit 07"), {}};

RaisePanic panicOf(const QString &user, const QString &clientId = {})
{
    RaisePanic panic;
    panic.userId = user;
    panic.userName = QStringLiteral("Dana R.");
    panic.clientAlertId = clientId;
    panic.alertType = QStringLiteral("panic_button");
    panic.position = Position{52.5, 13.4, {}, 12.0, {}, {}};
    return panic;
}

ReportAlert reportOf(const QString &id, AlertLevel level = AlertLevel::Warning)
{
    ReportAlert report;
    report.alertId = id;
    report.source = QStringLiteral("van-7");
    report.userId = QStringLiteral("dana");
    report.code = QStringLiteral("low_oil_pressure");
    report.title = QStringLiteral("Oil pressure");
    report.message = QStringLiteral("12 psi");
    report.level = level;
    return report;
}

} // namespace

/// Events, panics, and alerts that others decided on.
class TestAlertBookRequests : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aCrashIsAnEmergencyUntilTheSensorRests()
    {
        AlertStory story({crash()});
        story.say(channel::Crash, 0);
        story.wait(1s);
        story.say(channel::Crash, 1);
        QVERIFY(story.only().level == AlertLevel::Emergency);
        QCOMPARE(wireLevel(story.only().level), QStringLiteral("critical"));
        story.keepSaying(channel::Speed, 0, 300); // says nothing of the sensor, which it does report at rest
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        story.say(channel::Crash, 0);
        QCOMPARE(story.state(), QStringLiteral("RTN_UNACK"));
        story.ack(story.only().id);
        QVERIFY(story.book().openAlerts().isEmpty());
    }

    void anEventWhoseSourceNeverRestsIsOverAfterAWhile()
    {
        AlertStory story({crash()});
        story.say(channel::Crash, 1);
        const QString id = story.only().id;
        story.keepSaying(channel::Speed, 0, 59);
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        story.keepSaying(channel::Speed, 0, 1);
        QCOMPARE(story.state(), QStringLiteral("RTN_UNACK"));
        story.ack(id);
        QVERIFY(story.book().openAlerts().isEmpty());
    }

    void anEventReEmittedAThousandTimesIsOneAlertAndKeepsTheAcknowledge()
    {
        AlertStory story({crash()});
        story.say(channel::Crash, 1);
        story.ack(story.only().id);
        story.keepSaying(channel::Crash, 1, 999);
        QCOMPARE(story.state(), QStringLiteral("ACKED"));
        QCOMPARE(story.only().count, 1000);
        QCOMPARE(story.count(AlertVerb::Raise), 1);
    }

    void row10_anAcknowledgedEventThatRepeatsMustBeAcknowledgedAgain()
    {
        AlertRule rule = crash();
        rule.offDelay = 10s;
        AlertStory story({rule});
        story.say(channel::Crash, 1);
        story.ack(story.only().id);
        story.say(channel::Crash, 0);
        story.wait(5s);
        story.say(channel::Crash, 1);
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        QCOMPARE(story.only().occurrence, 2);
        QCOMPARE(story.ack(story.only().id, 1).code, QStringLiteral("superseded"));
    }

    void eachTroubleCodeIsAnAlertOfItsOwn()
    {
        AlertStory story({troubleCodes()});
        story.say({{channel::TroubleCodes, QStringList{}}});
        QVERIFY(story.log.isEmpty());
        story.say({{channel::TroubleCodes,
                    QStringList{QStringLiteral("P0420"), QStringLiteral("B1234"), QStringLiteral("P0420")}}});
        const QList<Alert> open = story.book().openAlerts();
        QCOMPARE(open.size(), 2);
        for (const Alert &alert : open) {
            QVERIFY(alert.level ==
                    (alert.instance == QStringLiteral("P0420") ? AlertLevel::Critical : AlertLevel::Warning));
            QCOMPARE(alert.message, QStringLiteral("Trouble code ") + alert.instance);
            QCOMPARE(alert.count, 1);
            story.ack(alert.id);
        }
        story.say({{channel::TroubleCodes, QStringList{QStringLiteral("B1234")}}});
        QCOMPARE(story.only().instance, QStringLiteral("B1234"));
        story.say({{channel::TroubleCodes, QStringList{}}});
        QVERIFY(story.book().openAlerts().isEmpty());
    }

    void aFloodOfTroubleCodesStaysBounded()
    {
        AlertLimits limits;
        limits.itemsPerReading = 10;
        limits.itemsPerSource = 20;
        AlertStory story({troubleCodes()}, limits);
        for (int i = 0; i < 10; ++i) {
            QStringList codes;
            for (int j = 0; j < 12; ++j)
                codes.append(QStringLiteral("P%1").arg(i * 12 + j, 4, 10, QLatin1Char('0')));
            story.say({{channel::TroubleCodes, codes}});
        }
        QCOMPARE(story.book().openAlerts().size(), 21); // twenty, and "other"
    }

    void row4to8_panicAcknowledgedThenCanceled()
    {
        AlertStory story;
        const auto raised = story.book().raisePanic(panicOf(QStringLiteral("dana")), story.now);
        QVERIFY(raised.outcome.ok);
        QCOMPARE(story.only().id, raised.outcome.ref);
        QVERIFY(story.only().level == AlertLevel::Emergency);
        QVERIFY(story.only().kind == AlertKind::Incident);
        QVERIFY(story.only().position->accuracyM == 12.0);
        story.ack(raised.outcome.ref);
        story.wait(10h);
        QCOMPARE(story.state(), QStringLiteral("ACKED"));
        const auto over = story.book().cancelPanic({raised.outcome.ref, QStringLiteral("dana")}, story.now);
        QVERIFY(over.outcome.ok);
        QVERIFY(over.changes.first().to == AlertState::ReturnedUnacknowledged); // is the person safe?
        QVERIFY(story.ack(raised.outcome.ref).changed);
        QVERIFY(story.book().openAlerts().isEmpty());
    }

    void vector9_aPanicRetriedIsOneIncident()
    {
        AlertStory story;
        const auto first = story.book().raisePanic(panicOf(QStringLiteral("dana"), QStringLiteral("c-1")), story.now);
        story.kept(first.changes);
        const auto again = story.book().raisePanic(panicOf(QStringLiteral("dana"), QStringLiteral("c-1")), story.now);
        QVERIFY(again.outcome.ok && !again.outcome.changed);
        QCOMPARE(again.outcome.ref, first.outcome.ref);
        QVERIFY(again.changes.isEmpty());
        story.restart();
        const auto later = story.book().raisePanic(panicOf(QStringLiteral("dana"), QStringLiteral("c-1")), story.now);
        QCOMPARE(later.outcome.ref, first.outcome.ref);
        const auto other = story.book().raisePanic(panicOf(QStringLiteral("amir"), QStringLiteral("c-1")), story.now);
        QVERIFY(other.outcome.changed); // the same id of another person
        QCOMPARE(story.book().openAlerts().size(), 2);
    }

    void vector9_evenAfterItWasClosed()
    {
        AlertStory story;
        const QString id =
            story.book().raisePanic(panicOf(QStringLiteral("dana"), QStringLiteral("c-1")), story.now).outcome.ref;
        story.ack(id);
        QVERIFY(story.book().cancelPanic({{}, QStringLiteral("dana")}, story.now).outcome.ok);
        story.ack(id);
        const auto late = story.book().raisePanic(panicOf(QStringLiteral("dana"), QStringLiteral("c-1")), story.now);
        QCOMPARE(late.outcome.ref, id);
        QVERIFY(story.book().openAlerts().isEmpty());
    }

    void vector10_aPanicCanceledUnacknowledgedStaysOnTheDesk()
    {
        AlertStory story;
        const QString id = story.book().raisePanic(panicOf(QStringLiteral("dana")), story.now).outcome.ref;
        story.wait(5s);
        const auto result = story.book().cancelPanic({{}, QStringLiteral("dana")}, story.now);
        QVERIFY(result.changes.first().verb == AlertVerb::Cancel);
        QVERIFY(story.only().cond == AlertCondition::Canceled);
        QCOMPARE(story.state(), QStringLiteral("RTN_UNACK"));
        story.wait(24h);
        QCOMPARE(story.state(), QStringLiteral("RTN_UNACK"));
        QVERIFY(story.ack(id).changed);
        QVERIFY(story.book().openAlerts().isEmpty());
        QVERIFY(story.book().find(id)->cond == AlertCondition::Canceled);
    }

    void whoMayCancelWhat_data()
    {
        QTest::addColumn<QString>("alert");
        QTest::addColumn<QString>("user");
        QTest::addColumn<QString>("code");
        QTest::newRow("somebody else's") << QStringLiteral("a1") << QStringLiteral("amir")
                                         << QStringLiteral("forbidden");
        QTest::newRow("none open") << QString() << QStringLiteral("amir") << QStringLiteral("not_found");
        QTest::newRow("unknown") << QStringLiteral("zz") << QStringLiteral("dana") << QStringLiteral("not_found");
        QTest::newRow("own") << QStringLiteral("a1") << QStringLiteral("dana") << QString();
        QTest::newRow("own, unnamed") << QString() << QStringLiteral("dana") << QString();
    }
    void whoMayCancelWhat()
    {
        QFETCH(QString, alert);
        QFETCH(QString, user);
        QFETCH(QString, code);
        AlertStory story;
        QCOMPARE(story.book().raisePanic(panicOf(QStringLiteral("dana")), story.now).outcome.ref, QStringLiteral("a1"));
        QCOMPARE(story.book().cancelPanic({alert, user}, story.now).outcome.code, code);
        if (code.isEmpty())
            QCOMPARE(story.book().cancelPanic({QStringLiteral("a1"), user}, story.now).outcome.code,
                     QStringLiteral("closed"));
    }

    void moreThanTenPanicsAMinuteFoldIntoTheNewest()
    {
        AlertStory story;
        QString newest;
        for (int i = 0; i < 25; ++i) {
            const auto result = story.book().raisePanic(panicOf(QStringLiteral("dana")), story.now);
            QVERIFY(result.outcome.ok);
            if (i == 9)
                newest = result.outcome.ref;
            if (i > 9)
                QCOMPARE(result.outcome.ref, newest);
            story.wait(1s);
        }
        QCOMPARE(story.book().openAlerts().size(), 10);
        QCOMPARE(story.book().find(newest)->count, 16);
        // An id makes it an incident of its own, however many there were.
        QVERIFY(story.book().raisePanic(panicOf(QStringLiteral("dana"), QStringLiteral("c")), story.now).outcome.ref !=
                newest);
        story.wait(1min);
        (void)story.book().raisePanic(panicOf(QStringLiteral("dana")), story.now);
        QCOMPARE(story.book().openAlerts().size(), 12);
    }

    void panicsBeyondTheFoldAreStillRaisedWhenNothingIsOpen()
    {
        AlertStory story;
        for (int i = 0; i < 30; ++i) {
            const auto result = story.book().raisePanic(panicOf(QStringLiteral("dana")), story.now);
            QVERIFY(result.outcome.ok && result.outcome.changed);
            QVERIFY(story.book().cancelPanic({result.outcome.ref, QStringLiteral("dana")}, story.now).outcome.ok);
        }
        QCOMPARE(story.book().openAlerts().size(), 30);
    }

    void aReportedAlertKeepsItsIdAndLevel()
    {
        AlertStory story;
        const auto result =
            story.book().report(reportOf(QStringLiteral("x-1"), AlertLevel::Critical), vehicle, story.now);
        QCOMPARE(result.outcome.ref, QStringLiteral("x-1"));
        const Alert alert = story.only();
        QCOMPARE(alert.id, QStringLiteral("x-1"));
        QVERIFY(alert.level == AlertLevel::Critical);
        QCOMPARE(alert.sourceName, QStringLiteral("Unit 07"));
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        story.wait(24h);
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        story.ack(QStringLiteral("x-1")); // nothing more will be said of it
        QVERIFY(story.book().openAlerts().isEmpty());
    }

    void reSendingUpdatesRatherThanDoubles()
    {
        AlertStory story;
        auto report = reportOf(QStringLiteral("x-1"));
        story.kept(story.book().report(report, vehicle, story.now).changes);
        QVERIFY(story.book().report(report, vehicle, story.now).changes.isEmpty());
        report.message = QStringLiteral("9 psi");
        const auto changed = story.book().report(report, vehicle, story.now);
        QCOMPARE(changed.changes.size(), 1);
        QCOMPARE(story.only().message, QStringLiteral("9 psi"));
        report.level = AlertLevel::Critical;
        QVERIFY(story.book().report(report, vehicle, story.now).changes.first().verb == AlertVerb::LevelChange);
        QCOMPARE(story.only().count, 4);
        report.acknowledged = true;
        QVERIFY(story.book().report(report, vehicle, story.now).changes.last().to == AlertState::Normal);
        report.acknowledged = false; // the sender's queue once more
        QVERIFY(story.book().report(report, vehicle, story.now).changes.isEmpty());
        QVERIFY(story.book().openAlerts().isEmpty());
    }

    void aReportThatComesBackWorseIsTheNextOccurrence()
    {
        AlertStory story;
        auto report = reportOf(QStringLiteral("x-1"));
        story.kept(story.book().report(report, vehicle, story.now).changes);
        story.ack(QStringLiteral("x-1"));
        const int revision = story.book().find(QStringLiteral("x-1"))->revision;
        report.level = AlertLevel::Critical;
        story.book().report(report, vehicle, story.now).changes.first();
        QCOMPARE(story.only().occurrence, 2);
        QVERIFY(story.only().revision > revision);
    }

    void reportsWithoutAnIdFoldByCode()
    {
        AlertStory story;
        const QString id = story.book().report(reportOf({}), vehicle, story.now).outcome.ref;
        QVERIFY(!id.isEmpty());
        QCOMPARE(story.book().report(reportOf({}), vehicle, story.now).outcome.ref, id);
        QCOMPARE(story.book().openAlerts().size(), 1);
    }

    void aReportCannotTakeOverAnotherAlert()
    {
        AlertStory story({highRpm()});
        story.say(channel::EngineRpm, 4180);
        const Alert before = story.only();
        QCOMPARE(story.book().report(reportOf(before.id), vehicle, story.now).outcome.code,
                 QStringLiteral("id_conflict"));
        QVERIFY(story.only() == before);
    }

    void sentAlreadyAcknowledgedItIsHistoryAtOnce()
    {
        AlertStory story;
        auto report = reportOf(QStringLiteral("x-1"));
        report.acknowledged = true;
        const auto result = story.book().report(report, vehicle, story.now);
        QVERIFY(result.changes.last().to == AlertState::Normal);
        QVERIFY(story.book().openAlerts().isEmpty());
        QVERIFY(story.book().find(QStringLiteral("x-1"))->acked);
    }

    void openReportsAreBounded()
    {
        AlertLimits limits;
        limits.openReports = 2;
        AlertStory story({}, limits);
        for (int i = 0; i < 2; ++i)
            QVERIFY(story.book().report(reportOf(QString::number(i)), vehicle, story.now).outcome.ok);
        QCOMPARE(story.book().report(reportOf(QStringLiteral("3")), vehicle, story.now).outcome.code,
                 QStringLiteral("overloaded"));
        QVERIFY(story.book().raisePanic(panicOf(QStringLiteral("dana")), story.now).outcome.ok);
    }

    void acknowledgingWhatNeverWas()
    {
        AlertStory story;
        QCOMPARE(story.ack(QStringLiteral("zz")).code, QStringLiteral("not_found"));
        QCOMPARE(story.ack(QString()).code, QStringLiteral("not_found"));
    }

    void theClosedOnesAreForgottenInOrder()
    {
        AlertLimits limits;
        limits.closedKept = 3;
        AlertStory story({}, limits);
        for (int i = 0; i < 5; ++i) {
            (void)story.book().report(reportOf(QString::number(i)), vehicle, story.now);
            story.ack(QString::number(i));
        }
        QVERIFY(!story.book().find(QStringLiteral("1")));
        QVERIFY(story.book().find(QStringLiteral("2")));
    }
};

QTEST_GUILESS_MAIN(TestAlertBookRequests)
#include "test_alertbook_requests.moc"
