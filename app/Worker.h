// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QThread>

#include <functional>
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

} // namespace tocsin
