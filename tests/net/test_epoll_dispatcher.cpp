// SPDX-License-Identifier: GPL-3.0-or-later
// The same scenarios on Qt's dispatcher and on ours; what happened must be the same.
#include "server/net/EpollDispatcher.h"
#include "server/net/ServerThread.h"
#include "tests/net/ServerFixture.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QSignalSpy>
#include <QTcpServer>
#include <QThread>
#include <QTimer>

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>

using namespace tocsin::net;
using namespace tocsin::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

/// What happened, in order.
using Log = QStringList;
using Scenario = std::function<void(QObject &context, Log &log)>;

/// Runs a scenario in a thread with the given dispatcher until it quits its loop.
Log run(const Scenario &scenario, bool ours)
{
    Log log;
    QThread thread;
    if (ours)
        setServerEventDispatcher(thread);
    auto *const object = new QObject;
    object->moveToThread(&thread);
    QObject::connect(&thread, &QThread::finished, object, &QObject::deleteLater); // there, with its timers
    QObject::connect(&thread, &QThread::started, object, [&] {
        const bool isOurs = qobject_cast<EpollDispatcher *>(QAbstractEventDispatcher::instance()) != nullptr;
        if (isOurs != ours)
            log << u"the wrong dispatcher"_s;
        scenario(*object, log);
    });
    thread.start();
    if (!thread.wait(20'000)) {
        log << u"did not end"_s;
        thread.quit();
        thread.wait();
    }
    return log;
}

void quit()
{
    QThread::currentThread()->quit();
}

struct SocketPair
{
    SocketPair() { [[maybe_unused]] const int made = ::socketpair(AF_UNIX, SOCK_STREAM, 0, fd.data()); }
    SocketPair(const SocketPair &) = delete;
    SocketPair &operator=(const SocketPair &) = delete;
    ~SocketPair()
    {
        for (const int one : fd) {
            if (one >= 0)
                ::close(one);
        }
    }
    void poke() const { [[maybe_unused]] const auto n = ::write(fd[1], "x", 1); }
    void take() const
    {
        char byte = 0;
        [[maybe_unused]] const auto n = ::read(fd[0], &byte, 1);
    }
    std::array<int, 2> fd{-1, -1};
};

QTimer *timer(QObject &context, std::chrono::milliseconds interval, Qt::TimerType type = Qt::PreciseTimer)
{
    auto *made = new QTimer(&context);
    made->setTimerType(type);
    made->setInterval(interval);
    return made;
}

void postedEvents(QObject &context, Log &log)
{
    for (int i = 0; i < 3; ++i) {
        QMetaObject::invokeMethod(&context, [&log, i] { log << QString::number(i); }, Qt::QueuedConnection);
    }
    QMetaObject::invokeMethod(
        &context,
        [&context, &log] {
            log << u"posts another"_s;
            QMetaObject::invokeMethod(
                &context,
                [&log] {
                    log << u"last"_s;
                    quit();
                },
                Qt::QueuedConnection);
        },
        Qt::QueuedConnection);
}

void wakeUpsFromOtherThreads(QObject &context, Log &log)
{
    auto *count = new int(0);
    for (int t = 0; t < 4; ++t) {
        QThread *const other = QThread::create([&context, &log, count] {
            for (int i = 0; i < 500; ++i) {
                QMetaObject::invokeMethod(
                    &context,
                    [&log, count] {
                        if (++*count == 2000) {
                            log << u"2000 came"_s;
                            delete count;
                            quit();
                        }
                    },
                    Qt::QueuedConnection);
            }
        });
        other->setParent(&context); // whose end waits for it: its own deleteLater() may come when this loop has ended
        other->start();
    }
}

void timersInOrder(QObject &context, Log &log)
{
    for (const int ms : {40, 5, 80, 20, 0}) {
        QTimer *const t = timer(context, std::chrono::milliseconds(ms));
        t->setSingleShot(true);
        QObject::connect(t, &QTimer::timeout, &context, [&log, ms] {
            log << QString::number(ms);
            if (ms == 80)
                quit();
        });
        t->start();
    }
}

void coarseTimersFire(QObject &context, Log &log)
{
    const auto started = std::make_shared<QElapsedTimer>();
    started->start();
    QTimer *const coarse = timer(context, 100ms, Qt::CoarseTimer);
    QTimer *const veryCoarse = timer(context, 1000ms, Qt::VeryCoarseTimer);
    QObject::connect(coarse, &QTimer::timeout, &context, [&log, coarse, started] {
        log << (started->elapsed() >= 90 ? u"coarse"_s : u"coarse, too early"_s);
        coarse->stop();
    });
    QObject::connect(veryCoarse, &QTimer::timeout, &context, [&log] {
        log << u"very coarse"_s;
        quit();
    });
    coarse->start();
    veryCoarse->start();
}

void zeroTimersLetOthersThrough(QObject &context, Log &log)
{
    QTimer *const zero = timer(context, 0ms);
    const auto rounds = std::make_shared<int>(0);
    const auto posted = std::make_shared<int>(0);
    QObject::connect(zero, &QTimer::timeout, &context, [&context, &log, rounds, posted] {
        QMetaObject::invokeMethod(&context, [posted] { ++*posted; }, Qt::QueuedConnection);
        if (++*rounds == 100) {
            log << QString::number(*posted);
            quit();
        }
    });
    zero->start();
}

void timersStoppedByTimers(QObject &context, Log &log)
{
    QTimer *const first = timer(context, 5ms);
    QTimer *const second = timer(context, 5ms);
    auto *owner = new QObject(&context);
    QTimer *const third = timer(*owner, 5ms);
    QObject::connect(first, &QTimer::timeout, &context, [&log, first, second, owner] {
        log << u"first"_s;
        first->stop();
        second->stop();
        delete owner; // and the third with it
    });
    QObject::connect(second, &QTimer::timeout, &context, [&log] { log << u"second"_s; });
    QObject::connect(third, &QTimer::timeout, &context, [&log] { log << u"third"_s; });
    first->start();
    second->start();
    third->start();
    QThread::msleep(10); // all three are due in one turn
    QTimer::singleShot(60ms, Qt::PreciseTimer, &context, quit);
}

void nestedLoops(QObject &context, Log &log)
{
    QTimer *const outer = timer(context, 5ms);
    QTimer *const inner = timer(context, 7ms);
    const auto inside = std::make_shared<bool>(false);
    const auto count = std::make_shared<int>(0);
    QObject::connect(outer, &QTimer::timeout, &context, [&log, outer, inside] {
        if (*inside)
            log << u"recursed"_s;
        *inside = true;
        log << u"enter"_s;
        QEventLoop loop;
        QTimer::singleShot(60ms, Qt::PreciseTimer, &loop, &QEventLoop::quit);
        loop.exec();
        log << u"leave"_s;
        *inside = false;
        outer->stop();
        quit();
    });
    QObject::connect(inner, &QTimer::timeout, &context, [&log, inside, count] {
        if (*inside && ++*count == 3)
            log << u"the other one fires inside"_s;
    });
    outer->start();
    inner->start();
}

void socketNotifiers(QObject &context, Log &log)
{
    const auto pair = std::make_shared<SocketPair>();
    auto *read = new QSocketNotifier(pair->fd[0], QSocketNotifier::Read, &context);
    auto *write = new QSocketNotifier(pair->fd[1], QSocketNotifier::Write, &context);
    QObject::connect(write, &QSocketNotifier::activated, &context, [&log, write, pair] {
        log << u"writable"_s;
        write->setEnabled(false);
        pair->poke();
        pair->poke();
    });
    const auto count = std::make_shared<int>(0);
    QObject::connect(read, &QSocketNotifier::activated, &context, [&log, read, pair, count] {
        log << u"readable"_s;
        pair->take(); // one of two: it must tell again
        if (++*count == 2) {
            ::close(std::exchange(pair->fd[1], -1));
        } else if (*count == 3) {
            log << u"hang-up"_s;
            read->setEnabled(false); // still hung up, and nobody is told
            QTimer::singleShot(20ms, Qt::PreciseTimer, read, quit);
        }
    });
}

void urgentData(QObject &context, Log &log)
{
    auto *server = new QTcpServer(&context);
    server->listen(QHostAddress::LocalHost);
    auto *client = new QTcpSocket(&context);
    client->connectToHost(QHostAddress::LocalHost, server->serverPort());
    if (!client->waitForConnected())
        log << u"no connection"_s;
    QObject::connect(server, &QTcpServer::newConnection, &context, [&context, &log, server, client] {
        const QTcpSocket *const accepted = server->nextPendingConnection();
        const int copy = ::dup(static_cast<int>(accepted->socketDescriptor()));
        auto *urgent = new QSocketNotifier(copy, QSocketNotifier::Exception, &context);
        QObject::connect(urgent, &QSocketNotifier::activated, &context, [&log, urgent, copy] {
            log << u"urgent"_s;
            urgent->setEnabled(false);
            ::close(copy);
            quit();
        });
        ::send(static_cast<int>(client->socketDescriptor()), "!", 1, MSG_OOB);
    });
}

void notifiersTakenAwayInTheSameTurn(QObject &context, Log &log)
{
    // Both are readable in one turn; the first to be told takes the other away.
    const auto one = std::make_shared<SocketPair>();
    const auto two = std::make_shared<SocketPair>();
    auto *first = new QSocketNotifier(one->fd[0], QSocketNotifier::Read, &context);
    auto *second = new QSocketNotifier(two->fd[0], QSocketNotifier::Read, &context);
    const auto fired = [&log, first, second, one, two] {
        log << u"one of them"_s;
        first->setEnabled(false);
        second->setEnabled(false);
    };
    QObject::connect(first, &QSocketNotifier::activated, &context, fired);
    QObject::connect(second, &QSocketNotifier::activated, &context, fired);
    one->poke();
    two->poke();
    QTimer::singleShot(30ms, Qt::PreciseTimer, &context, quit);
}

void aDescriptorNumberUsedAgain(QObject &context, Log &log)
{
    const auto one = std::make_shared<SocketPair>();
    const auto two = std::make_shared<SocketPair>();
    const auto fresh = std::make_shared<SocketPair>();
    auto *first = new QSocketNotifier(one->fd[0], QSocketNotifier::Read, &context);
    auto *second = new QSocketNotifier(two->fd[0], QSocketNotifier::Read, &context);
    // Whoever is told first closes the other's descriptor and puts a silent one in its place.
    const auto replace = [&context, &log, fresh](QSocketNotifier *mine, QSocketNotifier *others, SocketPair &pair) {
        log << u"told"_s;
        mine->setEnabled(false);
        others->setEnabled(false);
        ::dup2(fresh->fd[0], pair.fd[0]);
        auto *late = new QSocketNotifier(pair.fd[0], QSocketNotifier::Read, &context);
        QObject::connect(late, &QSocketNotifier::activated, &context, [&log, late] {
            log << u"the new one spoke"_s;
            late->setEnabled(false);
            quit();
        });
        QTimer::singleShot(20ms, Qt::PreciseTimer, &context, [&log, fresh] {
            log << u"now it has something to say"_s;
            fresh->poke();
        });
    };
    QObject::connect(first, &QSocketNotifier::activated, &context, [=] { replace(first, second, *two); });
    QObject::connect(second, &QSocketNotifier::activated, &context, [=] { replace(second, first, *one); });
    one->poke();
    two->poke();
}

void flagsOfProcessEvents(QObject &context, Log &log)
{
    const SocketPair pair;
    QSocketNotifier read(pair.fd[0], QSocketNotifier::Read);
    QObject::connect(&read, &QSocketNotifier::activated, &context, [&] {
        pair.take();
        log << u"readable"_s;
    });
    QAbstractEventDispatcher *const dispatcher = QAbstractEventDispatcher::instance();
    while (dispatcher->processEvents(QEventLoop::AllEvents)) {
    }
    pair.poke();
    QElapsedTimer elapsed;
    elapsed.start();
    while (elapsed.elapsed() < 10)
        dispatcher->processEvents(QEventLoop::ExcludeSocketNotifiers);
    log << u"excluded"_s;
    QTimer::singleShot(0, &context, [&log] { log << u"timer while excluded"_s; });
    while (!log.contains(u"timer while excluded"_s))
        dispatcher->processEvents(QEventLoop::ExcludeSocketNotifiers | QEventLoop::WaitForMoreEvents);
    log << (dispatcher->processEvents(QEventLoop::AllEvents) ? u"something"_s : u"nothing"_s);
    log << (dispatcher->processEvents(QEventLoop::AllEvents) ? u"something"_s : u"nothing"_s);
    quit();
}

void questionsAboutTimers(QObject &context, Log &log)
{
    QAbstractEventDispatcher *const dispatcher = QAbstractEventDispatcher::instance();
    const int id = context.startTimer(5000ms, Qt::PreciseTimer);
    const int left = dispatcher->remainingTime(id);
    log << (left > 4000 && left <= 5000 ? u"about 5 s"_s : QString::number(left));
    const auto timers = dispatcher->registeredTimers(&context);
    log << QString::number(timers.size());
    for (const auto &info : timers)
        log << QString::number(info.interval) << QString::number(info.timerType)
            << (info.timerId == id ? u"ours"_s : u"?"_s);
    context.killTimer(id);
    log << QString::number(dispatcher->remainingTime(id))
        << QString::number(dispatcher->registeredTimers(&context).size());
    log << (dispatcher->unregisterTimer(id) ? u"again"_s : u"gone"_s);
    quit();
}

void whatProcessEventsAnswers(QObject &context, Log &log)
{
    QAbstractEventDispatcher *const dispatcher = QAbstractEventDispatcher::instance();
    const auto ask = [&log, dispatcher](const QString &what, QEventLoop::ProcessEventsFlags flags) {
        log << what + (dispatcher->processEvents(flags) ? u": something"_s : u": nothing"_s);
    };
    while (dispatcher->processEvents(QEventLoop::AllEvents)) {
    }
    ask(u"idle"_s, QEventLoop::AllEvents);
    const int zero = context.startTimer(0);
    ask(u"a timer without interval"_s, QEventLoop::AllEvents);
    context.killTimer(zero);
    QTimer *const t = timer(context, 1ms);
    QObject::connect(t, &QTimer::timeout, &context, [&log] { log << u"timer"_s; });
    t->start();
    QThread::msleep(5);
    ask(u"timers excluded"_s, QEventLoop::X11ExcludeTimers);
    ask(u"timers excluded, no sockets"_s, QEventLoop::X11ExcludeTimers | QEventLoop::ExcludeSocketNotifiers);
    ask(u"a timer that is due"_s, QEventLoop::AllEvents);
    t->stop();
    dispatcher->wakeUp();
    ask(u"woken"_s, QEventLoop::AllEvents);
    dispatcher->wakeUp();
    ask(u"woken, no sockets"_s, QEventLoop::ExcludeSocketNotifiers);
    dispatcher->wakeUp();
    ask(u"woken while it waits"_s, QEventLoop::WaitForMoreEvents);
    const SocketPair pair;
    QSocketNotifier read(pair.fd[0], QSocketNotifier::Read);
    QObject::connect(&read, &QSocketNotifier::activated, &context, [&] { pair.take(); });
    pair.poke();
    ask(u"user input excluded"_s, QEventLoop::ExcludeUserInputEvents);
    pair.poke();
    ask(u"as a loop does"_s, QEventLoop::EventLoopExec | QEventLoop::WaitForMoreEvents);
    ask(u"idle again"_s, QEventLoop::AllEvents);
    quit();
}

void tellsBeforeItBlocks(QObject &context, Log &log)
{
    QAbstractEventDispatcher *const dispatcher = QAbstractEventDispatcher::instance();
    while (dispatcher->processEvents(QEventLoop::AllEvents)) {
    }
    const auto blocks = std::make_shared<int>(0);
    const auto about =
        QObject::connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, &context, [blocks] { ++*blocks; });
    dispatcher->processEvents(QEventLoop::AllEvents);
    log << u"without waiting: %1"_s.arg(*blocks);
    QMetaObject::invokeMethod(
        &context, [&context] { QMetaObject::invokeMethod(&context, [] {}, Qt::QueuedConnection); },
        Qt::QueuedConnection);
    dispatcher->processEvents(QEventLoop::WaitForMoreEvents); // the first posts a second, so there is no need to wait
    log << u"with more posted: %1"_s.arg(*blocks);
    QTimer::singleShot(1ms, Qt::PreciseTimer, &context, [] {});
    while (dispatcher->processEvents(QEventLoop::AllEvents)) {
    }
    QTimer::singleShot(5ms, Qt::PreciseTimer, &context, [] {});
    *blocks = 0;
    dispatcher->processEvents(QEventLoop::WaitForMoreEvents);
    log << u"waiting for a timer: %1"_s.arg(*blocks);
    QObject::disconnect(about);
    QObject::connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, &context,
                     [dispatcher] { dispatcher->interrupt(); });
    log << (dispatcher->processEvents(QEventLoop::WaitForMoreEvents) ? u"something"_s : u"interrupted"_s);
    QObject::disconnect(dispatcher, nullptr, &context, nullptr);
    quit();
}

void interruptedInAHandler(QObject &context, Log &log)
{
    QAbstractEventDispatcher *const dispatcher = QAbstractEventDispatcher::instance();
    while (dispatcher->processEvents(QEventLoop::AllEvents)) {
    }
    const SocketPair pair;
    QSocketNotifier read(pair.fd[0], QSocketNotifier::Read);
    QTimer *const t = timer(context, 1ms);
    QObject::connect(t, &QTimer::timeout, &context, [&log] { log << u"timer"_s; });
    QObject::connect(&read, &QSocketNotifier::activated, &context, [&] {
        pair.take();
        log << u"readable"_s;
        dispatcher->interrupt();
    });
    t->start();
    QThread::msleep(5);
    pair.poke();
    log << (dispatcher->processEvents(QEventLoop::AllEvents) ? u"something"_s : u"nothing"_s);
    t->stop();
    QMetaObject::invokeMethod(&context, [dispatcher] { dispatcher->interrupt(); }, Qt::QueuedConnection);
    pair.poke();
    log << (dispatcher->processEvents(QEventLoop::AllEvents) ? u"something"_s : u"nothing"_s);
    log << (dispatcher->processEvents(QEventLoop::AllEvents) ? u"something"_s : u"nothing"_s);
    quit();
}

void timersChangedInTheirOwnHandlers(QObject &context, Log &log)
{
    QTimer *const faster = timer(context, 20ms);
    QObject::connect(faster, &QTimer::timeout, &context, [&log, faster] {
        log << u"interval %1"_s.arg(faster->interval());
        if (faster->interval() == 1)
            faster->stop();
        faster->setInterval(1ms);
    });
    auto *doomed = new QTimer(&context);
    QObject::connect(doomed, &QTimer::timeout, &context, [&log, doomed] {
        log << u"deletes itself"_s;
        delete doomed;
    });
    QTimer *const again = timer(context, 60ms);
    QObject::connect(again, &QTimer::timeout, &context, [&log, again, n = std::make_shared<int>(0)] {
        log << u"starts itself again"_s;
        again->start(std::chrono::milliseconds(20 + *n));
        if (++*n == 3) {
            again->stop();
            quit();
        }
    });
    faster->start();
    doomed->start(10ms);
    again->start();
}

void aLoopInsideASocketHandler(QObject &context, Log &log)
{
    // What the inner loop has taken is not told to the outer one's handler again.
    const auto one = std::make_shared<SocketPair>();
    const auto two = std::make_shared<SocketPair>();
    const auto inside = std::make_shared<bool>(false);
    auto *first = new QSocketNotifier(one->fd[0], QSocketNotifier::Read, &context);
    auto *second = new QSocketNotifier(two->fd[0], QSocketNotifier::Read, &context);
    const auto handle = [&log, inside](const SocketPair &pair) {
        pair.take();
        log << (*inside ? u"inside"_s : u"outside"_s);
        if (std::exchange(*inside, true))
            return;
        QEventLoop loop;
        QTimer::singleShot(20ms, Qt::PreciseTimer, &loop, &QEventLoop::quit);
        loop.exec();
        log << u"left"_s;
    };
    QObject::connect(first, &QSocketNotifier::activated, &context, [handle, one] { handle(*one); });
    QObject::connect(second, &QSocketNotifier::activated, &context, [handle, two] { handle(*two); });
    one->poke();
    two->poke();
    QTimer::singleShot(80ms, Qt::PreciseTimer, &context, quit);
}

void aDescriptorClosedWhileACopyIsOpen(QObject &context, Log &log)
{
    const auto pair = std::make_shared<SocketPair>();
    const int copy = ::dup(pair->fd[0]);
    auto *read = new QSocketNotifier(pair->fd[0], QSocketNotifier::Read, &context);
    QObject::connect(read, &QSocketNotifier::activated, &context, [&context, &log, read, pair, copy] {
        log << u"readable"_s; // and stays so
        ::close(std::exchange(pair->fd[0], -1));
        read->setEnabled(false);
        const auto turns = std::make_shared<int>(0);
        QObject::connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::awake, &context,
                         [turns] { ++*turns; });
        QTimer::singleShot(50ms, Qt::PreciseTimer, &context, [&context, &log, turns, copy] {
            log << (*turns < 20 ? u"quiet"_s : u"busy with nobody's descriptor"_s);
            QObject::disconnect(QAbstractEventDispatcher::instance(), nullptr, &context, nullptr);
            ::close(copy);
            quit();
        });
    });
    // Another one must go on as if nothing had been.
    const auto other = std::make_shared<SocketPair>();
    auto *also = new QSocketNotifier(other->fd[0], QSocketNotifier::Read, &context);
    QObject::connect(also, &QSocketNotifier::activated, &context, [&log, other] {
        other->take();
        log << u"the other"_s;
    });
    QTimer::singleShot(25ms, Qt::PreciseTimer, &context, [other] { other->poke(); });
    pair->poke();
}

void aNotifierOfAFile(QObject &context, Log &log)
{
    const auto descriptor = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    auto *read = new QSocketNotifier(descriptor, QSocketNotifier::Read, &context);
    QObject::connect(read, &QSocketNotifier::activated, &context, [&log, read, descriptor] {
        log << u"readable"_s;
        if (log.size() < 4)
            return;
        read->setEnabled(false);
        QTimer::singleShot(10ms, Qt::PreciseTimer, read, [descriptor] {
            ::close(descriptor);
            quit();
        });
    });
}

void signalsWhileItWaits(QObject &context, Log &log)
{
    QAbstractEventDispatcher *const dispatcher = QAbstractEventDispatcher::instance();
    while (dispatcher->processEvents(QEventLoop::AllEvents)) {
    }
    std::signal(SIGUSR1, [](int) {});
    const pthread_t self = ::pthread_self();
    std::atomic<bool> done{false};
    QThread *const other = QThread::create([self, &done] {
        while (!done) {
            ::pthread_kill(self, SIGUSR1);
            QThread::usleep(500);
        }
    });
    other->start();
    for (const auto flags : {QEventLoop::ProcessEventsFlags(QEventLoop::WaitForMoreEvents),
                             QEventLoop::WaitForMoreEvents | QEventLoop::ExcludeSocketNotifiers}) {
        bool fired = false;
        QTimer *const t = timer(context, 50ms);
        t->setSingleShot(true);
        QObject::connect(t, &QTimer::timeout, &context, [&fired] { fired = true; });
        t->start();
        int calls = 0;
        while (!fired) {
            dispatcher->processEvents(flags);
            ++calls;
        }
        log << u"%1 call"_s.arg(calls);
    }
    done = true;
    other->wait();
    delete other;
    quit();
}

void threeNotifiersOfOneDescriptor(QObject &context, Log &log)
{
    const auto pair = std::make_shared<SocketPair>();
    auto *read = new QSocketNotifier(pair->fd[0], QSocketNotifier::Read, &context);
    auto *write = new QSocketNotifier(pair->fd[0], QSocketNotifier::Write, &context);
    auto *urgent = new QSocketNotifier(pair->fd[0], QSocketNotifier::Exception, &context);
    write->setEnabled(false);
    const auto step = std::make_shared<int>(0);
    QObject::connect(read, &QSocketNotifier::activated, &context, [&log, read, write, pair, step] {
        log << u"readable"_s;
        if (++*step == 1) {
            pair->take();
            write->setEnabled(true); // tells at once
        } else {
            read->setEnabled(false); // hung up
        }
    });
    QObject::connect(write, &QSocketNotifier::activated, &context, [&log, write, pair, step] {
        log << u"writable"_s;
        write->setEnabled(false);
        if (*step == 1)
            ::close(std::exchange(pair->fd[1], -1));
    });
    QObject::connect(urgent, &QSocketNotifier::activated, &context, [&log, urgent] {
        log << u"hung up"_s;
        urgent->setEnabled(false);
        QTimer::singleShot(20ms, Qt::PreciseTimer, urgent, quit);
    });
    pair->poke();
}

} // namespace

class TestEpollDispatcher : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // To compare with Qt's own, not GLib's, which ignores some flags.
    void initTestCase() { qputenv("QT_NO_GLIB", "1"); }
    void doesWhatQtsDoes_data();
    void doesWhatQtsDoes();
    void carriesAServerAndItsClients();
    void keepsPreciseTimersPrecise();
};

void TestEpollDispatcher::doesWhatQtsDoes_data()
{
    QTest::addColumn<Scenario>("scenario");
    QTest::addColumn<int>("steps"); // how much the log must hold, so that an empty one cannot pass
    const auto row = [](const char *name, void (*scenario)(QObject &, Log &), int steps) {
        QTest::newRow(name) << Scenario(scenario) << steps;
    };
    row("posted events", postedEvents, 5);
    row("wake-ups from other threads", wakeUpsFromOtherThreads, 1);
    row("timers in order", timersInOrder, 5);
    row("coarse timers", coarseTimersFire, 2);
    row("zero timers let others through", zeroTimersLetOthersThrough, 1);
    row("timers stopped by timers", timersStoppedByTimers, 1);
    row("nested loops", nestedLoops, 3);
    row("socket notifiers", socketNotifiers, 5);
    row("urgent data", urgentData, 1);
    row("notifiers taken away in the same turn", notifiersTakenAwayInTheSameTurn, 1);
    row("a descriptor number used again", aDescriptorNumberUsedAgain, 3);
    row("flags of processEvents", flagsOfProcessEvents, 5);
    row("questions about timers", questionsAboutTimers, 8);
    row("what processEvents answers", whatProcessEventsAnswers, 12);
    row("telling before it blocks", tellsBeforeItBlocks, 4);
    row("interrupted in a handler", interruptedInAHandler, 6);
    row("timers changed in their own handlers", timersChangedInTheirOwnHandlers, 6);
    row("a loop inside a socket handler", aLoopInsideASocketHandler, 3);
    row("a descriptor closed while a copy is open", aDescriptorClosedWhileACopyIsOpen, 3);
    row("a notifier of a file", aNotifierOfAFile, 4);
    row("signals while it waits", signalsWhileItWaits, 2);
    row("three notifiers of one descriptor", threeNotifiersOfOneDescriptor, 4);
}

void TestEpollDispatcher::doesWhatQtsDoes()
{
    QFETCH(Scenario, scenario);
    QFETCH(int, steps);
    const Log qts = run(scenario, false);
    QCOMPARE(run(scenario, true), qts);
    QCOMPARE(qts.size(), steps);
    QVERIFY(!qts.contains(u"did not end"_s));
}

void TestEpollDispatcher::carriesAServerAndItsClients()
{
    QThread thread;
    setServerEventDispatcher(thread);
    std::unique_ptr<ServerFixture> fixture;
    QObject context;
    context.moveToThread(&thread);
    thread.start();
    QMetaObject::invokeMethod(
        &context, [&fixture] { fixture = std::make_unique<ServerFixture>(); }, Qt::BlockingQueuedConnection);
    QVERIFY(fixture->started.error.isEmpty());

    std::vector<std::unique_ptr<QWebSocket>> sockets;
    int echoed = 0;
    for (int i = 0; i < 50; ++i) {
        auto socket = std::make_unique<QWebSocket>();
        QWebSocket *const raw = socket.get();
        connect(raw, &QWebSocket::connected, raw, [raw] { raw->sendTextMessage(u"hello"_s); });
        connect(raw, &QWebSocket::textMessageReceived, raw, [&echoed] { ++echoed; });
        raw->open(fixture->url(u"/ws?token=good"_s));
        sockets.push_back(std::move(socket));
    }
    QTRY_COMPARE_WITH_TIMEOUT(echoed, 50, 20'000);

    QSignalSpy stopped(fixture->server.get(), &Server::stopped);
    QMetaObject::invokeMethod(&context, [&fixture] { fixture->server->stop(); });
    QTRY_COMPARE(stopped.size(), 1);
    QCOMPARE(static_cast<int>(sockets.front()->closeCode()), 1001);
    QMetaObject::invokeMethod(&context, [&fixture] { fixture.reset(); }, Qt::BlockingQueuedConnection);
    thread.quit();
    QVERIFY(thread.wait(10'000));
}

void TestEpollDispatcher::keepsPreciseTimersPrecise()
{
    // Not when they fire, which a busy machine decides, but that they never fire early and keep their count.
    const Log log = run(
        [](QObject &context, Log &out) {
            auto elapsed = std::make_shared<QElapsedTimer>();
            elapsed->start();
            QTimer *const t = timer(context, 2ms);
            auto count = std::make_shared<int>(0);
            QObject::connect(t, &QTimer::timeout, &context, [&out, elapsed, count] {
                ++*count;
                if (elapsed->nsecsElapsed() < *count * 2'000'000LL - 1'000'000LL)
                    out << u"early"_s;
                if (*count == 100)
                    quit();
            });
            t->start();
        },
        true);
    QCOMPARE(log, Log());
}

QTEST_GUILESS_MAIN(TestEpollDispatcher)
#include "test_epoll_dispatcher.moc"
