// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Transport.h"

#include <QObject>
#include <QTcpSocket>

#include <memory>

namespace tocsin::net {

/// A plain TCP stream over a QTcpSocket. Server thread.
class TcpTransport final : public QObject, public Transport
{
    Q_OBJECT
public:
    /// Takes a descriptor that was just accepted; null when the system refuses it.
    [[nodiscard]] static std::unique_ptr<Transport> adopt(qintptr descriptor);
    ~TcpTransport() override;

    void setSink(Sink *sink) override { m_sink = sink; }
    void setReading(bool on) override;
    void write(const QByteArrayList &chunks) override;
    [[nodiscard]] qint64 unsent() const override { return m_socket.bytesToWrite(); }
    void finishWriting() override;
    void closeWhenSent() override;
    void abort() override;
    [[nodiscard]] bool isOpen() const override { return m_socket.state() == QAbstractSocket::ConnectedState; }
    [[nodiscard]] bool isEncrypted() const override { return false; }
    [[nodiscard]] QHostAddress peerAddress() const override { return m_socket.peerAddress(); }
    [[nodiscard]] quint16 peerPort() const override { return m_socket.peerPort(); }

private:
    TcpTransport();
    void deliver();
    void onBytesWritten();
    void onDisconnected();
    void shutDownWriting();

    QTcpSocket m_socket;
    Sink *m_sink = nullptr;
    bool m_reading = false;
    bool m_delivering = false;
    bool m_finishing = false; ///< half-close when everything is sent
    bool m_aborted = false;
};

} // namespace tocsin::net
