// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>

namespace tocsin::net {

/// Collects what is to be done once at the end of this turn of the event loop: writing what many small sends have
/// gathered, telling of ends that came in the middle of something else. Server thread.
class TurnQueue final : public QObject
{
    Q_OBJECT
public:
    class Task
    {
    public:
        Task() = default;
        Task(const Task &) = delete;
        Task &operator=(const Task &) = delete;
        virtual void endOfTurn() = 0;

    protected:
        ~Task() = default; ///< call TurnQueue::remove() before

    private:
        friend class TurnQueue;
        bool m_queued = false;
    };

    using QObject::QObject;

    /// Adding twice before the turn ends is one call.
    void add(Task *task);
    void remove(Task *task);

protected:
    bool event(QEvent *event) override;

private:
    QList<Task *> m_tasks;
    QList<Task *> m_running; ///< entries become null when their task goes
    bool m_posted = false;
};

} // namespace tocsin::net
