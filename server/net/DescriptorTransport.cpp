// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/DescriptorTransport.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace tocsin::net {

namespace {

constexpr qsizetype chunkSize = 65'536;
/// One busy peer gets no more than this before the others have their turn.
constexpr int readsPerTurn = 4;
constexpr std::size_t chunksPerWrite = 64;
#ifdef Q_OS_LINUX
constexpr int userTimeoutMs = 30'000;
#endif
#ifdef MSG_NOSIGNAL
constexpr int sendFlags = MSG_NOSIGNAL;
#else
constexpr int sendFlags = 0; // SO_NOSIGPIPE does it there
#endif

std::array<char, chunkSize> &scratch()
{
    static thread_local std::array<char, chunkSize> bytes;
    return bytes;
}

bool wouldBlock(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

} // namespace

std::unique_ptr<Transport> DescriptorTransport::adopt(qintptr descriptor)
{
    const int fd = static_cast<int>(descriptor);
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
        ::close(fd);
        return nullptr;
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#ifdef SO_NOSIGPIPE
    ::setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
#ifdef Q_OS_LINUX
    // A peer that vanished while we have something for it is given up after this time instead of a quarter of an hour.
    ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &userTimeoutMs, sizeof userTimeoutMs);
#endif
    return std::unique_ptr<Transport>(new DescriptorTransport(fd));
}

DescriptorTransport::DescriptorTransport(int descriptor)
    : m_readable(descriptor, QSocketNotifier::Read)
    , m_descriptor(descriptor)
{
    m_readable.setEnabled(false);
    connect(&m_readable, &QSocketNotifier::activated, this, &DescriptorTransport::onReadable);
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr *>(&address), &size) == 0) {
        m_peer.setAddress(reinterpret_cast<const sockaddr *>(&address));
        m_peerPort = ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6 *>(&address)->sin6_port
                                                         : reinterpret_cast<const sockaddr_in *>(&address)->sin_port);
    }
}

DescriptorTransport::~DescriptorTransport()
{
    m_sink = nullptr;
    closeDescriptor();
}

void DescriptorTransport::setReading(bool on)
{
    if (m_descriptor >= 0 && !m_ending)
        m_readable.setEnabled(on);
}

qint64 DescriptorTransport::receive()
{
    ssize_t count = 0;
    do {
        count = ::recv(m_descriptor, scratch().data(), scratch().size(), 0);
    } while (count < 0 && errno == EINTR);
    return count;
}

void DescriptorTransport::onReadable()
{
    for (int i = 0; i < readsPerTurn && m_descriptor >= 0 && m_readable.isEnabled(); ++i) {
        const qint64 count = receive();
        if (count < 0 && wouldBlock(errno))
            return;
        if (count <= 0) {
            end();
            return;
        }
        if (m_sink != nullptr)
            m_sink->transportReceived(QByteArrayView(scratch().data(), count));
        if (count < chunkSize)
            return; // that was all; asking again would only cost a call
    }
}

void DescriptorTransport::write(const QByteArrayList &chunks)
{
    if (m_descriptor < 0 || m_ending || m_finished)
        return;
    for (const QByteArray &chunk : chunks) {
        if (chunk.isEmpty())
            continue;
        m_waiting.push_back(chunk);
        m_unsent += chunk.size();
    }
    if (!m_writable || !m_writable->isEnabled())
        sendWaiting();
}

void DescriptorTransport::sendWaiting()
{
    while (!m_waiting.empty()) {
        std::array<iovec, chunksPerWrite> parts{};
        std::size_t count = 0;
        for (auto at = m_waiting.cbegin(); at != m_waiting.cend() && count < parts.size(); ++at, ++count) {
            const qsizetype skip = count == 0 ? m_sentOfFirst : 0;
            parts[count].iov_base = const_cast<char *>(at->constData()) + skip;
            parts[count].iov_len = static_cast<std::size_t>(at->size() - skip);
        }
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = count;
        const ssize_t sent = ::sendmsg(m_descriptor, &message, sendFlags);
        if (sent < 0) {
            if (errno == EINTR)
                continue;
            if (wouldBlock(errno))
                awaitWritable(true);
            else
                endSoon();
            return;
        }
        m_unsent -= sent;
        auto left = static_cast<qsizetype>(sent);
        while (left > 0 && left >= m_waiting.front().size() - m_sentOfFirst) {
            left -= m_waiting.front().size() - m_sentOfFirst;
            m_sentOfFirst = 0;
            m_waiting.pop_front();
        }
        m_sentOfFirst += left;
    }
    awaitWritable(false);
    whenSent();
}

void DescriptorTransport::awaitWritable(bool on)
{
    if (on && !m_writable) {
        m_writable = std::make_unique<QSocketNotifier>(m_descriptor, QSocketNotifier::Write);
        connect(m_writable.get(), &QSocketNotifier::activated, this, &DescriptorTransport::onWritable);
    }
    if (m_writable)
        m_writable->setEnabled(on);
}

void DescriptorTransport::onWritable()
{
    if (m_descriptor < 0)
        return;
    const qint64 before = m_unsent;
    sendWaiting();
    if (m_unsent < before && m_sink != nullptr && !m_ending)
        m_sink->transportDrained();
}

void DescriptorTransport::finishWriting()
{
    if (m_after == AfterSending::StayOpen)
        m_after = AfterSending::Finish;
    whenSent();
}

void DescriptorTransport::closeWhenSent()
{
    m_after = AfterSending::Close;
    whenSent();
}

void DescriptorTransport::whenSent()
{
    if (m_unsent > 0 || m_descriptor < 0 || m_after == AfterSending::StayOpen)
        return;
    if (!m_finished) {
        m_finished = true;
        ::shutdown(m_descriptor, SHUT_WR);
    }
    if (m_after == AfterSending::Close) {
        // Closing on unread bytes would reset the connection and could cost the peer our last words.
        for (int i = 0; i < readsPerTurn && receive() > 0; ++i) {
        }
        endSoon();
    }
}

void DescriptorTransport::abort()
{
    m_ending = true;
    closeDescriptor();
}

/// Tells the sink later: it may be in the middle of a call to us.
void DescriptorTransport::endSoon()
{
    if (m_ending)
        return;
    m_ending = true;
    m_readable.setEnabled(false);
    awaitWritable(false);
    QMetaObject::invokeMethod(this, &DescriptorTransport::end, Qt::QueuedConnection);
}

void DescriptorTransport::end()
{
    m_ending = true;
    if (m_descriptor < 0)
        return;
    closeDescriptor();
    if (m_sink != nullptr)
        m_sink->transportEnded();
}

void DescriptorTransport::closeDescriptor()
{
    if (m_descriptor < 0)
        return;
    m_readable.setEnabled(false);
    m_writable.reset();
    m_waiting.clear();
    m_unsent = 0;
    ::close(std::exchange(m_descriptor, -1));
}

void raiseDescriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

} // namespace tocsin::net
