// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/TcpTransport.h"

#include <array>

#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
#include <sys/socket.h>
#endif

namespace tocsin::net {

namespace {
constexpr qsizetype chunkSize = 65'536;
} // namespace

TcpTransport::TcpTransport()
{
    connect(&m_socket, &QTcpSocket::readyRead, this, &TcpTransport::deliver);
    connect(&m_socket, &QTcpSocket::bytesWritten, this, &TcpTransport::onBytesWritten);
    connect(&m_socket, &QTcpSocket::disconnected, this, &TcpTransport::onDisconnected);
}

TcpTransport::~TcpTransport()
{
    m_sink = nullptr;
    m_socket.disconnect(this);
    m_socket.abort();
}

std::unique_ptr<Transport> TcpTransport::adopt(qintptr descriptor)
{
    std::unique_ptr<TcpTransport> transport(new TcpTransport);
    if (!transport->m_socket.setSocketDescriptor(descriptor))
        return nullptr;
    transport->m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    transport->m_socket.setReadBufferSize(chunkSize);
    return transport;
}

void TcpTransport::setReading(bool on)
{
    if (m_reading == on)
        return;
    m_reading = on;
    if (!on)
        return;
    // Never from within the caller: it may be in the middle of a change of state.
    QMetaObject::invokeMethod(this, &TcpTransport::deliver, Qt::QueuedConnection);
}

void TcpTransport::deliver()
{
    if (m_delivering)
        return;
    static thread_local std::array<char, chunkSize> scratch;
    m_delivering = true;
    while (m_reading && m_sink != nullptr && !m_aborted) {
        const qint64 count = m_socket.read(scratch.data(), scratch.size());
        if (count <= 0)
            break;
        m_sink->transportReceived(QByteArrayView(scratch.data(), count));
    }
    m_delivering = false;
}

void TcpTransport::write(const QByteArrayList &chunks)
{
    if (!isOpen())
        return;
    for (const QByteArray &chunk : chunks)
        m_socket.write(chunk);
    m_socket.flush();
}

void TcpTransport::onBytesWritten()
{
    if (m_finishing && m_socket.bytesToWrite() == 0)
        shutDownWriting();
    if (m_sink != nullptr)
        m_sink->transportDrained();
}

void TcpTransport::onDisconnected()
{
    if (m_aborted)
        return;
    deliver(); // what came before the end
    m_aborted = true;
    if (m_sink != nullptr)
        m_sink->transportEnded();
}

void TcpTransport::finishWriting()
{
    m_finishing = true;
    if (m_socket.bytesToWrite() == 0)
        shutDownWriting();
}

void TcpTransport::shutDownWriting()
{
    m_finishing = false;
#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
    if (isOpen())
        ::shutdown(static_cast<int>(m_socket.socketDescriptor()), SHUT_WR);
#else
    closeWhenSent(); // Qt has no half-close
#endif
}

void TcpTransport::closeWhenSent()
{
    m_socket.disconnectFromHost();
}

void TcpTransport::abort()
{
    m_aborted = true;
    m_socket.abort();
}

} // namespace tocsin::net
