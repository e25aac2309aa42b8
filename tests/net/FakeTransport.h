// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Transport.h"

#include <algorithm>

namespace tocsin::test {

/// A transport whose peer reads only what it is told to: stalls, trickles and resumes at will.
class FakeTransport final : public net::Transport
{
public:
    QByteArray taken; ///< by the peer, in order
    bool open = true;
    bool reading = false;
    qint64 mostUnsent = 0;
    qint64 takesAtOnce = 0; ///< what the system takes without the peer's help

    /// The peer sends something.
    void receive(const QByteArray &bytes) const { m_sink->transportReceived(bytes); }
    /// Everything that was written, taken or not.
    [[nodiscard]] QByteArray written() const { return taken + m_waiting; }

    /// The peer reads up to `bytes`.
    void drain(qint64 bytes)
    {
        const qint64 count = std::min<qint64>(bytes, m_waiting.size());
        taken += m_waiting.left(count);
        m_waiting.remove(0, count);
        if (count > 0 && m_sink != nullptr)
            m_sink->transportDrained();
    }

    /// The peer sends something, and we read.
    void receive(const QByteArray &bytes) { m_sink->transportReceived(bytes); }

    void setSink(Sink *sink) override { m_sink = sink; }
    void setReading(bool on) override { reading = on; }
    void write(const QByteArrayList &chunks) override
    {
        for (const QByteArray &chunk : chunks)
            m_waiting += chunk;
        const qint64 at = std::min<qint64>(takesAtOnce, m_waiting.size());
        taken += m_waiting.left(at);
        m_waiting.remove(0, at);
        takesAtOnce -= at;
        mostUnsent = std::max<qint64>(mostUnsent, m_waiting.size());
    }
    [[nodiscard]] qint64 unsent() const override { return m_waiting.size(); }
    void finishWriting() override {}
    void closeWhenSent() override { open = false; }
    void abort() override { open = false; }
    [[nodiscard]] bool isOpen() const override { return open; }
    [[nodiscard]] bool isEncrypted() const override { return false; }
    [[nodiscard]] QHostAddress peerAddress() const override { return QHostAddress(QHostAddress::LocalHost); }
    [[nodiscard]] quint16 peerPort() const override { return 1; }

private:
    Sink *m_sink = nullptr;
    QByteArray m_waiting;
};

} // namespace tocsin::test
