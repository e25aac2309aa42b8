// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Session.h"

#include <QByteArrayList>
#include <QHash>

#include <deque>
#include <list>
#include <memory>

namespace tocsin::net {

/// What waits to be written to one socket, in order of sending (RELIABILITY, Delivery). While the socket keeps up
/// everything goes out in the order it came. Once more than 64 KiB are unsent, class A waits in a queue of its own, which
/// goes first and ends the connection when it passes 1 MiB, and class B is conflated to the latest frame per key.
/// Plain value logic. The backlog is allocated only for sockets that have one.
class SendQueue
{
public:
    struct Limits
    {
        qsizetype unsent = 65'536;      ///< handed to the transport and not yet taken by the system
        qsizetype waitingA = 1'048'576; ///< what may wait when one more frame of class A comes
        qsizetype waitingB = 1'048'576; ///< beyond it the oldest frames of class B go
    };
    enum class Result { Queued, Conflated, Overflow };

    explicit SendQueue(Limits limits) : m_limits(limits) {}

    /// `unsent` are the bytes the transport still holds. Overflow: the frame was not taken, the connection must end.
    [[nodiscard]] Result push(const QByteArray &wire, Delivery delivery, const QString &conflationKey,
                              qsizetype unsent);
    /// Pings and the like: never conflated, at the end of what is ready.
    void pushControl(const QByteArray &wire);
    /// Only the latest pong is kept while the socket is behind.
    void pushPong(const QByteArray &wire, qsizetype unsent);
    /// The last frame of all; goes after everything that waits.
    void pushLast(const QByteArray &wire) { m_last = wire; }

    /// The frames that may go now: as many as fit into 64 KiB less `unsent`, at least one if nothing is unsent.
    [[nodiscard]] QByteArrayList take(qsizetype unsent);

    [[nodiscard]] bool isEmpty() const;
    /// One more frame would have to wait.
    [[nodiscard]] bool isFull(qsizetype unsent) const { return m_readyBytes + unsent >= m_limits.unsent; }
    [[nodiscard]] qsizetype waitingBytes() const;
    void dropBacklog() { m_backlog.reset(); }

private:
    struct Keyed
    {
        QString key;
        QByteArray wire;
    };
    struct Backlog
    {
        std::deque<QByteArray> a;
        std::list<Keyed> b;
        QHash<QString, std::list<Keyed>::iterator> byKey;
        qsizetype bytesA = 0;
        qsizetype bytesB = 0;
    };

    [[nodiscard]] Result pushB(const QByteArray &wire, const QString &conflationKey);
    [[nodiscard]] QByteArray takeB();

    Limits m_limits;
    QByteArrayList m_ready;
    qsizetype m_readyBytes = 0;
    QByteArray m_heldPong;
    QByteArray m_last;
    std::unique_ptr<Backlog> m_backlog;
};

} // namespace tocsin::net
