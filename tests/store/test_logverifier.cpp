// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Streams.h"
#include "server/store/DataDirectory.h"
#include "server/store/HeadCopies.h"
#include "server/store/LogStore.h"
#include "server/store/LogVerifier.h"
#include "tests/support/Events.h"
#include "tests/support/Outsider.h"

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

using namespace tocsin;
using namespace tocsin::test;
using namespace std::chrono_literals;

namespace {
const QByteArray seed(HeadKey::seedBytes, 's');

/// A log with events of every kind and remembered requests, as a server leaves it.
class Fixture
{
public:
    explicit Fixture(int events)
    {
        LogStore store(options());
        error = store.start();
        RandomEvents random(7);
        Batch batch;
        for (qint64 seq = 1; seq <= events; ++seq) {
            Event event = random.next(seq);
            event.at = timeAt(seq); // a random one could be so late that the requests count as old
            for (const QString &stream : streamsOf(event.body))
                event.streams.append({stream, ++m_heads[stream]});
            batch.events.append(event);
            if (seq % 4 == 0)
                batch.requests.append({QStringLiteral("user/%1").arg(seq % 3), QStringLiteral("r%1").arg(seq),
                                       QByteArray(32, char(seq)), Outcome::done(QStringLiteral("x")), seq,
                                       timeAt(seq)});
        }
        store.append(batch, [this](const CommitResult &result) { error += result.error; });
        store.stop();
    }
    [[nodiscard]] LogStore::Options options() const
    {
        LogStore::Options options;
        options.path = path();
        options.headKey = HeadKey(seed);
        options.headCopies = copies();
        return options;
    }
    [[nodiscard]] QString path() const { return m_dir.filePath(QStringLiteral("desk.db")); }
    [[nodiscard]] QString copies() const { return m_dir.filePath(QStringLiteral("heads")); }
    [[nodiscard]] std::optional<SignedHead> copied() const
    {
        QFile file(HeadCopies(copies()).latest());
        return file.open(QIODevice::ReadOnly) ? SignedHead::fromText(file.readAll()) : std::nullopt;
    }
    [[nodiscard]] VerifyReport verify(bool withCopy = false) const
    {
        LogVerifier::Options options;
        options.path = path();
        options.publicKey = HeadKey(seed).publicKey();
        if (withCopy)
            options.copied = copied();
        return LogVerifier::verify(options);
    }

    QString error;

private:
    QTemporaryDir m_dir;
    QHash<QString, qint64> m_heads;
};

QString found(const VerifyReport &report)
{
    QStringList lines{report.error};
    for (const Damage &damage : report.found)
        lines.append(damage.text());
    return lines.join(QLatin1Char('\n')).trimmed();
}

/// Does one random thing to one random table, behind the guards of the file. Answers what, or nothing when it changed nothing.
class Vandal
{
public:
    Vandal(const QString &path, quint32 dice) : m_file(path), m_random(dice) {}

    QString strike()
    {
        const QStringList guards =
            m_file.list(QStringLiteral("SELECT sql FROM sqlite_master WHERE type='trigger' ORDER BY name"));
        for (const QString &name : m_file.list(QStringLiteral("SELECT name FROM sqlite_master WHERE type='trigger'")))
            m_file.exec(QStringLiteral("DROP TRIGGER ") + name);
        const QStringList before = contents();
        QString deed;
        for (int attempt = 0; attempt < 50 && deed.isEmpty(); ++attempt)
            deed = tryOne();
        const bool changed = contents() != before;
        for (const QString &sql : guards)
            m_file.exec(sql);
        return changed ? deed : QString();
    }

private:
    QString tryOne()
    {
        const QStringList tables = m_file.list(
            QStringLiteral("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"));
        const QString table = pick(tables);
        const QStringList columns = m_file.list(QStringLiteral("SELECT name FROM pragma_table_info('%1')").arg(table));
        const QStringList rows = conditions(table, columns);
        if (rows.isEmpty())
            return {};
        const QString column = pick(columns);
        switch (m_random.bounded(4)) {
        case 0: {
            const QString changed =
                pick({QStringLiteral("%1 || 'x'"), QStringLiteral("%1 + 1"), QStringLiteral("substr(%1, 2)"),
                      QStringLiteral("x'00'"), QStringLiteral("%1 || ' '")});
            return doIt(QStringLiteral("UPDATE %1 SET %2 = %3 WHERE %4")
                            .arg(table, column, changed.contains(QLatin1Char('%')) ? changed.arg(column) : changed,
                                 pick(rows)));
        }
        case 1:
            return doIt(QStringLiteral("DELETE FROM %1 WHERE %2").arg(table, pick(rows)));
        case 2: {
            const QString other = QStringLiteral("(SELECT %1 FROM %2 WHERE %3)").arg(column, table, pick(rows));
            return doIt(QStringLiteral("UPDATE %1 SET %2 = %3 WHERE %4").arg(table, column, other, pick(rows)));
        }
        default:
            return doIt(QStringLiteral("DELETE FROM %1 WHERE %2")
                            .arg(table, rows.mid(m_random.bounded(int(rows.size()))).join(QLatin1String(" OR "))));
        }
    }
    QString doIt(const QString &sql) { return m_file.exec(sql).isEmpty() && m_file.changes() > 0 ? sql : QString(); }
    /// One for each row, in the order of the table: what is true of it alone.
    QStringList conditions(const QString &table, const QStringList &columns)
    {
        const QStringList keys =
            m_file.list(QStringLiteral("SELECT name FROM pragma_table_info('%1') WHERE pk > 0").arg(table));
        QStringList parts;
        for (const QString &key : keys.isEmpty() ? columns : keys)
            parts.append(QStringLiteral("'%1 IS ' || quote(%1)").arg(key));
        return m_file.list(
            QStringLiteral("SELECT '(' || %2 || ')' FROM %1").arg(table, parts.join(QLatin1String(" || ' AND ' || "))));
    }
    QStringList contents()
    {
        QStringList all;
        for (const QString &table : m_file.list(QStringLiteral(
                 "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' ORDER BY name"))) {
            QStringList quoted;
            for (const QString &c : m_file.list(QStringLiteral("SELECT name FROM pragma_table_info('%1')").arg(table)))
                quoted.append(QStringLiteral("hex(%1)").arg(c)); // values, whatever their type
            all.append(table);
            all += m_file.list(QStringLiteral("SELECT %2 FROM %1").arg(table, quoted.join(QLatin1String("||'|'||"))));
        }
        return all;
    }
    QString pick(const QStringList &list) { return list.at(m_random.bounded(int(list.size()))); }

    Outsider m_file;
    QRandomGenerator m_random;
};

int damages()
{
    bool given = false;
    const int wanted = qEnvironmentVariableIntValue("TOCSIN_DAMAGES", &given);
    return given ? wanted : 500; // 10,000 in the full run
}
} // namespace

class TestLogVerifier : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aWholeLogIsFoundWhole()
    {
        for (const int events : {0, 1, 300}) {
            const Fixture fixture(events);
            QCOMPARE(fixture.error, QString());
            const VerifyReport report = fixture.verify(true);
            QCOMPARE(found(report), QString());
            QCOMPARE(report.events, events);
            QCOMPARE(report.copiedSeq, events);
        }
    }

    void everyDamageIsFound()
    {
        const Fixture fixture(60);
        QCOMPARE(found(fixture.verify()), QString());
        QFile whole(fixture.path());
        QVERIFY(whole.open(QIODevice::ReadOnly));
        const QByteArray bytes = whole.readAll();
        int done = 0;
        for (quint32 dice = 1; done < damages(); ++dice) {
            QVERIFY(dice < quint32(damages()) * 10);
            for (const char *suffix : {"", "-wal", "-shm"})
                QFile::remove(fixture.path() + QLatin1String(suffix));
            QFile file(fixture.path());
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
            file.close();
            const QString deed = Vandal(fixture.path(), dice).strike();
            if (deed.isEmpty())
                continue;
            ++done;
            const VerifyReport report = fixture.verify();
            QVERIFY2(!report.found.isEmpty(),
                     qPrintable(QStringLiteral("%1: %2 %3").arg(dice).arg(deed, report.error)));
        }
    }

    void theDamagedRowIsNamed_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("line");
        const auto row = [](const char *name, const char *sql, const char *line) {
            QTest::newRow(name) << QString::fromLatin1(sql) << QString::fromLatin1(line);
        };
        row("an event's text", "UPDATE events SET body = replace(body, '}', ' }') WHERE seq = 5",
            "events 5: its hash does not fit its content and the event before it");
        row("an event gone", "DELETE FROM events WHERE seq = 7", "events 7: is missing");
        row("the last event gone", "DELETE FROM events WHERE seq = 40",
            "head 1: the log ends at event 39, its head says 40");
        row("a device's kind", "UPDATE devices SET kind = 'x' WHERE id = (SELECT min(id) FROM devices)",
            "differs from the log in kind");
        row("two columns", "UPDATE alerts SET open = 7, acked = 7 WHERE rowid = 1",
            "differs from the log in open, acked");
        row("a line gone", "DELETE FROM chat_messages", "is missing");
        row("a line too many",
            "INSERT INTO chat_messages SELECT 999, 'new', thread, at, body FROM chat_messages LIMIT 1",
            "chat_messages 999: is not in the log");
        row("a stream's place", "DELETE FROM stream_events WHERE stream = 1 AND seq = 1",
            "stream_events 1 1: is missing");
        row("a stream's head", "UPDATE streams SET head = head + 1 WHERE id = 1",
            "streams 1: differs from the log in head");
        row("a request's answer", "UPDATE requests SET outcome = '{\"ok\":false}' WHERE id = 'r4'",
            "requests user/1 r4: its hash does not fit its content");
        row("a number that became a text", "UPDATE requests SET seq = seq || 'x' WHERE id = 'r4'",
            "requests user/1 r4: its hash does not fit its content");
        row("a time that became a text", "UPDATE events SET at = at || 'x' WHERE seq = 9",
            "events 9: its time is not a number");
        row("a head that became a text", "UPDATE head SET seq = seq || 'x'", "head 1: its seq or its time");
        row("a request gone", "DELETE FROM requests WHERE id = 'r4'", "requests: a row was changed, added or removed");
        row("the epoch", "UPDATE meta SET value = '0' WHERE name = 'epoch'", "head 1: its signature does not fit");
        row("the key", "UPDATE meta SET value = '00' WHERE name = 'head_key'",
            "meta head_key: is not the server's key");
        row("not even a key", "UPDATE meta SET value = value || ' ' WHERE name = 'head_key'",
            "meta head_key: is not a key");
        row("a guard", "DROP TRIGGER events_no_gap", "the trigger \"events_no_gap\" is missing");
    }
    void theDamagedRowIsNamed()
    {
        QFETCH(QString, sql);
        QFETCH(QString, line);
        const Fixture fixture(40);
        Outsider outsider(fixture.path());
        const QStringList guards = outsider.list(QStringLiteral("SELECT sql FROM sqlite_master WHERE name IN"
                                                                " ('events_no_update', 'events_no_delete')"));
        QCOMPARE(outsider.exec(QStringLiteral("DROP TRIGGER events_no_update")), QString());
        QCOMPARE(outsider.exec(QStringLiteral("DROP TRIGGER events_no_delete")), QString());
        QCOMPARE(outsider.exec(sql), QString());
        for (const QString &guard : guards)
            QCOMPARE(outsider.exec(guard), QString());
        const QString text = found(fixture.verify());
        QVERIFY2(text.contains(line), qPrintable(text));
    }

    void aLogThatWasRolledBackAsAWholeIsFoundByTheCopiedHead()
    {
        const Fixture longer(40);
        const Fixture shorter(30); // the same events, less of them: a file of an earlier moment
        QCOMPARE(found(shorter.verify(true)), QString());
        LogVerifier::Options options;
        options.path = shorter.path();
        options.publicKey = HeadKey(seed).publicKey();
        options.copied = longer.copied();
        QVERIFY(options.copied);
        // Fixtures are files of their own; the copy is made one of the other file's epoch, signed by the same key.
        options.copied->epoch = shorter.copied()->epoch;
        HeadKey(seed).sign(*options.copied);
        QVERIFY(found(LogVerifier::verify(options)).contains(QLatin1String("knows 40 events, the log ends at 30")));
        options.copied->seq = 20;
        HeadKey(seed).sign(*options.copied);
        QVERIFY(found(LogVerifier::verify(options)).contains(QLatin1String("events 20: it or one before it")));
    }

    void aCopiedHeadOfSomebodyElseIsRefused_data()
    {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::newRow("another seq") << QByteArray("seq 10\n") << QByteArray("seq 9\n");
        QTest::newRow("another epoch") << QByteArray("epoch ") << QByteArray("epoch 0");
        QTest::newRow("another key") << HeadKey(seed).publicKey().toHex()
                                     << HeadKey(QByteArray(32, 't')).publicKey().toHex();
    }
    void aCopiedHeadOfSomebodyElseIsRefused()
    {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        const Fixture fixture(10);
        QByteArray text = fixture.copied()->text();
        QVERIFY(text.contains(from));
        LogVerifier::Options options;
        options.path = fixture.path();
        options.publicKey = HeadKey(seed).publicKey();
        options.copied = SignedHead::fromText(text.replace(from, to));
        QVERIFY(options.copied);
        QVERIFY(found(LogVerifier::verify(options)).contains(QLatin1String("was not signed by this server")));
    }

    void onlyAHeadIsReadAsOne()
    {
        const Fixture fixture(3);
        const QByteArray text = fixture.copied()->text();
        QVERIFY(SignedHead::fromText(text)->isGenuine());
        for (const QByteArray &other :
             {QByteArray(), QByteArray("tocsin-head 2\n") + text.mid(14), text.chopped(1), text + "x\n",
              text.chopped(3) + '\n', QByteArray(text).replace("seq 3", "seq x"),
              QByteArray(text).replace("seq 3", "seq -3"), QByteArray(100'000, 'a')})
            QVERIFY(!SignedHead::fromText(other));
    }

    void aRebuiltTableIsWhatTheLogSays()
    {
        const Fixture fixture(200);
        Outsider outsider(fixture.path());
        for (const char *sql :
             {"DELETE FROM devices", "UPDATE alerts SET body = '{}'", "UPDATE chat_messages SET thread = 'x'",
              "DELETE FROM commands", "UPDATE chat_receipts SET at = 0", "DELETE FROM audit",
              "DELETE FROM stream_events WHERE seq % 2 = 0", "UPDATE streams SET head = 0"})
            QCOMPARE(outsider.exec(QString::fromLatin1(sql)), QString());
        QVERIFY(!fixture.verify().found.isEmpty());
        const LogVerifier::Rebuilt rebuilt = LogVerifier::rebuild(fixture.path());
        QCOMPARE(rebuilt.error, QString());
        QCOMPARE(rebuilt.events, 200);
        QVERIFY(rebuilt.tables.contains(QStringLiteral("alerts")) &&
                !rebuilt.tables.contains(QStringLiteral("events")));
        QCOMPARE(found(fixture.verify(true)), QString());
        LogStore store(fixture.options());
        QCOMPARE(store.start(), QString());
        QCOMPARE(store.load().snapshot.seq, 200);
    }

    void aRunningServerIsCheckedBesideIt()
    {
        const Fixture fixture(50);
        LogStore store(fixture.options());
        QCOMPARE(store.start(), QString());
        bool stored = false;
        store.append({{chatEvent(51)}, {}}, [&stored](const CommitResult &result) { stored = result.ok; });
        QTRY_VERIFY(stored);
        const VerifyReport report = fixture.verify(true);
        QCOMPARE(found(report), QString());
        QCOMPARE(report.events, 51);
    }

    void theHeadIsCopiedOutAgainAndAgain()
    {
        const Fixture fixture(5);
        LogStore::Options often = fixture.options();
        often.headCopyInterval = 5ms;
        LogStore store(often);
        QCOMPARE(store.start(), QString());
        store.append({{chatEvent(6)}, {}}, [](const CommitResult &) {});
        QTRY_COMPARE(fixture.copied().value_or(SignedHead()).seq, 6);
        QVERIFY(fixture.copied()->isGenuine());
    }

    void whatCannotBeCheckedIsSaid()
    {
        QTemporaryDir dir;
        LogVerifier::Options options;
        options.path = dir.filePath(QStringLiteral("desk.db"));
        QVERIFY(LogVerifier::verify(options).error.contains(options.path));
        QVERIFY(!QFile::exists(options.path)); // it makes nothing
        QFile file(options.path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(5000, 'x'));
        file.close();
        QVERIFY(LogVerifier::verify(options).error.contains(QLatin1String("damaged")));
    }

    void theKeyIsMadeOnceAndPrivate()
    {
        QTemporaryDir dir;
        const DataDirectory directory(dir.path());
        QVERIFY(directory.existingHeadKey().bytes.isEmpty() && directory.existingHeadKey().error.isEmpty());
        const DataDirectory::Key key = directory.headKey();
        QCOMPARE(key.error, QString());
        QCOMPARE(key.bytes.size(), HeadKey::seedBytes);
        QCOMPARE(directory.headKey().bytes, key.bytes);
        QCOMPARE(directory.existingHeadKey().bytes, key.bytes);
        QVERIFY(key.bytes != directory.tokenKey().bytes);
#ifdef Q_OS_UNIX
        QVERIFY(!(QFile::permissions(dir.filePath(QStringLiteral("head.key"))) &
                  (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther)));
#endif
        QVERIFY(!HeadKey(QByteArray()).isValid());
    }
};

QTEST_GUILESS_MAIN(TestLogVerifier)
#include "test_logverifier.moc"
