// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

#include <QHash>
#include <QList>

#include <deque>

namespace tocsin {

/// The desk's durable state: exactly what the committed events say, nothing that still waits for the store.
/// Where consumers start. Plain value logic on the desk's thread; bounded as DeskSnapshot says.
class Ledger
{
public:
    static constexpr int closedKept = 500;
    static constexpr int messagesPerThread = 200;
    static constexpr int threadsKept = 1000; ///< the least recently used is forgotten; the store keeps it
    static constexpr int closedCommandsKept = 200;
    static constexpr int receiptsKept = 10'000;

    explicit Ledger(const DeskSnapshot &initial);

    void apply(const Event &event);
    /// Everything but presence, which is no durable state.
    [[nodiscard]] DeskSnapshot snapshot() const;
    [[nodiscard]] qint64 seq() const { return m_seq; }
    [[nodiscard]] bool knows(const QString &deviceId) const { return m_devices.contains(deviceId); }

private:
    void put(const Alert &alert);
    void put(const ChatMessage &message);
    void put(const Command &command);
    void put(const ChatReceipt &receipt);

    struct Receipt
    {
        ChatReceipt receipt;
        quint64 place = 0; ///< in the order of coming
    };

    qint64 m_seq = 0;
    QString m_epoch;
    QHash<QString, qint64> m_heads;
    QHash<QString, Device> m_devices;
    QHash<QString, Alert> m_open;
    std::deque<Alert> m_closed; ///< newest last
    QHash<QString, std::deque<ChatMessage>> m_threads;
    QHash<QString, Command> m_openCommands;
    std::deque<Command> m_closedCommands; ///< newest last
    QHash<QString, Receipt> m_receipts;   ///< by receiptKey()
    quint64 m_receiptsTaken = 0;
};

} // namespace tocsin
