// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/CommandRouter.h"
#include "tests/desk/Fakes.h"

#include <QTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
/// A router, a clock, and a log that makes everything durable at once unless told not to.
class Bench
{
public:
    explicit Bench(const CommandLimits &limits = {})
        : router(limits, [this] { return QStringLiteral("c%1").arg(++m_ids); })
    {
        rig.id = QStringLiteral("rig");
        rig.name = QStringLiteral("Rig");
    }
    CommandRouter::Result issue(int retries = 0, const QByteArray &parameters = {},
                                const QString &action = QStringLiteral("stop"))
    {
        IssueCommand request;
        request.deviceId = rig.id;
        request.action = action;
        request.parameters = parameters;
        request.retries = retries;
        const auto result = router.issue(request, operatorOf(QStringLiteral("Ortiz")),
                                         {known ? &rig : nullptr, {rig.id, presence, lastSeen}, carried}, now);
        log(result.changed);
        return result;
    }
    CommandRouter::Result report(const QString &id, CommandState state, const QByteArray &response = {},
                                 const Actor &actor = {Actor::Kind::Device, QStringLiteral("rig"), {}, {}})
    {
        const auto result = router.report({id, state, response, {}}, actor, now);
        log(result.changed);
        return result;
    }
    void pass(Duration span = {})
    {
        now += span;
        log(router.tick(now, [this](const QString &) { return carried; }));
    }
    void log(const QList<Command> &changed)
    {
        for (const Command &command : changed) {
            story.append(command.id + QLatin1Char(' ') + toString(command.state));
            last = command;
            if (!durable)
                continue;
            if (const auto order = router.committed(command, now))
                handed.append(order->id + QLatin1Char('#') + QString::number(order->attempt));
        }
    }

    TimePoint now{1'700'000'000s};
    TimePoint lastSeen = now;
    Device rig;
    Presence presence = Presence::Online;
    bool known = true;
    bool carried = true;
    bool durable = true;
    QStringList story;
    QStringList handed;
    Command last;
    CommandRouter router;

private:
    int m_ids = 0;
};
} // namespace

class TestCommandRouter : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anOrderIsQueuedSentAndAnswered()
    {
        Bench bench;
        QVERIFY(bench.issue(0, R"( { "speed" : 3 } )").outcome.ok);
        QCOMPARE(bench.last.parameters, QByteArray(R"({"speed":3})"));
        QCOMPARE(bench.last.issuedByName, QStringLiteral("Ortiz"));
        bench.pass();
        QCOMPARE(bench.handed, QStringList{QStringLiteral("c1#1")});
        bench.report(QStringLiteral("c1"), CommandState::Accepted);
        bench.now += 2s;
        bench.report(QStringLiteral("c1"), CommandState::Succeeded, R"({ "done": true })");
        QCOMPARE(bench.story, (QStringList{QStringLiteral("c1 queued"), QStringLiteral("c1 sent"),
                                           QStringLiteral("c1 accepted"), QStringLiteral("c1 succeeded")}));
        QCOMPARE(bench.last.response, QByteArray(R"({"done":true})"));
        QCOMPARE(*bench.last.finishedAt, bench.now);
        QCOMPARE(bench.router.open(), 0);
        QVERIFY(!bench.router.nextDeadline());
    }

    void nothingLeavesBeforeItIsDurable()
    {
        Bench bench;
        bench.durable = false;
        const Command queued = bench.issue().changed.first();
        bench.pass(1s);
        QCOMPARE(bench.story, QStringList{QStringLiteral("c1 queued")}); // not even marked as sent
        QVERIFY(!bench.router.committed(queued, bench.now));
        bench.pass();
        QCOMPARE(bench.story.last(), QStringLiteral("c1 sent"));
        QVERIFY(bench.handed.isEmpty());
        bench.pass(1h); // the time for the answer runs from the handing over
        QCOMPARE(bench.story.size(), 2);
        const auto order = bench.router.committed(bench.last, bench.now);
        QVERIFY(order);
        QCOMPARE(order->action, QStringLiteral("stop"));
        QVERIFY(!bench.router.committed(bench.last, bench.now)); // once
    }

    void ordersOfADeviceGoOneAfterTheOther()
    {
        Bench bench;
        bench.issue();
        bench.issue();
        bench.pass();
        bench.pass();
        QCOMPARE(bench.handed, QStringList{QStringLiteral("c1#1")});
        bench.report(QStringLiteral("c1"), CommandState::Failed);
        QVERIFY(!bench.last.error.isEmpty());
        bench.pass();
        QCOMPARE(bench.handed, (QStringList{QStringLiteral("c1#1"), QStringLiteral("c2#1")}));
    }

    void noAnswerIsTriedAgainAndGivenUp()
    {
        Bench bench;
        bench.issue(2);
        bench.pass();
        QCOMPARE(*bench.router.nextDeadline(), bench.now + 5s);
        bench.pass(5s);
        QCOMPARE(bench.story.last(), QStringLiteral("c1 queued"));
        bench.pass(999ms);
        QCOMPARE(bench.handed.size(), 1);
        bench.pass(1ms); // after a pause of 1 s
        QCOMPARE(bench.handed.last(), QStringLiteral("c1#2"));
        bench.pass(5s);
        bench.pass(2s); // then 2 s
        QCOMPARE(bench.handed.last(), QStringLiteral("c1#3"));
        bench.pass(5s);
        QCOMPARE(bench.story.last(), QStringLiteral("c1 timed_out"));
        QVERIFY(bench.last.error.contains(QStringLiteral("3 attempts")));
        bench.pass(1h);
        QCOMPARE(bench.handed.size(), 3);
    }

    void anAcceptedOrderIsNeverRepeated()
    {
        Bench bench;
        bench.issue(3);
        bench.pass();
        bench.pass(3s);
        bench.report(QStringLiteral("c1"), CommandState::Accepted);
        bench.pass(4s); // the answer's time runs anew
        QCOMPARE(bench.story.last(), QStringLiteral("c1 accepted"));
        bench.pass(1s);
        QCOMPARE(bench.story.last(), QStringLiteral("c1 timed_out"));
        QCOMPARE(bench.handed.size(), 1);
    }

    void aLateAnswerIsRecorded()
    {
        Bench bench;
        bench.issue();
        bench.pass();
        bench.pass(5s);
        QCOMPARE(bench.story.last(), QStringLiteral("c1 timed_out"));
        bench.now += 1min;
        QVERIFY(!bench.report(QStringLiteral("c1"), CommandState::Accepted).outcome.changed);
        QVERIFY(bench.report(QStringLiteral("c1"), CommandState::Succeeded, "17").outcome.changed);
        QCOMPARE(bench.story.last(), QStringLiteral("c1 succeeded"));
        QCOMPARE(bench.last.response, QByteArray("17"));
        QCOMPARE(*bench.last.finishedAt, bench.now);
        QVERIFY(!bench.report(QStringLiteral("c1"), CommandState::Failed).outcome.changed); // the first answer stands
    }

    void anAnswerToTheFirstAttemptEndsTheRetries()
    {
        Bench bench;
        bench.issue(1);
        bench.pass();
        bench.pass(5s);
        bench.report(QStringLiteral("c1"), CommandState::Succeeded);
        bench.pass(1h);
        QCOMPARE(bench.handed.size(), 1);
        QVERIFY(bench.last.state == CommandState::Succeeded);
    }

    void afterARestartWhatMayHaveLeftIsUnknownAndNeverRepeated_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<int>("attempt");
        QTest::addColumn<bool>("unknown");
        QTest::newRow("queued") << int(CommandState::Queued) << 0 << false;
        QTest::newRow("queued for a second attempt") << int(CommandState::Queued) << 1 << true;
        QTest::newRow("sent") << int(CommandState::Sent) << 1 << true;
        QTest::newRow("accepted") << int(CommandState::Accepted) << 1 << true;
    }
    void afterARestartWhatMayHaveLeftIsUnknownAndNeverRepeated()
    {
        QFETCH(int, state);
        QFETCH(int, attempt);
        QFETCH(bool, unknown);
        Bench bench;
        Command stored;
        stored.id = QStringLiteral("old");
        stored.deviceId = QStringLiteral("rig");
        stored.state = static_cast<CommandState>(state);
        stored.attempt = attempt;
        stored.retries = 5;
        stored.issuedAt = bench.now - 1min;
        bench.log(bench.router.restore({stored}, bench.now));
        bench.pass();
        bench.pass(1h);
        bench.pass(1h);
        if (unknown) {
            QCOMPARE(bench.story, QStringList{QStringLiteral("old outcome_unknown")});
            QVERIFY(bench.handed.isEmpty());
            bench.report(QStringLiteral("old"), CommandState::Succeeded); // the device remembers
            QCOMPARE(bench.story.last(), QStringLiteral("old succeeded"));
        } else {
            QCOMPARE(bench.handed.first(), QStringLiteral("old#1"));
        }
    }

    void anOrderWaitsForItsDeviceAndExpires()
    {
        Bench bench;
        bench.carried = false;
        bench.issue();
        bench.issue();
        bench.pass(4min);
        QVERIFY(bench.handed.isEmpty());
        bench.carried = true;
        bench.pass();
        QCOMPARE(bench.handed, QStringList{QStringLiteral("c1#1")});
        bench.report(QStringLiteral("c1"), CommandState::Succeeded);
        bench.carried = false;
        bench.pass(1min);
        QCOMPARE(bench.story.last(), QStringLiteral("c2 timed_out"));
        QVERIFY(bench.last.error.contains(QStringLiteral("5 min")));
        bench.carried = true;
        bench.pass(1h);
        QCOMPARE(bench.handed.size(), 1);
    }

    void onlyAQueuedOrderCanBeCanceled()
    {
        Bench bench;
        bench.issue();
        bench.issue();
        bench.pass();
        QCOMPARE(bench.router.cancel({QStringLiteral("c1")}, bench.now).outcome.code, QStringLiteral("closed"));
        const auto canceled = bench.router.cancel({QStringLiteral("c2")}, bench.now);
        QVERIFY(canceled.outcome.ok);
        QVERIFY(canceled.changed.first().state == CommandState::Canceled);
        QVERIFY(!bench.router.cancel({QStringLiteral("c2")}, bench.now).outcome.changed);
        QCOMPARE(bench.router.cancel({QStringLiteral("c9")}, bench.now).outcome.code, QStringLiteral("not_found"));
        bench.report(QStringLiteral("c1"), CommandState::Succeeded);
        bench.pass();
        QCOMPARE(bench.handed.size(), 1);
    }

    void whatCannotBeDoneIsRefusedWithTheReason_data()
    {
        QTest::addColumn<QString>("why");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("names");
        const auto row = [](const char *why, const char *code, const char *names) {
            QTest::newRow(why) << QString::fromLatin1(why) << QString::fromLatin1(code) << QString::fromLatin1(names);
        };
        row("unknown device", "not_found", "rig");
        row("offline for long", "offline", "6 min ago");
        row("no action", "invalid", "action");
        row("parameters are a list", "invalid", "parameters");
        row("parameters too long", "invalid", "parameters");
        row("too many retries", "invalid", "retries");
        row("full queue", "overloaded", "2 commands");
    }
    void whatCannotBeDoneIsRefusedWithTheReason()
    {
        QFETCH(QString, why);
        QFETCH(QString, code);
        QFETCH(QString, names);
        CommandLimits limits;
        limits.openPerDevice = 2;
        Bench bench(limits);
        QByteArray parameters;
        QString action = QStringLiteral("stop");
        int retries = 0;
        if (why == QLatin1String("unknown device")) {
            bench.known = false;
        } else if (why == QLatin1String("offline for long")) {
            bench.presence = Presence::Offline;
            bench.carried = false;
            bench.now += 6min;
        } else if (why == QLatin1String("no action")) {
            action = QStringLiteral("  ");
        } else if (why == QLatin1String("parameters are a list")) {
            parameters = "[1]";
        } else if (why == QLatin1String("parameters too long")) {
            parameters = QByteArray(20'000, ' ') + "{}";
        } else if (why == QLatin1String("too many retries")) {
            retries = 11;
        } else {
            bench.issue();
            bench.issue();
        }
        const auto result = bench.issue(retries, parameters, action);
        QCOMPARE(result.outcome.code, code);
        QVERIFY2(result.outcome.message.contains(names), qPrintable(result.outcome.message));
        QVERIFY(result.changed.isEmpty());
    }

    void onlyTheDeviceAnswersForItself()
    {
        Bench bench;
        bench.issue();
        QCOMPARE(bench.report(QStringLiteral("c1"), CommandState::Succeeded).outcome.code, QStringLiteral("invalid"));
        bench.pass();
        QCOMPARE(bench.report(QStringLiteral("c1"), CommandState::Succeeded, {}, userOf(QStringLiteral("dana")))
                     .outcome.code,
                 QStringLiteral("forbidden"));
        const Actor other{Actor::Kind::Device, QStringLiteral("van-1"), {}, {}};
        QCOMPARE(bench.report(QStringLiteral("c1"), CommandState::Succeeded, {}, other).outcome.code,
                 QStringLiteral("forbidden"));
        QCOMPARE(bench.report(QStringLiteral("c1"), CommandState::TimedOut).outcome.code, QStringLiteral("invalid"));
        QCOMPARE(bench.report(QStringLiteral("c7"), CommandState::Failed).outcome.code, QStringLiteral("not_found"));
    }

    void anAnswerOfAnyShapeIsKeptAndALongOneSaidToBeLeftOut()
    {
        Bench bench;
        for (const QByteArray &answer : {QByteArray("not json"), QByteArray(70'000, '1'), QByteArray("[1, 2]")}) {
            const QString id = bench.issue().outcome.ref;
            bench.pass();
            bench.report(id, CommandState::Succeeded, answer);
            if (answer.size() > 65'536) {
                QVERIFY(bench.last.response.isEmpty());
                QVERIFY(bench.last.error.contains(QStringLiteral("70000 bytes")));
            } else {
                QCOMPARE(bench.last.response, answer == "[1, 2]" ? QByteArray("[1,2]") : QByteArray(R"("not json")"));
            }
        }
    }

    void theMemoryOfClosedOnesIsBounded()
    {
        CommandLimits limits;
        limits.remembered = 2;
        Bench bench(limits);
        for (int i = 0; i < 3; ++i) {
            bench.issue();
            bench.pass();
            bench.pass(5s);
        }
        QCOMPARE(bench.report(QStringLiteral("c1"), CommandState::Succeeded).outcome.code, QStringLiteral("not_found"));
        QVERIFY(bench.report(QStringLiteral("c2"), CommandState::Succeeded).outcome.ok);
    }
};

QTEST_GUILESS_MAIN(TestCommandRouter)
#include "test_commandrouter.moc"
