// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Channels.h"
#include "server/desk/Desk.h"
#include "server/desk/RulesFile.h"
#include "tests/desk/Fakes.h"

#include <QSignalSpy>
#include <QTest>

#include <memory>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

/// A desk on the test's thread with a clock that stands until it is moved.
class Bench
{
public:
    explicit Bench(DeskSettings settings = {}, const DeskSnapshot &initial = {}, const RequestHistory &requests = {})
    {
        settings.clock = [this] { return now; };
        settings.commit.retryFirst = 1ms;
        settings.commit.retryMost = 2ms;
        desk = std::make_unique<Desk>(settings, builtInRules(), store, archive, initial, requests);
        QObject::connect(desk.get(), &Desk::published, desk.get(), [this](const QList<Event> &events) {
            published += events;
            for (const Event &event : events)
                story.append(QStringLiteral("event %1").arg(event.seq));
        });
        QObject::connect(desk.get(), &Desk::presenceChanged, desk.get(), [this](const auto &changes) {
            for (const DevicePresence &change : changes)
                story.append(change.deviceId + QLatin1Char(' ') + toString(change.presence));
        });
        desk->start();
    }
    void ask(const Request &request, const QString &name = QStringLiteral("reply"))
    {
        desk->submit(request, [this, name](const Outcome &outcome) {
            outcomes.append(outcome);
            story.append(name + QLatin1Char(' ') + (outcome.ok ? QStringLiteral("ok") : outcome.code));
        });
    }
    void feed(const QString &device, const QString &channel, const Value &value)
    {
        desk->take({readingOf(device, channel, value, now)});
    }
    /// Everything that is posted has run; nothing more comes.
    void settle() const
    {
        for (int i = 0; i < 8; ++i)
            QCoreApplication::processEvents();
    }
    void pass(Duration span)
    {
        now += span;
        desk->tick();
        settle();
    }
    [[nodiscard]] DeskSnapshot snapshot() const
    {
        DeskSnapshot taken;
        desk->snapshot([&taken](const DeskSnapshot &snapshot) { taken = snapshot; });
        settle();
        return taken;
    }

    TimePoint now{std::chrono::seconds(1'700'000'000)};
    FakeStore store;
    FakeArchive archive;
    QList<Event> published;
    QList<Outcome> outcomes;
    QStringList story;
    std::unique_ptr<Desk> desk;
};

/// Carries orders to a rig that answers when the test says so.
class FakeOutlet : public DeviceOutlet
{
public:
    [[nodiscard]] bool carries(const QString &deviceId) const override
    {
        return there && deviceId == QLatin1String("rig");
    }
    void deliver(const Command &command) override { orders.append(command); }
    bool there = true;
    QList<Command> orders;
};

Request orderFor(const QString &device)
{
    IssueCommand order;
    order.deviceId = device;
    order.action = QStringLiteral("stop");
    return {{}, operatorOf(QStringLiteral("Ortiz")), order};
}

QStringList commandStates(const QList<Event> &events)
{
    QStringList states;
    for (const Event &event : events) {
        if (const auto *command = std::get_if<Command>(&event.body))
            states.append(toString(command->state));
    }
    return states;
}

bool gapFree(const QList<Event> &events, qint64 from = 1)
{
    for (const Event &event : events) {
        if (event.seq != from++)
            return false;
    }
    return true;
}

Request cancelBy(const QString &user)
{
    return {{}, userOf(user), CancelPanic{{}, user}};
}

Request withId(Request request, const QString &id)
{
    request.id = id;
    return request;
}

} // namespace

class TestDesk : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aLadderStepThatReachedNobodyIsFollowedByTheNext()
    {
        Bench bench;
        bench.ask(reportBy(QStringLiteral("van-1"), QStringLiteral("breakdown")));
        bench.settle();
        const auto escalation = [&bench] {
            const auto *change = std::get_if<AlertChange>(&bench.published.constLast().body);
            return change ? change->alert.escalation : -1;
        };
        const QString id = std::get<AlertChange>(bench.published.constLast().body).alert.id;
        bench.pass(60s);
        QCOMPARE(escalation(), 1);
        bench.desk->stepUnreached(id, 1);
        bench.settle();
        QCOMPARE(escalation(), 2);
        bench.desk->stepUnreached(id, 1); // told late
        bench.settle();
        QCOMPARE(escalation(), 2);
        bench.pass(420s);
        QCOMPARE(escalation(), 3);
        QVERIFY(gapFree(bench.published));
    }
    void anOrderIsInTheLogBeforeItLeaves()
    {
        FakeOutlet outlet;
        DeskSettings settings;
        settings.outlet = &outlet;
        Bench bench(settings);
        bench.feed(QStringLiteral("rig"), channel::Speed, 1.0);
        bench.settle();
        bench.ask(orderFor(QStringLiteral("rig")));
        bench.settle();
        QCOMPARE(commandStates(bench.published), (QStringList{QStringLiteral("queued"), QStringLiteral("sent")}));
        QCOMPARE(outlet.orders.size(), 1);
        QCOMPARE(outlet.orders.first().action, QStringLiteral("stop"));
        QCOMPARE(bench.outcomes.last().ref, outlet.orders.first().id);
        bench.ask({{},
                   {Actor::Kind::Device, QStringLiteral("rig"), {}, {}},
                   ReportCommand{outlet.orders.first().id, CommandState::Succeeded, "{}", {}}});
        bench.settle();
        QCOMPARE(commandStates(bench.published).last(), QStringLiteral("succeeded"));
        QCOMPARE(bench.snapshot().commands.size(), 1);

        bench.store.stall();
        bench.ask(orderFor(QStringLiteral("rig")));
        bench.pass(2s);
        QCOMPARE(outlet.orders.size(), 1); // queued, not durable
        bench.store.release();
        bench.store.stall();
        bench.pass(2s);
        QCOMPARE(outlet.orders.size(), 1); // sent, not durable
        bench.store.release();
        bench.settle();
        QCOMPARE(outlet.orders.size(), 2);
        QVERIFY(gapFree(bench.published));
    }

    void anOrderWaitsForItsDeviceAndIsUnknownAfterARestart()
    {
        FakeOutlet outlet;
        outlet.there = false;
        DeskSettings settings;
        settings.outlet = &outlet;
        DeskSnapshot left;
        {
            Bench bench(settings);
            bench.ask(orderFor(QStringLiteral("rig")));
            bench.settle();
            QCOMPARE(bench.outcomes.last().code, QStringLiteral("not_found"));
            bench.feed(QStringLiteral("rig"), channel::Speed, 1.0);
            bench.settle();
            bench.ask(orderFor(QStringLiteral("rig")));
            bench.pass(2s);
            QVERIFY(outlet.orders.isEmpty());
            outlet.there = true;
            bench.pass(1s);
            QCOMPARE(outlet.orders.size(), 1);
            left = bench.snapshot();
        }
        Bench again(settings, left);
        again.pass(1s);
        QCOMPARE(commandStates(again.published), QStringList{QStringLiteral("outcome_unknown")});
        again.pass(1h);
        QCOMPARE(outlet.orders.size(), 1);
        QVERIFY(again.snapshot().commands.first().state == CommandState::Unknown);
    }

    void receiptsAndAuditRecordsAreEventsToo()
    {
        Bench bench;
        const Actor ortiz = operatorOf(QStringLiteral("Ortiz"));
        SendChat urgent{QStringLiteral("user/dana"), QStringLiteral("Leave the building"), {}, true, false};
        urgent.urgent = true;
        bench.ask({{}, ortiz, urgent});
        bench.settle();
        const QString message = bench.outcomes.last().ref;
        QCOMPARE(std::get<ChatMessage>(bench.published.last().body).asked, QStringList{QStringLiteral("dana")});
        const MarkChat acknowledge{QStringLiteral("user/dana"), message, ChatReceipt::Kind::Acknowledged};
        bench.ask({{}, userOf(QStringLiteral("dana")), acknowledge});
        bench.ask({{}, userOf(QStringLiteral("eve")), acknowledge});
        bench.settle();
        QCOMPARE(bench.outcomes.at(1).ok, true);
        QCOMPARE(bench.outcomes.at(2).code, QStringLiteral("forbidden"));
        QCOMPARE(std::get<ChatReceipt>(bench.published.last().body).personId, QStringLiteral("dana"));
        QCOMPARE(bench.snapshot().receipts.size(), 1);
        bench.ask({{}, ortiz, NoteAudit{{QStringLiteral("login"), QStringLiteral("ortiz"), {}, true, {}}}});
        bench.ask({{}, ortiz, NoteAudit{}});
        bench.settle();
        QCOMPARE(std::get<AuditRecord>(bench.published.last().body).action, QStringLiteral("login"));
        QCOMPARE(bench.outcomes.last().code, QStringLiteral("invalid"));
    }

    void anIncidentHasAConversationOfItsOwn()
    {
        Bench bench;
        bench.ask(panicBy(QStringLiteral("dana")));
        bench.settle();
        const QString thread = chatThreadOfIncident(bench.outcomes.first().ref);
        bench.ask({{}, operatorOf(QStringLiteral("Ortiz")), SendChat{thread, QStringLiteral("a"), {}, true, false}});
        bench.ask({{}, userOf(QStringLiteral("dana")), SendChat{thread, QStringLiteral("b"), {}, false, false}});
        bench.ask({{}, userOf(QStringLiteral("eve")), SendChat{thread, QStringLiteral("c"), {}, false, false}});
        bench.ask({{},
                   userOf(QStringLiteral("dana")),
                   SendChat{chatThreadOfIncident(QStringLiteral("no")), QStringLiteral("d"), {}, false, false}});
        bench.settle();
        QVERIFY(bench.outcomes.at(1).ok && bench.outcomes.at(2).ok);
        QCOMPARE(bench.outcomes.at(3).code, QStringLiteral("forbidden"));
        QCOMPARE(bench.outcomes.at(4).code, QStringLiteral("not_found"));
    }

    void nothingIsSaidBeforeItIsDurable()
    {
        Bench bench;
        bench.store.stall();
        bench.ask(panicBy(QStringLiteral("dana")));
        bench.settle();
        QCOMPARE(bench.store.attempts(), 1);
        QVERIFY(bench.story.isEmpty());
        QVERIFY(bench.snapshot().alerts.isEmpty());
        bench.store.release();
        bench.settle();
        QCOMPARE(bench.story, (QStringList{QStringLiteral("event 1"), QStringLiteral("reply ok")}));
        QCOMPARE(bench.snapshot().alerts.size(), 1);
        QCOMPARE(bench.snapshot().seq, 1);
    }

    void theSameRequestIsDoneOnceAndAnsweredAlike()
    {
        Bench bench;
        const Request chat = withId(chatBy(QStringLiteral("dana"), QStringLiteral("hello")), QStringLiteral("r1"));
        bench.ask(chat);
        bench.ask(chat); // not durable yet
        bench.settle();
        bench.ask(chat);
        bench.settle();
        QCOMPARE(bench.outcomes.size(), 3);
        QVERIFY(bench.outcomes.first().ok && !bench.outcomes.first().dup);
        for (int again : {1, 2}) {
            Outcome outcome = bench.outcomes.at(again);
            QVERIFY(outcome.dup);
            outcome.dup = false;
            QCOMPARE(outcome, bench.outcomes.first());
        }
        QCOMPARE(bench.published.size(), 2); // the line and the desk's own
        QCOMPARE(bench.store.requests().size(), 1);
        QCOMPARE(bench.store.requests().first().seq, 2);
        QCOMPARE(bench.store.lookups(), 0);
    }

    void anotherBodyUnderTheSameIdIsAConflict()
    {
        Bench bench;
        bench.ask(withId(chatBy(QStringLiteral("dana"), QStringLiteral("hello")), QStringLiteral("r1")));
        bench.ask(withId(chatBy(QStringLiteral("dana"), QStringLiteral("other")), QStringLiteral("r1")));
        bench.settle();
        bench.ask(withId(cancelBy(QStringLiteral("dana")), QStringLiteral("r1")));
        bench.ask(withId(chatBy(QStringLiteral("erin"), QStringLiteral("other")), QStringLiteral("r1"))); // her own r1
        bench.settle();
        QCOMPARE(bench.outcomes.size(), 4);
        QVERIFY(bench.outcomes.at(0).ok && bench.outcomes.at(3).ok);
        for (int conflict : {1, 2}) {
            QCOMPARE(bench.outcomes.at(conflict).code, QStringLiteral("id_conflict"));
            QVERIFY(!bench.outcomes.at(conflict).dup);
        }
        QVERIFY(bench.snapshot().alerts.isEmpty());
        bench.ask(withId(panicBy(QStringLiteral("dana")), QStringLiteral("r1"))); // heard all the same
        bench.settle();
        QVERIFY(bench.outcomes.last().ok);
        QCOMPARE(bench.snapshot().alerts.size(), 1);
    }

    void aRefusalIsAnsweredAgainUnlessItWasTheServersFault()
    {
        DeskSettings settings;
        settings.uncommitted = 1;
        Bench bench(settings);
        const Request wrong{QStringLiteral("r1"), userOf(QStringLiteral("dana")), CancelPanic{QStringLiteral("x"), {}}};
        bench.ask(wrong);
        bench.settle();
        bench.ask(wrong);
        bench.settle();
        QCOMPARE(bench.outcomes.at(0).code, QStringLiteral("not_found"));
        QVERIFY(!bench.outcomes.at(0).dup);
        QVERIFY(bench.outcomes.at(1).code == QLatin1String("not_found") && bench.outcomes.at(1).dup);
        bench.store.stall();
        bench.ask(withId(chatBy(QStringLiteral("dana"), QStringLiteral("one")), QStringLiteral("r2")));
        bench.ask(withId(chatBy(QStringLiteral("dana"), QStringLiteral("two")), QStringLiteral("r3")));
        bench.settle();
        QCOMPARE(bench.outcomes.at(2).code, QStringLiteral("overloaded"));
        bench.store.release();
        bench.settle();
        bench.ask(withId(chatBy(QStringLiteral("dana"), QStringLiteral("two")), QStringLiteral("r3")));
        bench.settle();
        QVERIFY(bench.outcomes.last().ok && !bench.outcomes.last().dup);
    }

    void requestsWithoutAnIdAreNeverTheSame()
    {
        Bench bench;
        for (int i = 0; i < 2; ++i)
            bench.ask(chatBy(QStringLiteral("dana"), QStringLiteral("hello")));
        bench.ask(withId(chatBy(QStringLiteral("dana"), QStringLiteral("hello")), QString(200, QLatin1Char('x'))));
        bench.settle();
        QCOMPARE(bench.outcomes.size(), 3);
        QVERIFY(bench.store.requests().isEmpty());
    }

    void whatIsNotInMemoryIsAskedOfTheStoreInTheOrderOfTheSender()
    {
        DeskSettings settings;
        settings.remembered = 1;
        Bench bench(settings);
        const auto line = [](const char *id) {
            return withId(chatBy(QStringLiteral("dana"), QString::fromLatin1(id)), QString::fromLatin1(id));
        };
        bench.ask(line("r1"));
        bench.settle();
        bench.ask(line("r2"));
        bench.settle(); // r1 is out of memory now
        bench.outcomes.clear();
        bench.story.clear();
        bench.store.stallLookups();
        bench.ask(line("r1"), QStringLiteral("r1 again"));
        bench.ask(line("r3"), QStringLiteral("r3"));
        bench.ask(chatBy(QStringLiteral("dana"), QStringLiteral("no id")), QStringLiteral("no id"));
        bench.ask(line("r3"), QStringLiteral("r3 again"));
        bench.ask(chatBy(QStringLiteral("erin"), QStringLiteral("mine")), QStringLiteral("erin"));
        bench.settle();
        bench.story.removeIf([](const QString &entry) { return entry.startsWith(QLatin1String("event")); });
        QCOMPARE(bench.story, QStringList{QStringLiteral("erin ok")}); // others do not wait
        bench.store.releaseLookups();
        bench.settle();
        bench.story.removeIf([](const QString &entry) { return entry.startsWith(QLatin1String("event")); });
        QCOMPARE(bench.story,
                 (QStringList{QStringLiteral("erin ok"), QStringLiteral("r1 again ok"), QStringLiteral("r3 ok"),
                              QStringLiteral("no id ok"), QStringLiteral("r3 again ok")}));
        QVERIFY(bench.outcomes.at(1).dup && !bench.outcomes.at(2).dup && bench.outcomes.at(4).dup);
        QVERIFY(gapFree(bench.published));
    }

    void whenTheStoreCannotLookOnlyACallForHelpIsTaken()
    {
        RequestHistory incomplete;
        incomplete.complete = false;
        Bench bench({}, {}, incomplete);
        bench.store.failLookups(QStringLiteral("Too many queries wait for the store."));
        bench.ask(withId(chatBy(QStringLiteral("dana"), QStringLiteral("hello")), QStringLiteral("r1")));
        bench.ask(withId(panicBy(QStringLiteral("dana")), QStringLiteral("r2")));
        bench.settle();
        QCOMPARE(bench.outcomes.at(0).code, QStringLiteral("overloaded"));
        QVERIFY(bench.outcomes.at(1).ok);
    }

    void theNextShiftKnowsWhatThisOneAnswered()
    {
        Bench first;
        const Request chat = withId(chatBy(QStringLiteral("dana"), QStringLiteral("hello")), QStringLiteral("r1"));
        first.ask(chat);
        first.settle();
        Bench next({}, first.snapshot(), {first.store.requests(), true});
        next.ask(chat);
        next.settle();
        QVERIFY(next.outcomes.first().dup && next.outcomes.first().ref == first.outcomes.first().ref);
        QVERIFY(next.published.isEmpty());
        QCOMPARE(next.store.lookups(), 0);
    }

    void requestsThatWaitForALookUpAreRefusedAtTheEnd()
    {
        RequestHistory incomplete;
        incomplete.complete = false;
        Bench bench({}, {}, incomplete);
        bench.store.stallLookups();
        bench.ask(withId(chatBy(QStringLiteral("dana"), QStringLiteral("hello")), QStringLiteral("r1")));
        bench.settle();
        bench.desk->stop();
        bench.settle();
        QCOMPARE(bench.outcomes.size(), 1);
        QCOMPARE(bench.outcomes.first().code, QStringLiteral("overloaded"));
        bench.store.releaseLookups();
        bench.settle();
        QCOMPARE(bench.outcomes.size(), 1);
    }

    void eventsAreNumberedInEachOfTheirStreams()
    {
        DeskSnapshot initial;
        initial.epoch = QStringLiteral("e1");
        initial.heads = {{QStringLiteral("alerts"), 5}, {QStringLiteral("chat/user/dana"), 7}};
        Bench bench({}, initial);
        bench.store.failNext(1); // a batch that is tried again keeps its numbers
        bench.ask(panicBy(QStringLiteral("dana")));
        bench.ask(chatBy(QStringLiteral("dana"), QStringLiteral("hello")));
        QTRY_COMPARE(bench.outcomes.size(), 2);
        QHash<QString, qint64> heads = initial.heads;
        for (const Event &event : std::as_const(bench.published)) {
            QVERIFY(!event.streams.isEmpty());
            for (const StreamPosition &position : event.streams)
                QCOMPARE(position.seq, ++heads[position.stream]);
        }
        QCOMPARE(heads.value(QStringLiteral("user/dana")), 1);
        QCOMPARE(heads.value(QStringLiteral("chat/user/dana")), 9);
        QCOMPARE(bench.snapshot().heads, heads);
        QCOMPARE(bench.snapshot().epoch, QStringLiteral("e1"));
    }

    void anAnswerThatChangesNothingWaitsForWhatItTellsOf()
    {
        Bench bench;
        bench.store.stall();
        bench.ask(panicBy(QStringLiteral("dana"), QStringLiteral("c-1")), QStringLiteral("first"));
        bench.ask(panicBy(QStringLiteral("dana"), QStringLiteral("c-1")), QStringLiteral("again"));
        bench.settle();
        QVERIFY(bench.story.isEmpty());
        bench.store.release();
        bench.settle();
        QCOMPARE(bench.story,
                 (QStringList{QStringLiteral("event 1"), QStringLiteral("first ok"), QStringLiteral("again ok")}));
        QVERIFY(bench.outcomes.at(0).changed);
        QVERIFY(!bench.outcomes.at(1).changed);
        QCOMPARE(bench.outcomes.at(0).ref, bench.outcomes.at(1).ref);
    }

    void whatGathersWhileTheStoreIsBusyKeepsItsOrder_data()
    {
        QTest::addColumn<int>("underWay");
        QTest::newRow("one batch at a time") << 1;
        QTest::newRow("two") << 2;
        QTest::newRow("as usual") << CommitLimits().underWay;
    }
    void whatGathersWhileTheStoreIsBusyKeepsItsOrder()
    {
        QFETCH(int, underWay);
        DeskSettings settings;
        settings.commit.underWay = underWay;
        Bench bench(settings);
        bench.store.stall();
        for (int i = 0; i < 50; ++i) {
            bench.ask(panicBy(QStringLiteral("u%1").arg(i)), QString::number(i));
            bench.settle();
        }
        QCOMPARE(bench.store.attempts(), underWay);
        bench.store.release();
        bench.settle();
        QCOMPARE(bench.store.attempts(), underWay + 1); // all others in one
        QVERIFY(gapFree(bench.store.stored()));
        QVERIFY(gapFree(bench.published));
        QCOMPARE(bench.outcomes.size(), 50);
        const QStringList replies = bench.story.filter(QStringLiteral(" ok"));
        for (int i = 0; i < 50; ++i)
            QCOMPARE(replies.at(i), QStringLiteral("%1 ok").arg(i));
    }

    void whatIsBehindAFailedBatchIsSentAgainBehindIt()
    {
        Bench bench;
        bench.store.stall();
        for (int i = 0; i < 20; ++i) {
            // Every other one changes nothing and has only its answer stored.
            Request request = panicBy(QStringLiteral("u%1").arg(i / 2), QStringLiteral("p%1").arg(i / 2));
            request.id = QString::number(i);
            bench.ask(request, QString::number(i));
            bench.settle();
        }
        QVERIFY(bench.store.attempts() > 1);
        bench.store.failNext(1);
        bench.store.release();
        QTRY_COMPARE(bench.outcomes.size(), 20);
        QVERIFY(gapFree(bench.store.stored()) && gapFree(bench.published));
        QCOMPARE(bench.store.requests().size(), 20); // each once
        const QStringList replies = bench.story.filter(QStringLiteral(" ok"));
        for (int i = 0; i < 20; ++i)
            QCOMPARE(replies.at(i), QStringLiteral("%1 ok").arg(i));
    }

    void aFailingStoreDelaysButLosesNothing()
    {
        Bench bench;
        bench.store.failNext(3);
        bench.ask(panicBy(QStringLiteral("dana")));
        bench.settle();
        bench.ask(panicBy(QStringLiteral("amir")));
        bench.settle();
        QVERIFY(bench.outcomes.isEmpty() || bench.store.attempts() > 3);
        QTRY_COMPARE(bench.outcomes.size(), 2);
        QVERIFY(bench.outcomes.at(0).ok && bench.outcomes.at(1).ok);
        QTRY_COMPARE(bench.published.size(), 3); // and the desk's own alert about it
        QVERIFY(gapFree(bench.published));
        QVERIFY(gapFree(bench.store.stored()));
        const auto change = std::get<AlertChange>(bench.published.last().body);
        QCOMPARE(change.alert.code, QStringLiteral("STORAGE_FAILED"));
        QVERIFY(change.alert.message.contains(QStringLiteral("disk full")));
        QVERIFY(change.alert.level == AlertLevel::Critical);
        QVERIFY(!bench.desk->stats().storageFailing);
    }

    void beyondTheBoundRequestsAreRefusedAndPanicsAreNot()
    {
        DeskSettings settings;
        settings.uncommitted = 3;
        Bench bench(settings);
        bench.store.failNext(1'000'000);
        for (int i = 0; i < 3; ++i)
            bench.ask(panicBy(QStringLiteral("u%1").arg(i)), QStringLiteral("panic"));
        bench.settle();
        QTRY_VERIFY(bench.desk->stats().storageFailing);
        bench.ask(chatBy(QStringLiteral("dana"), QStringLiteral("hello")), QStringLiteral("chat"));
        bench.ask(panicBy(QStringLiteral("dana")), QStringLiteral("panic"));
        bench.settle();
        QCOMPARE(bench.story, QStringList{QStringLiteral("chat storage_failed")});
        QCOMPARE(bench.desk->stats().uncommitted, quint64{4});
        bench.store.failNext(0);
        QTRY_COMPARE(bench.story.filter(QStringLiteral("panic ok")).size(), 4);
        bench.ask(chatBy(QStringLiteral("dana"), QStringLiteral("hello")), QStringLiteral("chat"));
        QTRY_COMPARE(bench.story.filter(QStringLiteral("chat ok")).size(), 1);
    }

    void whenEvenTheReserveIsFullRulesPauseAndSaySo()
    {
        DeskSettings settings;
        settings.uncommitted = 2;
        settings.uncommittedMost = 4;
        Bench bench(settings);
        bench.feed(QStringLiteral("v"), channel::Speed, 1.0);
        bench.settle();
        bench.store.failNext(1'000'000);
        for (int i = 0; i < 4; ++i)
            bench.ask(panicBy(QStringLiteral("u%1").arg(i)), QStringLiteral("panic"));
        QTRY_VERIFY(bench.desk->stats().storageFailing);
        for (int i = 4; i < 6; ++i)
            bench.ask(panicBy(QStringLiteral("u%1").arg(i)), QStringLiteral("panic"));
        bench.settle();
        QCOMPARE(bench.story.filter(QStringLiteral("panic storage_failed")).size(), 2);
        bench.feed(QStringLiteral("v"), channel::EngineRpm, 5000.0);
        bench.feed(QStringLiteral("new"), channel::EngineRpm, 5000.0);
        bench.settle();
        QCOMPARE(bench.desk->stats().readingsUnjudged, quint64{2});
        QCOMPARE(bench.archive.count(), 3);
        bench.store.failNext(0);
        QTRY_COMPARE(bench.story.filter(QStringLiteral("panic ok")).size(), 4);
        bench.settle();
        QVERIFY(
            std::get<AlertChange>(bench.published.last().body).alert.message.contains(QStringLiteral("2 readings")));
        bench.feed(QStringLiteral("new"), channel::EngineRpm, 5000.0);
        bench.settle();
        QCOMPARE(std::get<AlertChange>(bench.published.last().body).alert.code, QStringLiteral("HIGH_RPM"));
        QVERIFY(gapFree(bench.published));
    }

    void aFullInboxRefusesAtOnceAndLeavesRoomForPanics()
    {
        DeskSettings settings;
        settings.requests = 4;
        Bench bench(settings);
        for (int i = 0; i < 6; ++i)
            bench.ask(chatBy(QStringLiteral("u%1").arg(i), QStringLiteral("hello")), QStringLiteral("chat"));
        QCOMPARE(bench.story, QStringList(3, QStringLiteral("chat overloaded")));
        // A quarter is kept for alerts; panics have a queue of their own.
        for (int i = 0; i < 2; ++i)
            bench.ask(reportBy(QStringLiteral("van-1"), QStringLiteral("a%1").arg(i)), QStringLiteral("alert"));
        for (int i = 0; i < 1000; ++i)
            bench.ask(panicBy(QStringLiteral("u%1").arg(i)), QStringLiteral("panic"));
        bench.settle();
        QCOMPARE(bench.story.filter(QStringLiteral("chat ok")).size(), 3);
        QCOMPARE(bench.story.filter(QStringLiteral("alert ok")).size(), 1);
        QCOMPARE(bench.story.filter(QStringLiteral("panic ok")).size(), 1000);
        QCOMPARE(bench.desk->stats().requestsRefused, quint64{4});
    }

    void whatWaitsIsCountedUntilItIsTakenUp()
    {
        DeskSettings settings;
        settings.requests = 4;
        settings.readings = 10;
        Bench bench(settings);
        const auto gauge = bench.desk->inward();
        QCOMPARE(gauge->items(), 0);
        for (int i = 0; i < 6; ++i)
            bench.ask(chatBy(QStringLiteral("u%1").arg(i), QStringLiteral("hello")), QStringLiteral("chat"));
        bench.ask(panicBy(QStringLiteral("dana")), QStringLiteral("panic"));
        QCOMPARE(gauge->items(), 4); // what was refused does not wait
        bench.feed(QStringLiteral("v"), channel::Crash, 1.0);
        bench.feed(QStringLiteral("v"), channel::Crash, QStringList{QString(1'000'000, QLatin1Char('x'))});
        QCOMPARE(gauge->items(), 6);
        QVERIFY(gauge->bytes() > 2'000'000);
        for (int i = 0; i < 50; ++i)
            bench.feed(QStringLiteral("w"), channel::EngineRpm, 800.0);
        QCOMPARE(gauge->items(), 4 + 10 + 2); // the oldest were dropped, but for the crashes
        QVERIFY(gauge->bytes() < 2'100'000);
        bench.settle();
        QCOMPARE(gauge->items(), 0);
        QCOMPARE(gauge->bytes(), 0);
    }

    void tooMuchTelemetryLosesTheOldestButNoCrash()
    {
        DeskSettings settings;
        settings.readings = 10;
        Bench bench(settings);
        bench.feed(QStringLiteral("v"), channel::Crash, 1.0);
        for (int i = 0; i < 30; ++i)
            bench.feed(QStringLiteral("v"), channel::Speed, double(i));
        bench.settle();
        QCOMPARE(bench.desk->stats().readingsDropped, quint64{20});
        QCOMPARE(bench.archive.count(), 11);
        const QList<Alert> alerts = bench.snapshot().alerts;
        QCOMPARE(alerts.size(), 1);
        QCOMPARE(alerts.first().code, QStringLiteral("CRASH_DETECTED"));
    }

    void anUnknownDeviceIsTakenUpAndItsPresenceFollowsItsRecord()
    {
        Bench bench;
        bench.store.stall();
        bench.feed(QStringLiteral("van-1"), channel::EngineRpm, 900.0);
        bench.settle();
        QVERIFY(bench.story.isEmpty());
        QVERIFY(bench.snapshot().presence.isEmpty());
        bench.store.release();
        bench.settle();
        QCOMPARE(bench.story, (QStringList{QStringLiteral("event 1"), QStringLiteral("van-1 online")}));
        const Device device = std::get<Device>(bench.published.first().body);
        QVERIFY(device.kind == DeviceKind::Vehicle);
        QCOMPARE(device.name, QStringLiteral("van-1"));
        QVERIFY(device.firstSeen == bench.now);
        bench.story.clear();
        bench.pass(89s);
        QVERIFY(bench.story.isEmpty());
        bench.pass(1s);
        QCOMPARE(bench.story, (QStringList{QStringLiteral("van-1 stale"), QStringLiteral("event 2")}));
        bench.pass(210s);
        QCOMPARE(bench.story.mid(2), (QStringList{QStringLiteral("van-1 offline"), QStringLiteral("event 3")}));
        bench.feed(QStringLiteral("van-1"), channel::EngineRpm, 900.0);
        bench.settle();
        QCOMPARE(bench.story.mid(4), (QStringList{QStringLiteral("van-1 online"), QStringLiteral("event 4")}));
    }

    void rulesRunOnWhatDevicesTell()
    {
        Bench bench;
        bench.feed(QStringLiteral("van-1"), channel::EngineRpm, 4180.0);
        bench.settle();
        QCOMPARE(bench.published.size(), 2); // the device, the alert
        const Event event = bench.published.last();
        QVERIFY(event.actor.kind == Actor::Kind::Device);
        const Alert alert = std::get<AlertChange>(event.body).alert;
        QCOMPARE(alert.message, QStringLiteral("4\u202f180 rpm, limit 4\u202f000"));
        bench.ask({QStringLiteral("r-9"), operatorOf(QStringLiteral("M. Ortiz")),
                   Acknowledge{alert.id, 1, AlertLevel::Warning, QStringLiteral("called")}});
        bench.settle();
        QCOMPARE(bench.published.last().requestId, QStringLiteral("r-9"));
        QCOMPARE(bench.published.last().actor.name, QStringLiteral("M. Ortiz"));
        QCOMPARE(std::get<AlertChange>(bench.published.last().body).alert.ackComment, QStringLiteral("called"));
        bench.feed(QStringLiteral("van-1"), channel::EngineRpm, 1000.0);
        bench.settle();
        bench.pass(10s);
        QVERIFY(std::get<AlertChange>(bench.published.last().body).to == AlertState::Normal);
        QVERIFY(gapFree(bench.published));
    }

    void theFirstLineOfAMobileUserIsAnsweredAtOnce()
    {
        Bench bench;
        bench.ask(chatBy(QStringLiteral("dana"), QStringLiteral("hello?")));
        bench.settle();
        QCOMPARE(bench.published.size(), 2);
        const auto automatic = std::get<ChatMessage>(bench.published.last().body);
        QVERIFY(automatic.automatic && automatic.fromDesk);
        QCOMPARE(automatic.text, QStringLiteral("Your message reached the desk. An operator will answer here."));
        QVERIFY(bench.published.last().actor.kind == Actor::Kind::System);
    }

    void restart_inTheMiddleOfTheOffDelay()
    {
        Bench before;
        before.feed(QStringLiteral("van-1"), channel::EngineRpm, 4180.0);
        before.settle();
        before.feed(QStringLiteral("van-1"), channel::EngineRpm, 1000.0);
        before.settle();
        const DeskSnapshot stored = before.snapshot();
        QVERIFY(stored.alerts.first().cond == AlertCondition::Clearing);

        Bench after({}, stored);
        after.settle();
        QVERIFY(after.published.isEmpty());
        after.pass(9s);
        QVERIFY(after.published.isEmpty());
        after.pass(1s);
        QCOMPARE(after.published.size(), 1);
        QCOMPARE(after.published.first().seq, stored.seq + 1);
        QVERIFY(std::get<AlertChange>(after.published.first().body).to == AlertState::ReturnedUnacknowledged);
        after.feed(QStringLiteral("van-1"), channel::EngineRpm, 1000.0);
        after.settle();
        QCOMPARE(after.published.size(), 1); // known: no second record
    }

    void restart_keepsConversationsAndTheirIds()
    {
        Bench before;
        before.ask(chatBy(QStringLiteral("dana"), QStringLiteral("hello"), QStringLiteral("m-1")));
        before.settle();
        Bench after({}, before.snapshot());
        after.ask(chatBy(QStringLiteral("dana"), QStringLiteral("hello"), QStringLiteral("m-1")));
        after.settle();
        QVERIFY(after.published.isEmpty());
        QCOMPARE(after.outcomes.first().ref, before.outcomes.first().ref);
        QVERIFY(!after.outcomes.first().changed);
    }

    void badRequestsNameTheField_data()
    {
        QTest::addColumn<Request>("request");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("field");
        const Actor ortiz = operatorOf(QStringLiteral("M. Ortiz"));
        ReportAlert report;
        report.alertId = QString(200, QLatin1Char('x'));
        QTest::newRow("id too long") << Request{{}, ortiz, report} << QStringLiteral("invalid")
                                     << QStringLiteral("id:");
        report.alertId.clear();
        report.message = QString(3000, QLatin1Char('x'));
        QTest::newRow("message too long")
            << Request{{}, ortiz, report} << QStringLiteral("invalid") << QStringLiteral("message:");
        QTest::newRow("empty chat") << chatBy(QStringLiteral("dana"), QStringLiteral(" \n"))
                                    << QStringLiteral("invalid") << QStringLiteral("text:");
        QTest::newRow("device without id")
            << Request{{}, ortiz, PutDevice{}} << QStringLiteral("invalid") << QStringLiteral("id:");
        QTest::newRow("no such alert") << Request{{}, ortiz, Acknowledge{QStringLiteral("zz"), 0, {}, {}}}
                                       << QStringLiteral("not_found") << QString();
    }
    void badRequestsNameTheField()
    {
        QFETCH(Request, request);
        QFETCH(QString, code);
        QFETCH(QString, field);
        Bench bench;
        bench.ask(request);
        bench.settle();
        QCOMPARE(bench.outcomes.size(), 1);
        QCOMPARE(bench.outcomes.first().code, code);
        QVERIFY(bench.outcomes.first().message.startsWith(field));
        QVERIFY(bench.published.isEmpty());
    }

    void aPanicIsNeverRefusedForItsForm()
    {
        Bench bench;
        RaisePanic panic;
        panic.message = QString(100'000, QLatin1Char('x'));
        panic.clientAlertId = QString(1000, QLatin1Char('x'));
        panic.position = Position{1e9, 0, {}, {}, {}, {}};
        bench.ask({{}, userOf(QStringLiteral("dana")), panic});
        bench.ask({{}, {}, panic});
        bench.settle();
        QVERIFY(bench.outcomes.at(0).ok && bench.outcomes.at(1).ok);
        const Alert alert = std::get<AlertChange>(bench.published.first().body).alert;
        QCOMPARE(alert.source, QStringLiteral("dana"));
        QVERIFY(!alert.position);
        QCOMPARE(alert.message.size(), 2000);
    }

    void stopFinishesWhatWasTaken()
    {
        Bench bench;
        QSignalSpy stopped(bench.desk.get(), &Desk::stopped);
        bench.store.stall();
        bench.ask(panicBy(QStringLiteral("dana")), QStringLiteral("panic"));
        bench.feed(QStringLiteral("van-1"), channel::EngineRpm, 4180.0);
        bench.desk->stop();
        bench.ask(panicBy(QStringLiteral("late")), QStringLiteral("late"));
        QCOMPARE(stopped.size(), 0);
        bench.store.release();
        bench.settle();
        QCOMPARE(stopped.size(), 1);
        QCOMPARE(bench.store.stored().size(), 3);
        QCOMPARE(bench.published.size(), 3);
        QVERIFY(bench.story.contains(QStringLiteral("panic ok")));
        QCOMPARE(bench.story.first(), QStringLiteral("late overloaded"));
    }

    void stopDoesNotWaitForeverForAStoreThatHangs()
    {
        DeskSettings settings;
        settings.stopGrace = 20ms;
        Bench bench(settings);
        QSignalSpy stopped(bench.desk.get(), &Desk::stopped);
        bench.store.stall();
        bench.ask(panicBy(QStringLiteral("dana")), QStringLiteral("panic"));
        bench.desk->stop();
        QTRY_COMPARE(stopped.size(), 1);
        QCOMPARE(bench.story, QStringList{QStringLiteral("panic storage_failed")});
        bench.store.release(); // too late: nothing is published
        bench.settle();
        QVERIFY(bench.published.isEmpty());
    }

    void stopWithNothingToDoIsImmediate()
    {
        Bench bench;
        QSignalSpy stopped(bench.desk.get(), &Desk::stopped);
        bench.desk->stop();
        bench.desk->stop();
        QCOMPARE(stopped.size(), 1);
    }

    void aDeskThatIsDeletedAnswersWhoStillWaits()
    {
        QStringList answers;
        FakeStore store;
        FakeArchive archive;
        {
            Desk desk({}, {}, store, archive, {});
            desk.submit(panicBy(QStringLiteral("dana")), [&answers](const Outcome &o) { answers.append(o.code); });
        }
        QCOMPARE(answers, QStringList{QStringLiteral("overloaded")});
        store.stall();
        {
            Desk desk({}, {}, store, archive, {});
            desk.start();
            desk.submit(panicBy(QStringLiteral("dana")), [&answers](const Outcome &o) { answers.append(o.code); });
            QTRY_COMPARE(store.attempts(), 1);
        }
        QCOMPARE(answers.last(), QStringLiteral("storage_failed"));
        store.release(); // its callback finds nobody
    }
};

QTEST_GUILESS_MAIN(TestDesk)
#include "test_desk.moc"
