// SPDX-License-Identifier: GPL-3.0-or-later
// Drives one server on a loopback port and prints one line of JSON:
//   bench_net_load PORT fanout SUBSCRIBERS WINDOW SECONDS [SERVER_PID]
//   bench_net_load PORT idle CONNECTIONS ROUND_TRIPS [SERVER_PID]
//   bench_net_load PORT stall CONNECTIONS SERVER_PID
//   bench_net_load PORT storm CONNECTIONS
#include "tests/bench/net/LoadClient.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using tocsin::bench::LoadClient;
using Clock = LoadClient::Clock;
using std::chrono::milliseconds;

constexpr milliseconds patience{60'000};
constexpr std::size_t payloadSize = 200;
constexpr std::size_t connectsAtOnce = 256;

double seconds(Clock::duration time)
{
    return std::chrono::duration<double>(time).count();
}

/// Resident memory of a process in bytes; 0 when it cannot be read.
double residentOf(const std::string &pid)
{
    std::ifstream file("/proc/" + pid + "/statm");
    double pages = 0;
    file >> pages >> pages;
    return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// Processor time that a process has used, in seconds; 0 when it cannot be read.
double processorTimeOf(const std::string &pid)
{
    std::ifstream file("/proc/" + pid + "/stat");
    std::string word;
    for (int i = 0; i < 13 && file >> word; ++i) {
    }
    double user = 0;
    double system = 0;
    file >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

int fail(const LoadClient &client, const char *what)
{
    std::printf("{\"error\": \"%s: %s\", \"open\": %zu}\n", what, client.firstError().c_str(), client.open());
    return 1;
}

/// At most `window` messages are under way: not yet received by every subscriber, on average.
int fanOut(LoadClient &client, std::size_t subscribers, std::uint64_t window, double forSeconds, const std::string &pid)
{
    client.add(subscribers, "/sub");
    const std::size_t publisher = client.add(1, "/pub");
    if (!client.connectAll(connectsAtOnce, patience))
        return fail(client, "connect");
    const std::string text(payloadSize, 'x');
    std::uint64_t published = 0;
    const auto pump = [&](Clock::time_point end) {
        const std::uint64_t before = client.messages();
        const Clock::time_point start = Clock::now();
        const auto step = [&] {
            const std::uint64_t through = client.messages() / subscribers;
            if (Clock::now() >= end)
                return published == through && client.messages() % subscribers == 0;
            while (published - through < window) {
                client.send(publisher, text);
                ++published;
            }
            return false;
        };
        if (!client.runUntil(step, patience))
            return -1.0;
        return static_cast<double>(client.messages() - before) / seconds(Clock::now() - start);
    };
    const auto warm = std::chrono::milliseconds(300);
    if (pump(Clock::now() + warm) < 0)
        return fail(client, "warm-up");
    const std::uint64_t before = client.messages();
    const double usedBefore = processorTimeOf(pid);
    const double rate =
        pump(Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(forSeconds)));
    if (rate < 0)
        return fail(client, "fan-out");
    const double used = processorTimeOf(pid) - usedBefore;
    std::printf(
        "{\"subscribers\": %zu, \"window\": %llu, \"deliveries_per_s\": %.0f, \"deliveries_per_cpu_s\": %.0f}\n",
        subscribers, static_cast<unsigned long long>(window), rate,
        used > 0 ? static_cast<double>(client.messages() - before) / used : 0);
    return 0;
}

int idle(LoadClient &client, std::size_t connections, std::size_t roundTrips, const std::string &pid)
{
    const std::size_t busy = client.add(1, "/echo");
    if (!client.connectAll(1, patience))
        return fail(client, "connect");
    const std::string text(payloadSize, 'x');
    std::uint64_t sent = 0;
    const auto once = [&] {
        client.send(busy, text);
        ++sent;
        return client.runUntil([&] { return client.peers()[busy].messages == sent; }, patience);
    };
    for (int i = 0; i < 2'000; ++i) {
        if (!once())
            return fail(client, "warm-up");
    }
    const double before = residentOf(pid);
    const Clock::time_point start = Clock::now();
    client.add(connections, "/idle");
    if (!client.connectAll(connectsAtOnce, patience))
        return fail(client, "connect");
    const double connecting = seconds(Clock::now() - start);
    ::usleep(500'000); // the server frees what the handshakes needed
    const double after = residentOf(pid);
    std::vector<double> times;
    for (std::size_t i = 0; i < roundTrips; ++i) {
        const Clock::time_point at = Clock::now();
        if (!once())
            return fail(client, "round trip");
        times.push_back(seconds(Clock::now() - at) * 1e6);
    }
    std::sort(times.begin(), times.end());
    const double n = static_cast<double>(std::max<std::size_t>(connections, 1));
    std::printf("{\"connections\": %zu, \"round_trip_us_p50\": %.1f, \"round_trip_us_p99\": %.1f, "
                "\"connects_per_s\": %.0f, \"bytes_per_connection\": %.0f}\n",
                connections, times[times.size() / 2], times[times.size() * 99 / 100],
                connections == 0 ? 0 : n / connecting, connections == 0 ? 0 : (after - before) / n);
    return 0;
}

/// Clients that ask for an answer each time and never read one: what they cost, and that they are given up.
int stall(LoadClient &client, std::size_t connections, const std::string &pid)
{
    client.add(connections, "/echo", false);
    if (!client.connectAll(connectsAtOnce, patience))
        return fail(client, "connect");
    const double before = residentOf(pid);
    double most = before;
    const std::string text(4'000, 'x');
    for (int round = 0; round < 600; ++round) {
        for (std::size_t i = 0; i < connections; ++i) {
            if (client.peers()[i].unsent.size() < 65'536)
                client.send(i, text);
        }
        (void)client.runUntil([] { return false; }, milliseconds(5));
        most = std::max(most, residentOf(pid));
    }
    const Clock::time_point start = Clock::now();
    const bool given = client.runUntil([&client] { return client.open() == 0; }, milliseconds(40'000));
    std::printf("{\"connections\": %zu, \"bytes_each_at_most\": %.0f, \"all_given_up\": %s, \"after_s\": %.1f}\n",
                connections, (most - before) / static_cast<double>(connections), given ? "true" : "false",
                seconds(Clock::now() - start));
    return 0;
}

/// All are cut off at once and come back at once.
int storm(LoadClient &client, std::size_t connections)
{
    client.add(connections, "/idle");
    if (!client.connectAll(connectsAtOnce, patience))
        return fail(client, "connect");
    client.dropAll();
    const Clock::time_point start = Clock::now();
    if (!client.connectAll(connections, patience))
        return fail(client, "reconnect");
    std::vector<double> times;
    for (const LoadClient::Peer &peer : client.peers())
        times.push_back(seconds(peer.openedAt - start));
    std::sort(times.begin(), times.end());
    std::printf("{\"connections\": %zu, \"p50_s\": %.2f, \"p95_s\": %.2f, \"all_back_s\": %.2f}\n", connections,
                times[times.size() / 2], times[times.size() * 95 / 100], times.back());
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 4) {
        std::fputs("usage: bench_net_load PORT fanout|idle|stall|storm NUMBERS\n", stderr);
        return 2;
    }
    LoadClient client(static_cast<std::uint16_t>(std::atoi(argv[1])));
    const std::string what = argv[2];
    const auto count = static_cast<std::size_t>(std::atoll(argv[3]));
    if (what == "fanout" && argc >= 6)
        return fanOut(client, count, static_cast<std::uint64_t>(std::atoll(argv[4])), std::atof(argv[5]),
                      argc > 6 ? argv[6] : "");
    if (what == "idle" && argc >= 5)
        return idle(client, count, static_cast<std::size_t>(std::atoll(argv[4])), argc > 5 ? argv[5] : "");
    if (what == "stall" && argc == 5)
        return stall(client, count, argv[4]);
    if (what == "storm")
        return storm(client, count);
    std::fputs("unknown measurement\n", stderr);
    return 2;
}
