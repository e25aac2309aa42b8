// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/GuardSocket.h"

#include <QtEndian>

#include <algorithm>
#include <cstring>
#include <utility>

namespace tocsin::net {

namespace {

/// What one peer may have read in a turn: each message or control frame counts one, and one more per 16 KiB.
constexpr qsizetype budgetPerTurn = 64;
constexpr qsizetype bytesPerUnit = 16'384;

/// What is on its way from a queue to its transport; one list for all, so that a turn allocates nothing.
QByteArrayList &handedOut()
{
    static thread_local QByteArrayList chunks;
    return chunks;
}

} // namespace

GuardSocket::GuardSocket(quint64 id, std::unique_ptr<Transport> transport, const Shared &shared)
    : m_transport(std::move(transport))
    , m_turns(shared.turns)
    , m_gate(shared.gate)
    , m_halfSent(shared.halfSent)
    , m_traffic(shared.traffic)
    , m_reader(shared.settings.limits.message)
    , m_out({shared.settings.limits.unsent, shared.settings.limits.waitingA, shared.settings.limits.waitingB,
             shared.settings.limits.waitingC})
    , m_linger(shared.settings.deadlines.closeLinger)
    , m_readStall(shared.settings.deadlines.readStall)
    , m_lastTaken(Clock::now())
    , m_deafAbove(shared.settings.limits.unsent + 2 * shared.settings.limits.waitingA)
    , m_behindFrom(shared.settings.limits.unsent)
    , m_lastHeard(m_lastTaken)
    , m_id(id)
{
    m_transport->setReading(false);
    m_transport->setSink(this);
    setPeerAddress(m_transport->peerAddress());
    setPeerPort(m_transport->peerPort());
    setSocketState(ConnectedState);
    setOpenMode(ReadWrite | Unbuffered);
}

GuardSocket::~GuardSocket()
{
    m_halfSent.note(this, 0);
    m_turns.remove(this);
    if (m_waitsToRead)
        m_gate.leave(this);
    m_owner = nullptr;
    m_transport->setSink(nullptr);
    m_transport->abort();
    // Without this ~QAbstractSocket would try to disconnect a descriptor that never was.
    setSocketState(UnconnectedState);
    setOpenMode(NotOpen);
}

void GuardSocket::offerHead(const QByteArray &key, const QByteArray &subprotocol,
                            const std::optional<DeflateAgreement> &deflate)
{
    if (deflate) {
        m_extension = deflate->response;
        m_compress = deflate->compresses;
        m_reader.allowDeflate();
    }
    m_toQt = "GET /" + QByteArray::number(m_id) +
             " HTTP/1.1\r\nHost: guard\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: " +
             key + "\r\n";
    if (!subprotocol.isEmpty())
        m_toQt += "Sec-WebSocket-Protocol: " + subprotocol + "\r\n";
    m_toQt += "\r\n";
}

bool GuardSocket::attach(Owner *owner)
{
    m_owner = owner;
    m_turns.add(this); // the 101 has to go, or the owner has to learn of the end
    if (m_phase == Phase::Handshake)
        m_phase = Phase::Open;
    return m_phase == Phase::Open;
}

void GuardSocket::read(const QByteArray &early)
{
    m_transport->setReading(true);
    if (!early.isEmpty())
        transportReceived(early);
}

bool GuardSocket::send(const Frame &frame, Delivery delivery, const QString &key)
{
    if (m_phase != Phase::Open)
        return true;
    const QByteArray &wire = m_compress ? frame.compressedWire() : frame.wire();
    // A turn that sends much writes in between rather than call its reader slow.
    if (m_out.isFull(m_transport->unsent(), wire.size()))
        flushOut();
    if (m_phase != Phase::Open)
        return true;
    if (m_out.push(wire, delivery, key, m_transport->unsent()) == SendQueue::Result::Overflow)
        return false;
    m_turns.add(this);
    return true;
}

bool GuardSocket::join(const std::shared_ptr<FrameBatch> &batch)
{
    if (m_phase != Phase::Open)
        return false;
    if (m_out.isFull(m_transport->unsent(), FrameBatch::capacity))
        flushOut();
    if (m_phase != Phase::Open || !m_out.join(batch, m_compress, m_transport->unsent()))
        return false;
    m_turns.add(this);
    return true;
}

qint64 GuardSocket::backlog() const
{
    return m_out.waitingBytes() + m_transport->unsent();
}

bool GuardSocket::isBehind()
{
    if (backlog() >= m_behindFrom)
        flushOut();
    const bool behind = backlog() >= m_behindFrom;
    m_tellDrained = m_tellDrained || behind;
    return behind;
}

void GuardSocket::kill()
{
    if (m_phase == Phase::Ended)
        return;
    m_transport->abort();
    end();
}

void GuardSocket::tick(Clock::time_point now)
{
    if (m_waitsToRead)
        m_unansweredPings = 0; // its answers may be among what we do not read
    else if (m_phase == Phase::Open && m_reader.isStalled(now) && m_owner != nullptr)
        m_owner->guardFault(CloseCode::Policy, QStringLiteral("The message comes too slowly."));
    if (m_transport->unsent() == 0)
        m_lastTaken = now;
    else if (m_phase == Phase::Open && now - m_lastTaken >= m_readStall && m_owner != nullptr)
        m_owner->guardStalled();
    if (now >= m_deadline)
        kill();
}

qint64 GuardSocket::bytesAvailable() const
{
    return QIODevice::bytesAvailable() + m_toQt.size(); // NOLINT(bugprone-parent-virtual-call): no descriptor below
}

qint64 GuardSocket::readData(char *data, qint64 maxSize)
{
    const qint64 count = std::min<qint64>(maxSize, m_toQt.size());
    if (count > 0) {
        std::memcpy(data, m_toQt.constData(), static_cast<std::size_t>(count));
        m_toQt.remove(0, count);
    }
    return count;
}

qint64 GuardSocket::skipData(qint64 maxSize)
{
    const qint64 count = std::min<qint64>(maxSize, m_toQt.size());
    m_toQt.remove(0, count);
    return count;
}

qint64 GuardSocket::readLineData(char *data, qint64 maxSize)
{
    const qsizetype newline = m_toQt.indexOf('\n');
    return readData(data, newline < 0 ? maxSize : std::min<qint64>(maxSize, newline + 1));
}

/// Qt writes its answer to the upgrade, then control frames, each in one piece or in two.
qint64 GuardSocket::writeData(const char *data, qint64 size)
{
    if (m_phase == Phase::Ended || size <= 0)
        return size;
    m_fromQt.append(data, size);
    m_turns.add(this);
    if (!m_headDone) {
        m_headDone = m_fromQt.endsWith("\r\n\r\n");
        if (m_headDone)
            answerHead();
        return size;
    }
    constexpr qsizetype headSize = 2; // a control frame's payload is at most 125 bytes, a server's frame has no mask
    while (m_fromQt.size() >= headSize) {
        const qsizetype whole = headSize + (static_cast<quint8>(m_fromQt.at(1)) & 0x7F);
        if (m_fromQt.size() < whole)
            break;
        queueControl(m_fromQt.first(whole));
        m_fromQt.remove(0, whole);
    }
    return size;
}

void GuardSocket::queueControl(const QByteArray &frame)
{
    switch (static_cast<Opcode>(static_cast<quint8>(frame.front()) & 0x0F)) {
    case Opcode::Close:
        if (!m_closeSent)
            m_out.pushLast(frame);
        m_closeSent = true;
        break;
    case Opcode::Pong:
        m_out.pushPong(frame, m_transport->unsent());
        break;
    default:
        m_out.pushControl(frame);
        break;
    }
}

void GuardSocket::answerHead()
{
    QByteArray head = std::exchange(m_fromQt, {});
    const QByteArray extension = std::exchange(m_extension, {});
    if (!extension.isEmpty())
        head.insert(head.size() - 2, "Sec-WebSocket-Extensions: " + extension + "\r\n");
    m_out.pushControl(head);
}

/// Qt is done with the socket: it has sent its Close, or gives up.
void GuardSocket::close()
{
    if (state() == UnconnectedState)
        return;
    if (!m_closeSent) {
        kill();
        return;
    }
    leaveOpen(m_closeReceived ? Phase::Finishing : m_broken ? Phase::DiscardInput : Phase::AwaitClose);
    m_deadline = Clock::now() + m_linger;
    m_turns.add(this);
}

/// Messages end here; for Qt the socket is disconnected. `disconnected` is not emitted: Qt's server would delete the
/// guard, which still has to see the connection off.
void GuardSocket::leaveOpen(Phase next)
{
    m_phase = next;
    m_reader.skipMessages();
    m_halfSent.note(this, 0);
    m_out.leaveBatch();
    if (state() == UnconnectedState)
        return;
    Q_EMIT aboutToClose();
    setSocketState(UnconnectedState);
    Q_EMIT stateChanged(UnconnectedState);
}

void GuardSocket::transportReceived(QByteArrayView bytes)
{
    m_traffic.bytesIn += static_cast<quint64>(bytes.size());
    m_bytesIn += static_cast<quint64>(bytes.size());
    m_unansweredPings = 0;
    if (m_held.isEmpty())
        hold(bytes.sliced(readSome(bytes)));
    else
        m_held.append(bytes); // the last bytes of a transport that was told to stop
}

/// Reads what may be read in this turn; returns how much that was. Once messages no longer count, all of it.
qsizetype GuardSocket::readSome(QByteArrayView bytes)
{
    const qsizetype size = bytes.size();
    const Clock::time_point now = Clock::now();
    m_lastHeard = now;
    for (qsizetype budget = budgetPerTurn; !bytes.isEmpty() && budget > 0 && !mustWait();) {
        if (m_phase != Phase::Open && m_phase != Phase::AwaitClose)
            return size;
        const FrameReader::Event event = m_reader.read(bytes, now);
        m_halfSent.note(this, m_reader.held());
        if (event.kind == FrameReader::Kind::NeedMore)
            return size;
        if (event.kind == FrameReader::Kind::Pause)
            break;
        budget -= 1 + event.payload.size() / bytesPerUnit;
        handle(event);
    }
    return size - bytes.size();
}

/// A session that takes no answers, or one that brings no alerts while the desk is behind. What a closing one sends is
/// read whatever waits, so that its Close is found.
bool GuardSocket::mustWait()
{
    if (m_phase != Phase::Open)
        return false;
    if (backlog() > m_deafAbove)
        return true;
    if (m_urgent || m_gate.isOpen())
        return false;
    if (!m_waitsToRead) {
        m_waitsToRead = true;
        m_gate.wait(this);
    }
    return true;
}

void GuardSocket::hold(QByteArrayView bytes)
{
    if (bytes.isEmpty())
        return;
    m_held = bytes.toByteArray();
    m_heldAt = 0;
    m_transport->setReading(false);
    m_turns.add(this);
}

/// Another turn's worth of what is held, then reading again.
void GuardSocket::goOn()
{
    if (m_waitsToRead && m_phase != Phase::Open) {
        m_gate.leave(this);
        m_waitsToRead = false;
    }
    if (m_held.isEmpty() || m_phase == Phase::Ended)
        return;
    const QByteArray held = m_held; // what it says may end us
    m_heldAt += readSome(QByteArrayView(held).sliced(m_heldAt));
    if (m_heldAt < m_held.size()) {
        if (!mustWait())
            m_turns.add(this);
        return;
    }
    m_held = {};
    m_transport->setReading(true);
}

void GuardSocket::giveUpHalfSent()
{
    if (m_phase == Phase::Open && m_owner != nullptr)
        m_owner->guardFault(CloseCode::Overloaded, QStringLiteral("Too much is half sent here."));
}

/// The desk has caught up.
void GuardSocket::readAgain()
{
    m_waitsToRead = false;
    m_reader.resumed(Clock::now());
    m_turns.add(this);
}

void GuardSocket::handle(const FrameReader::Event &event)
{
    const bool open = m_phase == Phase::Open;
    switch (event.kind) {
    case FrameReader::Kind::NeedMore:
    case FrameReader::Kind::Pause:
        return;
    case FrameReader::Kind::Text:
        if (open)
            m_owner->guardText(event.payload);
        return;
    case FrameReader::Kind::Binary:
        if (open)
            m_owner->guardBinary(event.payload);
        return;
    case FrameReader::Kind::Ping:
        if (open)
            giveToQt(Opcode::Ping, event.payload);
        return;
    case FrameReader::Kind::Pong:
        if (open)
            giveToQt(Opcode::Pong, event.payload);
        return;
    case FrameReader::Kind::Close: {
        m_closeReceived = true;
        if (!open) {
            m_phase = Phase::Finishing;
            m_turns.add(this);
            return;
        }
        QByteArray payload;
        if (event.closeCode != 0) {
            // Qt 6.4 does not know the codes registered after RFC 6455; to it they are a normal end.
            const quint16 code =
                event.closeCode >= 1012 && event.closeCode < 3000 ? CloseCode::Normal : event.closeCode;
            const quint16 big = qToBigEndian(code);
            payload = QByteArray(reinterpret_cast<const char *>(&big), sizeof big) + event.payload;
        }
        giveToQt(Opcode::Close, payload);
        return;
    }
    case FrameReader::Kind::Error:
        m_broken = true;
        if (open)
            m_owner->guardFault(event.closeCode, QString::fromLatin1(event.why));
        else
            m_phase = Phase::DiscardInput;
        return;
    }
}

void GuardSocket::giveToQt(Opcode opcode, const QByteArray &payload)
{
    m_toQt += encodeFrame(opcode, payload, Masking::ZeroKey);
    Q_EMIT readyRead();
}

void GuardSocket::transportDrained()
{
    m_lastTaken = Clock::now();
    if (!m_held.isEmpty())
        m_unansweredPings = 0; // its pongs wait unread; what left a full buffer has reached it
    if (!m_out.isEmpty() || !m_held.isEmpty() || m_phase != Phase::Open || m_tellDrained)
        m_turns.add(this);
}

void GuardSocket::transportEnded()
{
    end();
}

void GuardSocket::flushOut()
{
    QByteArrayList &chunks = handedOut();
    while (m_phase != Phase::Ended) {
        m_out.take(m_transport->unsent(), chunks, m_encodeGap.get());
        if (chunks.isEmpty())
            break;
        for (const QByteArray &chunk : std::as_const(chunks)) {
            m_traffic.bytesOut += static_cast<quint64>(chunk.size());
            m_bytesOut += static_cast<quint64>(chunk.size());
        }
        m_transport->write(chunks);
        chunks.clear();
        if (m_out.isEmpty())
            break;
    }
    if (const quint64 messages = m_out.takeBatchedMessages(); messages > 0 && m_owner != nullptr)
        m_owner->guardSent(messages);
}

void GuardSocket::endOfTurn()
{
    flushOut();
    if (m_tellDrained && m_phase == Phase::Open && backlog() < m_behindFrom) {
        m_tellDrained = false;
        m_owner->guardDrained();
        flushOut();
    }
    goOn();
    if (m_phase != Phase::Handshake && m_phase != Phase::Open && !m_closedToOwner && m_owner != nullptr) {
        m_closedToOwner = true;
        m_owner->guardClosed();
    }
    if (m_phase != Phase::Ended && m_out.isEmpty())
        finish();
    if (m_phase == Phase::Ended && m_closedToOwner && !m_endedToOwner) {
        m_endedToOwner = true;
        m_owner->guardEnded();
    }
}

/// Everything is handed to the transport: see the connection off as far as its phase allows.
void GuardSocket::finish()
{
    if (m_phase == Phase::DiscardInput) {
        m_transport->finishWriting();
    } else if (m_phase == Phase::Finishing && m_transport->isOpen()) {
        m_transport->closeWhenSent();
    }
}

void GuardSocket::end()
{
    if (m_phase == Phase::Ended)
        return;
    leaveOpen(Phase::Ended);
    m_deadline = Clock::time_point::max();
    m_held = {};
    m_out.dropBacklog();
    m_turns.add(this);
}

} // namespace tocsin::net
