// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/CommitQueue.h"

#include <algorithm>
#include <utility>

namespace tocsin {

CommitQueue::CommitQueue(Store &store, qint64 lastSeq, CommitLimits limits, std::function<TimePoint()> clock,
                         QObject *parent)
    : QObject(parent)
    , m_store(store)
    , m_limits(limits)
    , m_clock(std::move(clock))
    , m_door(std::make_shared<Door>())
    , m_lastSeq(lastSeq)
    , m_durableSeq(lastSeq)
{
    m_door->queue = this;
    m_retry.setSingleShot(true);
    m_retry.setTimerType(Qt::PreciseTimer);
    connect(&m_retry, &QTimer::timeout, this, &CommitQueue::flush);
}

CommitQueue::~CommitQueue()
{
    const std::scoped_lock lock(m_door->mutex);
    m_door->queue = nullptr;
}

void CommitQueue::add(EventBody body, const Actor &actor, const QString &requestId, TimePoint at)
{
    m_events.push_back(Event{++m_lastSeq, at, actor, requestId, std::move(body)});
}

void CommitQueue::answer(DeskPort::Reply reply, const Outcome &outcome)
{
    if (reply)
        m_answers.push_back({m_lastSeq, std::move(reply), outcome});
}

void CommitQueue::flush()
{
    deliverAnswers();
    if (m_inFlight > 0 || m_retry.isActive())
        return;
    if (m_events.empty()) {
        Q_EMIT drained();
        return;
    }
    m_inFlight = std::min(m_events.size(), static_cast<std::size_t>(m_limits.batch));
    const QList<Event> batch(m_events.cbegin(), m_events.cbegin() + static_cast<std::ptrdiff_t>(m_inFlight));
    const quint64 attempt = ++m_attempt;
    m_store.append(batch, [door = m_door, attempt](const CommitResult &result) {
        const std::scoped_lock lock(door->mutex);
        if (!door->queue)
            return;
        QMetaObject::invokeMethod(
            door->queue, [queue = door->queue, attempt, result] { queue->finished(attempt, result); },
            Qt::QueuedConnection);
    });
}

void CommitQueue::finished(quint64 attempt, const CommitResult &result)
{
    if (attempt != m_attempt || m_inFlight == 0)
        return;
    const std::size_t count = std::exchange(m_inFlight, 0);
    if (!result.ok) {
        m_error = result.error;
        m_pause = m_failingSince ? std::min(2 * m_pause, m_limits.retryMost) : m_limits.retryFirst;
        const bool first = !m_failingSince;
        if (first)
            m_failingSince = m_clock();
        m_retry.start(std::chrono::duration_cast<std::chrono::milliseconds>(m_pause));
        if (first)
            Q_EMIT storingFailed(m_error);
        return;
    }
    const auto end = m_events.begin() + static_cast<std::ptrdiff_t>(count);
    const QList<Event> batch(std::make_move_iterator(m_events.begin()), std::make_move_iterator(end));
    m_events.erase(m_events.begin(), end);
    m_durableSeq = batch.constLast().seq;
    const std::optional<TimePoint> failingSince = std::exchange(m_failingSince, std::nullopt);
    Q_EMIT committed(batch);
    deliverAnswers();
    if (failingSince)
        Q_EMIT storingAgain(m_clock() - *failingSince, m_error);
    flush();
}

void CommitQueue::deliverAnswers()
{
    while (!m_answers.empty() && m_answers.front().after <= m_durableSeq) {
        const Answer answer = std::move(m_answers.front());
        m_answers.pop_front();
        answer.reply(answer.outcome);
    }
}

void CommitQueue::abandon()
{
    m_retry.stop();
    m_inFlight = 0;
    m_events.clear();
    while (!m_answers.empty()) {
        const Answer answer = std::move(m_answers.front());
        m_answers.pop_front();
        answer.reply(Outcome::refused(QStringLiteral("storage_failed"),
                                      QStringLiteral("It could not be stored; it may not have happened."),
                                      answer.outcome.ref));
    }
}

} // namespace tocsin
