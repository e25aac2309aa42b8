// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/Time.h"

#include <QByteArray>
#include <QObject>
#include <QString>
#include <QUrlQuery>

#include <functional>
#include <memory>
#include <utility>

namespace tocsin::net {

struct Credential;

/// How a frame is treated when its reader is slow, in order of sending (RELIABILITY, Delivery).
/// Alert and A: never dropped; the session closes 4008 rather than lose one. B (telemetry): conflated to the latest per key.
/// C (raw streams): the newest 256 KiB are kept; what was overwritten becomes a gap.
enum class Delivery { Alert, A, B, C };

/// What a slow reader has lost of class C.
struct Gap
{
    QString key; ///< of the lost frames
    quint64 frames = 0;
    quint64 bytes = 0;
};

/// One encoded WebSocket frame, header and payload as they go to the wire (server frames are not masked),
/// shared by every socket that gets it: encode once, write many. Copies share; server thread.
class Frame
{
public:
    Frame() = default;
    [[nodiscard]] static Frame text(const QByteArray &utf8);
    [[nodiscard]] static Frame binary(const QByteArray &payload);
    [[nodiscard]] static Frame ping(const QByteArray &payload); ///< at most 125 bytes
    [[nodiscard]] const QByteArray &wire() const;
    /// For sockets that agreed to permessage-deflate: compressed at the first call, for all copies; the same as wire()
    /// when the frame is binary, small, very large, or would not get shorter.
    [[nodiscard]] const QByteArray &compressedWire() const;
    [[nodiscard]] bool isEmpty() const { return m_shared == nullptr; }

private:
    struct Shared;
    explicit Frame(std::shared_ptr<Shared> shared) : m_shared(std::move(shared)) {}
    std::shared_ptr<Shared> m_shared;
};

/// Says a gap in the words of a dialect; the marker goes where the lost frames would have been.
using GapEncoder = std::function<Frame(const Gap &)>;

class FrameBatch;

/// One open WebSocket as a dialect sees it. Server thread; owned by the server, deleted after closed().
/// Abstract so that dialects are tested without sockets.
class Session : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    [[nodiscard]] virtual QString id() const = 0;   ///< unique in this process, for logs and audit
    [[nodiscard]] virtual QString path() const = 0; ///< decoded, no query
    [[nodiscard]] virtual const QUrlQuery &query() const = 0;
    [[nodiscard]] virtual const Principal &principal() const = 0;
    [[nodiscard]] virtual QString peerAddress() const = 0;
    [[nodiscard]] virtual TimePoint openedAt() const = 0;
    [[nodiscard]] virtual bool isOpen() const = 0;
    [[nodiscard]] virtual QByteArray subprotocol() const { return {}; } ///< as selected; empty: none

    /// Whoever opened without a token has said who it is (first-frame authentication).
    /// `credential` is what it came with, to be looked at again when rights change; null: nothing was needed.
    virtual void identify(const Principal &who, const Credential *credential)
    {
        Q_UNUSED(who)
        Q_UNUSED(credential)
    }
    /// Larger messages end the connection, 1009. For those who have not said who they are.
    virtual void limitMessages(qsizetype bytes) { Q_UNUSED(bytes) }

    /// Queues a frame; written once per loop turn. `key` names, while 64 KiB wait, what a newer frame of class B replaces,
    /// and what a gap of class C belongs to.
    virtual void send(const Frame &frame, Delivery delivery = Delivery::A, const QString &key = {}) = 0;
    /// For FanOut: takes part in what a topic publishes in this turn. False: send frame by frame.
    [[nodiscard]] virtual bool join(const std::shared_ptr<FrameBatch> &) { return false; }
    /// What comes on it may be an alert or a panic: it is read even while the desk is behind (ReadGate).
    virtual void setUrgent() {}
    /// Of a session that is sent class C; without it gaps are not told.
    virtual void setGapEncoder(const GapEncoder &) {}
    void sendText(const QByteArray &utf8) { send(Frame::text(utf8)); }
    /// A ping behind every frame of class A that was sent before it. Each WebSocket library echoes the payload:
    /// pongReceived() proves that those frames have arrived, even at a client that acknowledges nothing.
    void ping(const QByteArray &payload) { send(Frame::ping(payload)); }
    /// 64 KiB or more wait for the peer. Who asks is told by drained() when it is no longer so: large answers wait for it.
    [[nodiscard]] virtual bool isBehind() { return false; }
    /// Starts the closing handshake; lingering and the final abort are the server's.
    virtual void close(quint16 code, const QString &reason) = 0;

Q_SIGNALS:
    /// One whole message: valid UTF-8, size within the limit.
    void textReceived(const QByteArray &utf8);
    void binaryReceived(const QByteArray &payload);
    void pongReceived(const QByteArray &payload); ///< not of the server's own, empty pings
    void drained();
    void closed();
};

} // namespace tocsin::net
