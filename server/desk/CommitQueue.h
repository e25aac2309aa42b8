// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "models/domain/Ports.h"
#include "server/store/Store.h"

#include <QList>
#include <QObject>
#include <QTimer>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace tocsin {

struct CommitLimits
{
    Duration retryFirst = std::chrono::milliseconds(100); ///< doubled with each failure …
    Duration retryMost = std::chrono::seconds(5);         ///< … up to this
    int batch = 1000;                                     ///< events per append
};

/// Events on their way into the durable log, and the answers that wait for them. Numbers the events, gives the
/// store one batch at a time (what gathers meanwhile is the next one, so order and numbering survive failures),
/// keeps and retries a batch that failed. Lives on the desk's thread and belongs to Desk.
///
/// An answer leaves only when every event added before it is durable: nobody learns of a state that a power
/// cut could undo. Unbounded by itself; Desk looks at size() and refuses.
class CommitQueue : public QObject
{
    Q_OBJECT
public:
    CommitQueue(Store &store, qint64 lastSeq, CommitLimits limits, std::function<TimePoint()> clock,
                QObject *parent = nullptr);
    ~CommitQueue() override;

    void add(EventBody body, const Actor &actor, const QString &requestId, TimePoint at);
    void answer(DeskPort::Reply reply, const Outcome &outcome);
    /// Hands over what waits, unless a batch is under way or a retry is due later.
    void flush();
    /// Refuses every answer that still waits and forgets the events: the end, when the store cannot take them.
    void abandon();

    [[nodiscard]] std::size_t size() const { return m_events.size(); } ///< events not yet durable
    [[nodiscard]] std::size_t answers() const { return m_answers.size(); }
    [[nodiscard]] bool failing() const { return m_failingSince.has_value(); }

Q_SIGNALS:
    /// Durable, in order, each event once. The answers that waited for them follow.
    void committed(const QList<tocsin::Event> &events);
    void storingFailed(const QString &error);
    /// Storing works again, after `outage` without.
    void storingAgain(tocsin::Duration outage, const QString &error);
    void drained();

private:
    struct Answer
    {
        qint64 after = 0;
        DeskPort::Reply reply;
        Outcome outcome;
    };
    /// How the store's thread finds this object, or learns that it is gone.
    struct Door
    {
        std::mutex mutex;
        CommitQueue *queue = nullptr;
    };
    void finished(quint64 attempt, const CommitResult &result);
    void deliverAnswers();

    Store &m_store;
    const CommitLimits m_limits;
    const std::function<TimePoint()> m_clock;
    const std::shared_ptr<Door> m_door;
    QTimer m_retry;
    qint64 m_lastSeq = 0;
    qint64 m_durableSeq = 0;
    std::deque<Event> m_events; ///< the first m_inFlight are with the store
    std::size_t m_inFlight = 0;
    quint64 m_attempt = 0;
    std::deque<Answer> m_answers;
    std::optional<TimePoint> m_failingSince;
    QString m_error;
    Duration m_pause{};
};

} // namespace tocsin
