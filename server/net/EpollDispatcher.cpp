// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/EpollDispatcher.h"

#include <QCoreApplication>
#include <QLoggingCategory>
#include <QTimerEvent>
#include <QVarLengthArray>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tocsin::net {

namespace {

Q_LOGGING_CATEGORY(lcDispatcher, "tocsin.server.dispatcher", QtInfoMsg)

using std::chrono::ceil;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr quint64 wakeTag = ~0ULL; // no descriptor is -1

quint64 tagOf(int descriptor, quint32 generation)
{
    return static_cast<quint64>(generation) << 32U | static_cast<quint32>(descriptor);
}

/// Time left, never negative; a wait must not end before its timer is due, so fractions are kept.
nanoseconds leftUntil(SteadyTime until)
{
    constexpr seconds longest{3600};
    return std::clamp<nanoseconds>(until - std::chrono::steady_clock::now(), nanoseconds(0), longest);
}

timespec toTimespec(nanoseconds time)
{
    const auto whole = std::chrono::floor<seconds>(time);
    timespec out{};
    out.tv_sec = whole.count();
    out.tv_nsec = (time - whole).count();
    return out;
}

/// Later by at most 5 % of the interval, so that timers of about the same time fire together.
SteadyTime roundedUp(SteadyTime due, milliseconds interval, Qt::TimerType type)
{
    constexpr int shareOfInterval = 20;
    const milliseconds slack = type == Qt::VeryCoarseTimer ? milliseconds(1000)
                               : type == Qt::CoarseTimer   ? interval / shareOfInterval
                                                           : milliseconds(0);
    if (slack.count() <= 0)
        return due;
    const nanoseconds since = due.time_since_epoch();
    const auto steps = (since + slack - nanoseconds(1)) / nanoseconds(slack);
    return SteadyTime(std::chrono::duration_cast<SteadyTime::duration>(nanoseconds(slack) * steps));
}

} // namespace

struct EpollDispatcher::Batch
{
    std::array<epoll_event, batch> events{};
};

QSocketNotifier *&EpollDispatcher::Watch::slot(QSocketNotifier::Type type)
{
    switch (type) {
    case QSocketNotifier::Read:
        return read;
    case QSocketNotifier::Write:
        return write;
    case QSocketNotifier::Exception:
        break;
    }
    return exception;
}

quint32 EpollDispatcher::Watch::events() const
{
    quint32 events = 0;
    if (read != nullptr)
        events |= EPOLLIN;
    if (write != nullptr)
        events |= EPOLLOUT;
    if (exception != nullptr)
        events |= EPOLLPRI;
    return events;
}

EpollDispatcher::EpollDispatcher(QObject *parent)
    : QAbstractEventDispatcher(parent)
    , m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    , m_wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (m_epoll < 0 || m_wake < 0)
        qFatal("No descriptors left for an event loop.");
    watchWakeUps();
}

void EpollDispatcher::watchWakeUps() const
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = wakeTag;
    ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, m_wake, &event);
}

EpollDispatcher::~EpollDispatcher()
{
    ::close(m_wake);
    ::close(m_epoll);
}

void EpollDispatcher::registerSocketNotifier(QSocketNotifier *notifier)
{
    const int descriptor = static_cast<int>(notifier->socket());
    const bool known = m_watches.contains(descriptor);
    Watch &watch = m_watches[descriptor];
    if (watch.slot(notifier->type()) != nullptr)
        qCWarning(lcDispatcher) << "Two socket notifiers of one type for descriptor" << descriptor;
    watch.slot(notifier->type()) = notifier;
    update(descriptor, known);
}

void EpollDispatcher::unregisterSocketNotifier(QSocketNotifier *notifier)
{
    const int descriptor = static_cast<int>(notifier->socket());
    const auto watch = m_watches.find(descriptor);
    if (watch == m_watches.end() || watch->slot(notifier->type()) != notifier)
        return;
    watch->slot(notifier->type()) = nullptr;
    update(descriptor, true);
}

/// Tells the kernel what we wait for. A descriptor that was closed before its notifier went is unknown to it already.
void EpollDispatcher::update(int descriptor, bool known)
{
    const Watch watch = m_watches.value(descriptor);
    epoll_event event{};
    event.events = watch.events();
    event.data.u64 = tagOf(descriptor, watch.generation);
    if (event.events == 0) {
        // Without this an error or hang-up would be reported for ever to nobody.
        m_watches.remove(descriptor);
        m_alwaysReady.remove(descriptor);
        ++m_removals;
        ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, &event);
        return;
    }
    if (m_alwaysReady.contains(descriptor))
        return;
    if (known && ::epoll_ctl(m_epoll, EPOLL_CTL_MOD, descriptor, &event) == 0)
        return;
    if (!watchNew(descriptor))
        qCWarning(lcDispatcher) << "Descriptor" << descriptor << "cannot be watched:" << qt_error_string(errno);
}

/// For a descriptor that the kernel does not know yet, or no longer: then it is another one of the same number, and what
/// has been reported of the first is not for it.
bool EpollDispatcher::watchNew(int descriptor)
{
    Watch &watch = m_watches[descriptor];
    watch.generation = m_nextGeneration++;
    epoll_event event{};
    event.events = watch.events();
    event.data.u64 = tagOf(descriptor, watch.generation);
    if (::epoll_ctl(m_epoll, EPOLL_CTL_ADD, descriptor, &event) == 0)
        return true;
    if (errno == EEXIST)
        return ::epoll_ctl(m_epoll, EPOLL_CTL_MOD, descriptor, &event) == 0;
    if (errno != EPERM)
        return false;
    m_alwaysReady.insert(descriptor); // a file: poll() calls it ready, whatever happens
    return true;
}

/// The kernel reports a descriptor that nobody watches and that cannot be taken away any more: it was closed while a copy
/// of it stayed open elsewhere. Only a new set is rid of it.
void EpollDispatcher::startOver()
{
    const int fresh = ::epoll_create1(EPOLL_CLOEXEC);
    if (fresh < 0)
        return; // no descriptors left: it will be tried again
    ::close(std::exchange(m_epoll, fresh));
    watchWakeUps();
    const QList<int> descriptors = m_watches.keys();
    for (const int descriptor : descriptors) {
        if (!m_alwaysReady.contains(descriptor))
            (void)watchNew(descriptor);
    }
}

bool EpollDispatcher::processEvents(QEventLoop::ProcessEventsFlags flags)
{
    ++m_turn;
    m_interrupted = false;
    Q_EMIT awake();
    QCoreApplication::sendPostedEvents();

    const bool sockets = !flags.testFlag(QEventLoop::ExcludeSocketNotifiers);
    const bool timers = !flags.testFlag(QEventLoop::X11ExcludeTimers);
    // Whoever posted meanwhile has woken us, and there is nothing to wait for.
    const bool wait = flags.testFlag(QEventLoop::WaitForMoreEvents) && !m_interrupted && !m_woken;
    if (wait)
        Q_EMIT aboutToBlock();
    if (m_interrupted)
        return false;

    const bool block = wait && !(sockets && !m_alwaysReady.isEmpty());
    const Clock::time_point next = timers ? nextTimer() : Clock::time_point::max();
    const bool forever = block && next == Clock::time_point::max();
    const Clock::time_point until = block ? next : Clock::time_point{};

    int handled = 0;
    if (sockets) {
        handled += activateSockets(waitForSockets(until, forever));
        handled += activateAlwaysReady();
    } else {
        waitForWakeUp(until, forever);
        handled += drainWakeUps() ? 1 : 0;
    }
    if (timers)
        handled += activateTimers();
    return handled > 0;
}

int EpollDispatcher::waitForSockets(Clock::time_point until, bool forever)
{
    if (!m_batch) // a nested loop has the outer one's batch in use
        m_batch = std::make_unique<Batch>();
    int count = 0;
    do { // a signal is no event
        const timespec left = toTimespec(leftUntil(until));
        count = ::epoll_pwait2(m_epoll, m_batch->events.data(), batch, forever ? nullptr : &left, nullptr);
        if (count < 0 && errno == ENOSYS) { // before Linux 5.11
            const int ms = forever ? -1 : static_cast<int>(ceil<milliseconds>(leftUntil(until)).count());
            count = ::epoll_wait(m_epoll, m_batch->events.data(), batch, ms);
        }
    } while (count < 0 && errno == EINTR);
    return std::max(count, 0);
}

void EpollDispatcher::waitForWakeUp(Clock::time_point until, bool forever) const
{
    pollfd wake{m_wake, POLLIN, 0};
    int count = 0;
    do {
        const timespec left = toTimespec(leftUntil(until));
        count = ::ppoll(&wake, 1, forever ? nullptr : &left, nullptr);
    } while (count < 0 && errno == EINTR);
}

int EpollDispatcher::activateSockets(int count)
{
    // Taken out for the time being: a handler may run a loop of its own.
    std::unique_ptr<Batch> current = std::move(m_batch);
    const quint64 turn = m_turn;
    const quint64 removals = m_removals;
    bool strays = false;
    int handled = 0;
    // After a loop within a handler the rest is old news: the kernel tells again what still holds.
    for (int i = 0; i < count && m_turn == turn; ++i) {
        const epoll_event &event = current->events.at(static_cast<std::size_t>(i));
        if (event.data.u64 == wakeTag) {
            handled += drainWakeUps() ? 1 : 0;
            continue;
        }
        const auto descriptor = static_cast<int>(event.data.u64 & 0xFFFFFFFFU);
        const auto generation = static_cast<quint32>(event.data.u64 >> 32U);
        if (m_removals == removals && m_watches.value(descriptor).generation != generation)
            strays = true;
        if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
            handled += activate(descriptor, generation, QSocketNotifier::Read) ? 1 : 0;
        if ((event.events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0 && m_turn == turn)
            handled += activate(descriptor, generation, QSocketNotifier::Write) ? 1 : 0;
        if ((event.events & (EPOLLPRI | EPOLLHUP | EPOLLERR)) != 0 && m_turn == turn)
            handled += activate(descriptor, generation, QSocketNotifier::Exception) ? 1 : 0;
    }
    if (strays)
        startOver();
    m_batch = std::move(current);
    return handled;
}

int EpollDispatcher::activateAlwaysReady()
{
    int handled = 0;
    const QSet<int> descriptors = m_alwaysReady; // handlers may change it
    for (const int descriptor : descriptors) {
        const quint32 generation = m_watches.value(descriptor).generation;
        for (const auto type : {QSocketNotifier::Read, QSocketNotifier::Write})
            handled += activate(descriptor, generation, type) ? 1 : 0;
    }
    return handled;
}

/// Looked up anew each time: an earlier handler of the same batch may have taken it away, or closed the descriptor and
/// got its number again for something else.
bool EpollDispatcher::activate(int descriptor, quint32 generation, QSocketNotifier::Type type)
{
    const auto watch = m_watches.find(descriptor);
    if (watch == m_watches.end() || watch->generation != generation)
        return false;
    QSocketNotifier *const notifier = watch->slot(type);
    if (notifier == nullptr)
        return false;
    QEvent event(QEvent::SockAct);
    QCoreApplication::sendEvent(notifier, &event);
    return true;
}

void EpollDispatcher::registerTimer(int timerId, qint64 interval, Qt::TimerType type, QObject *object)
{
    auto timer = std::make_shared<Timer>();
    timer->id = timerId;
    timer->intervalMs = interval;
    timer->type = type;
    timer->object = object;
    timer->serial = m_nextSerial++;
    timer->due = Clock::now() + milliseconds(interval);
    timer->fire = roundedUp(timer->due, milliseconds(interval), type);
    m_timers.insert(timerId, timer);
    m_order.emplace(timer->fire, timer->serial, timerId);
}

bool EpollDispatcher::unregisterTimer(int timerId)
{
    const std::shared_ptr<Timer> timer = m_timers.take(timerId);
    if (!timer)
        return false;
    m_order.erase(Slot(timer->fire, timer->serial, timerId));
    return true;
}

bool EpollDispatcher::unregisterTimers(QObject *object)
{
    QVarLengthArray<int> ids;
    for (const auto &timer : std::as_const(m_timers)) {
        if (timer->object == object)
            ids.append(timer->id);
    }
    for (const int id : ids)
        unregisterTimer(id);
    return !ids.isEmpty();
}

QList<QAbstractEventDispatcher::TimerInfo> EpollDispatcher::registeredTimers(QObject *object) const
{
    QList<TimerInfo> infos;
    for (const auto &timer : m_timers) {
        if (timer->object == object)
            infos.append(TimerInfo(timer->id, static_cast<int>(timer->intervalMs), timer->type));
    }
    return infos;
}

int EpollDispatcher::remainingTime(int timerId)
{
    const std::shared_ptr<Timer> timer = m_timers.value(timerId);
    return timer ? static_cast<int>(ceil<milliseconds>(leftUntil(timer->fire)).count()) : -1;
}

/// A timer whose handler is running (we are in a loop inside it) does not count.
EpollDispatcher::Clock::time_point EpollDispatcher::nextTimer() const
{
    for (const auto &[fire, serial, id] : m_order) {
        if (!m_timers.value(id)->delivering)
            return fire;
    }
    return Clock::time_point::max();
}

void EpollDispatcher::schedule(Timer &timer)
{
    const Clock::time_point now = Clock::now();
    const milliseconds interval(timer.intervalMs);
    m_order.erase(Slot(timer.fire, timer.serial, timer.id));
    timer.due += interval;
    if (timer.due < now)
        timer.due = now + interval; // what was missed is not made up for
    timer.fire = roundedUp(timer.due, interval, timer.type);
    m_order.emplace(timer.fire, timer.serial, timer.id);
}

int EpollDispatcher::activateTimers()
{
    const Clock::time_point now = Clock::now();
    QVarLengthArray<std::pair<int, quint64>, 64> due;
    for (const auto &[fire, serial, id] : m_order) {
        if (fire > now)
            break;
        due.append({id, serial});
    }
    int handled = 0;
    for (const auto &[id, serial] : due) {
        const std::shared_ptr<Timer> timer = m_timers.value(id);
        // A handler before it may have stopped it, and its number may be another's by now.
        if (!timer || timer->serial != serial || timer->delivering || timer->fire > now)
            continue;
        schedule(*timer);
        timer->delivering = true;
        QTimerEvent event(id);
        QCoreApplication::sendEvent(timer->object, &event);
        timer->delivering = false;
        if (timer->intervalMs > 0)
            ++handled; // as Qt counts: a timer without interval is no reason to ask again
    }
    return handled;
}

void EpollDispatcher::wakeUp()
{
    if (m_woken.exchange(true))
        return;
    const quint64 one = 1;
    while (::write(m_wake, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

bool EpollDispatcher::drainWakeUps()
{
    quint64 count = 0;
    while (::read(m_wake, &count, sizeof count) < 0 && errno == EINTR) {
    }
    m_woken = false;
    return count > 0;
}

void EpollDispatcher::interrupt()
{
    m_interrupted = true;
    wakeUp();
}

} // namespace tocsin::net
