// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/net/LoadClient.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace tocsin::bench {

namespace {

constexpr std::size_t scratchSize = 262'144;
constexpr std::size_t clientsPerAddress = 5'000;
constexpr std::string_view gapStart = R"({"gap")";

/// How much of what a frame starts with is kept, to know its kind.
constexpr std::size_t kept = gapStart.size();

} // namespace

std::string clientFrame(std::uint8_t opcode, std::string_view payload)
{
    std::string frame;
    frame.push_back(static_cast<char>(0x80 | opcode));
    if (payload.size() < 126) {
        frame.push_back(static_cast<char>(0x80 | payload.size()));
    } else {
        frame.push_back(static_cast<char>(0x80 | 126));
        frame.push_back(static_cast<char>(payload.size() >> 8));
        frame.push_back(static_cast<char>(payload.size() & 0xFF));
    }
    frame.append(4, '\0');
    frame.append(payload);
    return frame;
}

LoadClient::LoadClient(std::uint16_t port)
    : m_port(port)
    , m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    , m_scratch(scratchSize)
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

LoadClient::~LoadClient()
{
    for (const Peer &peer : m_peers) {
        if (peer.descriptor >= 0)
            ::close(peer.descriptor);
    }
    ::close(m_epoll);
}

std::size_t LoadClient::add(std::size_t count, const std::string &path, bool reading)
{
    const std::size_t first = m_peers.size();
    for (std::size_t i = 0; i < count; ++i) {
        Peer peer;
        peer.reading = reading;
        m_peers.push_back(std::move(peer));
        m_paths.push_back(path);
    }
    return first;
}

bool LoadClient::connectAll(std::size_t atOnce, std::chrono::milliseconds patience)
{
    for (std::size_t i = 0; i < m_peers.size(); ++i) {
        if (m_peers[i].descriptor < 0) {
            m_peers[i].state = State::Idle;
            m_waiting.push_back(i);
        }
    }
    const auto feed = [this, atOnce] {
        while (!m_waiting.empty() && m_underWay < atOnce) {
            begin(m_waiting.front());
            m_waiting.pop_front();
        }
        return m_waiting.empty() && m_underWay == 0;
    };
    return runUntil(feed, patience) && m_open == m_peers.size();
}

void LoadClient::begin(std::size_t index)
{
    Peer &peer = m_peers[index];
    const bool reading = peer.reading;
    peer = Peer();
    peer.reading = reading;
    peer.descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (peer.descriptor < 0) {
        peer.state = State::Closed;
        m_error = std::string("socket: ") + std::strerror(errno);
        return;
    }
    const int on = 1;
    ::setsockopt(peer.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(peer.descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (!peer.reading) {
        const int small = 4'096; // so that a reader that stops is one soon
        ::setsockopt(peer.descriptor, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    }
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(index / clientsPerAddress));
    ::bind(peer.descriptor, reinterpret_cast<const sockaddr *>(&own), sizeof own);
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(m_port);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer.state = State::Connecting;
    ++m_underWay;
    const int result = ::connect(peer.descriptor, reinterpret_cast<const sockaddr *>(&there), sizeof there);
    if (result < 0 && errno != EINPROGRESS) {
        close(index, std::strerror(errno));
        return;
    }
    watch(index, true);
}

void LoadClient::watch(std::size_t index, bool add)
{
    const Peer &peer = m_peers[index];
    epoll_event event{};
    event.data.u64 = index;
    if (peer.state == State::Connecting || !peer.unsent.empty())
        event.events |= EPOLLOUT;
    if (peer.reading || peer.state == State::Handshaking)
        event.events |= EPOLLIN;
    ::epoll_ctl(m_epoll, add ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, peer.descriptor, &event);
}

bool LoadClient::runUntil(const std::function<bool()> &done, std::chrono::milliseconds patience)
{
    const Clock::time_point end = Clock::now() + patience;
    std::array<epoll_event, 512> events{};
    while (!done()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        if (left <= 0)
            return false;
        const int count = ::epoll_wait(m_epoll, events.data(), static_cast<int>(events.size()),
                                       static_cast<int>(std::min<std::int64_t>(left, 100)));
        for (int i = 0; i < count; ++i) {
            const epoll_event &event = events[static_cast<std::size_t>(i)];
            const auto index = static_cast<std::size_t>(event.data.u64);
            if (m_peers[index].descriptor >= 0 && (event.events & EPOLLOUT) != 0)
                onWritable(index);
            if (m_peers[index].descriptor >= 0 && (event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
                onReadable(index);
        }
    }
    return true;
}

void LoadClient::onWritable(std::size_t index)
{
    Peer &peer = m_peers[index];
    if (peer.state == State::Connecting) {
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(peer.descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) {
            close(index, std::strerror(error));
            return;
        }
        peer.state = State::Handshaking;
        write(index, "GET " + m_paths[index] +
                         " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        watch(index, false);
        return;
    }
    std::string rest;
    rest.swap(peer.unsent);
    write(index, rest);
    if (peer.descriptor >= 0 && peer.unsent.empty())
        watch(index, false);
}

void LoadClient::write(std::size_t index, std::string_view bytes)
{
    Peer &peer = m_peers[index];
    if (peer.descriptor < 0 || bytes.empty())
        return;
    if (!peer.unsent.empty()) {
        peer.unsent.append(bytes);
        return;
    }
    const ssize_t sent = ::send(peer.descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
        close(index, std::strerror(errno));
        return;
    }
    const auto taken = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    if (taken < bytes.size()) {
        peer.unsent.assign(bytes.substr(taken));
        watch(index, false);
    }
}

void LoadClient::send(std::size_t peer, std::string_view text)
{
    write(peer, clientFrame(1, text));
}

void LoadClient::onReadable(std::size_t index)
{
    for (;;) {
        const ssize_t count = ::recv(m_peers[index].descriptor, m_scratch.data(), m_scratch.size(), 0);
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (count <= 0) {
            close(index, count == 0 ? "closed by the server" : std::strerror(errno));
            return;
        }
        m_peers[index].bytes += static_cast<std::uint64_t>(count);
        consume(index, std::string_view(m_scratch.data(), static_cast<std::size_t>(count)));
        if (m_peers[index].descriptor < 0 || static_cast<std::size_t>(count) < m_scratch.size())
            return;
    }
}

void LoadClient::consume(std::size_t index, std::string_view bytes)
{
    Peer &peer = m_peers[index];
    if (peer.state == State::Handshaking) {
        peer.head.append(bytes);
        const std::size_t end = peer.head.find("\r\n\r\n");
        if (end == std::string::npos)
            return;
        if (peer.head.compare(0, 12, "HTTP/1.1 101") != 0) {
            close(index, peer.head.substr(0, peer.head.find('\r')).c_str());
            return;
        }
        peer.state = State::Open;
        peer.openedAt = Clock::now();
        --m_underWay;
        ++m_open;
        const std::string rest = peer.head.substr(end + 4);
        peer.head.clear();
        peer.head.shrink_to_fit();
        if (!peer.reading)
            watch(index, false);
        consume(index, rest);
        return;
    }
    while (!bytes.empty() && peer.descriptor >= 0) {
        if (peer.left == 0) {
            std::string_view head = bytes;
            if (!peer.head.empty()) { // the rare case: a header in two pieces
                const std::size_t more = std::min<std::size_t>(bytes.size(), 1);
                peer.head.append(bytes.substr(0, more));
                bytes.remove_prefix(more);
                head = peer.head;
            }
            const std::size_t code = head.size() > 1 ? static_cast<std::uint8_t>(head[1]) & 0x7F : 0;
            const std::size_t size = code == 127 ? 10 : code == 126 ? 4 : 2;
            if (head.size() < size) {
                if (peer.head.empty()) {
                    peer.head.assign(bytes);
                    return;
                }
                continue;
            }
            peer.opcode = static_cast<std::uint8_t>(head[0]) & 0x0F;
            peer.left = size == 2 ? code : 0;
            for (std::size_t i = 2; i < size; ++i)
                peer.left = peer.left << 8 | static_cast<std::uint8_t>(head[i]);
            if (peer.head.empty())
                bytes.remove_prefix(size);
            peer.head.clear();
            peer.start.clear();
            if (peer.left == 0) {
                endOfFrame(peer, index);
                continue;
            }
        }
        const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(peer.left, bytes.size()));
        if (peer.opcode >= 8)
            peer.control.append(bytes.substr(0, part));
        else if (peer.start.size() < kept)
            peer.start.append(bytes.substr(0, std::min(part, kept - peer.start.size())));
        bytes.remove_prefix(part);
        peer.left -= part;
        if (peer.left == 0)
            endOfFrame(peer, index);
    }
}

void LoadClient::endOfFrame(Peer &peer, std::size_t index)
{
    if (peer.opcode < 8) {
        ++peer.messages;
        ++m_messages;
        peer.gaps += peer.start == gapStart ? 1 : 0;
        return;
    }
    const std::string payload = std::exchange(peer.control, {});
    if (peer.opcode == 9) {
        write(index, clientFrame(10, payload));
    } else if (peer.opcode == 8) {
        if (payload.size() >= 2)
            peer.closeCode = static_cast<std::uint16_t>(static_cast<std::uint8_t>(payload[0]) << 8 |
                                                        static_cast<std::uint8_t>(payload[1]));
        write(index, clientFrame(8, payload.substr(0, 2)));
    }
}

void LoadClient::close(std::size_t index, const char *why)
{
    Peer &peer = m_peers[index];
    if (peer.descriptor < 0)
        return;
    if (peer.state == State::Open)
        --m_open;
    else
        --m_underWay;
    if (m_error.empty())
        m_error = why;
    ::close(peer.descriptor);
    peer.descriptor = -1;
    peer.state = State::Closed;
}

void LoadClient::dropAll()
{
    const linger reset{1, 0};
    for (std::size_t i = 0; i < m_peers.size(); ++i) {
        if (m_peers[i].descriptor >= 0)
            ::setsockopt(m_peers[i].descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(i, "dropped");
    }
    m_error.clear();
}

void LoadClient::resumeReading(std::size_t peer)
{
    m_peers[peer].reading = true;
    if (m_peers[peer].descriptor >= 0)
        watch(peer, false);
}

} // namespace tocsin::bench
