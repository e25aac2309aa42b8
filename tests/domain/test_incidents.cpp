// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/domain/AlertStory.h"

#include "models/wire/AlertCodec.h"

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
RaisePanic panicWithPins()
{
    RaisePanic panic;
    panic.userId = QStringLiteral("dana");
    panic.userName = QStringLiteral("Dana R.");
    panic.message = QStringLiteral("Somebody follows me");
    panic.alertType = QStringLiteral("shake_to_alert");
    panic.priority = 5;
    panic.address = QStringLiteral("Harbor Street 4");
    panic.deviceInfo = R"({"model":"P9"})";
    panic.pin = QStringLiteral("1357");
    panic.duressPin = QStringLiteral("9753");
    return panic;
}
Actor dispatcher()
{
    return {Actor::Kind::Operator, QStringLiteral("ortiz"), QStringLiteral("M. Ortiz"), QStringLiteral("console-1")};
}
Actor supervisor()
{
    Actor actor{Actor::Kind::Operator, QStringLiteral("lind"), QStringLiteral("J. Lind"), {}};
    actor.supervises = true;
    return actor;
}
} // namespace

/// A person's call for help, from the phone's first word to the end, and closing by hand (row 21).
class TestIncidents : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatThePhoneToldIsKept()
    {
        AlertStory story;
        story.kept(story.book().raisePanic(panicWithPins(), story.now).changes);
        const Alert alert = story.only();
        QVERIFY(alert.incident);
        QCOMPARE(alert.incident->priority, 5);
        QCOMPARE(alert.incident->alertType, QStringLiteral("shake_to_alert"));
        QCOMPARE(alert.incident->description, QStringLiteral("Somebody follows me"));
        QCOMPARE(alert.incident->address, QStringLiteral("Harbor Street 4"));
        QCOMPARE(alert.incident->deviceInfo, QByteArray(R"({"model":"P9"})"));
        QVERIFY(alert.incident->stage == IncidentStage::Received);
        QCOMPARE(panicStatus(alert), QStringLiteral("active"));
    }

    void aPinIsKeptSaltedAndNeverAsItIs()
    {
        const QByteArray once = keptPin(QStringLiteral("1357"));
        QVERIFY(once != keptPin(QStringLiteral("1357")));
        QVERIFY(!once.contains("1357") || !keptPin(QStringLiteral("1357")).contains("1357"));
        QVERIFY(isPin(once, QStringLiteral("1357")));
        QVERIFY(!isPin(once, QStringLiteral("1358")));
        QVERIFY(!isPin(once, {}));
        QVERIFY(!isPin({}, {}));
        QVERIFY(!isPin("$", {}));
        QVERIFY(!isPin("00$", {}));

        AlertStory story;
        const auto changes = story.book().raisePanic(panicWithPins(), story.now).changes;
        const QByteArray body = encodeChange(changes.first());
        QVERIFY(!body.contains("\"1357\"") && !body.contains("\"9753\""));
        QString error;
        QCOMPARE(decodeChange(body, &error)->alert, changes.first().alert);
        QVERIFY(encodeChange({AlertVerb::Raise, {}, {}, withoutPins(changes.first().alert)}).indexOf("pin") < 0);
    }

    void aCancelNeedsThePin_data()
    {
        QTest::addColumn<QString>("pin");
        QTest::addColumn<QString>("code");
        QTest::newRow("none") << QString() << QStringLiteral("pin_invalid");
        QTest::newRow("wrong") << QStringLiteral("1358") << QStringLiteral("pin_invalid");
        QTest::newRow("longer") << QStringLiteral("13577") << QStringLiteral("pin_invalid");
        QTest::newRow("right") << QStringLiteral("1357") << QString();
        QTest::newRow("duress") << QStringLiteral("9753") << QString();
    }
    void aCancelNeedsThePin()
    {
        QFETCH(QString, pin);
        QFETCH(QString, code);
        AlertStory story;
        story.kept(story.book().raisePanic(panicWithPins(), story.now).changes);
        story.restart(); // the PINs are in the log, as hashes
        const auto result = story.book().cancelPanic({{}, QStringLiteral("dana"), pin}, story.now);
        QCOMPARE(result.outcome.code, code);
        QCOMPARE(result.changes.size(), code.isEmpty() ? 1 : 0);
    }

    void withoutAPinAnyCancelWillDo()
    {
        AlertStory story;
        RaisePanic panic = panicWithPins();
        panic.pin.clear();
        panic.duressPin.clear();
        story.kept(story.book().raisePanic(panic, story.now).changes);
        QVERIFY(story.book().cancelPanic({{}, QStringLiteral("dana"), QStringLiteral("1")}, story.now).outcome.ok);
    }

    void vector11_duress()
    {
        AlertStory real;
        AlertStory forced;
        for (AlertStory *story : {&real, &forced}) {
            story->kept(story->book().raisePanic(panicWithPins(), story->now).changes);
            story->wait(20s);
        }
        const auto canceled = real.book().cancelPanic({{}, QStringLiteral("dana"), QStringLiteral("1357")}, real.now);
        forced.ack(forced.only().id);
        const auto threatened =
            forced.book().cancelPanic({{}, QStringLiteral("dana"), QStringLiteral("9753")}, forced.now);
        forced.kept(threatened.changes);
        // The phone cannot tell one from the other.
        QCOMPARE(threatened.outcome, canceled.outcome);
        const AlertChange told = asOriginatorSees(threatened.changes.first());
        QVERIFY(told.verb == AlertVerb::Cancel);
        QCOMPARE(toString(told.to), toString(asOriginatorSees(canceled.changes.first()).to));
        QCOMPARE(panicStatus(told.alert), QStringLiteral("canceled"));
        QVERIFY(!told.alert.incident->duress);
        QVERIFY(!encodeChange(told).contains("duress"));
        // The desk keeps it, and has to take it anew.
        QCOMPARE(forced.state(), QStringLiteral("UNACK"));
        QVERIFY(forced.only().incident->duress);
        QCOMPARE(panicStatus(forced.only()), QStringLiteral("active"));
        // Once told, always told.
        for (const char *pin : {"1357", "9753", "0"}) {
            const CancelPanic again{forced.only().id, QStringLiteral("dana"), QLatin1String(pin)};
            QCOMPARE(forced.book().cancelPanic(again, forced.now).outcome.code, QStringLiteral("closed"));
            QCOMPARE(real.book().cancelPanic(again, real.now).outcome.code, QStringLiteral("closed"));
        }
        forced.restart();
        QVERIFY(forced.only().incident->duress);
        QCOMPARE(forced.state(), QStringLiteral("UNACK"));
        // What the desk does from here on the phone does not hear of, but what follows a real cancel, too.
        const QString id = forced.only().id;
        forced.ack(id);
        QVERIFY(isOriginators(forced.log.last()));
        const auto stage = forced.book().setStage({id, IncidentStage::Dispatched, {}}, forced.now);
        QVERIFY(stage.outcome.ok);
        QVERIFY(!isOriginators(stage.changes.first()));
        QCOMPARE(panicStatus(stage.changes.first().alert), QStringLiteral("responding"));
        QCOMPARE(panicStatus(asOriginatorSees(stage.changes.first().alert)), QStringLiteral("canceled"));
    }

    void theFirstConsoleThatShowsItIsNoted()
    {
        AlertStory story({highRpm()});
        story.kept(story.book().raisePanic(panicWithPins(), story.now).changes);
        const QString id = story.only().id;
        story.wait(2s);
        const auto first = story.book().markSeen({id}, dispatcher(), story.now);
        QVERIFY(first.outcome.changed);
        QVERIFY(first.changes.first().verb == AlertVerb::Seen);
        QCOMPARE(story.state(), QStringLiteral("UNACK"));
        const auto second = story.book().markSeen({id}, supervisor(), story.now + 1s);
        QVERIFY(second.outcome.ok && !second.outcome.changed && second.changes.isEmpty());
        QCOMPARE(story.only().incident->seenBy, QStringLiteral("M. Ortiz"));
        QVERIFY(story.only().incident->seenAt == story.now);
        QCOMPARE(story.book().markSeen({QStringLiteral("x")}, dispatcher(), story.now).outcome.code,
                 QStringLiteral("not_found"));
        story.say(channel::EngineRpm, 4180);
        const QString condition = story.log.last().alert.id;
        QCOMPARE(story.book().markSeen({condition}, dispatcher(), story.now).outcome.code, QStringLiteral("invalid"));
    }

    void stagesFollowTheAcknowledge()
    {
        AlertStory story;
        story.kept(story.book().raisePanic(panicWithPins(), story.now).changes);
        const QString id = story.only().id;
        const auto set = [&](IncidentStage stage) { return story.book().setStage({id, stage, {}}, story.now); };
        QCOMPARE(set(IncidentStage::Contacting).outcome.code, QStringLiteral("invalid"));
        story.ack(id);
        QCOMPARE(panicStatus(story.only()), QStringLiteral("acknowledged"));
        QVERIFY(set(IncidentStage::Contacting).outcome.changed);
        QCOMPARE(panicStatus(story.only()), QStringLiteral("acknowledged"));
        QVERIFY(!set(IncidentStage::Contacting).outcome.changed);
        const auto dispatched = set(IncidentStage::Dispatched);
        QCOMPARE(dispatched.changes.first().reason, QStringLiteral("dispatched"));
        for (const IncidentStage stage :
             {IncidentStage::Dispatched, IncidentStage::OnScene, IncidentStage::Monitoring}) {
            (void)set(stage);
            QCOMPARE(panicStatus(story.only()), QStringLiteral("responding"));
        }
        QCOMPARE(set(IncidentStage::Closed).outcome.code, QStringLiteral("invalid"));
        QVERIFY(story.book().closeAlert({id, 0, Disposition::Assisted, {}}, dispatcher(), story.now).outcome.ok);
        QCOMPARE(set(IncidentStage::OnScene).outcome.code, QStringLiteral("closed"));
    }

    void row21_whoMayCloseWhat()
    {
        AlertStory story({highRpm(), crash()});
        const auto close = [&](const QString &id, const Actor &who, Disposition how = Disposition::None) {
            const auto result = story.book().closeAlert({id, 0, how, QStringLiteral("done")}, who, story.now);
            story.kept(result.changes);
            return result.outcome;
        };
        story.kept(story.book().raisePanic(panicWithPins(), story.now).changes);
        const QString panic = story.only().id;
        QCOMPARE(close(panic, dispatcher()).code, QStringLiteral("invalid")); // how did it end?
        QVERIFY(close(panic, dispatcher(), Disposition::FalseAlarm).changed);
        const Alert over = *story.book().find(panic);
        QCOMPARE(toString(stateOf(over)), QStringLiteral("NORMAL"));
        QCOMPARE(panicStatus(over), QStringLiteral("false_alarm"));
        QCOMPARE(panicStatus(asOriginatorSees(over)), QStringLiteral("false_alarm"));
        QCOMPARE(over.care->closedBy, QStringLiteral("M. Ortiz"));
        QCOMPARE(over.care->closeComment, QStringLiteral("done"));
        QCOMPARE(asOriginatorSees(over).care->closeComment, QString()); // the desk's own
        QVERIFY(over.acked && over.ackedBy == QLatin1String("M. Ortiz"));
        const Outcome again = close(panic, supervisor(), Disposition::Assisted);
        QVERIFY(again.ok && !again.changed && again.message.contains(QStringLiteral("M. Ortiz")));

        story.say(channel::Crash, 1);
        QVERIFY(close(story.only().id, dispatcher()).changed); // an event

        story.say(channel::EngineRpm, 4180);
        const QString condition = story.only().id;
        QCOMPARE(close(condition, dispatcher()).code, QStringLiteral("still_active"));
        story.say(channel::EngineRpm, 3000);
        story.wait(10s);
        QCOMPARE(story.state(), QStringLiteral("RTN_UNACK"));
        QVERIFY(close(condition, dispatcher()).changed);
        story.say(channel::EngineRpm, 4180);
        QVERIFY(story.only().id != condition);
        const QString other = story.only().id;
        QVERIFY(close(other, supervisor()).changed); // against what the source says
        QVERIFY(story.book().openAlerts().isEmpty());
        story.say(channel::EngineRpm, 4190); // which says it again
        QVERIFY(story.only().id != other);
        QCOMPARE(close(QStringLiteral("x"), supervisor()).code, QStringLiteral("not_found"));
        story.say(channel::EngineRpm, 3000);
        story.ack(story.only().id);
        story.wait(10s);
        QCOMPARE(close(story.log.last().alert.id, supervisor()).code, QStringLiteral("closed"));
    }

    void aClosingDoesNotHitWhatCameSince()
    {
        AlertStory story({highRpm()});
        story.say(channel::EngineRpm, 4180);
        story.say(channel::EngineRpm, 3000);
        story.wait(10s);
        story.say(channel::EngineRpm, 4180);
        QCOMPARE(story.only().occurrence, 2);
        const auto close = [&](int occurrence) {
            return story.book().closeAlert({story.only().id, occurrence, Disposition::None, {}}, supervisor(),
                                           story.now);
        };
        QCOMPARE(close(1).outcome.code, QStringLiteral("superseded"));
        QVERIFY(close(2).outcome.changed);
    }

    void aCanceledPanicStaysCanceledWhenItIsClosed()
    {
        AlertStory story;
        story.kept(story.book().raisePanic(panicWithPins(), story.now).changes);
        const QString id = story.only().id;
        story.kept(story.book().cancelPanic({id, QStringLiteral("dana"), QStringLiteral("1357")}, story.now).changes);
        QVERIFY(story.book()
                    .closeAlert({id, 0, Disposition::CanceledConfirmed, {}}, dispatcher(), story.now)
                    .outcome.changed);
        QCOMPARE(panicStatus(*story.book().find(id)), QStringLiteral("canceled"));
        QVERIFY(story.book().openAlerts().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestIncidents)
#include "test_incidents.moc"
