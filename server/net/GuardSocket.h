// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/FrameCodec.h"
#include "server/net/FrameReader.h"
#include "server/net/HalfSent.h"
#include "server/net/ReadGate.h"
#include "server/net/SendQueue.h"
#include "server/net/ServerSettings.h"
#include "server/net/Transport.h"
#include "server/net/TurnQueue.h"

#include <QTcpSocket>

#include <chrono>
#include <memory>
#include <optional>

namespace tocsin::net {

/// Stands between a transport and QWebSocketServer: to Qt it is a connected QTcpSocket, though it has no descriptor. Qt
/// gets the head of the upgrade and the control frames and does the handshake, close, ping and pong; data frames are read
/// here, strictly, and given to the owner as bytes; what the owner sends goes to the transport as ready-made frames, at
/// most 64 KiB at once, written once per turn of the event loop. QWebSocket closes its socket at once, so lingering until
/// the peer has answered, and the abort when it does not, are done here. A peer gets so many messages read per turn that
/// a flood leaves turns for the others, and none while it takes no answers.
/// Server thread; owned by its session. Why: RELIABILITY, "What Qt's servers do under fire".
class GuardSocket final : public QTcpSocket,
                          private Transport::Sink,
                          private TurnQueue::Task,
                          private ReadGate::Waiter,
                          private HalfSent::Sender
{
    Q_OBJECT
public:
    using Clock = FrameReader::Clock;

    /// What the guard tells its session. Never called from within a call of the session's.
    class Owner
    {
    public:
        Owner() = default;
        Owner(const Owner &) = delete;
        Owner &operator=(const Owner &) = delete;
        virtual void guardText(const QByteArray &utf8) = 0;
        virtual void guardBinary(const QByteArray &payload) = 0;
        /// The peer broke the protocol or is too slow: close with this code and reason.
        virtual void guardFault(quint16 code, const QString &reason) = 0;
        /// The peer takes nothing of what it is sent: close 4008.
        virtual void guardStalled() = 0;
        virtual void guardSent(quint64 messages) = 0; ///< published ones that were handed to the transport
        virtual void guardDrained() = 0;              ///< isBehind() was true and no longer is
        virtual void guardClosed() = 0;               ///< no more messages in either direction; once
        virtual void guardEnded() = 0;                ///< the transport is gone; once, after guardClosed()

    protected:
        ~Owner() = default;
    };

    /// What all sockets of a server have in common. All of it outlives them.
    struct Shared
    {
        const ServerSettings &settings;
        TurnQueue &turns;
        ReadGate &gate;
        HalfSent &halfSent;
        TrafficCounters &traffic;
    };

    GuardSocket(quint64 id, std::unique_ptr<Transport> transport, const Shared &shared);
    ~GuardSocket() override;

    [[nodiscard]] quint64 id() const { return m_id; }
    [[nodiscard]] bool isLive() const { return m_phase == Phase::Open; } ///< messages flow
    [[nodiscard]] bool hasEnded() const { return m_phase == Phase::Ended; }
    /// Hands Qt the head of an upgrade that the front door has accepted, reduced to what Qt needs. Compression is ours:
    /// it goes into Qt's answer.
    void offerHead(const QByteArray &key, const QByteArray &subprotocol,
                   const std::optional<DeflateAgreement> &deflate);
    /// Qt has said 101: frames may be sent. False: the transport has gone in the meantime; the owner is told later.
    [[nodiscard]] bool attach(Owner *owner);
    /// From now on messages are read; `early` came behind the request's head.
    void read(const QByteArray &early);

    /// False: too much of class A waits already; the owner must close.
    [[nodiscard]] bool send(const Frame &frame, Delivery delivery, const QString &key);
    [[nodiscard]] bool join(const std::shared_ptr<FrameBatch> &batch);
    void setGapEncoder(const GapEncoder &encoder) { m_encodeGap = std::make_unique<GapEncoder>(encoder); }
    /// Bytes that are on their way out: waiting here and in the transport.
    [[nodiscard]] qint64 backlog() const;
    /// As much waits as may be handed out at once; guardDrained() follows.
    [[nodiscard]] bool isBehind();
    void limitMessages(qsizetype bytes) { m_reader.setLimit(bytes); }
    void dropBacklog() { m_out.dropBacklog(); }
    // For those who watch the connections.
    [[nodiscard]] quint64 bytesIn() const { return m_bytesIn; }
    [[nodiscard]] quint64 bytesOut() const { return m_bytesOut; }
    [[nodiscard]] Clock::time_point lastHeard() const { return m_lastHeard; }
    [[nodiscard]] std::size_t waitingFrames() const { return m_out.waitingFrames(); }
    [[nodiscard]] quint64 conflated() const { return m_out.conflated(); }
    [[nodiscard]] quint64 lostFrames() const { return m_out.lost(); }
    [[nodiscard]] bool closeSent() const { return m_closeSent; }
    [[nodiscard]] bool closeReceived() const { return m_closeReceived; }
    /// What comes here may be an alert: it is read even when the desk is behind.
    void setUrgent() { m_urgent = true; }
    void kill(); ///< ends it now, whatever waits

    /// Deadlines; called a few times per second.
    void tick(Clock::time_point now);
    /// Counts pings without an answer; anything received sets it back. The ping itself is Qt's.
    [[nodiscard]] int unansweredPings() const { return m_unansweredPings; }
    void pingSent() { ++m_unansweredPings; }
    void setLinger(std::chrono::milliseconds linger) { m_linger = linger; }

    // QTcpSocket, as Qt's WebSocket code uses it
    [[nodiscard]] qint64 bytesAvailable() const override;
    [[nodiscard]] qint64 bytesToWrite() const override { return backlog(); }
    void close() override;
    void disconnectFromHost() override { close(); }

protected:
    qint64 readData(char *data, qint64 maxSize) override;
    qint64 skipData(qint64 maxSize) override;
    qint64 readLineData(char *data, qint64 maxSize) override;
    qint64 writeData(const char *data, qint64 size) override;

private:
    enum class Phase {
        Handshake,    ///< Qt has the head and will say 101
        Open,         ///< messages flow
        AwaitClose,   ///< our Close is on its way, the peer's must still come
        DiscardInput, ///< the peer broke the protocol: our Close is sent, nothing it says counts
        Finishing,    ///< both have closed; the rest is being sent
        Ended
    };

    void transportReceived(QByteArrayView bytes) override;
    void transportDrained() override;
    void transportEnded() override;
    void endOfTurn() override;
    void readAgain() override;
    void giveUpHalfSent() override;

    [[nodiscard]] qsizetype readSome(QByteArrayView bytes);
    [[nodiscard]] bool mustWait();
    void hold(QByteArrayView bytes);
    void goOn();
    void handle(const FrameReader::Event &event);
    void giveToQt(Opcode opcode, const QByteArray &payload);
    void answerHead();
    void queueControl(const QByteArray &frame);
    void flushOut();
    void leaveOpen(Phase next);
    void finish();
    void end();

    std::unique_ptr<Transport> m_transport;
    TurnQueue &m_turns;
    ReadGate &m_gate;
    HalfSent &m_halfSent;
    TrafficCounters &m_traffic;
    Owner *m_owner = nullptr;
    FrameReader m_reader;
    SendQueue m_out;
    std::unique_ptr<GapEncoder> m_encodeGap;
    QByteArray m_toQt;      ///< what Qt may read
    QByteArray m_fromQt;    ///< its answer to the upgrade, later a control frame, as far as it came
    QByteArray m_extension; ///< for the 101
    QByteArray m_held; ///< received, for a later turn, or until the peer has taken our answers or the desk caught up
    qsizetype m_heldAt = 0; ///< how much of it has been read
    std::chrono::milliseconds m_linger;
    const std::chrono::milliseconds m_readStall;
    Clock::time_point m_lastTaken; ///< when the system last took something, or nothing was waiting
    Clock::time_point m_deadline = Clock::time_point::max();
    qsizetype m_deafAbove; ///< unsent bytes; nothing more is read from a peer that takes no answers
    qint64 m_behindFrom;   ///< bytes
    quint64 m_bytesIn = 0;
    quint64 m_bytesOut = 0;
    Clock::time_point m_lastHeard;
    quint64 m_id;
    int m_unansweredPings = 0;
    Phase m_phase = Phase::Handshake;
    bool m_compress = false;
    bool m_tellDrained = false;
    bool m_urgent = false;
    bool m_waitsToRead = false; ///< in line at the gate
    bool m_headDone = false;
    bool m_closeSent = false;
    bool m_closeReceived = false;
    bool m_broken = false;
    bool m_closedToOwner = false;
    bool m_endedToOwner = false;
};

} // namespace tocsin::net
