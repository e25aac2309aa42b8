// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/LogStore.h"
#include "tests/store/LogLoad.h"
#include "tests/store/PowerVfs.h"
#include "tests/support/Damages.h"
#include "tests/support/Events.h"
#include "tests/support/Outsider.h"

#include <QLoggingCategory>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace tocsin;
using namespace tocsin::test;

// TOCSIN_POWER_CUTS   how many (50)
// TOCSIN_POWER_SEED   another sequence of events, moments and fates (1)

namespace {
int numberFrom(const char *variable, int otherwise)
{
    bool ok = false;
    const int value = qEnvironmentVariableIntValue(variable, &ok);
    return ok && value > 0 ? value : otherwise;
}

constexpr int cutsPerRow = 50;
constexpr int cutsPerFile = 10;
constexpr int batchesPerCut = 250;
} // namespace

class TestPowerCuts : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_dir;
    [[nodiscard]] QString path() const { return m_dir->filePath(QStringLiteral("desk.db")); }

    /// What is on the medium, against what was sent. The answer's `stored` is the log's length.
    struct Found
    {
        QString problem;
        qint64 stored = 0;
    };
    Found look(PowerVfs &disk, const LogLoad &load)
    {
        const QList<Event> &sent = load.sent();
        const QStringList health = Outsider(path()).list(QStringLiteral("PRAGMA integrity_check"));
        if (health != QStringList{QStringLiteral("ok")})
            return {QStringLiteral("integrity: ") + health.join(QStringLiteral("; ")), 0};
        DeskFile file;
        if (const QString error = file.open(path()); !error.isEmpty())
            return {error, 0};
        {
            const PowerVfs::Aside aside(disk);
            if (const QStringList found = damages(path()); !found.isEmpty())
                return {found.first(), 0};
        }
        Found found{{}, file.head()};
        QString error;
        const QList<Event> events = file.eventsAfter(0, int(found.stored) + 1, &error);
        if (!error.isEmpty() || events.size() != found.stored || events.size() > sent.size())
            return {QStringLiteral("%1 events can be read of %2 stored and %3 sent. %4")
                        .arg(events.size())
                        .arg(found.stored)
                        .arg(sent.size())
                        .arg(error),
                    0};
        for (qsizetype i = 0; i < events.size(); ++i) {
            if (!sameEvent(events.at(i), sent.at(i)) || events.at(i).streams != sent.at(i).streams)
                return {QStringLiteral("event %1 is not the one that was sent").arg(i + 1), 0};
        }
        // Batches are whole, and so are the answers with their events.
        QStringList whole;
        for (const qint64 end : load.ends()) {
            if (end <= found.stored)
                whole.append(QString::number(end));
        }
        if (found.stored > 0 && whole.value(whole.size() - 1) != QString::number(found.stored))
            return {QStringLiteral("the log ends within a batch, at %1").arg(found.stored), 0};
        if (found.stored > 0 && Outsider(path()).list(QStringLiteral("SELECT seq FROM requests ORDER BY seq")) != whole)
            return {QStringLiteral("the remembered requests are not those of the events"), 0};
        return found;
    }

private Q_SLOTS:
    // Each fault is a warning of the store, rightly; thousands of them hide the figures.
    void initTestCase() { QLoggingCategory::setFilterRules(QStringLiteral("tocsin.store.warning=false")); }

    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
    }

    /// The proof that this test can see a loss: less durability, or a disk that lies about it, is found out.
    void aLossIsSeen_data()
    {
        QTest::addColumn<int>("synchronous");
        QTest::addColumn<bool>("honest");
        QTest::addColumn<bool>("loses");
        QTest::newRow("FULL") << 2 << true << false;
        QTest::newRow("NORMAL") << 1 << true << true;
        QTest::newRow("FULL on a disk that lies") << 2 << false << true;
    }
    void aLossIsSeen()
    {
        QFETCH(int, synchronous);
        QFETCH(bool, honest);
        QFETCH(bool, loses);
        qint64 lost = 0;
        int cutsWithLoss = 0;
        int damaged = 0;
        for (quint32 seed = 1; seed <= 12; ++seed) {
            m_dir = std::make_unique<QTemporaryDir>();
            PowerVfs disk(seed);
            LogLoad load(seed);
            {
                DeskFile file;
                QCOMPARE(file.open(path()), QString());
                QVERIFY(file.database().exec(QStringLiteral("PRAGMA synchronous=%1").arg(synchronous)));
                disk.setHonest(honest);
                disk.cutAt(disk.operations() + 20 + 37 * seed, PowerVfs::Survival::Nothing);
                while (!disk.isCut()) {
                    const Batch batch = load.next();
                    const auto insert = [&file](const Event &event) { return file.insert(event); };
                    const bool ok = file.begin() && std::all_of(batch.events.cbegin(), batch.events.cend(), insert) &&
                                    file.remember(batch.requests.constFirst()) && file.commit();
                    load.answered(batch, ok);
                    if (!ok)
                        file.rollback();
                }
            }
            disk.setHonest(true);
            disk.powerOn();
            const Found found = look(disk, load);
            damaged += found.problem.isEmpty() ? 0 : 1;
            const qint64 missing = std::max(qint64(0), load.acknowledged() - found.stored);
            lost += missing;
            cutsWithLoss += missing > 0 ? 1 : 0;
        }
        qInfo("%lld acknowledged rows lost, in %d of 12 cuts; %d damaged", static_cast<long long>(lost), cutsWithLoss,
              damaged);
        QCOMPARE(lost > 0, loses);
        if (honest)
            QCOMPARE(damaged, 0); // NORMAL loses the newest, never the file
        if (loses)
            QVERIFY(cutsWithLoss >= 6);
    }

    void nothingAcknowledgedIsLost_data()
    {
        QTest::addColumn<int>("cuts");
        QTest::addColumn<quint32>("seed");
        const auto seed = quint32(numberFrom("TOCSIN_POWER_SEED", 1));
        int left = numberFrom("TOCSIN_POWER_CUTS", cutsPerRow);
        for (quint32 row = 0; left > 0; ++row, left -= cutsPerRow) // each has a time limit of its own
            QTest::addRow("seed %u", seed + row) << std::min(left, cutsPerRow) << seed + row;
    }
    void nothingAcknowledgedIsLost()
    {
        QFETCH(int, cuts);
        QFETCH(quint32, seed);
        QRandomGenerator random(seed);
        qint64 acknowledged = 0;
        int whileOpening = 0;
        int whileCheckpointing = 0;
        int cut = 0;
        while (cut < cuts) {
            m_dir = std::make_unique<QTemporaryDir>();
            PowerVfs disk(random.generate());
            LogLoad load(random.generate());
            for (int i = 0; i < cutsPerFile && cut < cuts; ++i, ++cut) {
                const auto survival = static_cast<PowerVfs::Survival>(cut % 4);
                // Some in the first operations (making, migrating or recovering the file), the rest anywhere in the load.
                if (i % 5 == 2) // in a checkpoint, which is rare by chance
                    disk.cutAtDatabase(1 + random.bounded(200), survival);
                else
                    disk.cutAt(1 + random.bounded(i % 3 == 0 ? 60 : 3000), survival);
                {
                    LogStore store(
                        LogStore::Options{.path = path(), .checkpointPages = 1000}); // often enough to be hit
                    const QString error = store.start();
                    QVERIFY2(error.isEmpty() || disk.isCut(), qPrintable(error));
                    const bool opening = disk.isCut();
                    whileOpening += opening ? 1 : 0;
                    if (error.isEmpty())
                        load.run(store, batchesPerCut, [&disk] { return disk.isCut(); });
                    whileCheckpointing += !opening && disk.wasCutInDatabase() ? 1 : 0;
                }
                disk.powerOn();
                const QByteArray where =
                    QByteArray("cut ") + QByteArray::number(cut) + " of seed " + QByteArray::number(seed) + ": ";
                const Found found = look(disk, load);
                QVERIFY2(found.problem.isEmpty(), where + found.problem.toUtf8());
                QVERIFY2(found.stored >= load.acknowledged(), where + QByteArray::number(load.acknowledged()) +
                                                                  " acknowledged, " + QByteArray::number(found.stored) +
                                                                  " stored");
                load.continueAfter(found.stored);
            }
            acknowledged += load.acknowledged();
        }
        qInfo("%d cuts, %d of them while the file was opened, %d in a checkpoint; %lld events acknowledged, 0 lost",
              cuts, whileOpening, whileCheckpointing, static_cast<long long>(acknowledged));
        if (cuts == cutsPerRow)
            QVERIFY(whileOpening >= 2 && whileOpening <= 25 && whileCheckpointing >= 3);
        QVERIFY(acknowledged > 50 * cuts);
    }
};

QTEST_GUILESS_MAIN(TestPowerCuts)
#include "test_powercuts.moc"
