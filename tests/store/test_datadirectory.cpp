// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/DataDirectory.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cstdio>

#ifdef Q_OS_UNIX
#include <unistd.h>
#endif

using namespace tocsin;

// As `test_datadirectory --hold DIR` this program takes the lock, says "held" or the error, and waits for its input to end;
// as `--try DIR` it gives up root's rights first and tries to write.

namespace {
constexpr auto forOthers = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;

int child(const QString &mode, const QString &path)
{
#ifdef Q_OS_UNIX
    if (mode == QLatin1String("--try") && geteuid() == 0 && setuid(65534) != 0)
        return 3;
#endif
    DataDirectory directory(path);
    const QString error = directory.lock();
    std::printf("%s\n", error.isEmpty() ? "held" : qPrintable(error));
    std::fflush(stdout);
    if (mode == QLatin1String("--hold"))
        (void)std::getchar();
    return 0;
}

QString firstLine(QProcess &process)
{
    while (!process.canReadLine()) {
        if (!process.waitForReadyRead(30'000))
            return QStringLiteral("nothing");
    }
    return QString::fromLocal8Bit(process.readLine()).trimmed();
}
} // namespace

class TestDataDirectory : public QObject
{
    Q_OBJECT
private:
    static void startChild(QProcess &process, const QString &mode, const QString &path)
    {
        process.start(QCoreApplication::applicationFilePath(), {mode, path});
    }

private Q_SLOTS:
    void aMissingDirectoryIsMadeForItsOwnerAlone()
    {
        QTemporaryDir dir;
        DataDirectory data(dir.filePath(QStringLiteral("a/b/tocsin")));
        QCOMPARE(data.lock(), QString());
        QVERIFY(QFileInfo(data.path()).isDir());
        QCOMPARE(data.lock(), QString()); // again: still ours
#ifdef Q_OS_UNIX
        QVERIFY(!(QFile::permissions(data.path()) & (forOthers | QFile::ExeGroup | QFile::ExeOther)));
#endif
#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE) // QLockFile's is readable; it holds nothing but a process id
        QVERIFY(!(QFile::permissions(data.file(QStringLiteral("tocsin.lock"))) & forOthers));
#endif
        QCOMPARE(QDir(data.path()).entryList(QDir::Files),
                 QStringList{QStringLiteral("tocsin.lock")}); // no probe is left
    }

    void aFileInThePlaceOfTheDirectoryIsAnError()
    {
        QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("file"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(DataDirectory(path).prepare().contains(QLatin1String("not a directory")));
        QVERIFY(!DataDirectory(path + QStringLiteral("/below")).prepare().isEmpty());
    }

    void twoObjectsOfOneProcessDoNotShareTheLock()
    {
        QTemporaryDir dir;
        auto first = std::make_unique<DataDirectory>(dir.path());
        DataDirectory second(dir.path());
        QCOMPARE(first->lock(), QString());
        QVERIFY(second.lock().contains(QString::number(QCoreApplication::applicationPid())));
        QCOMPARE(second.prepare(), QString()); // but one may work beside it
        first.reset();
        QCOMPARE(second.lock(), QString());
    }

    void aDirectoryInUseNamesTheProcessAndIsFreeWhenItDies_data()
    {
        QTest::addColumn<bool>("killed");
        QTest::newRow("ended") << false;
        QTest::newRow("killed") << true;
    }
    void aDirectoryInUseNamesTheProcessAndIsFreeWhenItDies()
    {
        QFETCH(bool, killed);
        QTemporaryDir dir;
        QProcess holder;
        startChild(holder, QStringLiteral("--hold"), dir.path());
        QCOMPARE(firstLine(holder), QStringLiteral("held"));
        DataDirectory mine(dir.path());
        const QString error = mine.lock();
        QVERIFY2(error.contains(QStringLiteral("in use by process %1.").arg(holder.processId())), qPrintable(error));
        if (killed)
            holder.kill();
        else
            holder.closeWriteChannel();
        QVERIFY(holder.waitForFinished());
        QCOMPARE(mine.lock(), QString());
    }

    void aDirectoryWithoutWriteAccessSaysSo()
    {
#ifdef Q_OS_UNIX
        QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("data"));
        QVERIFY(QDir().mkdir(path));
        QVERIFY(QFile::setPermissions(dir.path(), QFile::Permissions(0x7055)));
        QVERIFY(QFile::setPermissions(path, QFile::Permissions(0x5055)));
        for (const QString &tried : {path, path + QStringLiteral("/new")}) {
            QProcess process;
            startChild(process, QStringLiteral("--try"), tried);
            const QString line = firstLine(process);
            QVERIFY2(line.contains(tried) && (line.contains(QLatin1String("not writable")) ||
                                              line.contains(QLatin1String("cannot be created"))),
                     qPrintable(line));
            QVERIFY(process.waitForFinished());
        }
        QVERIFY(QFile::setPermissions(path, QFile::Permissions(0x7000)));
#else
        QSKIP("needs Unix permissions");
#endif
    }

    void theTokenKeyIsMadeOnceAndPrivate()
    {
        QTemporaryDir dir;
        DataDirectory data(dir.path());
        const auto first = data.tokenKey();
        QCOMPARE(first.error, QString());
        QCOMPARE(first.bytes.size(), 32);
        QCOMPARE(DataDirectory(dir.path()).tokenKey().bytes, first.bytes);
        QCOMPARE(QDir(dir.path()).entryList(QDir::Files), QStringList{QStringLiteral("jwt.key")});
#ifdef Q_OS_UNIX
        QVERIFY(!(QFile::permissions(data.file(QStringLiteral("jwt.key"))) & forOthers));
#endif
        QTemporaryDir other;
        QVERIFY(DataDirectory(other.path()).tokenKey().bytes != first.bytes);
    }

    void aTokenKeyOfTheWrongSizeIsRefused_data()
    {
        QTest::addColumn<int>("size");
        for (const int size : {0, 31, 33, 4096})
            QTest::newRow(qPrintable(QString::number(size))) << size;
    }
    void aTokenKeyOfTheWrongSizeIsRefused()
    {
        QFETCH(int, size);
        QTemporaryDir dir;
        DataDirectory data(dir.path());
        QFile file(data.file(QStringLiteral("jwt.key")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(size, 'k'));
        file.close();
        const auto key = data.tokenKey();
        QVERIFY(key.bytes.isEmpty() && key.error.contains(QLatin1String("damaged")));
    }

    void aDirectoryThatIsMissingGivesNoKey()
    {
        QTemporaryDir dir;
        const auto key = DataDirectory(dir.filePath(QStringLiteral("missing"))).tokenKey();
        QVERIFY(key.bytes.isEmpty() && !key.error.isEmpty());
    }
};

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 3 && arguments.at(1).startsWith(QLatin1String("--")))
        return child(arguments.at(1), arguments.at(2));
    TestDataDirectory test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_datadirectory.moc"
