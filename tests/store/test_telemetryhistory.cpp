// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/Archive.h"
#include "server/store/LogStore.h"
#include "server/store/TelemetryHistory.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QSemaphore>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <QVariant>

#ifdef Q_OS_UNIX
#include <csignal>
#include <sys/resource.h>
#endif

#include <cmath>
#include <limits>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
const TimePoint start{1'700'000'000s};
const QString van = QStringLiteral("van");
const QString speed = QStringLiteral("speed");

Reading reading(TimePoint at, double value, const QString &device = van)
{
    Reading r;
    r.deviceId = device;
    r.source = QStringLiteral("sim");
    r.receivedAt = at;
    r.position = Position{47.0, 8.0, {}, {}, 90.0, value};
    r.samples = {{speed, value},
                 {QStringLiteral("ok"), true},
                 {QStringLiteral("codes"), QStringList{QStringLiteral("P0420")}},
                 {QStringLiteral("odd"), {}}};
    return r;
}

QList<Reading> readings(TimePoint from, int count, Duration step = 1s, const QString &device = van)
{
    QList<Reading> list;
    for (int i = 0; i < count; ++i)
        list.append(reading(from + i * step, i, device));
    return list;
}
} // namespace

class TestTelemetryHistory : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_dir;
    TimePoint m_now = start;

    [[nodiscard]] QString path() const { return m_dir->filePath(QStringLiteral("history.db")); }
    [[nodiscard]] TelemetryHistory::Options options()
    {
        TelemetryHistory::Options options;
        options.path = path();
        options.flushInterval = 1h; // queries write what waits
        options.housekeepingInterval = 3600s;
        options.clock = [this] { return m_now; };
        return options;
    }
    static HistoryResult ask(TelemetryHistory &history, const HistoryQuery &query)
    {
        std::optional<HistoryResult> result;
        history.history(query, [&](const HistoryResult &r) { result = r; });
        if (!QTest::qWaitFor([&] { return result.has_value(); }, 30'000))
            return {QStringLiteral("no answer"), {}};
        return *result;
    }
    static ReadingsResult ask(TelemetryHistory &history, const ReadingsQuery &query)
    {
        std::optional<ReadingsResult> result;
        history.readings(query, [&](const ReadingsResult &r) { result = r; });
        if (!QTest::qWaitFor([&] { return result.has_value(); }, 30'000))
            return {QStringLiteral("no answer"), {}};
        return *result;
    }
    static HistoryQuery all(int maxPoints = 20'000) { return {van, {speed}, start - 1000h, start + 1000h, maxPoints}; }
    static int fileCount(const QString &directory, const QString &filter)
    {
        return int(QDir(directory).entryList({filter}, QDir::Files).size());
    }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_now = start;
    }

    void readingsComeBackWholeNewestFirst()
    {
        TelemetryHistory history(options());
        QCOMPARE(history.start(), QString());
        const QList<Reading> sent = readings(start, 50);
        history.record(sent.first(20));
        history.record(sent.sliced(20));
        history.record(readings(start, 5, 1s, QStringLiteral("other")));
        const ReadingsResult result = ask(history, ReadingsQuery{van, {}, {}, 1000});
        QCOMPARE(result.error, QString());
        QCOMPARE(result.readings.size(), 50);
        for (int i = 0; i < 50; ++i)
            QVERIFY(result.readings.at(i) == sent.at(49 - i));
        QCOMPARE(history.recorded(), 55);
        QCOMPARE(history.dropped(), 0);
    }

    void readingsAreLimitedInNumberAndTime_data()
    {
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("to");
        QTest::addColumn<int>("limit");
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("newest"); // second of the first one
        QTest::newRow("none") << 0 << 5000 << 0 << 0 << 0;
        QTest::newRow("negative") << 0 << 5000 << -1 << 0 << 0;
        QTest::newRow("one") << 0 << 5000 << 1 << 1 << 3999;
        QTest::newRow("all") << 0 << 5000 << 10'000 << 4000 << 3999;
        QTest::newRow("inside") << 1000 << 1999 << 10'000 << 1000 << 1999;
        QTest::newRow("inside, limited") << 1000 << 1999 << 10 << 10 << 1999;
        QTest::newRow("a moment") << 1500 << 1500 << 10 << 1 << 1500;
        QTest::newRow("before") << -500 << -1 << 10 << 0 << 0;
        QTest::newRow("after") << 4000 << 9000 << 10 << 0 << 0;
        QTest::newRow("the wrong way round") << 2000 << 1000 << 10 << 0 << 0;
    }
    void readingsAreLimitedInNumberAndTime()
    {
        QFETCH(int, from);
        QFETCH(int, to);
        QFETCH(int, limit);
        QFETCH(int, count);
        QFETCH(int, newest);
        TelemetryHistory history(options());
        QCOMPARE(history.start(), QString());
        for (int i = 0; i < 4000; i += 500)
            history.record(readings(start + i * 1s, 500));
        const auto result = ask(history, ReadingsQuery{van, start + from * 1s, start + to * 1s, limit});
        QCOMPARE(result.readings.size(), count);
        if (count > 0)
            QVERIFY(result.readings.first().receivedAt == start + newest * 1s);
    }

    void anUnknownDeviceHasNoHistory()
    {
        TelemetryHistory history(options());
        QCOMPARE(history.start(), QString());
        QVERIFY(ask(history, ReadingsQuery{QStringLiteral("nobody"), {}, {}, 10}).readings.isEmpty());
        HistoryQuery query = all();
        QVERIFY(ask(history, query).series.isEmpty());
        history.record(readings(start, 1));
        query.channels = {QStringLiteral("nothing")};
        const auto result = ask(history, query);
        QVERIFY(result.error.isEmpty() && result.series.isEmpty());
    }

    void historyHasTheChannelsThatWereAskedFor()
    {
        TelemetryHistory history(options());
        QCOMPARE(history.start(), QString());
        Reading rich = reading(start, 5);
        rich.samples.append({QStringLiteral("broken"), std::numeric_limits<double>::quiet_NaN()});
        rich.samples.append({QStringLiteral("word"), QStringLiteral("12")});
        history.record({rich, reading(start + 1s, 6)});
        HistoryQuery query = all();
        query.channels.clear(); // all numeric ones
        const auto result = ask(history, query);
        QCOMPARE(result.series.size(), 2);
        QCOMPARE(result.series.at(0).channel, QStringLiteral("ok"));
        QCOMPARE(result.series.at(1).channel, speed);
        QVERIFY(result.series.at(1).points == (QList<HistoryPoint>{{start, 5}, {start + 1s, 6}}));
        query.channels = {QStringLiteral("ok"), QStringLiteral("word")};
        const auto some = ask(history, query);
        QCOMPARE(some.series.size(), 1);
        QVERIFY(some.series.at(0).points == (QList<HistoryPoint>{{start, 1}, {start + 1s, 1}}));
    }

    void aSpikeInADayIsNeverLost_data()
    {
        QTest::addColumn<int>("at");
        for (const int at : {0, 1024, 86'399})
            QTest::newRow(qPrintable(QString::number(at))) << at;
    }
    void aSpikeInADayIsNeverLost()
    {
        QFETCH(int, at);
        TelemetryHistory::Options few = options();
        few.flushSamples = 1'000'000; // one write, so the day lies in few parts
        few.maxWaitingSamples = 10'000'000;
        TelemetryHistory history(few);
        QCOMPARE(history.start(), QString());
        QList<Reading> day;
        for (int i = 0; i < 86'400; ++i) {
            Reading r;
            r.deviceId = van;
            r.receivedAt = start + i * 1s;
            r.samples = {{speed, i == at ? -999.0 : std::floor(500 * std::sin(i * 0.001)) / 10}};
            day.append(r);
        }
        history.record(day);
        const auto result = ask(history, all(1000));
        QCOMPARE(result.series.size(), 1);
        const auto &points = result.series.first().points;
        QVERIFY(points.size() <= 1000 && points.size() > 900);
        QVERIFY(points.contains(HistoryPoint{start + at * 1s, -999.0}));
        QVERIFY(
            std::is_sorted(points.cbegin(), points.cend(), [](const auto &a, const auto &b) { return a.at < b.at; }));
    }

    void everythingIsThereAfterARestart_data()
    {
        QTest::addColumn<int>("batches");
        QTest::newRow("a few parts") << 3;
        QTest::newRow("enough to be sorted into chunks") << 700;
    }
    void everythingIsThereAfterARestart()
    {
        QFETCH(int, batches);
        TelemetryHistory::Options often = options();
        often.flushInterval = 1ms;
        often.flushSamples = 1;
        const int devices = 3;
        {
            QThread thread;
            TelemetryHistory history(often);
            history.moveToThread(&thread);
            thread.start();
            QString error;
            QMetaObject::invokeMethod(&history, [&] { error = history.start(); }, Qt::BlockingQueuedConnection);
            QCOMPARE(error, QString());
            for (int batch = 0; batch < batches; ++batch) {
                for (int d = 0; d < devices; ++d)
                    history.record({reading(start + batch * 1s, batch, QString::number(d))});
                QSemaphore written; // a query writes what waits: each second becomes a part of its own
                history.readings({van, {}, {}, 1}, [&](const ReadingsResult &) { written.release(); });
                written.acquire();
            }
            QCOMPARE(history.recorded(), qint64(batches) * devices);
            QMetaObject::invokeMethod(&history, [&] { history.stop(); }, Qt::BlockingQueuedConnection);
            thread.quit();
            thread.wait();
        }
        TelemetryHistory history(options());
        QCOMPARE(history.start(), QString());
        for (int d = 0; d < devices; ++d) {
            const auto result = ask(history, ReadingsQuery{QString::number(d), {}, {}, 10'000});
            QCOMPARE(result.readings.size(), batches);
            for (int i = 0; i < batches; ++i)
                QVERIFY(result.readings.at(i) ==
                        reading(start + (batches - 1 - i) * 1s, batches - 1 - i, QString::number(d)));
            HistoryQuery query = all();
            query.deviceId = QString::number(d);
            const auto series = ask(history, query).series;
            QCOMPARE(series.size(), 1);
            QCOMPARE(series.first().points.size(), batches);
        }
    }

    void sortingThatIsInterruptedAnywhereLosesAndDoublesNothing()
    {
        // 40 devices × 10 parts; sorted one step at a time, the file opened anew after each.
        const int devices = 40;
        const int parts = 10;
        {
            HistoryFile file;
            QCOMPARE(file.open(path()).error, QString());
            for (int part = 0; part < parts; ++part) {
                QList<Reading> batch;
                for (int d = 0; d < devices; ++d)
                    batch += readings(start + part * 60s, 20, 1s, QString::number(d));
                QVERIFY(file.write({batch}));
            }
        }
        const auto countOf = [](HistoryFile &file, int d) {
            const auto device = file.findDevice(QString::number(d));
            qsizetype count = 0;
            const auto add = [&](const QByteArray &bytes) {
                count += decodeChunk(bytes, {}, [](quint32) { return QString(); })->size();
            };
            for (const auto &part : file.loose(*device))
                add(part.bytes);
            const auto span = file.chunks(*device, 0, std::numeric_limits<qint64>::max());
            for (const qint64 id : span->chunks)
                add(*file.chunk(id));
            return count;
        };
        HistoryFile::Step step = HistoryFile::Step::More;
        int reopened = 0;
        while (step == HistoryFile::Step::More) {
            HistoryFile file;
            QCOMPARE(file.open(path()).error, QString());
            step = file.sortSome();
            QVERIFY(step != HistoryFile::Step::Failed);
            if (reopened == 0)
                QVERIFY(file.write({readings(start + 9000s, 20, 1s, QStringLiteral("0"))})); // goes on meanwhile
            ++reopened;
            HistoryFile again;
            file.close();
            QCOMPARE(again.open(path()).error, QString());
            for (int d = 0; d < devices; ++d)
                QCOMPARE(countOf(again, d), parts * 20 + (d == 0 ? 20 : 0));
        }
        HistoryFile file;
        QCOMPARE(file.open(path()).error, QString());
        QCOMPARE(file.database().value(QStringLiteral("SELECT frozen FROM progress")).toInt(), 0);
        QCOMPARE(file.database().value(QStringLiteral("SELECT count(*) FROM journal")).toInt(), 1);
        QVERIFY(!file.wantsSorting(start));
        QVERIFY(file.wantsSorting(start + 9000s + 2h)); // what is old is not left lying
        QVERIFY(file.sortSome() == HistoryFile::Step::Done);
        QCOMPARE(file.looseBytes(), 0);
    }

    void aClockThatIsSetBackLosesNothing()
    {
        TelemetryHistory history(options());
        QCOMPARE(history.start(), QString());
        history.record(readings(start + 500h, 10));
        history.record(readings(start, 10));
        history.record(readings(start - 500h, 10));
        QCOMPARE(ask(history, all()).series.first().points.size(), 30);
        const auto newest = ask(history, ReadingsQuery{van, {}, {}, 5}).readings;
        QCOMPARE(newest.size(), 5);
        QVERIFY(newest.first().receivedAt == start + 500h + 9s);
    }

    void whatIsOlderThanTheRetentionGoes()
    {
        m_now = start + 10h;
        {
            HistoryFile file;
            QCOMPARE(file.open(path()).error, QString());
            for (int hour = 0; hour < 10; ++hour)
                QVERIFY(file.write({readings(start + hour * 1h, 3000)}));
            while (file.sortSome() == HistoryFile::Step::More) {
            }
        }
        TelemetryHistory::Options shortly = options();
        shortly.retention = 5h;
        TelemetryHistory history(shortly);
        QCOMPARE(history.start(), QString()); // begins with housekeeping
        // A chunk goes when all of it is too old: at most an hour stays longer.
        const auto oldest = [&] { return ask(history, all()).series.first().points.first().at; };
        QTRY_VERIFY(oldest() >= start + 4h);
        QVERIFY(oldest() <= start + 5h);
        QCOMPARE(ask(history, ReadingsQuery{van, start + 9h, {}, 10'000}).readings.size(), 3000);
    }

    void removalIsDoneInSlicesAndGivesTheDiskBack()
    {
        HistoryFile file;
        QCOMPARE(file.open(path()).error, QString());
        QCOMPARE(file.database().value(QStringLiteral("PRAGMA synchronous")).toInt(), 1);
        QCOMPARE(file.database().value(QStringLiteral("PRAGMA auto_vacuum")).toInt(), 2);
        for (int i = 0; i < 300; ++i) {
            Reading large; // alone in its chunk: the next one comes more than an hour later
            large.deviceId = van;
            large.receivedAt = start + i * 2h;
            large.samples = {{QStringLiteral("text"), QString(50'000, QLatin1Char('x'))}};
            QVERIFY(file.write({{large}}));
        }
        while (file.sortSome() == HistoryFile::Step::More) {
        }
        const auto pages = [&] { return file.database().value(QStringLiteral("PRAGMA page_count")).toInt(); };
        const int before = pages();
        int steps = 0;
        while (file.expireSome(start + 400h) == HistoryFile::Step::More)
            ++steps;
        QVERIFY(steps >= 2); // 200 chunks, at most 100 at a time
        QCOMPARE(file.database().value(QStringLiteral("SELECT count(*) FROM chunks")).toInt(), 100);
        QVERIFY2(pages() < before / 2 + 2500, qPrintable(QStringLiteral("%1 of %2").arg(pages()).arg(before)));
        QVERIFY(file.expireSome(start) == HistoryFile::Step::Done);
    }

    void theBufferDropsTheOldestAndCounts()
    {
        TelemetryHistory::Options few = options();
        few.maxWaitingSamples = 100 * 5; // a reading of ours counts five
        few.flushSamples = 1'000'000;
        TelemetryHistory history(few);
        QCOMPARE(history.start(), QString());
        for (int i = 0; i < 15; ++i)
            history.record(readings(start + i * 10s, 10));
        QCOMPARE(history.dropped(), 50);
        auto kept = ask(history, ReadingsQuery{van, {}, {}, 1000}).readings;
        QCOMPARE(kept.size(), 100);
        QVERIFY(kept.last().receivedAt == start + 50s); // the oldest are gone
        history.record(readings(start + 1h, 1000));     // one batch alone beyond the bound
        QCOMPARE(history.dropped(), 950);
        kept = ask(history, ReadingsQuery{van, start + 1h, {}, 1000}).readings;
        QCOMPARE(kept.size(), 100);
        QVERIFY(kept.first().receivedAt == start + 1h + 999s);
    }

    void tooManyQueriesAreRefusedAndTheRestAnsweredAtTheEnd()
    {
        TelemetryHistory::Options few = options();
        few.maxQueries = 2;
        TelemetryHistory history(few);
        LogStore log({});
        Archive archive(log, history);
        QStringList errors;
        const auto note = [&](const auto &result) { errors.append(result.error); };
        archive.history(all(), note);
        QVERIFY(errors.takeFirst().contains(QLatin1String("closed"))); // not yet started
        QCOMPARE(history.start(), QString());
        archive.history(all(), note);
        archive.readings({van, {}, {}, 1}, note);
        QVERIFY(errors.isEmpty());
        archive.history(all(), note);
        archive.readings({van, {}, {}, 1}, note);
        QCOMPARE(errors.size(), 2);
        QVERIFY(errors.first().contains(QLatin1String("Too many")));
        history.stop();
        QCOMPARE(errors.size(), 4);
        QVERIFY(errors.last().contains(QLatin1String("closed")));
        history.record(readings(start, 3));
        QCOMPARE(history.dropped(), 3);
    }

    void aDamagedFileIsMovedAsideAndANewOneBegun_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("words")
            << QByteArray("this is no database, but long enough to look like a file of some kind\n").repeated(50);
        QTest::newRow("zeroes, then words") << QByteArray(100, '\0') + QByteArray(5000, 'x');
        QTest::newRow("only the header of one") << QByteArray("SQLite format 3\0", 16) + QByteArray(200, '\xee');
    }
    void aDamagedFileIsMovedAsideAndANewOneBegun()
    {
        QFETCH(QByteArray, content);
        QFile file(path());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        TelemetryHistory history(options());
        QTest::ignoreMessage(QtWarningMsg,
                             QRegularExpression(QStringLiteral("moved to .* and a new history is begun")));
        QCOMPARE(history.start(), QString());
        history.record(readings(start, 5));
        QCOMPARE(ask(history, ReadingsQuery{van, {}, {}, 10}).readings.size(), 5);
        const QStringList aside = QDir(m_dir->path()).entryList({QStringLiteral("history.db.damaged-*")}, QDir::Files);
        QCOMPARE(aside.size(), 1);
        QFile kept(m_dir->filePath(aside.first()));
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QCOMPARE(kept.readAll(), content);
    }

    void aDirectoryInThePlaceOfTheFileIsMovedAside()
    {
        QVERIFY(QDir().mkdir(path()));
        TelemetryHistory history(options());
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("a new history is begun")));
        QCOMPARE(history.start(), QString());
    }

    void damageFoundWhileRunningDoesNotStopTheHistory()
    {
        {
            HistoryFile file;
            QCOMPARE(file.open(path()).error, QString());
            for (int i = 0; i < 40; ++i)
                QVERIFY(file.write({readings(start + i * 1h, 1000)}));
            while (file.sortSome() == HistoryFile::Step::More) {
            }
        }
        TelemetryHistory history(options());
        QCOMPARE(history.start(), QString());
        QFile file(path());
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(qint64(2) * 4096));
        file.write(QByteArray(int(file.size()) - 2 * 4096, '\x5a')); // all but the schema
        file.close();
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("a new history is begun")));
        const auto result = ask(history, all());
        QVERIFY(!result.error.isEmpty());
        history.record(readings(start, 5));
        QCOMPARE(ask(history, ReadingsQuery{van, {}, {}, 10}).readings.size(), 5);
        QCOMPARE(fileCount(m_dir->path(), QStringLiteral("history.db.damaged-*")) >= 1, true);
    }

    void aFileOfALaterVersionIsRefusedAndLeftAlone()
    {
        {
            HistoryFile file;
            QCOMPARE(file.open(path()).error, QString());
            QVERIFY(file.database().exec(QStringLiteral("PRAGMA user_version=7")));
        }
        TelemetryHistory history(options());
        const QString error = history.start();
        QVERIFY2(error.contains(path()) && error.contains(QLatin1String("newer")), qPrintable(error));
        QCOMPARE(fileCount(m_dir->path(), QStringLiteral("history.db.damaged-*")), 0);
    }

    void aFullDiskIsSurvived()
    {
#ifdef Q_OS_UNIX
        TelemetryHistory history(options());
        QCOMPARE(history.start(), QString());
        history.record(readings(start, 10));
        QCOMPARE(ask(history, ReadingsQuery{van, {}, {}, 1000}).readings.size(), 10);
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        QCOMPARE(getrlimit(RLIMIT_FSIZE, &before), 0);
        rlimit none = before;
        none.rlim_cur = rlim_t(QFile(path() + QStringLiteral("-wal")).size());
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &none), 0);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("cannot be written")));
        Reading fresh = reading(start + 1h, 1); // a new name too: it must not be thought written
        fresh.samples.append({QStringLiteral("new"), 1.0});
        history.record({fresh});
        const auto during = ask(history, ReadingsQuery{van, {}, {}, 1000});
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &before), 0);
        QCOMPARE(during.readings.size(), 10);
        const auto after = ask(history, ReadingsQuery{van, {}, {}, 1000}); // waited, and was written now
        QCOMPARE(after.readings.size(), 11);
        QVERIFY(after.readings.first() == fresh);
        QCOMPARE(history.dropped(), 0);
        history.stop();
        QCOMPARE(history.start(), QString());
        QVERIFY(ask(history, ReadingsQuery{van, {}, {}, 1}).readings.first() == fresh);
#else
        QSKIP("needs RLIMIT_FSIZE");
#endif
    }
};

QTEST_GUILESS_MAIN(TestTelemetryHistory)
#include "test_telemetryhistory.moc"
