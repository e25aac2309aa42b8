// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDebug>
#include <QObject>
#include <QSemaphore>
#include <QThread>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace tocsin {

/// A named thread with an event loop, and a way to run a piece of work on it and wait. For the order of start and stop
/// only: no data flows through it. Owned by the main thread; ends in the destructor.
class Worker
{
public:
    /// `prepare` may change the thread before it starts.
    explicit Worker(const QString &name, const std::function<void(QThread &)> &prepare = {})
    {
        m_thread.setObjectName(name);
        if (prepare)
            prepare(m_thread);
        m_context.moveToThread(&m_thread);
        m_thread.start();
    }
    ~Worker() { end(); }
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    [[nodiscard]] QThread *thread() { return &m_thread; }

    /// Runs `work` there and returns when it is done.
    template<class Work>
    void run(Work &&work)
    {
        QMetaObject::invokeMethod(&m_context, std::forward<Work>(work), Qt::BlockingQueuedConnection);
    }

    void end()
    {
        m_thread.quit();
        m_thread.wait();
    }

private:
    QThread m_thread;
    QObject m_context; ///< lives on m_thread
};

/// Deletes an object on the thread that it lives on.
template<class Object>
void deleteThere(std::optional<Worker> &worker, Object &object)
{
    if (worker && object)
        worker->run([&object] { object.reset(); });
}

/// Calls `stop` on the worker's thread and waits for `stopped` to be emitted there.
template<class Object, class Stopped, class Stop>
void stopAndWait(std::optional<Worker> &worker, Object *object, Stopped stopped, Stop stop,
                 std::chrono::milliseconds limit)
{
    // Shared: a late signal must find it still there.
    const auto done = std::make_shared<QSemaphore>();
    QObject::connect(object, stopped, object, [done] { done->release(); }, Qt::DirectConnection);
    worker->run(stop);
    if (!done->tryAcquire(1, int(limit.count())))
        qWarning() << object->metaObject()->className() << "did not stop in time";
}

} // namespace tocsin
