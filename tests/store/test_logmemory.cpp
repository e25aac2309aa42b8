// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/LogStore.h"
#include "tests/store/LogLoad.h"
#include "tests/support/Damages.h"
#include "tests/support/Events.h"
#include "tests/support/Outsider.h"

#include <QCoreApplication>
#include <QLoggingCategory>
#include <QTemporaryDir>
#include <QTest>

#include <sqlite3.h>

#include <atomic>

using namespace tocsin;
using namespace tocsin::test;

// SQLite asks for a piece of memory and there is none: each place in turn, in opening and in a script of 200 messages, as
// test_logfaults does it with the disk.

namespace {
constexpr int messages = 200;

/// What SQLite allocates with in this process. Any thread; armed and healed on the test's.
namespace scarce {
sqlite3_mem_methods plenty;
std::atomic<bool> armed{false};
std::atomic<bool> lasting{false};
std::atomic<bool> failed{false};
std::atomic<qint64> left{0};

bool isMissing()
{
    if (!armed)
        return false;
    const qint64 place = left.fetch_sub(1);
    if (place > 1 || (place < 1 && !lasting))
        return false;
    failed = true;
    return true;
}
void *allocate(int size)
{
    return isMissing() ? nullptr : plenty.xMalloc(size);
}
void *reallocate(void *piece, int size)
{
    return isMissing() ? nullptr : plenty.xRealloc(piece, size);
}

/// Before SQLite is used for the first time.
bool install()
{
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plenty) != SQLITE_OK)
        return false;
    sqlite3_mem_methods methods = plenty;
    methods.xMalloc = allocate;
    methods.xRealloc = reallocate;
    // No small pieces put by for each connection: every one is asked for, so every one can be missing.
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK &&
           sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK;
}
/// The `place`-th piece from now on is missing, and while it lasts every later one.
void failAt(qint64 place, bool forLong)
{
    left = place;
    lasting = forLong;
    failed = false;
    armed = true;
}
void heal()
{
    armed = false;
}
} // namespace scarce
} // namespace

class TestLogMemory : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_dir;
    qint64 m_usedBefore = 0;
    [[nodiscard]] QString path() const { return m_dir->filePath(QStringLiteral("desk.db")); }
    [[nodiscard]] LogStore::Options options() const
    {
        return {.path = path(), .headKey = HeadKey(QByteArray(HeadKey::seedBytes, 's')), .checkpointPages = 1000};
    }
    static void kinds()
    {
        QTest::addColumn<bool>("lasting");
        QTest::newRow("one piece") << false;
        QTest::newRow("every piece from there on") << true;
    }
    void expectAll(const QList<Event> &sent)
    {
        expectEvents(path(), sent);
        QCOMPARE(damages(path()), QStringList());
    }

private Q_SLOTS:
    void initTestCase()
    {
        // Each is rightly a warning of the store or of SQLite's; thousands of them hide the figures.
        QLoggingCategory::setFilterRules(QStringLiteral("tocsin.store.warning=false"));
    }
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
        m_usedBefore = sqlite3_memory_used();
    }
    void cleanup() { QCOMPARE(sqlite3_memory_used(), m_usedBefore); }

    void noAnswerWithoutACommit_data() { kinds(); }
    /// Each message is sent until it is taken, with the missing piece further on each time: by one for the first messages, then
    /// by a step that meets other places with each message.
    void noAnswerWithoutACommit()
    {
        QFETCH(bool, lasting);
        LogLoad load(11);
        int failed = 0;
        int refused = 0;
        qint64 furthest = 0;
        {
            LogStore store(options());
            QCOMPARE(store.start(), QString());
            Outsider outsider(path());
            const auto stored = [&] {
                return outsider.list(QStringLiteral("SELECT max(seq) FROM events")).value(0).toLongLong();
            };
            qint64 after = 1;
            for (int message = 1; message <= messages; ++message) {
                const Batch batch = load.next();
                const int step = message <= 2 ? 1 : lasting ? 41 : 13;
                for (bool taken = false; !taken; after += step) {
                    scarce::failAt(after, lasting);
                    taken = LogLoad::appendNow(store, batch);
                    scarce::heal();
                    const bool came = scarce::failed;
                    failed += came ? 1 : 0;
                    refused += taken ? 0 : 1;
                    furthest = came ? std::max(furthest, after) : furthest;
                    QVERIFY2(taken || came, "refused without a fault");
                    QCOMPARE(stored(), taken ? batch.events.last().seq : batch.events.first().seq - 1);
                    if (!came)
                        after = 1 + message % 7 - step;
                }
            }
            QVERIFY(LogLoad::appendNow(store, load.next())); // and without any
        }
        qInfo("%d pieces were missing, up to the %lldth of a message; %d times a batch was refused", failed,
              static_cast<long long>(furthest), refused);
        QVERIFY(failed >= messages / 2);
        // The second attempt helps when one piece was missing, but for those places where nothing is begun yet.
        QVERIFY(lasting ? refused > messages : refused < failed / 4);
        expectAll(load.sent());
    }

    void openingFailsInWordsAndWorksTheNextTime_data() { kinds(); }
    /// A log that holds something; an opening that goes well in spite of it serves as any other.
    void openingFailsInWordsAndWorksTheNextTime()
    {
        QFETCH(bool, lasting);
        LogLoad load(12);
        {
            LogStore store(options());
            QCOMPARE(store.start(), QString());
            for (int i = 0; i < 5; ++i)
                QVERIFY(LogLoad::appendNow(store, load.next()));
        }
        int refused = 0;
        int openings = 0;
        qint64 step = 1;
        bool came = true;
        for (qint64 after = 1; came; after += step) {
            step = 1 + after / 12;
            ++openings;
            LogStore store(options());
            scarce::failAt(after, lasting);
            QString error = store.start();
            const DeskFile::Loaded loaded = error.isEmpty() ? store.load() : DeskFile::Loaded();
            scarce::heal();
            came = scarce::failed;
            error += loaded.error;
            QVERIFY2(error.isEmpty() || came, qPrintable(error));
            QVERIFY2(!error.contains(QLatin1String("damaged")), qPrintable(error)); // it is not
            refused += error.isEmpty() ? 0 : 1;
            if (!error.isEmpty())
                continue;
            QCOMPARE(loaded.snapshot.seq, load.sent().size());
            for (int i = 0; i < 3; ++i)
                QVERIFY(LogLoad::appendNow(store, load.next()));
        }
        qInfo("%d openings short of memory, %d refused", openings, refused);
        QVERIFY(refused >= 20);
        expectAll(load.sent());
    }
};

int main(int argc, char **argv)
{
    if (!scarce::install())
        return 2;
    QCoreApplication app(argc, argv);
    TestLogMemory test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_logmemory.moc"
