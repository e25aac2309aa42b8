// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/CommitQueue.h"
#include "server/store/LogStore.h"
#include "tests/store/LogLoad.h"
#include "tests/store/PowerVfs.h"
#include "tests/support/Damages.h"
#include "tests/support/Events.h"
#include "tests/support/Outsider.h"

#include <QLoggingCategory>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace tocsin;
using namespace tocsin::test;
using namespace std::chrono_literals;

// Every operation on the disk fails once, in a script of 200 messages: opening, each write, each sync, each change of size.

namespace {
constexpr int messages = 200;
} // namespace

class TestLogFaults : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_dir;
    [[nodiscard]] QString path() const { return m_dir->filePath(QStringLiteral("desk.db")); }
    [[nodiscard]] qint64 stored() const
    {
        return Outsider(path()).list(QStringLiteral("SELECT max(seq) FROM events")).value(0).toLongLong();
    }
    static void faults()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("lasting");
        for (const auto &[name, code] : {std::pair{"I/O error", SQLITE_IOERR}, std::pair{"disk full", SQLITE_FULL}}) {
            QTest::addRow("%s once", name) << code << false;
            QTest::addRow("%s until it is mended", name) << code << true;
        }
    }
    void expectAll(PowerVfs &disk, const QList<Event> &sent)
    {
        expectEvents(path(), sent);
        const PowerVfs::Aside aside(disk);
        QCOMPARE(damages(path()), QStringList());
        QCOMPARE(Outsider(path()).list(QStringLiteral("PRAGMA integrity_check")), QStringList{QStringLiteral("ok")});
    }

private Q_SLOTS:
    // Each fault is a warning of the store, rightly; thousands of them hide the figures.
    void initTestCase() { QLoggingCategory::setFilterRules(QStringLiteral("tocsin.store.warning=false")); }

    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
    }

    void noAnswerWithoutACommit_data() { faults(); }
    /// Each message is sent again and again, with the fault one operation later each time, until it comes no more.
    void noAnswerWithoutACommit()
    {
        QFETCH(int, code);
        QFETCH(bool, lasting);
        PowerVfs disk(7);
        LogLoad load(7);
        int failed = 0;
        int refused = 0;
        {
            LogStore store(
                LogStore::Options{.path = path(), .checkpointPages = 1000}); // some of the faults in checkpoints
            QCOMPARE(store.start(), QString());
            int after = 1;
            for (int message = 1; message <= messages; ++message) {
                const Batch batch = load.next();
                for (bool taken = false; !taken; ++after) {
                    disk.failAt(disk.operations() + after, code, lasting);
                    taken = LogLoad::appendNow(store, batch);
                    const bool came = disk.hasFailed();
                    disk.heal(); // and the next attempt comes at once: nothing has to be waited for
                    failed += came ? 1 : 0;
                    refused += taken ? 0 : 1;
                    QVERIFY2(taken || came, "refused without a fault");
                    QCOMPARE(stored(), taken ? batch.events.last().seq : batch.events.first().seq - 1);
                    if (!came)
                        after = 0;
                }
            }
            // And without any.
            QVERIFY(LogLoad::appendNow(store, load.next()));
        }
        qInfo("%d operations failed, %d times a batch was refused; writes %lld, syncs %lld, sizes %lld", failed,
              refused, static_cast<long long>(disk.operations(PowerVfs::Kind::Write)),
              static_cast<long long>(disk.operations(PowerVfs::Kind::Sync)),
              static_cast<long long>(disk.operations(PowerVfs::Kind::Truncate)));
        QVERIFY(failed >= messages - messages / 10);
        QCOMPARE(refused > 0, lasting);
        expectAll(disk, load.sent());
        disk.cutAt(0, PowerVfs::Survival::Nothing);
        disk.powerOn();
        expectAll(disk, load.sent());
    }

    void openingFailsInWordsAndWorksTheNextTime_data() { faults(); }
    void openingFailsInWordsAndWorksTheNextTime()
    {
        QFETCH(int, code);
        QFETCH(bool, lasting);
        int refused = 0;
        int after = 0;
        for (bool came = true; came;) {
            ++after;
            m_dir = std::make_unique<QTemporaryDir>();
            PowerVfs disk{quint32(after)};
            LogLoad load{quint32(after)};
            disk.failAt(after, code, lasting);
            {
                LogStore store(LogStore::Options{.path = path()});
                const QString error = store.start();
                came = disk.hasFailed();
                QVERIFY2(error.isEmpty() || came, qPrintable(error));
                refused += error.isEmpty() ? 0 : 1;
                disk.heal();
                QVERIFY(!error.isEmpty() || LogLoad::appendNow(store, load.next()));
            }
            LogStore store(LogStore::Options{.path = path()});
            QCOMPARE(store.start(), QString());
            QVERIFY(LogLoad::appendNow(store, load.next()));
            store.stop();
            expectAll(disk, load.sent());
        }
        qInfo("%d operations of opening failed, %d times the file was not opened", after - 1, refused);
        QVERIFY(refused >= 5);
    }

    void theDeskIsServedAgainAfterAFault_data() { faults(); }
    void theDeskIsServedAgainAfterAFault()
    {
        QFETCH(int, code);
        PowerVfs disk(3);
        LogStore store(LogStore::Options{.path = path()});
        QCOMPARE(store.start(), QString());
        CommitLimits limits;
        QVERIFY(limits.retryMost < 5s); // so that whoever waits is served within five seconds of the fault's end
        limits.retryFirst = 1ms;
        limits.retryMost = 4ms;
        CommitQueue queue(store, 0, {}, limits, systemNow);
        QSignalSpy failing(&queue, &CommitQueue::storingFailed);
        QSignalSpy again(&queue, &CommitQueue::storingAgain);
        QSignalSpy committed(&queue, &CommitQueue::committed);
        int answers = 0;
        disk.failAt(disk.operations() + 1, code, true);
        for (int i = 1; i <= 50; ++i) {
            const Event event = chatEvent(i);
            queue.add(event.body, event.actor, {}, event.at);
            queue.answer([&answers](const Outcome &) { ++answers; }, {});
        }
        queue.flush();
        QTRY_COMPARE(failing.size(), 1);
        QTRY_VERIFY(store.failures() >= 10); // it has tried again and again
        QCOMPARE(answers, 0);
        QVERIFY(committed.isEmpty());
        QCOMPARE(stored(), 0);
        disk.heal();
        QTRY_COMPARE(answers, 50);
        QCOMPARE(again.size(), 1);
        QCOMPARE(stored(), 50);
        store.stop();
        const PowerVfs::Aside aside(disk);
        QCOMPARE(damages(path()), QStringList());
    }
};

QTEST_GUILESS_MAIN(TestLogFaults)
#include "test_logfaults.moc"
