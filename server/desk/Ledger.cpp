// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/Ledger.h"

#include <algorithm>

namespace tocsin {

namespace {
template<class... Ts>
struct Overloaded : Ts...
{
    using Ts::operator()...;
};

bool earlier(const Alert &a, const Alert &b)
{
    return a.raisedAt != b.raisedAt ? a.raisedAt < b.raisedAt : a.id < b.id;
}
} // namespace

Ledger::Ledger(const DeskSnapshot &initial) : m_seq(initial.seq), m_epoch(initial.epoch), m_heads(initial.heads)
{
    for (const Device &device : initial.devices)
        m_devices.insert(device.id, device);
    QList<Alert> closed;
    for (const Alert &alert : initial.alerts) {
        if (isOpen(alert))
            m_open.insert(alert.id, alert);
        else
            closed.append(alert);
    }
    std::stable_sort(closed.begin(), closed.end(),
                     [](const Alert &a, const Alert &b) { return a.lastSeenAt < b.lastSeenAt; });
    for (const Alert &alert : std::as_const(closed))
        put(alert);
    for (const ChatMessage &message : initial.messages)
        put(message);
    for (auto command = initial.commands.crbegin(); command != initial.commands.crend(); ++command)
        put(*command); // the newest closed one last
    for (const ChatReceipt &receipt : initial.receipts)
        put(receipt);
}

void Ledger::apply(const Event &event)
{
    m_seq = event.seq;
    for (const StreamPosition &position : event.streams)
        m_heads[position.stream] = position.seq;
    std::visit(Overloaded{[this](const AlertChange &change) { put(change.alert); },
                          [this](const ChatMessage &message) { put(message); },
                          [this](const Device &device) { m_devices.insert(device.id, device); },
                          [this](const ChatReceipt &receipt) { put(receipt); },
                          [this](const Command &command) { put(command); }, [](const AuditRecord &) {}},
               event.body);
}

void Ledger::put(const Alert &alert)
{
    if (isOpen(alert)) {
        if (alert.revision > 1 && !m_open.contains(alert.id)) // a closed one that came back
            std::erase_if(m_closed, [&alert](const Alert &old) { return old.id == alert.id; });
        m_open.insert(alert.id, alert);
        return;
    }
    m_open.remove(alert.id);
    m_closed.push_back(alert);
    while (m_closed.size() > closedKept)
        m_closed.pop_front();
}

void Ledger::put(const ChatMessage &message)
{
    std::deque<ChatMessage> &thread = m_threads[message.thread];
    thread.push_back(message);
    while (thread.size() > messagesPerThread)
        thread.pop_front();
    if (m_threads.size() <= threadsKept)
        return;
    const auto oldest = std::min_element(m_threads.begin(), m_threads.end(),
                                         [](const auto &a, const auto &b) { return a.back().at < b.back().at; });
    m_threads.erase(oldest);
}

void Ledger::put(const Command &command)
{
    if (isOpen(command)) {
        m_openCommands.insert(command.id, command);
        return;
    }
    if (!m_openCommands.remove(command.id)) // a late answer to a closed one
        std::erase_if(m_closedCommands, [&command](const Command &old) { return old.id == command.id; });
    m_closedCommands.push_back(command);
    while (m_closedCommands.size() > closedCommandsKept)
        m_closedCommands.pop_front();
}

void Ledger::put(const ChatReceipt &receipt)
{
    m_receipts.insert(receiptKey(receipt), {receipt, ++m_receiptsTaken});
    if (m_receipts.size() <= receiptsKept + receiptsKept / 10) // rarely, because it looks at all of them
        return;
    const quint64 border = m_receiptsTaken - receiptsKept;
    m_receipts.removeIf([border](const auto &entry) { return entry.value().place <= border; });
}

DeskSnapshot Ledger::snapshot() const
{
    DeskSnapshot snapshot;
    snapshot.seq = m_seq;
    snapshot.epoch = m_epoch;
    snapshot.heads = m_heads;
    snapshot.devices = m_devices.values();
    std::sort(snapshot.devices.begin(), snapshot.devices.end(),
              [](const Device &a, const Device &b) { return a.id < b.id; });
    snapshot.alerts = m_open.values();
    std::sort(snapshot.alerts.begin(), snapshot.alerts.end(), earlier);
    std::copy(m_closed.crbegin(), m_closed.crend(), std::back_inserter(snapshot.alerts));
    for (const std::deque<ChatMessage> &thread : m_threads)
        std::copy(thread.cbegin(), thread.cend(), std::back_inserter(snapshot.messages));
    std::stable_sort(snapshot.messages.begin(), snapshot.messages.end(),
                     [](const ChatMessage &a, const ChatMessage &b) { return a.at < b.at; });
    snapshot.commands = m_openCommands.values();
    std::sort(snapshot.commands.begin(), snapshot.commands.end(), [](const Command &a, const Command &b) {
        return a.issuedAt != b.issuedAt ? a.issuedAt < b.issuedAt : a.id < b.id;
    });
    std::copy(m_closedCommands.crbegin(), m_closedCommands.crend(), std::back_inserter(snapshot.commands));
    QList<Receipt> receipts = m_receipts.values();
    std::sort(receipts.begin(), receipts.end(), [](const Receipt &a, const Receipt &b) { return a.place < b.place; });
    for (qsizetype i = std::max<qsizetype>(0, receipts.size() - receiptsKept); i < receipts.size(); ++i)
        snapshot.receipts.append(receipts.at(i).receipt);
    return snapshot;
}

} // namespace tocsin
