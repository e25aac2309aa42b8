// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/CommitQueue.h"

#include "models/domain/Streams.h"

#include <algorithm>
#include <utility>

namespace tocsin {

CommitQueue::CommitQueue(Store &store, qint64 lastSeq, QHash<QString, qint64> heads, CommitLimits limits,
                         std::function<TimePoint()> clock, QObject *parent)
    : QObject(parent)
    , m_store(store)
    , m_limits(limits)
    , m_clock(std::move(clock))
    , m_door(std::make_shared<Door>())
    , m_lastSeq(lastSeq)
    , m_durableSeq(lastSeq)
    , m_heads(std::move(heads))
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
    QList<StreamPosition> streams;
    for (const QString &stream : streamsOf(body))
        streams.append({stream, ++m_heads[stream]});
    m_events.push_back(Event{++m_lastSeq, at, actor, requestId, std::move(body), std::move(streams)});
}

void CommitQueue::remember(RememberedRequest request)
{
    request.seq = m_lastSeq;
    m_requests.push_back(std::move(request));
    ++m_requestsAdded;
}

void CommitQueue::answer(DeskPort::Reply reply, const Outcome &outcome)
{
    if (reply)
        m_answers.push_back({m_lastSeq, m_requestsAdded, std::move(reply), outcome});
}

void CommitQueue::flush()
{
    deliverAnswers();
    if (m_retry.isActive())
        return;
    if (m_events.empty() && m_requests.empty()) {
        Q_EMIT drained();
        return;
    }
    // While it fails one is enough to try.
    const int most = m_failingSince ? 1 : m_limits.underWay;
    while (m_underWay.size() < static_cast<std::size_t>(most) && send()) {
    }
}

/// False: everything is with the store.
bool CommitQueue::send()
{
    const auto most = static_cast<std::size_t>(m_limits.batch);
    const auto offset = [](std::size_t n) { return static_cast<std::ptrdiff_t>(n); };
    UnderWay next{++m_attempt, std::min(m_events.size() - m_eventsSent, most), 0};
    const auto events = m_events.cbegin() + offset(m_eventsSent);
    const auto endOfEvents = events + offset(next.events);
    // The requests whose events are all in this batch or before it.
    const qint64 lastSeq = endOfEvents == m_events.cbegin() ? m_durableSeq : std::prev(endOfEvents)->seq;
    const auto requests = m_requests.cbegin() + offset(m_requestsSent);
    const auto endOfRequests =
        std::find_if(requests, requests + offset(std::min(m_requests.size() - m_requestsSent, most)),
                     [lastSeq](const RememberedRequest &request) { return request.seq > lastSeq; });
    next.requests = static_cast<std::size_t>(endOfRequests - requests);
    if (next.events + next.requests == 0)
        return false;
    m_eventsSent += next.events;
    m_requestsSent += next.requests;
    m_underWay.push_back(next);
    m_store.append({{events, endOfEvents}, {requests, endOfRequests}},
                   atHome<CommitResult>(
                       [this, attempt = next.attempt](const CommitResult &result) { finished(attempt, result); }));
    return true;
}

void CommitQueue::finished(quint64 attempt, const CommitResult &result)
{
    if (m_underWay.empty() || m_underWay.front().attempt != attempt)
        return; // it was behind one that failed, and is sent again
    const UnderWay done = m_underWay.front();
    if (!result.ok) {
        failed(result.error);
        return;
    }
    m_underWay.pop_front();
    m_eventsSent -= done.events;
    m_requestsSent -= done.requests;
    const auto end = m_events.begin() + static_cast<std::ptrdiff_t>(done.events);
    const QList<Event> batch(std::make_move_iterator(m_events.begin()), std::make_move_iterator(end));
    m_events.erase(m_events.begin(), end);
    m_requests.erase(m_requests.begin(), m_requests.begin() + static_cast<std::ptrdiff_t>(done.requests));
    m_requestsDurable += done.requests;
    if (!batch.isEmpty())
        m_durableSeq = batch.constLast().seq;
    const std::optional<TimePoint> failingSince = std::exchange(m_failingSince, std::nullopt);
    if (!batch.isEmpty())
        Q_EMIT committed(batch);
    if (done.requests > 0)
        Q_EMIT remembered(done.requests);
    deliverAnswers();
    if (failingSince)
        Q_EMIT storingAgain(m_clock() - *failingSince, m_error);
    flush();
}

void CommitQueue::failed(const QString &error)
{
    m_underWay.clear();
    m_eventsSent = m_requestsSent = 0;
    m_error = error;
    m_pause = m_failingSince ? std::min(2 * m_pause, m_limits.retryMost) : m_limits.retryFirst;
    const bool first = !m_failingSince;
    if (first)
        m_failingSince = m_clock();
    m_retry.start(std::chrono::duration_cast<std::chrono::milliseconds>(m_pause));
    if (first)
        Q_EMIT storingFailed(m_error);
}

void CommitQueue::deliverAnswers()
{
    while (!m_answers.empty() && m_answers.front().afterEvent <= m_durableSeq &&
           m_answers.front().afterRequest <= m_requestsDurable) {
        const Answer answer = std::move(m_answers.front());
        m_answers.pop_front();
        answer.reply(answer.outcome);
    }
}

void CommitQueue::abandon()
{
    m_retry.stop();
    m_underWay.clear();
    m_eventsSent = m_requestsSent = 0;
    m_events.clear();
    m_requests.clear();
    while (!m_answers.empty()) {
        const Answer answer = std::move(m_answers.front());
        m_answers.pop_front();
        answer.reply(Outcome::refused(QStringLiteral("storage_failed"),
                                      QStringLiteral("It could not be stored; it may not have happened."),
                                      answer.outcome.ref));
    }
}

} // namespace tocsin
