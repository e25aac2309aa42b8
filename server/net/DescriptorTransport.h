// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Transport.h"

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace tocsin::net {

/// A plain TCP stream straight on a non-blocking descriptor (Unix): no buffers of its own but for what the system did not
/// take, and shared frames are written without being copied. A third of the memory of a QTcpSocket. Server thread.
class DescriptorTransport final : public QObject, public Transport
{
    Q_OBJECT
public:
    /// Takes a descriptor that was just accepted; null, and the descriptor closed, when the system refuses it.
    [[nodiscard]] static std::unique_ptr<Transport> adopt(qintptr descriptor);
    ~DescriptorTransport() override;

    void setSink(Sink *sink) override { m_sink = sink; }
    void setReading(bool on) override;
    void write(const QByteArrayList &chunks) override;
    [[nodiscard]] qint64 unsent() const override { return m_unsent; }
    void finishWriting() override;
    void closeWhenSent() override;
    void abort() override;
    [[nodiscard]] bool isOpen() const override { return m_descriptor >= 0 && m_after != AfterSending::Close; }
    [[nodiscard]] bool isEncrypted() const override { return false; }
    [[nodiscard]] QHostAddress peerAddress() const override { return m_peer; }
    [[nodiscard]] quint16 peerPort() const override { return m_peerPort; }

private:
    enum class AfterSending { StayOpen, Finish, Close };

    explicit DescriptorTransport(int descriptor);
    void onReadable();
    void onWritable();
    void sendWaiting();
    [[nodiscard]] qint64 sendSome(const QByteArrayList &chunks, qsizetype from, qsizetype skip);
    void whenSent();
    void awaitWritable(bool on);
    void endSoon();
    void end();
    void closeDescriptor();
    [[nodiscard]] qint64 receive();

    QSocketNotifier m_readable;
    std::unique_ptr<QSocketNotifier> m_writable; ///< only while the system's buffer is full
    QByteArrayList m_waiting;                    ///< what the system did not take at once
    Sink *m_sink = nullptr;
    QHostAddress m_peer;
    qint64 m_unsent = 0;
    qsizetype m_sentOfFirst = 0; ///< bytes of the first that are gone
    int m_descriptor;
    quint16 m_peerPort = 0;
    AfterSending m_after = AfterSending::StayOpen;
    bool m_finished = false; ///< our direction is shut
    bool m_ending = false;
};

/// Lets this process have as many descriptors as the system allows it; the usual 1,024 would be the first cap to be hit.
void raiseDescriptorLimit();

} // namespace tocsin::net
