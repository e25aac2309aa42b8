// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/TurnQueue.h"

#include <QCoreApplication>
#include <QEvent>

#include <algorithm>
#include <utility>

namespace tocsin::net {

void TurnQueue::add(Task *task)
{
    if (task->m_queued)
        return;
    task->m_queued = true;
    m_tasks.append(task);
    if (!m_posted) {
        m_posted = true;
        QCoreApplication::postEvent(this, new QEvent(QEvent::User));
    }
}

void TurnQueue::remove(Task *task)
{
    if (task->m_queued) {
        m_tasks.removeAll(task);
        task->m_queued = false;
    }
    std::replace(m_running.begin(), m_running.end(), task, static_cast<Task *>(nullptr));
}

bool TurnQueue::event(QEvent *event)
{
    if (event->type() != QEvent::User)
        return QObject::event(event);
    m_posted = false;
    m_running.append(std::exchange(m_tasks, {}));
    // By index: a task may remove others.
    for (qsizetype i = 0; i < m_running.size(); ++i) {
        Task *task = std::exchange(m_running[i], nullptr);
        if (task == nullptr)
            continue;
        task->m_queued = false;
        task->endOfTurn();
    }
    m_running.clear();
    return true;
}

} // namespace tocsin::net
