// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/LogStore.h"
#include "tests/support/Damages.h"
#include "tests/support/Events.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cstdio>

using namespace tocsin;
using namespace tocsin::test;

// This program is its own victim: as `test_logcrash --append FILE` it appends for ever and writes the seq of each batch to
// its standard output once the store has said that it is durable.

namespace {
int appendForEver(const QString &path)
{
    LogStore::Options options;
    options.path = path;
    LogStore store(options);
    if (const QString error = store.start(); !error.isEmpty()) {
        std::fprintf(stderr, "%s\n", qPrintable(error));
        return 2;
    }
    RandomEvents random(99);
    qint64 seq = store.load().snapshot.seq;
    const std::function<void()> next = [&] {
        QList<Event> batch;
        for (int i = 0; i < 3; ++i) {
            ++seq;
            batch.append(seq % 3 == 0 ? alertEvent(seq, QStringLiteral("a%1").arg(seq % 20)) : chatEvent(seq));
        }
        store.append({batch, {}}, [&, last = seq](const CommitResult &result) {
            if (!result.ok)
                std::_Exit(3);
            std::printf("%lld\n", static_cast<long long>(last));
            std::fflush(stdout);
            next();
        });
    };
    for (int i = 0; i < 8; ++i) // several under way, so that kills hit shared transactions
        next();
    return QCoreApplication::exec();
}
} // namespace

class TestLogCrash : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nothingAcknowledgedIsLostByKill()
    {
        QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("desk.db"));
        qint64 acknowledgedEver = 0;
        for (int kill = 0; kill < 8; ++kill) {
            QProcess child;
            child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--append"), path});
            QVERIFY(child.waitForStarted());
            // Killed after a different number of acknowledgements each time: the moment within a commit is the machine's dice.
            const qint64 until = acknowledgedEver + 3 * (1 + qint64(kill) * 17);
            qint64 acknowledged = 0;
            QByteArray output;
            while (acknowledged < until) {
                QVERIFY2(child.waitForReadyRead(30'000), child.readAllStandardError().constData());
                output += child.readAllStandardOutput();
                const qsizetype end = output.lastIndexOf('\n');
                if (end > 0)
                    acknowledged = output.first(end).mid(output.lastIndexOf('\n', end - 1) + 1).toLongLong();
            }
            child.kill();
            QVERIFY(child.waitForFinished());
            QCOMPARE(child.exitStatus(), QProcess::CrashExit);
            output += child.readAllStandardOutput(); // said before it died
            const qsizetype end = output.lastIndexOf('\n');
            acknowledged = output.first(end).mid(output.lastIndexOf('\n', end - 1) + 1).toLongLong();

            LogStore::Options options;
            options.path = path;
            LogStore store(options);
            QCOMPARE(store.start(), QString()); // quick_check and the gap check are part of it
            const qint64 stored = store.load().snapshot.seq;
            QVERIFY2(stored >= acknowledged, qPrintable(QStringLiteral("%1 < %2").arg(stored).arg(acknowledged)));
            QCOMPARE(stored % 3, 0); // batches are whole
            QCOMPARE(damages(path), QStringList());
            acknowledgedEver = stored;
        }
    }
};

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 3 && arguments.at(1) == QLatin1String("--append"))
        return appendForEver(arguments.at(2));
    TestLogCrash test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_logcrash.moc"
