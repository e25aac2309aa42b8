// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayList>
#include <QByteArrayView>
#include <QHostAddress>

namespace tocsin::net {

/// One accepted stream of bytes, plain or encrypted, whatever carries it. Server thread. Owned by whoever reads it: first
/// the HTTP connection, then, after the upgrade, the guard socket. Never blocks.
class Transport
{
public:
    /// Receives what happens. May start closing from within a call, but must not destroy the transport there.
    class Sink
    {
    public:
        Sink() = default;
        Sink(const Sink &) = delete;
        Sink &operator=(const Sink &) = delete;
        virtual void transportReceived(QByteArrayView bytes) = 0; ///< valid during the call only; at most 64 KiB
        virtual void transportDrained() = 0;                      ///< unsent() went down
        virtual void transportEnded() = 0;                        ///< the peer or an error ended it; once

    protected:
        ~Sink() = default;
    };

    Transport() = default;
    Transport(const Transport &) = delete;
    Transport &operator=(const Transport &) = delete;
    virtual ~Transport() = default;

    virtual void setSink(Sink *sink) = 0;
    /// Off at first. Bytes that come while it is off stay in the system's buffer, but for 64 KiB.
    virtual void setReading(bool on) = 0;
    /// Takes everything and hands the system what it will take at once.
    virtual void write(const QByteArrayList &chunks) = 0;
    /// Bytes taken by write() and not yet by the system.
    [[nodiscard]] virtual qint64 unsent() const = 0;
    /// Ends our direction when everything is sent; the peer may go on.
    virtual void finishWriting() = 0;
    /// Ends both directions when everything is sent.
    virtual void closeWhenSent() = 0;
    /// Ends both directions now; what is unsent is lost. transportEnded() is not called.
    virtual void abort() = 0;
    [[nodiscard]] virtual bool isOpen() const = 0;
    /// Bytes of the application can flow: the handshake of an encrypted one is over.
    [[nodiscard]] virtual bool isReady() const { return true; }
    [[nodiscard]] virtual bool isEncrypted() const = 0;
    [[nodiscard]] virtual QHostAddress peerAddress() const = 0;
    [[nodiscard]] virtual quint16 peerPort() const = 0;
};

} // namespace tocsin::net
