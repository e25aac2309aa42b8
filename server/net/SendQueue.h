// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/FrameBatch.h"
#include "server/net/Session.h"

#include <QByteArrayList>
#include <QHash>

#include <deque>
#include <list>
#include <memory>
#include <vector>

namespace tocsin::net {

/// What waits to be written to one socket, in order of sending (RELIABILITY, Delivery). While the socket keeps up
/// everything goes out in the order it came. Once 64 KiB are unsent each class waits in a queue of its own, and they go in this
/// order: alerts; the rest of class A, which ends the connection when it passes 1 MiB; class B, conflated to the latest
/// frame per key; class C, a ring whose overwritten frames become gaps. All together stay within 1 MiB: where class A
/// needs the room, C and then B give way. Each frame is charged 64 bytes beyond its own.
/// Plain value logic. The backlog is allocated only for sockets that have one.
class SendQueue
{
public:
    struct Limits
    {
        qsizetype unsent = 65'536; ///< handed to the transport and not yet taken by the system
        qsizetype waitingA =
            1'048'576;                ///< what may wait when one more frame of class A comes; the bound of all together
        qsizetype waitingB = 262'144; ///< beyond it the oldest frames of class B go
        qsizetype waitingC = 262'144; ///< the ring
    };
    enum class Result { Queued, Conflated, Overflow };

    explicit SendQueue(Limits limits) : m_limits(limits) {}

    /// `unsent` are the bytes the transport still holds. Overflow: the frame was not taken, the connection must end.
    [[nodiscard]] Result push(const QByteArray &wire, Delivery delivery, const QString &key, qsizetype unsent);
    /// Takes part in what a topic publishes in this turn; false when there is no room for it. `compressed`: with the
    /// frames for permessage-deflate.
    [[nodiscard]] bool join(const std::shared_ptr<FrameBatch> &batch, bool compressed, qsizetype unsent);
    /// What the batch gets from here on is not for this socket.
    void leaveBatch();
    /// Pings and the like: never conflated, at the end of what is ready.
    void pushControl(const QByteArray &wire);
    /// Only the latest pong is kept while the socket is behind.
    void pushPong(const QByteArray &wire, qsizetype unsent);
    /// The last frame of all; goes after everything that waits.
    void pushLast(const QByteArray &wire) { m_last = wire; }

    /// Appends to `out` the frames that may go now: as many as fit into 64 KiB less `unsent`, at least one if nothing is
    /// unsent. `encodeGap` makes the markers of what class C lost; without it they are left out.
    void take(qsizetype unsent, QByteArrayList &out, const GapEncoder *encodeGap = nullptr);

    [[nodiscard]] bool isEmpty() const;
    /// `size` more bytes would have to wait.
    [[nodiscard]] bool isFull(qsizetype unsent, qsizetype size) const;
    [[nodiscard]] qsizetype waitingBytes() const;    ///< without what frames are charged beyond their own
    [[nodiscard]] std::size_t waitingFrames() const; ///< in the backlog, and what is ready
    [[nodiscard]] quint64 conflated() const { return m_conflated; }
    [[nodiscard]] quint64 lost() const { return m_lost; } ///< of class C
    void dropBacklog() { m_backlog.reset(); }
    /// Messages from batches that take() has handed out since the last call.
    [[nodiscard]] quint64 takeBatchedMessages() { return std::exchange(m_batched, 0); }

private:
    struct Keyed
    {
        QString key;
        QByteArray wire;
    };
    struct Backlog
    {
        std::deque<QByteArray> alerts;
        std::deque<QByteArray> a;
        std::list<Keyed> b;
        QHash<QString, std::list<Keyed>::iterator> byKey;
        std::deque<Keyed> c;
        std::vector<Gap> gaps; ///< lost from the ring, told before what is left of it
        qsizetype costA = 0;
        qsizetype costB = 0;
        qsizetype costC = 0;
        [[nodiscard]] bool isEmpty() const;
        [[nodiscard]] std::size_t frames() const { return alerts.size() + a.size() + b.size() + c.size(); }
    };
    class Hand;

    [[nodiscard]] Result pushB(const QByteArray &wire, const QString &key);
    [[nodiscard]] Result pushC(const QByteArray &wire, const QString &key);
    void takeBacklog(Hand &hand, const GapEncoder *encodeGap);
    QByteArray takeB();
    void loseC();
    void makeRoom();
    [[nodiscard]] qsizetype readyBytes() const { return m_readyBytes + (m_batch ? FrameBatch::capacity : 0); }

    Limits m_limits;
    QByteArrayList m_ready;
    qsizetype m_readyBytes = 0;
    std::shared_ptr<FrameBatch> m_batch; ///< behind what is ready; still growing
    quint64 m_batched = 0;
    quint32 m_conflated = 0;
    quint32 m_lost = 0;
    QByteArray m_heldPong;
    QByteArray m_last;
    std::unique_ptr<Backlog> m_backlog;
    bool m_batchCompressed = false;
};

} // namespace tocsin::net
