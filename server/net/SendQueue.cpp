// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/SendQueue.h"

#include <algorithm>
#include <utility>

namespace tocsin::net {

namespace {

/// Tiny frames cost what manages them: limits count this for each.
constexpr qsizetype overhead = 64;
/// Losses are told apart by key up to so many keys.
constexpr std::size_t mostGaps = 64;
/// A socket that was sent much at once does not keep the list for it.
constexpr qsizetype keptCapacity = 16;

qsizetype costOf(const QByteArray &wire)
{
    return wire.size() + overhead;
}

} // namespace

/// Hands out what fits.
class SendQueue::Hand
{
public:
    Hand(QByteArrayList &out, qsizetype unsent, qsizetype limit)
        : m_out(out)
        , m_room(limit - unsent)
        , m_first(unsent == 0 && out.isEmpty())
    {
    }
    [[nodiscard]] bool fits(const QByteArray &wire) const { return m_first || wire.size() <= m_room; }
    void give(QByteArray wire)
    {
        m_room -= wire.size();
        m_first = false;
        m_out.append(std::move(wire));
    }

private:
    QByteArrayList &m_out;
    qsizetype m_room;
    bool m_first; ///< something always goes when nothing is under way
};

bool SendQueue::Backlog::isEmpty() const
{
    return alerts.empty() && a.empty() && b.empty() && c.empty() && gaps.empty();
}

bool SendQueue::isFull(qsizetype unsent, qsizetype size) const
{
    const qsizetype before = unsent + readyBytes();
    return before > 0 && before + size > m_limits.unsent;
}

SendQueue::Result SendQueue::push(const QByteArray &wire, Delivery delivery, const QString &key, qsizetype unsent)
{
    leaveBatch();
    if (!m_backlog && !isFull(unsent, wire.size())) {
        m_ready.append(wire);
        m_readyBytes += wire.size();
        return Result::Queued;
    }
    if (!m_backlog)
        m_backlog = std::make_unique<Backlog>();
    switch (delivery) {
    case Delivery::B:
        return pushB(wire, key);
    case Delivery::C:
        return pushC(wire, key);
    case Delivery::Alert:
    case Delivery::A:
        break;
    }
    if (m_backlog->costA > m_limits.waitingA)
        return Result::Overflow;
    (delivery == Delivery::Alert ? m_backlog->alerts : m_backlog->a).push_back(wire);
    m_backlog->costA += costOf(wire);
    makeRoom();
    return Result::Queued;
}

SendQueue::Result SendQueue::pushB(const QByteArray &wire, const QString &key)
{
    Backlog &backlog = *m_backlog;
    Result result = Result::Queued;
    if (const auto known = backlog.byKey.constFind(key); !key.isEmpty() && known != backlog.byKey.constEnd()) {
        // The newer frame takes the older one's place in the line, so that no key starves.
        QByteArray &old = (*known)->wire;
        backlog.costB += wire.size() - old.size();
        old = wire;
        ++m_conflated;
        result = Result::Conflated;
    } else {
        backlog.b.push_back({key, wire});
        backlog.costB += costOf(wire);
        if (!key.isEmpty())
            backlog.byKey.insert(key, std::prev(backlog.b.end()));
    }
    while (backlog.costB > m_limits.waitingB && backlog.b.size() > 1) {
        takeB();
        ++m_conflated;
        result = Result::Conflated;
    }
    makeRoom();
    return result;
}

QByteArray SendQueue::takeB()
{
    Keyed front = std::move(m_backlog->b.front());
    m_backlog->b.pop_front();
    if (!front.key.isEmpty())
        m_backlog->byKey.remove(front.key);
    m_backlog->costB -= costOf(front.wire);
    return front.wire;
}

SendQueue::Result SendQueue::pushC(const QByteArray &wire, const QString &key)
{
    Backlog &backlog = *m_backlog;
    Result result = Result::Queued;
    backlog.c.push_back({key, wire});
    backlog.costC += costOf(wire);
    while (backlog.costC > m_limits.waitingC && backlog.c.size() > 1) {
        loseC();
        result = Result::Conflated;
    }
    makeRoom();
    return result;
}

/// The oldest frame of the ring goes and leaves a gap.
void SendQueue::loseC()
{
    Backlog &backlog = *m_backlog;
    const Keyed lost = std::move(backlog.c.front());
    backlog.c.pop_front();
    backlog.costC -= costOf(lost.wire);
    ++m_lost;
    auto gap = std::find_if(backlog.gaps.begin(), backlog.gaps.end(),
                            [&lost](const Gap &known) { return known.key == lost.key; });
    if (gap == backlog.gaps.end() && backlog.gaps.size() >= mostGaps)
        gap = std::prev(backlog.gaps.end());
    if (gap == backlog.gaps.end())
        gap = backlog.gaps.insert(gap, Gap{lost.key, 0, 0});
    ++gap->frames;
    gap->bytes += static_cast<quint64>(lost.wire.size());
}

/// One reader never costs more than the bound of all classes together: raw streams give way first, then telemetry.
void SendQueue::makeRoom()
{
    Backlog &backlog = *m_backlog;
    while (backlog.costA + backlog.costB + backlog.costC > m_limits.waitingA) {
        if (!backlog.c.empty()) {
            loseC();
        } else if (!backlog.b.empty()) {
            takeB();
            ++m_conflated;
        } else {
            return;
        }
    }
}

bool SendQueue::join(const std::shared_ptr<FrameBatch> &batch, bool compressed, qsizetype unsent)
{
    leaveBatch();
    if (m_backlog || unsent + m_readyBytes + FrameBatch::capacity > m_limits.unsent)
        return false;
    if (compressed)
        batch->compress();
    m_batch = batch;
    m_batchCompressed = compressed;
    return true;
}

void SendQueue::leaveBatch()
{
    if (!m_batch)
        return;
    m_batch->seal();
    const QByteArray &wire = m_batchCompressed ? m_batch->compressedWire() : m_batch->wire();
    m_ready.append(wire);
    m_readyBytes += wire.size();
    m_batched += m_batch->frames();
    m_batch.reset();
}

void SendQueue::pushControl(const QByteArray &wire)
{
    leaveBatch();
    m_ready.append(wire);
    m_readyBytes += wire.size();
}

void SendQueue::pushPong(const QByteArray &wire, qsizetype unsent)
{
    leaveBatch();
    if (!isFull(unsent, wire.size()) && m_heldPong.isEmpty())
        pushControl(wire);
    else
        m_heldPong = wire;
}

void SendQueue::take(qsizetype unsent, QByteArrayList &out, const GapEncoder *encodeGap)
{
    leaveBatch();
    if (unsent >= m_limits.unsent)
        return;
    Hand hand(out, unsent, m_limits.unsent);
    if (!m_ready.isEmpty()) {
        qsizetype given = 0;
        while (given < m_ready.size() && hand.fits(m_ready.at(given))) {
            m_readyBytes -= m_ready.at(given).size();
            hand.give(std::move(m_ready[given++]));
        }
        if (given < m_ready.size()) {
            m_ready.remove(0, given);
            return;
        }
        if (m_ready.capacity() > keptCapacity)
            m_ready = {};
        else
            m_ready.clear();
    }
    if (!m_heldPong.isEmpty() && hand.fits(m_heldPong))
        hand.give(std::exchange(m_heldPong, {}));
    if (m_backlog) {
        takeBacklog(hand, encodeGap);
        if (m_backlog->isEmpty())
            m_backlog.reset();
    }
    if (!m_backlog && !m_last.isEmpty() && hand.fits(m_last))
        hand.give(std::exchange(m_last, {}));
}

void SendQueue::takeBacklog(Hand &hand, const GapEncoder *encodeGap)
{
    Backlog &backlog = *m_backlog;
    for (auto *const queue : {&backlog.alerts, &backlog.a}) {
        while (!queue->empty()) {
            if (!hand.fits(queue->front()))
                return;
            backlog.costA -= costOf(queue->front());
            hand.give(std::move(queue->front()));
            queue->pop_front();
        }
    }
    while (!backlog.b.empty()) {
        if (!hand.fits(backlog.b.front().wire))
            return;
        hand.give(takeB());
    }
    while (!backlog.gaps.empty()) {
        const QByteArray marker = encodeGap != nullptr ? (*encodeGap)(backlog.gaps.front()).wire() : QByteArray();
        if (!hand.fits(marker))
            return;
        if (!marker.isEmpty())
            hand.give(marker);
        backlog.gaps.erase(backlog.gaps.begin());
    }
    while (!backlog.c.empty()) {
        if (!hand.fits(backlog.c.front().wire))
            return;
        backlog.costC -= costOf(backlog.c.front().wire);
        hand.give(std::move(backlog.c.front().wire));
        backlog.c.pop_front();
    }
}

bool SendQueue::isEmpty() const
{
    return m_ready.isEmpty() && !m_batch && m_heldPong.isEmpty() && m_last.isEmpty() && !m_backlog;
}

std::size_t SendQueue::waitingFrames() const
{
    return std::size_t(m_ready.size()) + (m_batch ? m_batch->frames() : 0) + (m_backlog ? m_backlog->frames() : 0);
}

qsizetype SendQueue::waitingBytes() const
{
    qsizetype bytes = m_readyBytes + m_heldPong.size() + m_last.size();
    if (m_batch)
        bytes += m_batch->wire().size();
    if (m_backlog)
        bytes += m_backlog->costA + m_backlog->costB + m_backlog->costC -
                 static_cast<qsizetype>(m_backlog->frames()) * overhead;
    return bytes;
}

} // namespace tocsin::net
