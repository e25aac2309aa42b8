// SPDX-License-Identifier: GPL-3.0-or-later
// The durable acknowledge, end to end: Desk::submit() to its reply, on the real log (synchronous = FULL) with the desk, the store and its
// reader on their threads. First at a steady rate, then as fast as it goes with 2,000 under way. Then, when asked for, the start on
// a log of that many events. Prints JSON.
// Usage: bench_commit [SECONDS [RATE [EVENTS [DIR]]]]      (default 5 1000 0; DIR decides which disk is measured)

#include "server/desk/Desk.h"
#include "server/desk/RulesFile.h"
#include "server/store/HeadCopies.h"
#include "server/store/LogStore.h"
#include "server/store/LogVerifier.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSemaphore>
#include <QTemporaryDir>
#include <QThread>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <numeric>
#include <vector>

#ifdef Q_OS_UNIX
#include <fcntl.h>
#include <unistd.h>
#endif

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
class NoArchive : public ReadingArchive
{
public:
    void record(const QList<Reading> &) override {}
};

double processSeconds()
{
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return double(used.tv_sec) + double(used.tv_nsec) * 1e-9;
}

double ms(std::vector<qint64> &sorted, double part)
{
    if (sorted.empty())
        return 0;
    return double(sorted[std::min(sorted.size() - 1, std::size_t(double(sorted.size()) * part))]) / 1e6;
}

QJsonObject summary(std::vector<qint64> latencies, double seconds, double cpu)
{
    std::sort(latencies.begin(), latencies.end());
    return {{QStringLiteral("requests"), qint64(latencies.size())},
            {QStringLiteral("per_second"), std::round(double(latencies.size()) / seconds)},
            {QStringLiteral("p50_ms"), ms(latencies, 0.5)},
            {QStringLiteral("p99_ms"), ms(latencies, 0.99)},
            {QStringLiteral("max_ms"), ms(latencies, 1)},
            {QStringLiteral("cpu_us_per_request"), 1e6 * cpu / double(latencies.size())}};
}

/// What the disk alone costs: 4 KiB written and synced, at the end of a file that grows, or again and again into one that does not
/// (as a write-ahead log does from its second round on).
QJsonObject diskAlone(const QString &path, bool growing)
{
    std::vector<qint64> latencies;
#ifdef Q_OS_UNIX
    const int fd = ::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT, 0600);
    const std::vector<char> block(4096, 'x');
    constexpr int blocks = 300;
    if (!growing) {
        for (int i = 0; i < blocks; ++i)
            (void)!::write(fd, block.data(), block.size());
        ::fsync(fd);
    }
    for (int i = 0; i < blocks; ++i) {
        QElapsedTimer clock;
        clock.start();
        if (::pwrite(fd, block.data(), block.size(), off_t(i) * off_t(block.size())) < 0 || ::fdatasync(fd) != 0)
            break;
        latencies.push_back(clock.nsecsElapsed());
    }
    ::close(fd);
#endif
    std::sort(latencies.begin(), latencies.end());
    const double sum = std::accumulate(latencies.cbegin(), latencies.cend(), 0.0);
    return {{QStringLiteral("p50_ms"), ms(latencies, 0.5)},
            {QStringLiteral("p99_ms"), ms(latencies, 0.99)},
            {QStringLiteral("per_second"), std::round(double(latencies.size()) * 1e9 / std::max(sum, 1.0))}};
}

/// Store and desk on their threads, as in the program.
class Server
{
public:
    explicit Server(const QString &directory) : m_log(options(directory))
    {
        m_store.start();
        m_deskThread.start();
        m_log.moveToThread(&m_store);
        QMetaObject::invokeMethod(
            &m_log,
            [this] {
                QElapsedTimer clock;
                clock.start();
                if (const QString error = m_log.start(); !error.isEmpty())
                    qFatal("%s", qPrintable(error));
                m_openMs = double(clock.nsecsElapsed()) / 1e6;
                clock.start();
                m_loaded = m_log.load();
                m_loadMs = double(clock.nsecsElapsed()) / 1e6;
            },
            Qt::BlockingQueuedConnection);
        m_desk = std::make_unique<Desk>(DeskSettings(), builtInRules(), m_log, m_archive, m_loaded.snapshot,
                                        m_loaded.requests);
        m_desk->moveToThread(&m_deskThread);
        QMetaObject::invokeMethod(m_desk.get(), &Desk::start, Qt::BlockingQueuedConnection);
    }
    ~Server()
    {
        QSemaphore stopped;
        QObject::connect(m_desk.get(), &Desk::stopped, m_desk.get(), [&stopped] { stopped.release(); });
        QMetaObject::invokeMethod(m_desk.get(), &Desk::stop, Qt::QueuedConnection);
        stopped.acquire();
        QMetaObject::invokeMethod(m_desk.get(), [this] { m_desk.reset(); }, Qt::BlockingQueuedConnection);
        QMetaObject::invokeMethod(&m_log, [this] { m_log.stop(); }, Qt::BlockingQueuedConnection);
        m_deskThread.quit();
        m_store.quit();
        m_deskThread.wait();
        m_store.wait();
    }
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    static LogStore::Options options(const QString &directory)
    {
        LogStore::Options options;
        options.path = directory + QStringLiteral("/desk.db");
        options.headKey = HeadKey(QByteArray(HeadKey::seedBytes, 's'));
        options.headCopies = directory + QStringLiteral("/heads");
        return options;
    }
    Desk &desk() { return *m_desk; }
    LogStore &log() { return m_log; }
    [[nodiscard]] double openMs() const { return m_openMs; }
    [[nodiscard]] double loadMs() const { return m_loadMs; }
    [[nodiscard]] qint64 seq() const { return m_loaded.snapshot.seq; }

private:
    QThread m_store;
    QThread m_deskThread;
    LogStore m_log;
    NoArchive m_archive;
    DeskFile::Loaded m_loaded;
    double m_openMs = 0;
    double m_loadMs = 0;
    std::unique_ptr<Desk> m_desk;
};

/// Lines from 200 people; every fiftieth request is a call for help.
Request request(qint64 n)
{
    static const QString run = QString::number(QDateTime::currentMSecsSinceEpoch(), 36);
    const QString user = QStringLiteral("user%1").arg(n % 200);
    const QString id = QStringLiteral("%1-%2").arg(run).arg(n);
    const Actor actor{Actor::Kind::User, user, user, {}};
    if (n % 50 == 0) {
        RaisePanic panic;
        panic.userId = user;
        panic.clientAlertId = id;
        return {id, actor, panic};
    }
    SendChat chat;
    chat.thread = chatThreadOfUser(user);
    chat.text = QStringLiteral("Line %1: two vehicles at the corner, one person hurt, the road is blocked.").arg(n);
    chat.clientMessageId = id;
    return {id, actor, chat};
}

QJsonObject measure(Server &server, double seconds, int rate, int window)
{
    static qint64 number = 0;
    std::vector<qint64> latencies;
    QSemaphore free(window);
    std::atomic<int> refused{0};
    QElapsedTimer clock;
    clock.start();
    const double cpuBefore = processSeconds();
    const qint64 transactionsBefore = server.log().transactions();
    qint64 sent = 0;
    // Replies come on the desk's thread alone, so the list has one writer.
    while (double(clock.nsecsElapsed()) < seconds * 1e9) {
        if (rate > 0 && double(sent) > double(clock.nsecsElapsed()) * 1e-9 * rate) {
            QThread::usleep(500);
            continue;
        }
        free.acquire();
        ++sent;
        const qint64 at = clock.nsecsElapsed();
        server.desk().submit(request(++number), [&, at](const Outcome &outcome) {
            latencies.push_back(clock.nsecsElapsed() - at);
            refused += outcome.ok ? 0 : 1;
            free.release();
        });
    }
    free.acquire(window); // all answered
    const double took = double(clock.nsecsElapsed()) * 1e-9;
    QJsonObject result = summary(std::move(latencies), took, processSeconds() - cpuBefore);
    result.insert(QStringLiteral("refused"), refused.load());
    result.insert(QStringLiteral("transactions"), server.log().transactions() - transactionsBefore);
    return result;
}

void fill(Server &server, qint64 events)
{
    QSemaphore free(2000);
    for (qint64 n = 0; n < events; ++n) {
        free.acquire();
        server.desk().submit(request(1'000'000'000 + n), [&free](const Outcome &) { free.release(); });
    }
    free.acquire(2000);
}
} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const double seconds = arguments.value(1, QStringLiteral("5")).toDouble();
    const int rate = arguments.value(2, QStringLiteral("1000")).toInt();
    const qint64 events = arguments.value(3, QStringLiteral("0")).toLongLong();
    const QTemporaryDir dir(arguments.value(4, QDir::tempPath()) + QStringLiteral("/bench-commit-XXXXXX"));

    QJsonObject result;
    result.insert(QStringLiteral("append_and_sync_4k"), diskAlone(dir.filePath(QStringLiteral("growing")), true));
    result.insert(QStringLiteral("overwrite_and_sync_4k"), diskAlone(dir.filePath(QStringLiteral("fixed")), false));
    {
        Server server(dir.path());
        measure(server, 1, rate, 2000); // warm
        result.insert(QStringLiteral("steady"), measure(server, seconds, rate, 2000));
        result.insert(QStringLiteral("saturated"), measure(server, seconds, 0, 2000));
        if (events > 0)
            fill(server, events);
    }
    if (events > 0) {
        double openMs = 0;
        double loadMs = 0;
        qint64 seq = 0;
        {
            const Server server(dir.path());
            openMs = server.openMs();
            loadMs = server.loadMs();
            seq = server.seq();
        }
        QElapsedTimer clock;
        clock.start();
        LogVerifier::Options options;
        options.path = dir.filePath(QStringLiteral("desk.db"));
        const VerifyReport report = LogVerifier::verify(options);
        result.insert(QStringLiteral("start"),
                      QJsonObject{{QStringLiteral("events"), seq},
                                  {QStringLiteral("file_mb"), double(QFileInfo(options.path).size()) / 1e6},
                                  {QStringLiteral("open_and_check_ms"), openMs},
                                  {QStringLiteral("load_ms"), loadMs},
                                  {QStringLiteral("verify_ms"), double(clock.elapsed())},
                                  {QStringLiteral("damages"), qint64(report.found.size())}});
    }
    std::printf("%s", QJsonDocument(result).toJson(QJsonDocument::Indented).constData());
    return 0;
}
