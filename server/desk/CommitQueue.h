// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "models/domain/Ports.h"
#include "server/store/Store.h"

#include <QHash>
#include <QList>
#include <QObject>
#include <QTimer>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace tocsin {

struct CommitLimits
{
    Duration retryFirst = std::chrono::milliseconds(100); ///< doubled with each failure …
    Duration retryMost = std::chrono::seconds(2);         ///< … up to this
    int batch = 256;                                      ///< events per append
    int underWay = 4; ///< appends that the store has at a time: it works on one while others are gathered
};

/// Events on their way into the durable log, the requests to remember with them, and the answers that wait for both. Numbers the events
/// (in the log and in each of their streams), gives them to the store in batches, a few at a time, and keeps each until it is stored. When one fails, so do those
/// behind it, which do not follow what is stored; from it on all is sent again. Lives on the desk's thread and belongs to Desk.
///
/// An answer leaves only when everything added before it is durable: nobody learns of a state that a power
/// cut could undo. Unbounded by itself; Desk looks at size() and refuses.
class CommitQueue : public QObject
{
    Q_OBJECT
public:
    /// Counts on from `lastSeq` and the streams' `heads`.
    CommitQueue(Store &store, qint64 lastSeq, QHash<QString, qint64> heads, CommitLimits limits,
                std::function<TimePoint()> clock, QObject *parent = nullptr);
    ~CommitQueue() override;

    void add(EventBody body, const Actor &actor, const QString &requestId, TimePoint at);
    /// Stores the request together with the events added since the last one. Its seq is set here.
    void remember(RememberedRequest request);
    void answer(DeskPort::Reply reply, const Outcome &outcome);
    /// Hands over what waits, unless enough is under way or a retry is due later.
    void flush();
    /// Refuses every answer that still waits and forgets the events: the end, when the store cannot take them.
    void abandon();

    /// Events or requests not yet durable, whichever are more.
    [[nodiscard]] std::size_t size() const { return std::max(m_events.size(), m_requests.size()); }
    /// A callback for other threads: runs `handler` on the desk's thread, unless this queue is gone by then.
    template<class T>
    [[nodiscard]] std::function<void(const T &)> atHome(std::function<void(const T &)> handler) const
    {
        return [door = m_door, handler = std::move(handler)](const T &answer) {
            const std::scoped_lock lock(door->mutex);
            if (door->queue)
                QMetaObject::invokeMethod(door->queue, [handler, answer] { handler(answer); }, Qt::QueuedConnection);
        };
    }

    [[nodiscard]] std::size_t answers() const { return m_answers.size(); }
    [[nodiscard]] bool failing() const { return m_failingSince.has_value(); }

Q_SIGNALS:
    /// Durable, in order, each event once. The answers that waited for them follow.
    void committed(const QList<tocsin::Event> &events);
    /// So many of the remembered requests, in their order.
    void remembered(quint64 count);
    void storingFailed(const QString &error);
    /// Storing works again, after `outage` without.
    void storingAgain(tocsin::Duration outage, const QString &error);
    void drained();

private:
    struct Answer
    {
        qint64 afterEvent = 0;    ///< seq
        quint64 afterRequest = 0; ///< how many requests were to be remembered before it
        DeskPort::Reply reply;
        Outcome outcome;
    };
    /// How the store's thread finds this object, or learns that it is gone.
    struct Door
    {
        std::mutex mutex;
        CommitQueue *queue = nullptr;
    };
    /// Handed to the store, without an answer so far.
    struct UnderWay
    {
        quint64 attempt = 0;
        std::size_t events = 0;
        std::size_t requests = 0;
    };
    bool send();
    void finished(quint64 attempt, const CommitResult &result);
    void failed(const QString &error);
    void deliverAnswers();

    Store &m_store;
    const CommitLimits m_limits;
    const std::function<TimePoint()> m_clock;
    const std::shared_ptr<Door> m_door;
    QTimer m_retry;
    qint64 m_lastSeq = 0;
    qint64 m_durableSeq = 0;
    QHash<QString, qint64> m_heads; ///< of the streams
    std::deque<Event> m_events;
    std::deque<RememberedRequest> m_requests;
    quint64 m_requestsAdded = 0;
    quint64 m_requestsDurable = 0;
    std::deque<UnderWay> m_underWay; ///< the first ones of m_events and m_requests
    std::size_t m_eventsSent = 0;    ///< their sums
    std::size_t m_requestsSent = 0;
    quint64 m_attempt = 0;
    std::deque<Answer> m_answers;
    std::optional<TimePoint> m_failingSince;
    QString m_error;
    Duration m_pause{};
};

} // namespace tocsin
