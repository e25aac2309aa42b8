// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/PingBarrier.h"

#include <algorithm>
#include <utility>

namespace tocsin {

PingBarrier::Start PingBarrier::open(quint64 socket, const QString &key, qint64 head)
{
    const auto debt = m_debts.constFind(key);
    Start start{head, debt != m_debts.cend()};
    if (start.known) {
        start.after = std::min(*debt, head);
        m_debts.erase(debt);
    }
    QSet<quint64> &open = m_open[key];
    for (const quint64 other : std::as_const(open)) {
        start.after = std::min(start.after, provenBy(m_sockets.value(other), head));
        start.known = true;
    }
    open.insert(socket);
    m_sockets.insert(socket, {key, start.after, start.after, start.after < head});
    return start;
}

/// Up to where nothing is owed to it: without a ping that waits, everything.
qint64 PingBarrier::provenBy(const Socket &socket, qint64 head)
{
    return socket.behind || socket.proved < socket.sent ? socket.proved : std::max(socket.proved, head);
}

void PingBarrier::beginAt(quint64 socket, qint64 seq)
{
    const auto found = m_sockets.find(socket);
    if (found == m_sockets.end())
        return;
    found->proved = found->sent = seq;
    found->behind = true;
}

QByteArray PingBarrier::sent(quint64 socket, qint64 seq)
{
    const auto found = m_sockets.find(socket);
    if (found == m_sockets.end())
        return {};
    found->sent = std::max(found->sent, seq);
    return QByteArray::number(found->sent);
}

void PingBarrier::passed(quint64 socket, qint64 seq)
{
    const auto found = m_sockets.find(socket);
    if (found == m_sockets.end())
        return;
    found->behind = false;
    if (found->proved < found->sent)
        return;
    found->sent = found->proved = std::max(found->sent, seq);
}

bool PingBarrier::proved(quint64 socket, const QByteArray &payload)
{
    bool number = false;
    const qint64 seq = payload.toLongLong(&number);
    const auto found = m_sockets.find(socket);
    if (!number || found == m_sockets.end() || seq > found->sent)
        return false;
    found->proved = std::max(found->proved, seq);
    return true;
}

void PingBarrier::closed(quint64 socket, qint64 head)
{
    const auto found = m_sockets.constFind(socket);
    if (found == m_sockets.cend())
        return;
    const QString key = found->key;
    const qint64 from = provenBy(*found, head);
    m_sockets.erase(found);
    if (const auto open = m_open.find(key); open != m_open.end()) {
        open->remove(socket);
        if (open->isEmpty())
            m_open.erase(open);
    }
    const auto debt = m_debts.find(key);
    if (debt != m_debts.end()) {
        *debt = std::min(*debt, from);
        return;
    }
    m_debts.insert(key, from);
    m_order.push_back(key);
    while (m_debts.size() > m_capacity && !m_order.empty()) {
        m_debts.remove(m_order.front());
        m_order.pop_front();
    }
    // Names whose debts were taken over pile up otherwise.
    if (static_cast<qsizetype>(m_order.size()) > 2 * m_capacity + 16)
        std::erase_if(m_order, [this](const QString &name) { return !m_debts.contains(name); });
}

} // namespace tocsin
