// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/DeskFile.h"
#include "tests/store/LogCase.h"
#include "tests/support/Damages.h"
#include "tests/support/Outsider.h"

#include <QThread>

#include <atomic>

#ifdef Q_OS_UNIX
#include <csignal>
#include <sys/resource.h>
#endif

using namespace tocsin;
using namespace tocsin::test;

class TestLogStore : public LogCase
{
    Q_OBJECT
private Q_SLOTS:
    void anEmptyStoreLoadsAnEmptyDesk()
    {
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        const auto loaded = store.load();
        QCOMPARE(loaded.error, QString());
        QCOMPARE(loaded.snapshot.seq, 0);
        QVERIFY(loaded.snapshot.alerts.isEmpty() && loaded.snapshot.devices.isEmpty());
        QCOMPARE(damages(path()), QStringList());
    }

    void whatWasStoredIsThereAfterARestart()
    {
        {
            QThread thread;
            LogStore store(options());
            store.moveToThread(&thread);
            thread.start();
            QString error;
            const auto onThread = [&store](auto call) {
                QMetaObject::invokeMethod(&store, call, Qt::BlockingQueuedConnection);
            };
            onThread([&] { error = store.start(); });
            QCOMPARE(error, QString());
            std::atomic<int> stored{0};
            bool rightThread = true;
            for (const QList<Event> &batch :
                 {QList<Event>{deviceEvent(1, QStringLiteral("van-1"), QStringLiteral("Van"))},
                  QList<Event>{alertEvent(2, QStringLiteral("a1")), chatEvent(3)},
                  QList<Event>{alertEvent(4, QStringLiteral("a2"), false)},
                  QList<Event>{deviceEvent(5, QStringLiteral("van-1"), QStringLiteral("Renamed"))}}) {
                append(store, batch, [&](const CommitResult &result) {
                    rightThread = rightThread && QThread::currentThread() == &thread;
                    stored += result.ok ? 1 : 0;
                });
            }
            QTRY_COMPARE(stored.load(), 4);
            QVERIFY(rightThread);
            onThread([&] { store.stop(); });
            thread.quit();
            thread.wait();
        }
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        const DeskSnapshot snapshot = store.load().snapshot;
        QCOMPARE(snapshot.seq, 5);
        QCOMPARE(snapshot.devices.size(), 1);
        QCOMPARE(snapshot.devices.first().name, QStringLiteral("Renamed"));
        QCOMPARE(snapshot.alerts.size(), 2);
        QCOMPARE(snapshot.alerts.first().id, QStringLiteral("a1")); // the open one first
        QCOMPARE(snapshot.messages.size(), 1);
        QVERIFY(snapshot.messages.first() == std::get<ChatMessage>(chatEvent(3).body));
        QCOMPARE(damages(path()), QStringList());
        Answers answers;
        append(store, {chatEvent(6)}, answers.take());
        settle(answers, 1);
        QCOMPARE(answers.stored(), 1);
    }

    void randomEventsAreTheSameInLogAndTables()
    {
        RandomEvents random(42);
        QList<Event> events;
        for (int seq = 1; seq <= 800; ++seq)
            events.append(random.next(seq));
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        Answers answers;
        for (int at = 0; at < 800; at += 40)
            append(store, events.mid(at, 40), answers.take());
        settle(answers, 20);
        QCOMPARE(answers.stored(), 20);
        QCOMPARE(damages(path()), QStringList());
        store.stop();

        DeskFile file;
        QCOMPARE(file.open(path()), QString());
        QString error;
        const QList<Event> back = file.eventsAfter(0, 10'000, &error);
        QCOMPARE(error, QString());
        QCOMPARE(back.size(), 800);
        for (int i = 0; i < 800; ++i)
            QVERIFY(sameEvent(back.at(i), events.at(i)));
        QCOMPARE(file.eventsAfter(795, 3, &error).size(), 3);
    }

    void batchesThatWaitShareATransaction_data()
    {
        QTest::addColumn<int>("batches");
        QTest::addColumn<int>("eventsEach");
        QTest::addColumn<int>("transactions");
        QTest::newRow("alone") << 1 << 1 << 1;
        QTest::newRow("two") << 2 << 1 << 1;
        QTest::newRow("just full") << 128 << 1 << 1;
        QTest::newRow("one more") << 129 << 1 << 2;
        QTest::newRow("larger than a transaction") << 1 << 300 << 1;
        QTest::newRow("pairs that do not fit") << 3 << 100 << 3;
    }
    void batchesThatWaitShareATransaction()
    {
        QFETCH(int, batches);
        QFETCH(int, eventsEach);
        QFETCH(int, transactions);
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        Answers answers;
        qint64 seq = 0;
        for (int i = 0; i < batches; ++i) {
            QList<Event> batch;
            for (int j = 0; j < eventsEach; ++j)
                batch.append(chatEvent(++seq));
            append(store, batch, answers.take());
        }
        QVERIFY(answers.list.isEmpty()); // never before COMMIT
        settle(answers, batches);
        QCOMPARE(answers.stored(), batches);
        QCOMPARE(store.transactions(), transactions);
        QCOMPARE(store.load().snapshot.seq, seq);
    }

    void aBatchOutOfOrderIsRefusedAloneAndOthersGoOn()
    {
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        QList<int> order;
        QList<bool> ok;
        const auto take = [&](int n) {
            return [&, n](const CommitResult &r) {
                order.append(n);
                ok.append(r.ok);
            };
        };
        append(store, {chatEvent(1)}, take(1));
        append(store, {chatEvent(3)}, take(2)); // a gap
        append(store, {chatEvent(1)}, take(3)); // again
        append(store, {chatEvent(2)}, take(4));
        append(store, {chatEvent(3), chatEvent(5)}, take(5)); // a gap inside: nothing of it is stored
        append(store, {chatEvent(3)}, take(6));
        append(store, {}, take(7)); // nothing to store: fine, in its turn
        QTRY_COMPARE(order.size(), 7);
        QCOMPARE(order, (QList<int>{1, 2, 3, 4, 5, 6, 7}));
        QCOMPARE(ok, (QList<bool>{true, false, false, true, false, true, true}));
        QCOMPARE(store.load().snapshot.seq, 3);
        QCOMPARE(damages(path()), QStringList());
    }

    void aBatchThatTheDatabaseRefusesTakesNothingWithIt()
    {
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        Answers answers;
        QCOMPARE(Outsider(path()).exec(QStringLiteral("CREATE TRIGGER poison BEFORE INSERT ON chat_messages"
                                                      " WHEN NEW.id = 'poison' BEGIN SELECT RAISE(ABORT, 'no'); END")),
                 QString());
        Event poison = chatEvent(2);
        std::get<ChatMessage>(poison.body).id = QStringLiteral("poison");
        append(store, {chatEvent(1)}, answers.take());
        append(store, {poison}, answers.take());
        append(store, {chatEvent(2)}, answers.take());
        settle(answers, 3);
        QVERIFY(answers.list.at(0).ok && !answers.list.at(1).ok && answers.list.at(2).ok);
        QVERIFY(answers.list.at(1).error.endsWith(QLatin1Char('.')));
        QCOMPARE(store.failures(), 1);
        QCOMPARE(store.load().snapshot.messages.size(), 2);
        QCOMPARE(Outsider(path()).exec(QStringLiteral("DROP TRIGGER poison")), QString());
        QCOMPARE(damages(path()), QStringList());
    }

    void theQueueIsBounded()
    {
        LogStore::Options few = options();
        few.maxWaiting = 3;
        LogStore store(few);
        QCOMPARE(store.start(), QString());
        Answers answers;
        append(store, {chatEvent(1), chatEvent(2)}, answers.take());
        append(store, {chatEvent(3)}, answers.take());
        QVERIFY(answers.list.isEmpty());
        append(store, {chatEvent(4)}, answers.take());
        QCOMPARE(answers.list.size(), 1); // refused at once
        QVERIFY(!answers.list.first().ok && answers.list.first().error.contains(QLatin1String("overloaded")));
        settle(answers, 3);
        QCOMPARE(answers.stored(), 2);
        append(store, {chatEvent(4), chatEvent(5), chatEvent(6), chatEvent(7)},
               answers.take()); // alone, though too large
        settle(answers, 4);
        QCOMPARE(answers.stored(), 3);
    }

    void whatWaitsAtTheEndIsStoredAndLaterCallsAreRefused()
    {
        LogStore store(options());
        Answers answers;
        append(store, {chatEvent(1)}, answers.take()); // not yet open
        QCOMPARE(answers.list.size(), 1);
        QVERIFY(!answers.list.first().ok);
        QCOMPARE(store.start(), QString());
        for (int seq = 1; seq <= 300; ++seq)
            append(store, {chatEvent(seq)}, answers.take());
        AlertsResult alerts;
        store.alerts({}, [&](const AlertsResult &r) { alerts = r; }); // on the reader's thread, which stop() ends
        store.stop();
        QCOMPARE(answers.stored(), 300);
        QCOMPARE(alerts.error, QString());
        append(store, {chatEvent(301)}, answers.take());
        QCOMPARE(answers.list.size(), 302);
        QVERIFY(answers.list.last().error.contains(QLatin1String("closed")));
        store.alerts({}, [&](const AlertsResult &r) { alerts = r; });
        QVERIFY(alerts.error.contains(QLatin1String("closed")));
        store.stop(); // twice: nothing
        QCOMPARE(store.start(), QString());
        QCOMPARE(store.load().snapshot.seq, 300);
    }

    void aPlaceInAStreamThatDoesNotFollowIsRefused()
    {
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        Answers answers;
        Event first = chatEvent(1);
        first.streams = {{QStringLiteral("chat/user/7"), 1}, {QStringLiteral("x"), 1}};
        Event gap = chatEvent(2);
        gap.streams = {{QStringLiteral("new"), 1}, {QStringLiteral("x"), 3}};
        Event again = chatEvent(2);
        again.streams = {{QStringLiteral("x"), 1}};
        Event right = chatEvent(2);
        right.streams = {{QStringLiteral("new"), 1}, {QStringLiteral("x"), 2}};
        for (const Event &event : {first, gap, again, right})
            append(store, {event}, answers.take());
        settle(answers, 4);
        QVERIFY(answers.list.at(0).ok && answers.list.at(3).ok);
        QVERIFY(!answers.list.at(1).ok && answers.list.at(1).error.contains(QLatin1String("\"x\"")));
        QVERIFY(!answers.list.at(2).ok);
        const auto heads = store.load().snapshot.heads;
        QCOMPARE(heads.value(QStringLiteral("x")), 2);
        QCOMPARE(heads.value(QStringLiteral("new")), 1);
    }

    void aRequestIsRememberedWithItsEventsOrNotAtAll()
    {
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        Answers answers;
        const TimePoint at = timeAt(1);
        store.append({{chatEvent(1)}, {requestOf(QStringLiteral("user/7"), QStringLiteral("r1"), at, 1)}},
                     answers.take());
        store.append({{chatEvent(7)}, {requestOf(QStringLiteral("user/7"), QStringLiteral("r2"), at, 7)}},
                     answers.take()); // a gap: refused
        store.append({{}, {requestOf(QStringLiteral("user/9"), QStringLiteral("r1"), at, 7)}},
                     answers.take()); // answered after an event that is not stored
        store.append({{}, {requestOf(QStringLiteral("user/8"), QStringLiteral("r1"), at, 1)}}, answers.take());
        settle(answers, 4);
        QVERIFY(answers.list.at(0).ok && !answers.list.at(1).ok && !answers.list.at(2).ok && answers.list.at(3).ok);
        const auto ask = [&](const char *sender, const char *id) {
            return answer<RememberedResult>(
                [&](auto reply) { store.remembered(QString::fromLatin1(sender), QString::fromLatin1(id), reply); });
        };
        const auto found = ask("user/7", "r1");
        QVERIFY(found.error.isEmpty() && found.request);
        QCOMPARE(found.request->outcome, Outcome::done(QStringLiteral("a1"), false));
        QCOMPARE(found.request->bodyHash, QByteArray(32, 'h'));
        QVERIFY(found.request->seq == 1 && found.request->at == at);
        QVERIFY(ask("user/8", "r1").request);
        QVERIFY(!ask("user/7", "r2").request && !ask("user/9", "r1").request);
        QVERIFY(!ask("", "").request);
        QCOMPARE(store.load().requests.newest.size(), 2);
        QVERIFY(store.load().requests.complete);
    }

    void requestsAreForgottenAfterADay()
    {
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        Answers answers;
        const QString sender = QStringLiteral("user/7");
        Batch old;
        for (int i = 0; i < 300; ++i)
            old.requests.append(requestOf(sender, QStringLiteral("old%1").arg(i), timeAt(0)));
        store.append(old, answers.take());
        store.append({{}, {requestOf(sender, QStringLiteral("young"), timeAt(3600))}}, answers.take());
        settle(answers, 2);
        QCOMPARE(store.load().requests.newest.size(), 301);
        for (int day = 1; day <= 2; ++day) // a part with each commit
            store.append({{}, {requestOf(sender, QStringLiteral("day%1").arg(day), timeAt(24 * 3600 + day))}},
                         answers.take());
        settle(answers, 4);
        store.append({{}, {requestOf(sender, QStringLiteral("day3"), timeAt(24 * 3600 + 3))}}, answers.take());
        settle(answers, 5);
        QStringList left;
        for (const RememberedRequest &request : store.load().requests.newest)
            left.append(request.id);
        QCOMPARE(left, (QStringList{QStringLiteral("young"), QStringLiteral("day1"), QStringLiteral("day2"),
                                    QStringLiteral("day3")}));
    }

    void aFullDiskIsReportedAndSurvived()
    {
#ifdef Q_OS_UNIX
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        Answers answers;
        append(store, {chatEvent(1)}, answers.take());
        settle(answers, 1);

        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        QCOMPARE(getrlimit(RLIMIT_FSIZE, &before), 0);
        rlimit none = before;
        none.rlim_cur = rlim_t(QFile(path() + QStringLiteral("-wal")).size()); // not a byte more
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &none), 0);
        Event large = chatEvent(2);
        std::get<ChatMessage>(large.body).text = QString(100'000, QLatin1Char('x'));
        append(store, {large}, answers.take());
        append(store, {chatEvent(3)}, answers.take()); // would follow only if the one before were stored
        QTRY_COMPARE(answers.list.size(), 3);
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &before), 0);
        QCOMPARE(answers.stored(), 1);
        QVERIFY(!answers.list.at(1).error.isEmpty());
        QCOMPARE(store.load().snapshot.seq, 1);

        append(store, {chatEvent(2)}, answers.take()); // there is room again
        settle(answers, 4);
        QVERIFY(answers.list.last().ok);
        store.stop();
        QCOMPARE(store.start(), QString());
        QCOMPARE(store.load().snapshot.seq, 2);
        QCOMPARE(damages(path()), QStringList());
#else
        QSKIP("needs RLIMIT_FSIZE");
#endif
    }

    void aFileHeldByAnotherProgramFailsTheBatchNotTheStore()
    {
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        Answers answers;
        {
            Outsider outsider(path());
            QCOMPARE(outsider.exec(QStringLiteral("PRAGMA locking_mode=NORMAL")), QString());
            QCOMPARE(outsider.exec(QStringLiteral("BEGIN IMMEDIATE")), QString());
            append(store, {chatEvent(1)}, answers.take());
            QTRY_COMPARE_WITH_TIMEOUT(answers.list.size(), 1, 30'000); // busy_timeout
            QVERIFY(!answers.list.first().ok);
            QCOMPARE(outsider.exec(QStringLiteral("ROLLBACK")), QString());
        }
        append(store, {chatEvent(1)}, answers.take());
        settle(answers, 2);
        QVERIFY(answers.list.last().ok);
    }
};

QTEST_GUILESS_MAIN(TestLogStore)
#include "test_logstore.moc"
