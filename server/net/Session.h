// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/Time.h"

#include <QByteArray>
#include <QObject>
#include <QString>
#include <QUrlQuery>

#include <memory>
#include <utility>

namespace tocsin::net {

/// How a frame is treated when its reader is slow (RELIABILITY, Delivery).
/// A: never dropped; the session closes 4008 rather than lose one. B: conflated to the latest per key.
enum class Delivery { A, B };

/// One encoded WebSocket frame, header and payload as they go to the wire (server frames are not masked),
/// shared by every socket that gets it: encode once, write many. Copies share; server thread.
class Frame
{
public:
    Frame() = default;
    [[nodiscard]] static Frame text(const QByteArray &utf8);
    [[nodiscard]] static Frame binary(const QByteArray &payload);
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

    /// Queues a frame; written once per loop turn. For B, `conflationKey` names what a newer frame replaces
    /// while more than 64 KiB wait.
    virtual void send(const Frame &frame, Delivery delivery = Delivery::A, const QString &conflationKey = {}) = 0;
    void sendText(const QByteArray &utf8) { send(Frame::text(utf8)); }
    /// Starts the closing handshake; lingering and the final abort are the server's.
    virtual void close(quint16 code, const QString &reason) = 0;

Q_SIGNALS:
    /// One whole message: valid UTF-8, size within the limit.
    void textReceived(const QByteArray &utf8);
    void binaryReceived(const QByteArray &payload);
    void closed();
};

} // namespace tocsin::net
