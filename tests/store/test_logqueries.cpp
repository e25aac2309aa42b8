// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/Archive.h"
#include "server/store/TelemetryHistory.h"
#include "tests/store/LogCase.h"

#include <QSemaphore>

#include <atomic>
#include <limits>

using namespace tocsin;
using namespace tocsin::test;

namespace {
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
} // namespace

class TestLogQueries : public LogCase
{
    Q_OBJECT
private Q_SLOTS:
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

    void closedAlertsAreToldInPages()
    {
        LogStore store(options());
        TelemetryHistory history({});
        Archive archive(store, history);
        QCOMPARE(store.start(), QString());
        QList<Event> events;
        for (qint64 seq = 1; seq <= 9; ++seq)
            events.append(alertEvent(seq, QStringLiteral("a%1").arg(seq), seq % 3 == 0)); // three are open
        Answers answers;
        append(store, events, answers.take());
        settle(answers, 1);
        QStringList pages;
        QString before;
        for (int page = 0; page < 4; ++page) {
            AlertsQuery query;
            query.closedOnly = true;
            query.before = before;
            query.limit = 4;
            const auto result = answer<AlertsResult>([&](auto reply) { archive.alerts(query, reply); });
            QCOMPARE(result.error, QString());
            QStringList ids;
            for (const Alert &alert : result.alerts)
                ids.append(alert.id);
            pages.append(ids.join(QLatin1Char(' ')));
            before = ids.isEmpty() ? before : ids.last();
        }
        QCOMPARE(pages, (QStringList{QStringLiteral("a8 a7 a5 a4"), QStringLiteral("a2 a1"), QString(), QString()}));
    }

    void whatHappenedToOneAlertIsToldInPages()
    {
        LogStore store(options());
        TelemetryHistory history({});
        Archive archive(store, history);
        QCOMPARE(store.start(), QString());
        Numbering number;
        QList<Event> events;
        qint64 seq = 0;
        for (int revision = 1; revision <= 7; ++revision) {
            for (const char *id : {"mine", "other"}) {
                Event event = alertEvent(++seq, QString::fromLatin1(id));
                auto &change = std::get<AlertChange>(event.body);
                change.alert.revision = revision;
                change.comment = QStringLiteral("%1 %2").arg(QString::fromLatin1(id)).arg(revision);
                events.append(number(event));
            }
            events.append(number(chatEvent(++seq)));
            // Who was told of it, and of another one, and what else somebody did.
            for (const auto &[action, id] :
                 {std::pair("notify", "mine"), std::pair("notify", "other"), std::pair("export", "mine")}) {
                if (revision == 1 || revision == 4 || revision == 7) {
                    const AuditRecord record{QString::fromLatin1(action),
                                             QString::fromLatin1(id),
                                             QStringLiteral("told %1").arg(revision),
                                             true,
                                             {}};
                    ++seq;
                    events.append(number({seq, timeAt(seq), {}, {}, record}));
                }
            }
        }
        Answers answers;
        append(store, events, answers.take());
        settle(answers, 1);
        QStringList pages;
        AlertEventsQuery query{QStringLiteral("mine"), 0, 3};
        do {
            const auto result = answer<AlertEventsResult>([&](auto reply) { archive.alertEvents(query, reply); });
            QCOMPARE(result.error, QString());
            QStringList said;
            for (const Event &event : result.events) {
                const auto *record = std::get_if<AuditRecord>(&event.body);
                said.append(record ? record->detail : std::get<AlertChange>(event.body).comment);
            }
            pages.append(said.join(QStringLiteral(", ")));
            query.before = result.before;
        } while (query.before > 0 && pages.size() < 9);
        QCOMPARE(pages,
                 (QStringList{QStringLiteral("told 7, mine 7, mine 6, mine 5"),
                              QStringLiteral("told 4, mine 4, mine 3, mine 2"), QStringLiteral("told 1, mine 1")}));
        const auto unknown = answer<AlertEventsResult>(
            [&](auto reply) { archive.alertEvents({QStringLiteral("' OR 1=1 --"), 0, 10}, reply); });
        QCOMPARE(unknown.error, QString());
        QVERIFY(unknown.events.isEmpty() && unknown.before == 0);
    }

    void theLogOfAnAlertIsToldInPages()
    {
        LogStore store(options());
        TelemetryHistory history({});
        Archive archive(store, history);
        QCOMPARE(store.start(), QString());
        const auto call = [](qint64 seq, const char *id, const char *user, bool open = true) {
            Event event = alertEvent(seq, QString::fromLatin1(id), open);
            Alert &alert = std::get<AlertChange>(event.body).alert;
            alert.kind = AlertKind::Incident;
            alert.userId = alert.source = QString::fromLatin1(user);
            return event;
        };
        const auto notified = [](qint64 seq, const char *id, const char *action = "notify") {
            const AuditRecord record{
                QString::fromLatin1(action), QString::fromLatin1(id), QStringLiteral("by SMS"), true, {}};
            return Event{seq, timeAt(seq), {}, {}, record};
        };
        Numbering number;
        QList<Event> events;
        for (const Event &event :
             {chatEvent(1, QStringLiteral("user/ada")), call(2, "p1", "ada"), call(3, "p2", "bob"), notified(4, "p1"),
              notified(5, "p2"), notified(6, "p1", "login"), chatEvent(7, QStringLiteral("user/ada")),
              chatEvent(8, QStringLiteral("user/bob")), chatEvent(9, QStringLiteral("incident/p1")),
              call(10, "p1", "ada", false), chatEvent(11, QStringLiteral("user/ada")), call(12, "p3", "ada"),
              alertEvent(13, QStringLiteral("van")), deviceEvent(14, QStringLiteral("van-1"), QStringLiteral("V")),
              notified(15, "p1", "export")})
            events.append(number(event));
        Answers answers;
        append(store, events, answers.take());
        settle(answers, 1);
        const auto seqsOf = [&](const QString &id, qint64 after = 0, int limit = 1000) {
            const auto log = answer<AlertLogResult>([&](auto reply) { archive.alertLog({id, after, limit}, reply); });
            QList<qint64> seqs;
            for (const Event &event : log.events)
                seqs.append(event.seq);
            return log.error.isEmpty() ? seqs : QList<qint64>{-1};
        };
        // Its changes, what was said meanwhile, who was told, who exported it.
        QCOMPARE(seqsOf(QStringLiteral("p1")), (QList<qint64>{2, 4, 7, 9, 10, 15}));
        QCOMPARE(seqsOf(QStringLiteral("p2")), (QList<qint64>{3, 5, 8}));
        QCOMPARE(seqsOf(QStringLiteral("p3")), (QList<qint64>{12}));
        QCOMPARE(seqsOf(QStringLiteral("van")), (QList<qint64>{13}));
        QCOMPARE(seqsOf(QStringLiteral("p1"), 4, 2), (QList<qint64>{7, 9}));
        QCOMPARE(seqsOf(QStringLiteral("p1"), 15), QList<qint64>());
        QCOMPARE(seqsOf(QStringLiteral("' OR 1=1 --")), QList<qint64>());
        // Closed incidents in pages.
        AlertsQuery query;
        query.incidentsOnly = true;
        query.closedOnly = true;
        auto page = answer<AlertsResult>([&](auto reply) { archive.alerts(query, reply); });
        QCOMPARE(page.alerts.size(), 1);
        query.before = page.alerts.constFirst().id;
        page = answer<AlertsResult>([&](auto reply) { archive.alerts(query, reply); });
        QVERIFY(page.error.isEmpty() && page.alerts.isEmpty());
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
};

QTEST_GUILESS_MAIN(TestLogQueries)
#include "test_logqueries.moc"
