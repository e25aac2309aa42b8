// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Transport.h"

#include <QObject>
#include <QSslSocket>

#include <deque>
#include <memory>

namespace tocsin::net {

/// An encrypted stream over a QSslSocket; the handshake begins at once. Server thread.
///
/// Never more than 64 KiB are handed down: `bytesToWrite()` alone does not tell, because what is encrypted and not yet sent
/// counts elsewhere (`encryptedBytesToWrite()`). QSslSocket knows no half-close; ours sends the TLS closure alert (RFC 8446
/// 6.1), ends our direction of the TCP connection on a duplicate of its descriptor, and then only waits for the peer's end:
/// nothing that it still says is decrypted.
class TlsTransport final : public QObject, public Transport
{
    Q_OBJECT
public:
    /// Takes a descriptor that was just accepted; null, and the descriptor closed, when the system refuses it.
    [[nodiscard]] static std::unique_ptr<Transport> adopt(qintptr descriptor, const QSslConfiguration &configuration);
    ~TlsTransport() override;

    void setSink(Sink *sink) override { m_sink = sink; }
    void setReading(bool on) override;
    void write(const QByteArrayList &chunks) override;
    [[nodiscard]] qint64 unsent() const override { return m_waitingBytes + handedDown(); }
    void finishWriting() override;
    void closeWhenSent() override;
    void abort() override;
    [[nodiscard]] bool isOpen() const override;
    [[nodiscard]] bool isReady() const override { return m_socket.isEncrypted(); }
    [[nodiscard]] bool isEncrypted() const override { return true; }
    [[nodiscard]] QHostAddress peerAddress() const override { return m_peer; }
    [[nodiscard]] quint16 peerPort() const override { return m_peerPort; }

private:
    enum class AfterSending { StayOpen, Finish, Close };
    class Discard;

    TlsTransport();
    void deliver();
    void pump();
    void flush();
    void onBytesWritten();
    void onDisconnected();
    void whenSent();
    void end();
    [[nodiscard]] qint64 handedDown() const { return m_socket.bytesToWrite() + m_socket.encryptedBytesToWrite(); }

    QSslSocket m_socket;
    std::deque<QByteArray> m_waiting;
    std::unique_ptr<Discard> m_rest; ///< the TCP connection once our TLS direction has ended
    Sink *m_sink = nullptr;
    QHostAddress m_peer;
    qint64 m_waitingBytes = 0;
    quint16 m_peerPort = 0;
    AfterSending m_after = AfterSending::StayOpen;
    bool m_reading = false;
    bool m_delivering = false;
    bool m_writing = false;
    bool m_finished = false; ///< the closure alert is on its way
    bool m_ended = false;
};

} // namespace tocsin::net
