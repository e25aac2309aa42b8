// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/DescriptorTransport.h"

#include "server/net/Descriptor.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace tocsin::net {

namespace {

constexpr qsizetype chunkSize = 65'536;
constexpr int readsBeforeClosing = 4;
constexpr std::size_t chunksPerWrite = 64;
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
    if (!net::makeNonBlocking(descriptor)) {
        net::closeDescriptor(descriptor);
        return nullptr;
    }
    tuneStream(descriptor);
    return std::unique_ptr<Transport>(new DescriptorTransport(static_cast<int>(descriptor)));
}

DescriptorTransport::DescriptorTransport(int descriptor)
    : m_readable(descriptor, QSocketNotifier::Read)
    , m_descriptor(descriptor)
{
    m_readable.setEnabled(false);
    connect(&m_readable, &QSocketNotifier::activated, this, &DescriptorTransport::onReadable);
    const Endpoint peer = peerOf(descriptor);
    m_peer = peer.address;
    m_peerPort = peer.port;
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

/// One read per turn: a busy peer gets no more before the others have theirs.
void DescriptorTransport::onReadable()
{
    if (m_descriptor < 0 || !m_readable.isEnabled())
        return;
    const qint64 count = receive();
    if (count < 0 && wouldBlock(errno))
        return;
    if (count <= 0) {
        end();
        return;
    }
    if (m_sink != nullptr)
        m_sink->transportReceived(QByteArrayView(scratch().data(), count));
}

void DescriptorTransport::write(const QByteArrayList &chunks)
{
    if (m_descriptor < 0 || m_ending || m_finished)
        return;
    qsizetype from = 0;
    qsizetype skip = 0;
    if (m_waiting.isEmpty()) {
        while (from < chunks.size()) {
            const qint64 sent = sendSome(chunks, from, skip);
            if (sent < 0)
                break;
            skip += sent;
            while (from < chunks.size() && skip >= chunks.at(from).size())
                skip -= chunks.at(from++).size();
        }
        m_sentOfFirst = skip;
    }
    if (m_ending)
        return;
    for (; from < chunks.size(); ++from) {
        m_unsent += chunks.at(from).size() - skip;
        skip = 0;
        m_waiting.append(chunks.at(from));
    }
    if (m_waiting.isEmpty())
        whenSent();
    else
        awaitWritable(true);
}

/// Bytes that the system took; -1 when it takes none now, or the connection is broken (m_ending).
qint64 DescriptorTransport::sendSome(const QByteArrayList &chunks, qsizetype from, qsizetype skip)
{
    std::array<iovec, chunksPerWrite>
        parts; // NOLINT(cppcoreguidelines-pro-type-member-init): filled as far as it is read
    std::size_t count = 0;
    for (qsizetype i = from; i < chunks.size() && count < parts.size(); ++i, ++count) {
        parts[count].iov_base = const_cast<char *>(chunks.at(i).constData()) + skip;
        parts[count].iov_len = static_cast<std::size_t>(chunks.at(i).size() - skip);
        skip = 0;
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    ssize_t sent = 0;
    do {
        sent = count == 1 ? ::send(m_descriptor, parts[0].iov_base, parts[0].iov_len, sendFlags)
                          : ::sendmsg(m_descriptor, &message, sendFlags);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0 && !wouldBlock(errno))
        endSoon();
    return sent;
}

void DescriptorTransport::sendWaiting()
{
    qsizetype done = 0;
    while (done < m_waiting.size()) {
        const qint64 sent = sendSome(m_waiting, done, m_sentOfFirst);
        if (sent < 0)
            break;
        m_unsent -= sent;
        m_sentOfFirst += sent;
        while (done < m_waiting.size() && m_sentOfFirst >= m_waiting.at(done).size())
            m_sentOfFirst -= m_waiting.at(done++).size();
    }
    if (done == m_waiting.size())
        m_waiting = {};
    else
        m_waiting.remove(0, done);
    if (m_ending)
        return;
    awaitWritable(!m_waiting.isEmpty());
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
        for (int i = 0; i < readsBeforeClosing && receive() > 0; ++i) {
        }
        endSoon();
    }
}

void DescriptorTransport::abort()
{
    m_ending = true;
    const bool peerOwesSomething = m_unsent > 0 || m_finished; // to read, or its end
    if (peerOwesSomething && m_descriptor >= 0)
        resetOnClose(m_descriptor);
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
    m_waiting = {};
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
