// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/DeskFile.h"
#include "tests/store/LogCase.h"
#include "tests/support/Damages.h"
#include "tests/support/Outsider.h"

#include <QFile>
#include <QVariant>

using namespace tocsin;
using namespace tocsin::test;

class TestLogFile : public LogCase
{
    Q_OBJECT
private Q_SLOTS:
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
        QCOMPARE(damages(path()), QStringList());
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
};

QTEST_GUILESS_MAIN(TestLogFile)
#include "test_logfile.moc"
