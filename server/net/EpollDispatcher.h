// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractEventDispatcher>
#include <QHash>
#include <QSet>
#include <QSocketNotifier>

#include <atomic>
#include <chrono>
#include <memory>
#include <set>
#include <tuple>

namespace tocsin::net {

/// An event dispatcher on epoll for the server thread (Linux): what a turn costs does not depend on how many sockets are
/// open, while Qt's own polls every descriptor at every wake (PERFORMANCE). Set it with QThread::setEventDispatcher()
/// before the thread starts; the thread owns it. Everything is called on its thread but for wakeUp() and interrupt().
/// It does what QEventDispatcherUNIX does: posted events first, then sockets, then timers, each due timer once; a
/// timer does not fire inside its own handler; descriptors that epoll does not take (files) are always ready.
class EpollDispatcher final : public QAbstractEventDispatcher
{
    Q_OBJECT
public:
    explicit EpollDispatcher(QObject *parent = nullptr);
    ~EpollDispatcher() override;

    bool processEvents(QEventLoop::ProcessEventsFlags flags) override;
    void registerSocketNotifier(QSocketNotifier *notifier) override;
    void unregisterSocketNotifier(QSocketNotifier *notifier) override;
    void registerTimer(int timerId, qint64 interval, Qt::TimerType type, QObject *object) override;
    bool unregisterTimer(int timerId) override;
    bool unregisterTimers(QObject *object) override;
    [[nodiscard]] QList<TimerInfo> registeredTimers(QObject *object) const override;
    int remainingTime(int timerId) override;
    void wakeUp() override;
    void interrupt() override;

private:
    using Clock = std::chrono::steady_clock;

    /// The notifiers of one descriptor. The generation tells a descriptor from an earlier one of the same number, of
    /// which the kernel has just reported something.
    struct Watch
    {
        QSocketNotifier *read = nullptr;
        QSocketNotifier *write = nullptr;
        QSocketNotifier *exception = nullptr;
        quint32 generation = 0;
        [[nodiscard]] QSocketNotifier *&slot(QSocketNotifier::Type type);
        [[nodiscard]] quint32 events() const;
    };
    struct Timer
    {
        int id = 0;
        qint64 intervalMs = 0;
        Qt::TimerType type = Qt::CoarseTimer;
        QObject *object = nullptr;
        quint64 serial = 0;
        Clock::time_point due;  ///< as asked for
        Clock::time_point fire; ///< as rounded for coarse timers, so that they share wake-ups
        bool delivering = false;
    };
    using Slot = std::tuple<Clock::time_point, quint64, int>; ///< fire, serial, id

    void update(int descriptor, bool known);
    [[nodiscard]] bool watchNew(int descriptor);
    void startOver();
    void watchWakeUps() const;
    [[nodiscard]] int waitForSockets(Clock::time_point until, bool forever);
    void waitForWakeUp(Clock::time_point until, bool forever) const;
    int activateSockets(int count);
    int activateAlwaysReady();
    bool activate(int descriptor, quint32 generation, QSocketNotifier::Type type);
    int activateTimers();
    [[nodiscard]] Clock::time_point nextTimer() const;
    void schedule(Timer &timer);
    bool drainWakeUps();

    static constexpr int batch = 256;
    struct Batch; ///< epoll_event[batch]

    int m_epoll;
    int m_wake;
    QHash<int, Watch> m_watches;
    QHash<int, std::shared_ptr<Timer>> m_timers;
    std::set<Slot> m_order;
    std::unique_ptr<Batch> m_batch;
    QSet<int> m_alwaysReady; ///< descriptors that epoll does not take
    quint64 m_turn = 0;      ///< of processEvents(); a handler after which it has changed ran a loop of its own
    quint64 m_removals = 0;  ///< descriptors that are watched no more
    quint64 m_nextSerial = 1;
    quint32 m_nextGeneration = 1;
    std::atomic<bool> m_woken{false};
    std::atomic<bool> m_interrupted{false};
};

} // namespace tocsin::net
