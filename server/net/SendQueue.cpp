// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/SendQueue.h"

#include <utility>

namespace tocsin::net {

SendQueue::Result SendQueue::push(const QByteArray &wire, Delivery delivery, const QString &conflationKey,
                                  qsizetype unsent)
{
    if (!m_backlog && unsent + m_readyBytes < m_limits.unsent) {
        m_ready.append(wire);
        m_readyBytes += wire.size();
        return Result::Queued;
    }
    if (!m_backlog)
        m_backlog = std::make_unique<Backlog>();
    if (delivery == Delivery::B)
        return pushB(wire, conflationKey);
    if (m_backlog->bytesA > m_limits.waitingA)
        return Result::Overflow;
    m_backlog->a.push_back(wire);
    m_backlog->bytesA += wire.size();
    return Result::Queued;
}

SendQueue::Result SendQueue::pushB(const QByteArray &wire, const QString &conflationKey)
{
    Backlog &backlog = *m_backlog;
    Result result = Result::Queued;
    if (const auto known = backlog.byKey.constFind(conflationKey);
        !conflationKey.isEmpty() && known != backlog.byKey.constEnd()) {
        // The newer frame takes the older one's place in the line, so that no key starves.
        QByteArray &old = (*known)->wire;
        backlog.bytesB += wire.size() - old.size();
        old = wire;
        result = Result::Conflated;
    } else {
        backlog.b.push_back({conflationKey, wire});
        backlog.bytesB += wire.size();
        if (!conflationKey.isEmpty())
            backlog.byKey.insert(conflationKey, std::prev(backlog.b.end()));
    }
    while (backlog.bytesB > m_limits.waitingB && backlog.b.size() > 1) {
        (void)takeB();
        result = Result::Conflated;
    }
    return result;
}

QByteArray SendQueue::takeB()
{
    Keyed front = std::move(m_backlog->b.front());
    m_backlog->b.pop_front();
    if (!front.key.isEmpty())
        m_backlog->byKey.remove(front.key);
    m_backlog->bytesB -= front.wire.size();
    return front.wire;
}

void SendQueue::pushControl(const QByteArray &wire)
{
    m_ready.append(wire);
    m_readyBytes += wire.size();
}

void SendQueue::pushPong(const QByteArray &wire, qsizetype unsent)
{
    if (unsent + m_readyBytes < m_limits.unsent && m_heldPong.isEmpty())
        pushControl(wire);
    else
        m_heldPong = wire;
}

QByteArrayList SendQueue::take(qsizetype unsent)
{
    QByteArrayList out;
    qsizetype room = m_limits.unsent - unsent;
    const auto hand = [&out, &room](const QByteArray &wire) {
        room -= wire.size();
        out.append(wire);
    };
    if (room > 0 && !m_ready.isEmpty()) {
        room -= m_readyBytes;
        m_readyBytes = 0;
        out = std::exchange(m_ready, {});
    }
    if (room > 0 && !m_heldPong.isEmpty())
        hand(std::exchange(m_heldPong, {}));
    while (room > 0 && m_backlog) {
        if (!m_backlog->a.empty()) {
            m_backlog->bytesA -= m_backlog->a.front().size();
            hand(m_backlog->a.front());
            m_backlog->a.pop_front();
        } else if (!m_backlog->b.empty()) {
            hand(takeB());
        } else {
            m_backlog.reset();
        }
    }
    if (m_backlog && m_backlog->a.empty() && m_backlog->b.empty())
        m_backlog.reset();
    if (room > 0 && !m_backlog && !m_last.isEmpty())
        hand(std::exchange(m_last, {}));
    return out;
}

bool SendQueue::isEmpty() const
{
    return m_ready.isEmpty() && m_heldPong.isEmpty() && m_last.isEmpty() && !m_backlog;
}

qsizetype SendQueue::waitingBytes() const
{
    return m_readyBytes + m_heldPong.size() + m_last.size() + (m_backlog ? m_backlog->bytesA + m_backlog->bytesB : 0);
}

} // namespace tocsin::net
