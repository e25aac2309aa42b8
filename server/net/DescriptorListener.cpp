// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/DescriptorListener.h"

#include "server/net/Descriptor.h"
#include "server/net/HttpText.h"

#include <QLoggingCategory>
#include <QSocketNotifier>
#include <QTimer>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace tocsin::net {

namespace {

Q_LOGGING_CATEGORY(lcListener, "tocsin.server.listener", QtInfoMsg)

/// The connections that are open have their turn between two batches.
constexpr int acceptsPerTurn = 128;
constexpr auto warnEvery = std::chrono::minutes(1);

bool isShortage(int error)
{
    return error == EMFILE || error == ENFILE;
}

/// Errors of the one connection at the head of the queue (accept(2)): the next may be fine.
bool isOfOneConnection(int error)
{
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPERM:
    case EPROTO:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
        return true;
    default:
        return false;
    }
}

#ifndef SOCK_NONBLOCK
bool prepareAccepted(int fd)
{
    return makeNonBlocking(fd) && ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}
#endif

int openSocket(int family)
{
#ifdef SOCK_NONBLOCK
    return ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
    const int fd = ::socket(family, SOCK_STREAM, 0);
    if (fd >= 0 && !prepareAccepted(fd)) {
        ::close(fd);
        return -1;
    }
    return fd;
#endif
}

int acceptOne(int listening)
{
#ifdef SOCK_NONBLOCK
    return ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
    const int fd = ::accept(listening, nullptr, nullptr);
    if (fd >= 0 && !prepareAccepted(fd)) {
        ::close(fd);
        errno = ECONNABORTED;
        return -1;
    }
    return fd;
#endif
}

QByteArray overloaded()
{
    HttpResponse response = errorResponse(503, "Server overloaded");
    response.headers.emplaceBack("Retry-After", "5");
    ResponseStyle style;
    style.keepAlive = false;
    return serialize(response, style, systemNow());
}

struct SystemAddress
{
    sockaddr_storage storage{};
    socklen_t size = 0;
    int family = AF_INET;
    bool everyFamily = false;

    [[nodiscard]] sockaddr *get() { return reinterpret_cast<sockaddr *>(&storage); }
};

SystemAddress systemAddress(const ListenAddress &where)
{
    SystemAddress result;
    result.everyFamily = where.address == QHostAddress(QHostAddress::Any);
    if (where.address.protocol() == QAbstractSocket::IPv4Protocol) {
        auto *four = reinterpret_cast<sockaddr_in *>(&result.storage);
        four->sin_family = AF_INET;
        four->sin_port = htons(where.port);
        four->sin_addr.s_addr = htonl(where.address.toIPv4Address());
        result.size = sizeof(sockaddr_in);
        return result;
    }
    auto *six = reinterpret_cast<sockaddr_in6 *>(&result.storage);
    six->sin6_family = result.family = AF_INET6;
    six->sin6_port = htons(where.port);
    if (!result.everyFamily) {
        const Q_IPV6ADDR bytes = where.address.toIPv6Address();
        std::copy(std::begin(bytes.c), std::end(bytes.c), std::begin(six->sin6_addr.s6_addr));
        six->sin6_scope_id = where.address.scopeId().toUInt();
    }
    result.size = sizeof(sockaddr_in6);
    return result;
}

} // namespace

DescriptorListener::DescriptorListener()
{
    takeSpare();
}

DescriptorListener::~DescriptorListener()
{
    m_readable.reset();
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    if (m_spare >= 0)
        ::close(m_spare);
}

QString DescriptorListener::listenOn(const ListenAddress &where)
{
    SystemAddress address = systemAddress(where);
    int fd = openSocket(address.family);
    if (fd < 0 && address.everyFamily) { // a system without IPv6
        ListenAddress four = where;
        four.address = QHostAddress(QHostAddress::AnyIPv4);
        address = systemAddress(four);
        fd = openSocket(address.family);
    }
    if (fd < 0)
        return refusal(where, errno);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.family == AF_INET6) {
        const int sixOnly = address.everyFamily ? 0 : 1;
        ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &sixOnly, sizeof sixOnly);
    }
    if (::bind(fd, address.get(), address.size) != 0 || ::listen(fd, backlog) != 0) {
        const int error = errno;
        ::close(fd);
        return refusal(where, error);
    }
    m_descriptor = fd;
    m_encrypted = where.encrypted;
    m_readable = std::make_unique<QSocketNotifier>(fd, QSocketNotifier::Read);
    connect(m_readable.get(), &QSocketNotifier::activated, this, &DescriptorListener::onReadable);
    return {};
}

ListenAddress DescriptorListener::boundTo() const
{
    ListenAddress bound;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(m_descriptor, reinterpret_cast<sockaddr *>(&address), &size) != 0)
        return bound;
    bound.address.setAddress(reinterpret_cast<const sockaddr *>(&address));
    if (bound.address == QHostAddress(QHostAddress::AnyIPv6)) {
        int sixOnly = 1;
        socklen_t length = sizeof sixOnly;
        if (::getsockopt(m_descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &sixOnly, &length) == 0 && sixOnly == 0)
            bound.address = QHostAddress(QHostAddress::Any);
    }
    bound.port = ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6 *>(&address)->sin6_port
                                                     : reinterpret_cast<const sockaddr_in *>(&address)->sin_port);
    return bound;
}

void DescriptorListener::onReadable()
{
    for (int i = 0; i < acceptsPerTurn; ++i) {
        const int fd = acceptOne(m_descriptor);
        if (fd >= 0) {
            Q_EMIT accepted(fd);
            continue;
        }
        const int error = errno;
        if (error == EAGAIN || error == EWOULDBLOCK)
            return;
        if (isOfOneConnection(error))
            continue;
        warn(error);
        if (!isShortage(error) || !turnOneAway()) {
            pause();
            return;
        }
    }
}

/// False: not even the spare descriptor helped.
bool DescriptorListener::turnOneAway()
{
    if (m_spare < 0)
        takeSpare(); // somebody else may have given one back
    if (m_spare < 0)
        return false;
    ::close(std::exchange(m_spare, -1));
    const int fd = acceptOne(m_descriptor);
    const int error = errno;
    if (fd >= 0) {
        ++m_turnedAway;
        closeWith(fd, m_encrypted ? QByteArray() : overloaded());
    }
    takeSpare();
    return fd >= 0 || error == EAGAIN || error == EWOULDBLOCK || isOfOneConnection(error);
}

void DescriptorListener::takeSpare()
{
    m_spare = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/// The queue is full of connections that cannot be taken: do not ask again at once.
void DescriptorListener::pause()
{
    m_readable->setEnabled(false);
    QTimer::singleShot(pauseAfterError, this, [this] { m_readable->setEnabled(true); });
}

void DescriptorListener::warn(int error)
{
    const Clock::time_point now = Clock::now();
    if (m_warnedAt != Clock::time_point::min() && now - m_warnedAt < warnEvery)
        return;
    m_warnedAt = now;
    const ListenAddress bound = boundTo();
    qCWarning(lcListener).noquote() << "Cannot accept connections on" << toText(bound.address, bound.port) << ':'
                                    << qt_error_string(error) << "- turned away since the last such line:"
                                    << m_turnedAway - std::exchange(m_turnedAwayBefore, m_turnedAway);
}

} // namespace tocsin::net
