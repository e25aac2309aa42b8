// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/AccountStore.h"
#include "server/store/Backup.h"
#include "server/store/BackupSchedule.h"
#include "server/store/DataDirectory.h"
#include "server/store/HeadCopies.h"
#include "server/store/LogStore.h"
#include "server/store/LogVerifier.h"
#include "tests/store/LogLoad.h"
#include "tests/support/Damages.h"
#include "tests/support/Events.h"
#include "tests/support/Outsider.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

using namespace tocsin;
using namespace tocsin::test;

class TestBackup : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_dir;
    [[nodiscard]] QString data() const { return m_dir->filePath(QStringLiteral("data")); }
    [[nodiscard]] QString to() const { return m_dir->filePath(QStringLiteral("backups")); }
    [[nodiscard]] QString copies() const { return m_dir->filePath(QStringLiteral("copies")); } // another disk
    [[nodiscard]] QString log() const { return data() + QStringLiteral("/desk.db"); }

    static void writeFile(const QString &path, const QByteArray &text)
    {
        QVERIFY(QDir().mkpath(QFileInfo(path).path()));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(text), text.size());
    }
    static QByteArray readFile(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(not there)");
    }
    [[nodiscard]] LogStore::Options options() const
    {
        return {.path = log(), .headKey = HeadKey(DataDirectory(data()).headKey().bytes), .headCopies = copies()};
    }
    /// A data directory as a server leaves it.
    void fill(LogLoad &load)
    {
        DataDirectory directory(data());
        QCOMPARE(directory.prepare(), QString());
        QCOMPARE(directory.tokenKey().error, QString());
        AccountStore accounts;
        QCOMPARE(accounts.openIn(data()), QString());
        QVERIFY(
            accounts.insert({QStringLiteral("dana"), QStringLiteral("Dana"), Role::Dispatcher, QStringLiteral("hash")},
                            {}) == AccountStore::Written::Yes);
        writeFile(data() + QStringLiteral("/attachments/ab/abcd"), "picture");
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        for (int i = 0; i < 20; ++i)
            QVERIFY(LogLoad::appendNow(store, load.next()));
    }
    /// As `tocsin verify` does it, with the head that was copied out.
    [[nodiscard]] QStringList verified() const
    {
        LogVerifier::Options options{.path = log()};
        options.publicKey = HeadKey(DataDirectory(data()).existingHeadKey().bytes).publicKey();
        options.copied = SignedHead::fromText(readFile(HeadCopies(copies()).latest()));
        return options.copied ? damages(options) : QStringList{QStringLiteral("no copied head")};
    }
    static void expectLog(const QString &path, const LogLoad &load, QString *epoch = nullptr)
    {
        DeskFile file;
        QCOMPARE(file.open(path), QString());
        QCOMPARE(file.head(), load.sent().size());
        QCOMPARE(damages(path), QStringList());
        if (epoch)
            *epoch = file.load().snapshot.epoch;
    }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
    }

    void whatIsBackedUpComesBackWithAnotherEpoch()
    {
        LogLoad load(1);
        fill(load);
        QString before;
        expectLog(log(), load, &before);
        writeFile(data() + QStringLiteral("/backups/tocsin-old/desk.db"), "a backup is not backed up");
        const backup::Made made = backup::make(data(), to(), timeAt(0));
        QCOMPARE(made.error, QString());
        QCOMPARE(made.path, to() + QStringLiteral("/tocsin-2023-11-14T22-13-20Z"));
        QCOMPARE(backup::verify(made.path), QStringList());
        QVERIFY(!QDir(made.path).exists(QStringLiteral("backups")));
        QVERIFY(made.bytes > 10'000);
#ifdef Q_OS_UNIX
        QDirIterator it(made.path, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext())
            QVERIFY(!(QFile::permissions(it.next()) & (QFile::ReadGroup | QFile::ReadOther)));
#endif
        // After the backup the world goes on, and then is lost.
        const QByteArray key = readFile(data() + QStringLiteral("/jwt.key"));
        LogLoad later = load;
        {
            LogStore store(options());
            QCOMPARE(store.start(), QString());
            QVERIFY(LogLoad::appendNow(store, later.next()));
        }
        writeFile(data() + QStringLiteral("/jwt.key"), "broken");

        const backup::Restored restored = backup::restore(made.path, data(), copies(), timeAt(60));
        QCOMPARE(restored.error, QString());
        QString after;
        expectLog(log(), load, &after);
        QVERIFY(!before.isEmpty() && !after.isEmpty() && before != after);
        QCOMPARE(restored.headNotCopied, QString());
        QCOMPARE(verified(), QStringList()); // the head is signed, and copied, anew
        QCOMPARE(readFile(data() + QStringLiteral("/jwt.key")), key);
        QCOMPARE(readFile(data() + QStringLiteral("/attachments/ab/abcd")), "picture");
        AccountStore accounts;
        QCOMPARE(accounts.openIn(data()), QString());
        QVERIFY(accounts.find(QStringLiteral("dana")).value_or(Account()).role == Role::Dispatcher);
        // The old one is as it was.
        expectLog(restored.keptAside + QStringLiteral("/desk.db"), later);
        QCOMPARE(readFile(restored.keptAside + QStringLiteral("/jwt.key")), "broken");
        QCOMPARE(backup::verify(made.path), QStringList()); // and the backup untouched
    }

    void aBackupBesideAWriterIsOneMomentOfIt()
    {
        LogLoad load(2);
        fill(load);
        LogStore store(options());
        QCOMPARE(store.start(), QString());
        std::atomic<bool> done{false};
        QList<backup::Made> made;
        std::thread copier([&] {
            for (int i = 0; i < 5; ++i)
                made.append(backup::make(data(), to(), timeAt(i)));
            done = true;
        });
        qint64 appended = 0;
        while (!done) {
            QVERIFY(LogLoad::appendNow(store, load.next())); // never held up, never refused
            ++appended;
        }
        copier.join();
        QVERIFY(appended > 0);
        qint64 last = 0;
        for (const backup::Made &one : std::as_const(made)) {
            QCOMPARE(one.error, QString());
            QCOMPARE(backup::verify(one.path), QStringList());
            DeskFile file;
            QCOMPARE(file.open(one.path + QStringLiteral("/desk.db")), QString());
            QVERIFY(file.head() >= last && load.ends().contains(file.head()));
            QCOMPARE(damages(one.path + QStringLiteral("/desk.db")), QStringList());
            last = file.head();
        }
    }

    void restoreIsRefusedWhileAServerRuns()
    {
        LogLoad load(3);
        fill(load);
        const QString backup = backup::make(data(), to(), timeAt(0)).path;
        DataDirectory server(data());
        QCOMPARE(server.lock(), QString());
        const backup::Restored restored = backup::restore(backup, data(), copies(), timeAt(1));
        QVERIFY2(restored.error.contains(QLatin1String("in use")), qPrintable(restored.error));
        expectLog(log(), load);
        QCOMPARE(QDir(m_dir->path()).entryList(QDir::Dirs | QDir::NoDotAndDotDot),
                 (QStringList{QStringLiteral("backups"), QStringLiteral("copies"), QStringLiteral("data")}));
    }

    void aDamagedBackupIsNotRestored_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QByteArray>("content"); // null: removed
        QTest::newRow("a byte of the log") << QStringLiteral("desk.db") << QByteArray("flip");
        QTest::newRow("no log") << QStringLiteral("desk.db") << QByteArray();
        QTest::newRow("other key") << QStringLiteral("jwt.key") << QByteArray(32, 'x');
        QTest::newRow("no attachment") << QStringLiteral("attachments/ab/abcd") << QByteArray();
        QTest::newRow("no manifest") << QStringLiteral("manifest.json") << QByteArray();
        QTest::newRow("half a manifest") << QStringLiteral("manifest.json") << QByteArray("{\"format\": 1");
        QTest::newRow("manifest that leads out")
            << QStringLiteral("manifest.json")
            << QByteArray(R"({"format": 1, "files": [{"name": "../data/jwt.key", "bytes": 32, "sha256": ""}]})");
    }
    void aDamagedBackupIsNotRestored()
    {
        QFETCH(QString, file);
        QFETCH(QByteArray, content);
        LogLoad load(4);
        fill(load);
        const QString backup = backup::make(data(), to(), timeAt(0)).path;
        const QString path = backup + QLatin1Char('/') + file;
        if (content == "flip") {
            content = readFile(path);
            content[content.size() / 2] = char(content.at(content.size() / 2) ^ 1);
        }
        if (content.isNull())
            QVERIFY(QFile::remove(path));
        else
            writeFile(path, content);
        QVERIFY(!backup::verify(backup).isEmpty());
        const backup::Restored restored = backup::restore(backup, data(), copies(), timeAt(1));
        QVERIFY(restored.error.startsWith(QLatin1String("Nothing was restored")));
        expectLog(log(), load); // the data directory is where and as it was
        QCOMPARE(QDir(m_dir->path()).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size(), 3);
    }

    void aLogThatContradictsItsReplayIsNotRestored()
    {
        LogLoad load(5);
        fill(load);
        QCOMPARE(Outsider(log()).exec(QStringLiteral("DELETE FROM devices")), QString());
        const backup::Made made = backup::make(data(), to(), timeAt(0));
        QCOMPARE(made.error, QString());
        QVERIFY(!backup::restore(made.path, data(), copies(), timeAt(1)).error.isEmpty());
    }

    void aBackupIntoNothingIsAnError()
    {
        QVERIFY(backup::make(data(), to(), timeAt(0)).error.contains(QLatin1String("no log")));
        QVERIFY(QDir(to()).isEmpty());
        LogLoad load(6);
        fill(load);
        writeFile(m_dir->filePath(QStringLiteral("file")), "in the way");
        QVERIFY(!backup::make(data(), m_dir->filePath(QStringLiteral("file")), timeAt(0)).error.isEmpty());
        QCOMPARE(backup::make(data(), to(), timeAt(0)).error, QString());
        QVERIFY(backup::make(data(), to(), timeAt(0)).error.contains(QLatin1String("exists already")));
    }

    void restoreSaysWhereTheHeadCouldNotBeCopied()
    {
        LogLoad load(10);
        fill(load);
        const QString backup = backup::make(data(), to(), timeAt(0)).path;
        writeFile(m_dir->filePath(QStringLiteral("file")), "in the way");
        const QString nowhere = m_dir->filePath(QStringLiteral("file/copies"));
        const backup::Restored restored = backup::restore(backup, data(), nowhere, timeAt(1));
        QCOMPARE(restored.error, QString());
        QVERIFY2(restored.headNotCopied.contains(nowhere), qPrintable(restored.headNotCopied));
        expectLog(log(), load);
    }

    void restoreMakesADirectoryThatIsNotThere()
    {
        LogLoad load(7);
        fill(load);
        const QString backup = backup::make(data(), to(), timeAt(0)).path;
        QVERIFY(QDir(data()).removeRecursively());
        const backup::Restored restored = backup::restore(backup, data(), copies(), timeAt(1));
        QCOMPARE(restored.error, QString());
        QCOMPARE(restored.keptAside, QString());
        expectLog(log(), load);
    }

    void aServerBacksItselfUpEachHour()
    {
        LogLoad load(9);
        fill(load);
        TimePoint now = timeAt(0);
        qint64 room = 0;
        BackupSchedule::Options options;
        options.data = data();
        options.directory = to();
        options.keep = 3;
        options.clock = [&now] { return now; };
        options.freeBytes = [&room](const QString &) { return room; };
        BackupSchedule schedule(options);
        const auto after = [&](std::chrono::minutes minutes) {
            now += minutes;
            schedule.look();
            return backup::list(to()).size();
        };
        using std::chrono::minutes;
        QCOMPARE(after(minutes(0)), 0); // no room
        room = 1'000'000'000;
        QCOMPARE(after(minutes(1)), 1);
        QCOMPARE(after(minutes(59)), 1);
        QCOMPARE(after(minutes(1)), 2);
        room = 1000; // must not fill the disk
        QCOMPARE(after(minutes(60)), 2);
        room = 1'000'000'000;
        QCOMPARE(after(minutes(1)), 3);
        const QStringList three = backup::list(to());
        QCOMPARE(after(minutes(60)), 3);
        QCOMPARE(backup::list(to()).first(), three.at(1));
        for (const QString &path : backup::list(to())) {
            QCOMPARE(backup::verify(path), QStringList());
            QVERIFY(!QFile::exists(path + QStringLiteral("/history.db")));
        }
    }

    void onlyTheNewestAreKept()
    {
        LogLoad load(8);
        fill(load);
        for (int i = 0; i < 5; ++i)
            QCOMPARE(backup::make(data(), to(), timeAt(i * 3600), false).error, QString());
        writeFile(to() + QStringLiteral("/tocsin-2023-01-01T00-00-00Z.part/desk.db"), "unfinished");
        writeFile(to() + QStringLiteral("/tocsin-mine/notes.txt"), "not ours");
        const QStringList before = backup::list(to());
        QCOMPARE(before.size(), 5);
        backup::prune(to(), 2);
        QCOMPARE(backup::list(to()), before.mid(3));
        QCOMPARE(QDir(to()).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size(), 3);
        backup::prune(to(), 0);
        QCOMPARE(backup::list(to()).size(), 1); // never the last one
    }
};

QTEST_GUILESS_MAIN(TestBackup)
#include "test_backup.moc"
