// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Streams.h"
#include "server/store/Archive.h"
#include "server/store/DeskFile.h"
#include "server/store/LogStore.h"
#include "server/store/TelemetryHistory.h"
#include "tests/support/Events.h"
#include "tests/support/Outsider.h"

#include <QFile>
#include <QSemaphore>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <QVariant>

#include <future>
#include <memory>

#ifdef Q_OS_UNIX
#include <csignal>
#include <sys/resource.h>
#endif

using namespace tocsin;
using namespace tocsin::test;
using namespace std::chrono_literals;

namespace {
/// Collects answers in the order in which they came.
struct Answers
{
    QList<CommitResult> list;
    Store::Done take()
    {
        return [this](const CommitResult &result) { list.append(result); };
    }
    [[nodiscard]] int stored() const
    {
        return int(std::count_if(list.cbegin(), list.cend(), [](const CommitResult &r) { return r.ok; }));
    }
};

void append(LogStore &store, const QList<Event> &events, Store::Done done)
{
    store.append({events, {}}, std::move(done));
}

/// Gives events their places in the streams, as the desk does.
class Numbering
{
public:
    Event operator()(Event event)
    {
        for (const QString &stream : streamsOf(event.body))
            event.streams.append({stream, ++m_heads[stream]});
        return event;
    }

private:
    QHash<QString, qint64> m_heads;
};

RememberedRequest requestOf(const QString &sender, const QString &id, TimePoint at, qint64 seq = 0)
{
    return {sender, id, QByteArray(32, 'h'), Outcome::done(QStringLiteral("a1"), false), seq, at};
}
} // namespace

/// Asks and waits for the answer, whichever thread brings it.
template<class Result, class Ask>
Result answer(Ask ask)
{
    const auto promise = std::make_shared<std::promise<Result>>();
    std::future<Result> result = promise->get_future();
    ask(std::function<void(const Result &)>([promise](const Result &r) { promise->set_value(r); }));
    if (result.wait_for(30s) == std::future_status::ready)
        return result.get();
    Result none;
    none.error = QStringLiteral("no answer");
    return none;
}

class TestLogStore : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_dir;
    [[nodiscard]] QString path() const { return m_dir->filePath(QStringLiteral("desk.db")); }
    [[nodiscard]] LogStore::Options options() const
    {
        LogStore::Options options;
        options.path = path();
        options.groupTime = 1h; // never by time: the tests count transactions
        return options;
    }
    static void settle(const Answers &answers, int count) { QTRY_COMPARE(answers.list.size(), count); }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
    }

    void theFileIsDurableAndPrivate()
    {
        DeskFile file;
        QCOMPARE(file.open(path()), QString());
        Database &db = file.database();
        QCOMPARE(db.value(QStringLiteral("PRAGMA synchronous")).toInt(), 2);
        QCOMPARE(db.value(QStringLiteral("PRAGMA journal_mode")).toString(), QStringLiteral("wal"));
        QCOMPARE(db.value(QStringLiteral("PRAGMA foreign_keys")).toInt(), 1);
        QCOMPARE(db.value(QStringLiteral("PRAGMA busy_timeout")).toInt(), 2000);
        QVERIFY(db.value(QStringLiteral("PRAGMA user_version")).toInt() >= 1);
#ifdef Q_OS_UNIX
        for (const QString &suffix : {QString(), QStringLiteral("-wal"), QStringLiteral("-shm")})
            QVERIFY(!(QFile::permissions(path() + suffix) & (QFile::ReadGroup | QFile::ReadOther)));
#endif
    }

    void anEmptyStoreLoadsAnEmptyDesk()
    {
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        const auto loaded = store.load();
        QCOMPARE(loaded.error, QString());
        QCOMPARE(loaded.snapshot.seq, 0);
        QVERIFY(loaded.snapshot.alerts.isEmpty() && loaded.snapshot.devices.isEmpty());
        QVERIFY(store.checkProjections().isEmpty());
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
        QVERIFY(store.checkProjections().isEmpty());
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
        QCOMPARE(store.checkProjections(), QStringList());
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

    void aTableThatWasTamperedWithIsFound_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::newRow("changed") << QStringLiteral("UPDATE alerts SET body = replace(body, 'van-1', 'van-2')");
        QTest::newRow("removed") << QStringLiteral("DELETE FROM devices");
        QTest::newRow("added") << QStringLiteral("INSERT INTO chat_messages SELECT 1, 'new', thread, at,"
                                                 " replace(body, 'm3', 'new') FROM chat_messages");
    }
    void aTableThatWasTamperedWithIsFound()
    {
        QFETCH(QString, sql);
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        Answers answers;
        append(store, {deviceEvent(1, QStringLiteral("d"), {}), alertEvent(2, QStringLiteral("a")), chatEvent(3)},
               answers.take());
        settle(answers, 1);
        QVERIFY(store.checkProjections().isEmpty());
        QCOMPARE(Outsider(path()).exec(sql), QString());
        QCOMPARE(store.checkProjections().size(), 1);
    }

    void theLogCannotBeRewritten_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("why");
        const QString append = QStringLiteral("append-only");
        const QString gaps = QStringLiteral("gaps");
        const QString row = QStringLiteral("INTO events SELECT %1, at, stream, kind, actor_kind, actor_id, actor_name,"
                                           " actor_session, request_id, body, streams, hash FROM events WHERE seq = 1");
        QTest::newRow("update") << QStringLiteral("UPDATE events SET body = '{}' WHERE seq = 1") << append;
        QTest::newRow("update nothing new") << QStringLiteral("UPDATE events SET at = at") << append;
        QTest::newRow("delete last") << QStringLiteral("DELETE FROM events WHERE seq = 2") << append;
        QTest::newRow("delete all") << QStringLiteral("DELETE FROM events") << append;
        QTest::newRow("replace") << QStringLiteral("INSERT OR REPLACE ") + row.arg(1) << gaps;
        QTest::newRow("gap") << QStringLiteral("INSERT ") + row.arg(4) << gaps;
        QTest::newRow("zero") << QStringLiteral("INSERT ") + row.arg(0) << gaps;
    }
    void theLogCannotBeRewritten()
    {
        QFETCH(QString, sql);
        QFETCH(QString, why);
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        Answers answers;
        append(store, {chatEvent(1), chatEvent(2)}, answers.take());
        settle(answers, 1);
        const QString error = Outsider(path()).exec(sql);
        QVERIFY2(error.contains(why), qPrintable(error));
        QVERIFY(store.checkProjections().isEmpty());
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
        QVERIFY(store.checkProjections().isEmpty());
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
        QVERIFY(store.checkProjections().isEmpty());
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

    void theSnapshotHasAllOpenAlertsAndTheNewestOfTheRest()
    {
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        Answers answers;
        QList<Event> events;
        qint64 seq = 0;
        for (int i = 0; i < 600; ++i) {
            ++seq;
            events.append(alertEvent(seq, QStringLiteral("closed%1").arg(i), false));
        }
        for (int i = 0; i < 550; ++i) {
            ++seq;
            events.append(alertEvent(seq, QStringLiteral("open%1").arg(i)));
        }
        for (int i = 0; i < 450; ++i) {
            ++seq;
            events.append(chatEvent(seq, i % 3 == 0 ? QStringLiteral("user/1") : QStringLiteral("user/2")));
        }
        append(store, events, answers.take());
        settle(answers, 1);
        const DeskSnapshot snapshot = store.load().snapshot;
        QCOMPARE(snapshot.alerts.size(), 550 + 500);
        QCOMPARE(snapshot.alerts.first().id, QStringLiteral("open549"));
        QCOMPARE(snapshot.alerts.at(550).id, QStringLiteral("closed599"));
        QCOMPARE(snapshot.alerts.last().id, QStringLiteral("closed100"));
        QCOMPARE(snapshot.messages.size(), 150 + 200);
        QVERIFY(std::is_sorted(snapshot.messages.cbegin(), snapshot.messages.cend(),
                               [](const ChatMessage &a, const ChatMessage &b) { return a.at < b.at; }));
        QCOMPARE(snapshot.messages.last().id, QStringLiteral("m%1").arg(seq));
    }

    void alertsAreFoundBySourceAndState_data()
    {
        QTest::addColumn<QString>("source");
        QTest::addColumn<bool>("openOnly");
        QTest::addColumn<int>("limit");
        QTest::addColumn<QStringList>("expected");
        const auto ids = [](const char *list) { return QString::fromLatin1(list).split(QLatin1Char(' ')); };
        QTest::newRow("all") << QString() << false << 100 << ids("a4 a3 a2 a1");
        QTest::newRow("open") << QString() << true << 100 << ids("a3 a1");
        QTest::newRow("limited") << QString() << false << 2 << ids("a4 a3");
        QTest::newRow("none wanted") << QString() << false << 0 << QStringList();
        QTest::newRow("negative") << QString() << false << -5 << QStringList();
        QTest::newRow("of a device") << QStringLiteral("van-1") << false << 100 << ids("a2 a1");
        QTest::newRow("of a device, open") << QStringLiteral("van-1") << true << 100 << ids("a1");
        QTest::newRow("of a person") << QStringLiteral("ada") << false << 100 << ids("a4");
        QTest::newRow("unknown") << QStringLiteral("' OR 1=1 --") << false << 100 << QStringList();
    }
    void alertsAreFoundBySourceAndState()
    {
        QFETCH(QString, source);
        QFETCH(bool, openOnly);
        QFETCH(int, limit);
        QFETCH(QStringList, expected);
        LogStore store(options());
        TelemetryHistory history({});
        Archive archive(store, history);
        QCOMPARE(store.start(), QString());
        Event a3 = alertEvent(3, QStringLiteral("a3"));
        std::get<AlertChange>(a3.body).alert.source = QStringLiteral("van-2");
        Event a4 = alertEvent(4, QStringLiteral("a4"), false);
        std::get<AlertChange>(a4.body).alert.source = QStringLiteral("phone");
        std::get<AlertChange>(a4.body).alert.userId = QStringLiteral("ada");
        Answers answers;
        append(store, {alertEvent(1, QStringLiteral("a1")), alertEvent(2, QStringLiteral("a2"), false), a3, a4},
               answers.take());
        settle(answers, 1);
        const auto result = answer<AlertsResult>([&](auto reply) { archive.alerts({source, openOnly, limit}, reply); });
        QCOMPARE(result.error, QString());
        QStringList found;
        for (const Alert &alert : result.alerts)
            found.append(alert.id);
        QCOMPARE(found, expected);
    }

    void streamsAreToldInPagesWithTheirOwnNumbers()
    {
        LogStore store(options());
        TelemetryHistory history({});
        Archive archive(store, history);
        QCOMPARE(store.start(), QString());
        Numbering number;
        QList<Event> events;
        for (qint64 seq = 1; seq <= 30; ++seq) {
            events.append(number(seq % 3 == 0   ? alertEvent(seq, QStringLiteral("a%1").arg(seq))
                                 : seq % 3 == 1 ? chatEvent(seq, QStringLiteral("user/%1").arg(seq % 2))
                                                : deviceEvent(seq, QStringLiteral("van-1"), QStringLiteral("V"))));
        }
        Answers answers;
        append(store, events.mid(0, 20), answers.take());
        append(store, events.mid(20), answers.take());
        settle(answers, 2);
        QCOMPARE(answers.stored(), 2);
        const DeskSnapshot snapshot = store.load().snapshot;
        QCOMPARE(snapshot.epoch.size(), 16);
        for (auto it = snapshot.heads.cbegin(); it != snapshot.heads.cend(); ++it) {
            QList<Event> told;
            for (qint64 after = 0; after < it.value();) {
                const auto page =
                    answer<EventsResult>([&](auto reply) { archive.events({it.key(), after, 7}, reply); });
                QCOMPARE(page.error, QString());
                QCOMPARE(page.epoch, snapshot.epoch);
                QCOMPARE(page.head, it.value());
                QVERIFY(!page.events.isEmpty() && page.events.size() <= 7);
                told += page.events;
                after += page.events.size();
            }
            QCOMPARE(told.size(), it.value());
            for (qsizetype i = 0; i < told.size(); ++i) {
                QVERIFY(told.at(i).streams.contains(StreamPosition{it.key(), i + 1}));
                const Event &stored = events.at(told.at(i).seq - 1);
                QVERIFY(sameEvent(told.at(i), stored) && told.at(i).streams == stored.streams);
            }
        }
        QCOMPARE(snapshot.heads.value(alertsStream()), 10);
        QCOMPARE(snapshot.heads.value(deviceStream(QStringLiteral("van-1"))), 20); // its record and its alerts
        QVERIFY(!snapshot.heads.contains(deskStream()));
        const auto log = answer<EventsResult>([&](auto reply) { archive.events({deskStream(), 28, 100}, reply); });
        QCOMPARE(log.head, 30);
        QCOMPARE(log.events.size(), 2);
        QCOMPARE(log.events.first().seq, 29);
    }

    void aPageIsWithinItsBounds_data()
    {
        QTest::addColumn<QString>("stream");
        QTest::addColumn<qint64>("after");
        QTest::addColumn<int>("limit");
        QTest::addColumn<qint64>("head");
        QTest::addColumn<int>("count");
        QTest::newRow("unknown stream") << QStringLiteral("user/' OR 1=1 --") << 0LL << 10 << 0LL << 0;
        QTest::newRow("nothing wanted") << deskStream() << 0LL << 0 << 1200LL << 0;
        QTest::newRow("negative") << deskStream() << -5LL << -5 << 1200LL << 0;
        QTest::newRow("negative cursor") << deskStream() << -5LL << 3 << 1200LL << 3;
        QTest::newRow("too many wanted") << deskStream() << 0LL << 5000 << 1200LL << 1000;
        QTest::newRow("at the end") << deskStream() << 1200LL << 10 << 1200LL << 0;
        QTest::newRow("beyond the end") << deskStream() << std::numeric_limits<qint64>::max() << 10 << 1200LL << 0;
        QTest::newRow("a thread") << QStringLiteral("chat/user/7") << 1199LL << 10 << 1200LL << 1;
    }
    void aPageIsWithinItsBounds()
    {
        QFETCH(QString, stream);
        QFETCH(qint64, after);
        QFETCH(int, limit);
        QFETCH(qint64, head);
        QFETCH(int, count);
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        Numbering number;
        QList<Event> events;
        for (qint64 seq = 1; seq <= 1200; ++seq)
            events.append(number(chatEvent(seq)));
        Answers answers;
        append(store, events, answers.take());
        settle(answers, 1);
        const auto page = answer<EventsResult>([&](auto reply) { store.events({stream, after, limit}, reply); });
        QCOMPARE(page.error, QString());
        QCOMPARE(page.head, head);
        QCOMPARE(page.events.size(), count);
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

    void aLogOfTheFirstVersionIsNumberedAndChained()
    {
        // As version 1 left it: without streams, hashes, receipts, commands and audit.
        {
            LogStore store(options());
            QCOMPARE(store.start(), QString());
            Answers answers;
            append(store,
                   {alertEvent(1, QStringLiteral("a1")), chatEvent(2), alertEvent(3, QStringLiteral("a2")),
                    deviceEvent(4, QStringLiteral("d"), {})},
                   answers.take());
            settle(answers, 1);
            store.stop();
            Outsider outsider(path());
            for (const char *sql :
                 {"DROP TRIGGER events_no_update", "ALTER TABLE events DROP COLUMN streams",
                  "ALTER TABLE events DROP COLUMN hash", "DROP TABLE meta", "DROP TABLE streams",
                  "DROP TABLE stream_events", "DROP TABLE requests", "DROP TABLE head", "DROP TABLE chat_receipts",
                  "DROP TABLE commands", "DROP TABLE audit", "DROP INDEX chat_id", "DROP TABLE chat_attachments",
                  "DROP TABLE retention",
                  "CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'no'); END",
                  "PRAGMA user_version=1"})
                QCOMPARE(outsider.exec(QString::fromLatin1(sql)), QString());
        }
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        const DeskSnapshot snapshot = store.load().snapshot;
        QCOMPARE(snapshot.seq, 4);
        QCOMPARE(snapshot.epoch.size(), 16);
        QCOMPARE(snapshot.heads.value(alertsStream()), 2);
        QCOMPARE(snapshot.heads.value(QStringLiteral("chat/user/7")), 1);
        QCOMPARE(snapshot.heads.value(QStringLiteral("device/van-1")), 2);
        const auto page = answer<EventsResult>([&](auto reply) { store.events({alertsStream(), 1, 10}, reply); });
        QCOMPARE(page.events.size(), 1);
        QCOMPARE(page.events.first().seq, 3);
        QVERIFY(page.events.first().streams.contains(StreamPosition{alertsStream(), 2}));
        QVERIFY(Outsider(path()).exec(QStringLiteral("UPDATE events SET at=0")).contains(QLatin1String("append-only")));
        Answers answers;
        Event next = chatEvent(5);
        next.streams = {{QStringLiteral("chat/user/7"), 2}};
        append(store, {next}, answers.take());
        settle(answers, 1);
        QVERIFY(answers.list.first().ok);
    }

    void theEpochStaysWithTheFile()
    {
        QString epoch;
        for (int start = 0; start < 3; ++start) {
            LogStore store(options());
            QCOMPARE(store.start(), QString());
            const QString now = store.load().snapshot.epoch;
            QVERIFY(!now.isEmpty() && (epoch.isEmpty() || now == epoch));
            epoch = now;
        }
        QVERIFY(QFile::remove(path()));
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        QVERIFY(store.load().snapshot.epoch != epoch);
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
        store.append({{}, {requestOf(QStringLiteral("user/8"), QStringLiteral("r1"), at, 1)}}, answers.take());
        settle(answers, 3);
        QVERIFY(answers.list.at(0).ok && !answers.list.at(1).ok && answers.list.at(2).ok);
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
        QVERIFY(!ask("user/7", "r2").request);
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

    void aLogThatDoesNotEndAtItsHeadIsRefused()
    {
        {
            LogStore store(options());
            QCOMPARE(store.start(), QString());
            Answers answers;
            append(store, {chatEvent(1), chatEvent(2)}, answers.take());
            settle(answers, 1);
            store.stop();
        }
        Outsider outsider(path());
        QCOMPARE(outsider.exec(QStringLiteral("DROP TRIGGER events_no_delete")), QString());
        QCOMPARE(outsider.exec(QStringLiteral("DELETE FROM events WHERE seq=2")), QString());
        LogStore store(options());
        QVERIFY(store.start().contains(QLatin1String("does not end where its head says")));
    }

    void tooManyQueriesAreRefused()
    {
        LogStore::Options few = options();
        few.maxQueries = 2;
        LogStore store(few);
        QCOMPARE(store.start(), QString());
        // The first one holds the reader's thread until the others have been asked.
        QSemaphore asked;
        std::atomic<int> answered{0};
        std::atomic<int> refused{0};
        store.events({}, [&](const EventsResult &) { asked.acquire(); });
        QTRY_COMPARE(store.waitingQueries(), 0);
        for (int i = 0; i < 5; ++i)
            store.alerts({}, [&](const AlertsResult &r) { ++(r.error.isEmpty() ? answered : refused); });
        QCOMPARE(refused.load(), 3);
        asked.release();
        QTRY_COMPARE(answered.load(), 2);
    }

    void aFileOfALaterVersionIsRefusedAndLeftAlone()
    {
        {
            DeskFile file;
            QCOMPARE(file.open(path()), QString());
            QVERIFY(file.database().exec(QStringLiteral("PRAGMA user_version=99")));
        }
        LogStore store(options());
        const QString error = store.start();
        QVERIFY2(error.contains(path()) && error.contains(QLatin1String("99")) &&
                     error.contains(QLatin1String("newer")),
                 qPrintable(error));
        Outsider outsider(path());
        QCOMPARE(outsider.exec(QStringLiteral("SELECT seq FROM events")), QString());
    }

    void aDamagedFileIsRefusedByNameAndLeftAlone_data()
    {
        QTest::addColumn<int>("damageAt");
        QTest::newRow("header") << 0;
        QTest::newRow("a page inside") << 3 * 4096;
    }
    void aDamagedFileIsRefusedByNameAndLeftAlone()
    {
        QFETCH(int, damageAt);
        {
            LogStore store(options());
            QCOMPARE(store.start(), QString());
            Answers answers;
            QList<Event> events;
            for (int seq = 1; seq <= 200; ++seq)
                events.append(chatEvent(seq));
            append(store, events, answers.take());
            settle(answers, 1);
            store.stop();
        }
        QFile file(path());
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(damageAt));
        file.write(QByteArray(2000, '\x5a'));
        file.close();
        const qint64 size = file.size();
        LogStore store(options());
        const QString error = store.start();
        QVERIFY2(error.contains(path()) && error.contains(QLatin1String("damaged")), qPrintable(error));
        QCOMPARE(QFile(path()).size(), size);
        Answers answers;
        append(store, {chatEvent(1)}, answers.take());
        QCOMPARE(answers.stored(), 0);
    }

    void aPathThatIsNoFileIsRefused_data()
    {
        QTest::addColumn<QString>("path");
        QTest::newRow("no such directory") << QStringLiteral("missing/desk.db");
        QTest::newRow("a directory") << QStringLiteral(".");
    }
    void aPathThatIsNoFileIsRefused()
    {
        QFETCH(QString, path);
        LogStore::Options wrong = options();
        wrong.path = m_dir->filePath(path);
        LogStore store(wrong);
        QVERIFY(store.start().contains(wrong.path));
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
        QVERIFY(store.checkProjections().isEmpty());
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
