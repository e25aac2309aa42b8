// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Descriptor.h"

#ifdef Q_OS_WIN
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#endif

#include <array>

namespace tocsin::net {

namespace {

#ifdef Q_OS_WIN
using Native = SOCKET;
using Option = const char *;
constexpr int quiet = 0;
bool nothingYet()
{
    return WSAGetLastError() == WSAEWOULDBLOCK;
}
#else
using Native = int;
using Option = const void *;
#ifdef MSG_NOSIGNAL
constexpr int quiet = MSG_NOSIGNAL;
#else
constexpr int quiet = 0; // SO_NOSIGPIPE does it there
#endif
bool nothingYet()
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}
#endif

Native native(qintptr descriptor)
{
    return static_cast<Native>(descriptor);
}

} // namespace

Endpoint peerOf(qintptr descriptor)
{
    Endpoint peer;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getpeername(native(descriptor), reinterpret_cast<sockaddr *>(&address), &size) != 0)
        return peer;
    peer.address.setAddress(reinterpret_cast<const sockaddr *>(&address));
    peer.port = ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6 *>(&address)->sin6_port
                                                    : reinterpret_cast<const sockaddr_in *>(&address)->sin_port);
    return peer;
}

bool makeNonBlocking(qintptr descriptor)
{
#ifdef Q_OS_WIN
    u_long on = 1;
    return ::ioctlsocket(native(descriptor), FIONBIO, &on) == 0;
#else
    const int flags = ::fcntl(native(descriptor), F_GETFL);
    return flags >= 0 && ((flags & O_NONBLOCK) != 0 || ::fcntl(native(descriptor), F_SETFL, flags | O_NONBLOCK) == 0);
#endif
}

void tuneStream(qintptr descriptor)
{
    const int on = 1;
    ::setsockopt(native(descriptor), IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<Option>(&on), sizeof on);
    ::setsockopt(native(descriptor), SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<Option>(&on), sizeof on);
#ifdef SO_NOSIGPIPE
    ::setsockopt(native(descriptor), SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
#ifdef Q_OS_LINUX
    // A peer that vanished while we have something for it is given up after this time instead of a quarter of an hour.
    constexpr int userTimeoutMs = 30'000;
    ::setsockopt(native(descriptor), IPPROTO_TCP, TCP_USER_TIMEOUT, &userTimeoutMs, sizeof userTimeoutMs);
    // What the system may hold beyond what is on the way. Its buffers grow to megabytes for a slow reader, and an alert
    // would wait behind all of it.
    constexpr int notSentMost = 65'536;
    ::setsockopt(native(descriptor), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &notSentMost, sizeof notSentMost);
#endif
}

void resetOnClose(qintptr descriptor)
{
    const linger now{1, 0};
    ::setsockopt(native(descriptor), SOL_SOCKET, SO_LINGER, reinterpret_cast<Option>(&now), sizeof now);
}

qint64 receiveNow(qintptr descriptor, char *data, qsizetype size, Take how)
{
    const auto count =
        ::recv(native(descriptor), data, static_cast<std::size_t>(size), how == Take::Look ? MSG_PEEK : 0);
    if (count >= 0)
        return count;
    return nothingYet() ? -1 : 0;
}

void closeWith(qintptr descriptor, const QByteArray &lastWord)
{
    std::array<char, 4096> unread; // NOLINT(cppcoreguidelines-pro-type-member-init): never looked at
    static_cast<void>(receiveNow(descriptor, unread.data(), unread.size(), Take::Remove));
    ::send(native(descriptor), lastWord.constData(), static_cast<std::size_t>(lastWord.size()), quiet);
    closeDescriptor(descriptor);
}

void closeDescriptor(qintptr descriptor)
{
#ifdef Q_OS_WIN
    ::closesocket(native(descriptor));
#else
    ::close(native(descriptor));
#endif
}

qintptr duplicateDescriptor(qintptr descriptor)
{
#ifdef Q_OS_WIN
    Q_UNUSED(descriptor);
    return -1;
#else
    return ::fcntl(native(descriptor), F_DUPFD_CLOEXEC, 0);
#endif
}

} // namespace tocsin::net
