// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/DiskGuard.h"
#include "server/store/LogStore.h"
#include "server/store/TelemetryHistory.h"
#include "tests/store/LogLoad.h"
#include "tests/store/PowerVfs.h"
#include "tests/support/Damages.h"
#include "tests/support/Events.h"

#include <QFile>
#include <QLoggingCategory>
#include <QProcess>
#include <QSignalSpy>
#include <QStorageInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace tocsin;
using namespace tocsin::test;

namespace {
constexpr qint64 mib = 1 << 20;

/// A file system of its own, of a few MiB. Needs the right to mount.
class SmallDisk
{
public:
    explicit SmallDisk(int size)
    {
        m_mounted = m_dir.isValid() && QProcess::execute(QStringLiteral("mount"),
                                                         {QStringLiteral("-t"), QStringLiteral("tmpfs"),
                                                          QStringLiteral("-o"), QStringLiteral("size=%1m").arg(size),
                                                          QStringLiteral("tmpfs"), m_dir.path()}) == 0;
    }
    ~SmallDisk()
    {
        if (m_mounted)
            QProcess::execute(QStringLiteral("umount"), {m_dir.path()});
    }
    SmallDisk(const SmallDisk &) = delete;
    SmallDisk &operator=(const SmallDisk &) = delete;
    [[nodiscard]] bool isMounted() const { return m_mounted; }
    [[nodiscard]] QString path() const { return m_dir.path(); }

private:
    QTemporaryDir m_dir;
    bool m_mounted = false;
};
} // namespace

class TestDiskGuard : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::optional<qint64> m_free;
    DiskGuard::Options options()
    {
        DiskGuard::Options options;
        options.directory = m_dir->path();
        options.low = 100 * mib;
        options.tooShort = 50 * mib;
        options.full = 10 * mib;
        options.reserve = 20 * mib;
        options.freeBytes = [this](const QString &) { return m_free; };
        return options;
    }

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(QStringLiteral("tocsin.store.warning=false")); }
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
        m_free = 1000 * mib;
    }

    void lessRoomStopsMoreAndComesBackByItself()
    {
        DiskGuard guard(options());
        QSignalSpy changes(&guard, &DiskGuard::changed);
        const auto at = [&](qint64 free) {
            m_free = free * mib;
            guard.look();
            return guard.room();
        };
        QVERIFY(at(1000) == DiskRoom::Ample && guard.hasReserve());
        QVERIFY(at(100) == DiskRoom::Ample);
        QVERIFY(at(99) == DiskRoom::Low && guard.hasReserve());
        QVERIFY(at(124) == DiskRoom::Low); // nothing flaps at the limit
        QVERIFY(at(125) == DiskRoom::Ample);
        QVERIFY(at(49) == DiskRoom::Short && guard.hasReserve());
        QVERIFY(at(63) == DiskRoom::Low);
        QVERIFY(at(9) == DiskRoom::Full && !guard.hasReserve());
        QVERIFY(at(29) == DiskRoom::Full); // 20 of them were the reserve's
        QVERIFY(at(33) == DiskRoom::Short);
        QVERIFY(at(144) == DiskRoom::Low && !guard.hasReserve());
        QVERIFY(at(145) == DiskRoom::Ample && guard.hasReserve());
        QCOMPARE(changes.size(), 8);
        m_free = std::nullopt; // not known: nothing changes
        guard.look();
        QVERIFY(guard.room() == DiskRoom::Ample);
    }

    void theReserveIsReallyThere()
    {
        DiskGuard guard(options());
        guard.look();
        const QFileInfo reserve(guard.reservePath());
        QCOMPARE(reserve.size(), 20 * mib);
#ifdef Q_OS_UNIX
        QCOMPARE(reserve.permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
        QProcess du; // blocks, not only a size
        du.start(QStringLiteral("du"), {QStringLiteral("-k"), guard.reservePath()});
        QVERIFY(du.waitForFinished());
        QVERIFY(du.readAllStandardOutput().split('\t').first().toLongLong() >= 20 * 1024);
#endif
    }

    void operatorsAreTold_data()
    {
        QTest::addColumn<DiskRoom>("room");
        QTest::addColumn<QString>("code");
        QTest::newRow("low") << DiskRoom::Low << QStringLiteral("DISK_LOW");
        QTest::newRow("short") << DiskRoom::Short << QStringLiteral("DISK_LOW");
        QTest::newRow("full") << DiskRoom::Full << QStringLiteral("DISK_FULL");
    }
    void operatorsAreTold()
    {
        QFETCH(DiskRoom, room);
        QFETCH(QString, code);
        const auto alert = alertOf(room, 7 * mib);
        QVERIFY(alert && alert->message.contains(QLatin1String("7 MiB")));
        QCOMPARE(alert->code, code);
        QVERIFY(!alertOf(DiskRoom::Ample, 7 * mib));
    }

    void telemetryThatIsNotRecordedIsCounted()
    {
        TelemetryHistory history({.path = m_dir->filePath(QStringLiteral("history.db"))});
        QCOMPARE(history.start(), QString());
        Reading reading;
        reading.deviceId = QStringLiteral("van-1");
        reading.receivedAt = systemNow();
        reading.samples.append({QStringLiteral("speed"), 1.0});
        history.setRecording(false);
        history.record({reading});
        QCOMPARE(history.dropped(), 1);
        history.setRecording(true);
        history.record({reading});
        history.stop();
        QCOMPARE(history.dropped(), 1);
        QCOMPARE(history.recorded(), 1);
    }

    void aLogWithoutRoomGivesUpTheReserve()
    {
        PowerVfs disk(1);
        LogStore store({.path = m_dir->filePath(QStringLiteral("desk.db"))});
        QCOMPARE(store.start(), QString());
        DiskGuard guard(options());
        guard.look();
        connect(&store, &LogStore::diskFull, &guard, &DiskGuard::noRoom, Qt::DirectConnection);
        LogLoad load(1);
        const Batch batch = load.next();
        disk.failAt(disk.operations() + 1, SQLITE_IOERR, true);
        QVERIFY(!LogLoad::appendNow(store, batch));
        disk.heal();
        QCoreApplication::processEvents();
        QVERIFY(guard.room() == DiskRoom::Ample); // another trouble
        disk.failAt(disk.operations() + 1, SQLITE_FULL, true);
        QVERIFY(!LogLoad::appendNow(store, batch));
        QTRY_VERIFY(guard.room() == DiskRoom::Full);
        QVERIFY(!guard.hasReserve());
        disk.heal(); // the reserve was room enough
        QVERIFY(LogLoad::appendNow(store, batch));
        guard.look();
        QVERIFY(guard.room() == DiskRoom::Ample && guard.hasReserve());
    }

    void onAFullDiskTheLogGoesOnWithTheReserveAndThenRefuses()
    {
        const SmallDisk disk(16);
        if (!disk.isMounted())
            QSKIP("a file system of its own can only be mounted by root");
        const QString path = disk.path() + QStringLiteral("/desk.db");
        LogLoad load(2);
        {
            LogStore store(LogStore::Options{.path = path});
            QCOMPARE(store.start(), QString());
            DiskGuard::Options small;
            small.directory = disk.path();
            small.low = 3 * mib;
            small.tooShort = 2 * mib;
            small.full = mib / 4;
            small.reserve = 4 * mib;
            DiskGuard guard(small);
            guard.look();
            QVERIFY(guard.hasReserve());
            connect(&store, &LogStore::diskFull, &guard, &DiskGuard::noRoom, Qt::DirectConnection);
            // Somebody else fills the disk.
            QFile filler(disk.path() + QStringLiteral("/filler"));
            QVERIFY(filler.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
            const qint64 left = QStorageInfo(disk.path()).bytesAvailable();
            QCOMPARE(filler.write(QByteArray(left, 'x')), left);
            guard.look();
            QVERIFY(guard.room() == DiskRoom::Full && !guard.hasReserve());
            // The log goes on, for a while; then it says no, and the last answers were no lies.
            int taken = 0;
            Batch batch = load.next();
            while (LogLoad::appendNow(store, batch)) {
                load.answered(batch, true);
                batch = load.next();
                QVERIFY(++taken < 100'000);
            }
            QVERIFY(taken > 20);
            QVERIFY(!LogLoad::appendNow(store, batch));
            // Room again: at once, with the same batch.
            QVERIFY(filler.remove());
            QVERIFY(LogLoad::appendNow(store, batch));
            load.answered(batch, true);
            guard.look();
            QVERIFY(guard.room() != DiskRoom::Full);
        }
        DeskFile file;
        QCOMPARE(file.open(path), QString());
        QCOMPARE(file.head(), load.acknowledged());
        QCOMPARE(damages(path), QStringList());
    }
};

QTEST_GUILESS_MAIN(TestDiskGuard)
#include "test_diskguard.moc"
