// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::bench {

/// Many WebSocket clients on one epoll (Linux), as cheap as they can be, so that what is measured is the server: raw
/// sockets, frames counted and not kept, pings answered. One thread; single-threaded and without Qt, so that the same
/// client drives every server that is compared. Loopback only.
class LoadClient
{
public:
    using Clock = std::chrono::steady_clock;
    enum class State { Idle, Connecting, Handshaking, Open, Closed };

    struct Peer
    {
        int descriptor = -1;
        State state = State::Idle;
        bool reading = true;
        std::uint64_t messages = 0; ///< whole data messages received
        std::uint64_t bytes = 0;    ///< received, frames and all
        std::uint64_t gaps = 0;     ///< messages that start with `{"gap"`
        std::uint16_t closeCode = 0;
        Clock::time_point openedAt;
        // the frame that is being read
        std::string head;
        std::uint64_t left = 0;
        std::uint8_t opcode = 0;
        std::string control;
        std::string start; ///< of a data frame, as long as nothing else is known of it
        std::string unsent;
    };

    explicit LoadClient(std::uint16_t port);
    ~LoadClient();
    LoadClient(const LoadClient &) = delete;
    LoadClient &operator=(const LoadClient &) = delete;

    /// Further clients, not yet connected; returns the index of the first. From the sixth thousand on another loopback
    /// address is used for each five thousand, so that neither ports nor the server's caps run out.
    std::size_t add(std::size_t count, const std::string &path, bool reading = true);
    /// Connects those that are not, at most `atOnce` under way; false: not all were open when the time was up.
    [[nodiscard]] bool connectAll(std::size_t atOnce, std::chrono::milliseconds patience);
    void send(std::size_t peer, std::string_view text);
    /// Cuts them all off, as a failing network does; they can be connected again.
    void dropAll();
    /// Handles what happens until `done` or the time is up; says whether it was done.
    [[nodiscard]] bool runUntil(const std::function<bool()> &done, std::chrono::milliseconds patience);
    void resumeReading(std::size_t peer);

    [[nodiscard]] const std::vector<Peer> &peers() const { return m_peers; }
    [[nodiscard]] std::uint64_t messages() const { return m_messages; } ///< of all peers
    [[nodiscard]] std::size_t open() const { return m_open; }
    [[nodiscard]] std::string firstError() const { return m_error; }

private:
    void begin(std::size_t index);
    void onWritable(std::size_t index);
    void onReadable(std::size_t index);
    void consume(std::size_t index, std::string_view bytes);
    void endOfFrame(Peer &peer, std::size_t index);
    void write(std::size_t index, std::string_view bytes);
    void close(std::size_t index, const char *why);
    void watch(std::size_t index, bool add);

    std::uint16_t m_port;
    int m_epoll;
    std::vector<Peer> m_peers;
    std::vector<std::string> m_paths; ///< by peer
    std::deque<std::size_t> m_waiting;
    std::size_t m_underWay = 0;
    std::size_t m_open = 0;
    std::uint64_t m_messages = 0;
    std::string m_error;
    std::vector<char> m_scratch;
};

/// A client's text frame, masked with a key of zeros.
[[nodiscard]] std::string clientFrame(std::uint8_t opcode, std::string_view payload);

} // namespace tocsin::bench
