// SPDX-License-Identifier: GPL-3.0-or-later
// The classes that hand values from thread to thread, hammered under ThreadSanitizer. A program of its own, compiled from
// the few sources that it needs: a whole program over a distribution's Qt reports races that are none.
// With --race it makes a race on purpose, which must be reported.
#include "models/domain/AccountsSnapshot.h"
#include "models/domain/Inbox.h"
#include "models/domain/LatestValues.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <thread>

using namespace tocsin;

namespace {

constexpr int senders = 3;
constexpr int rounds = 2000;

bool expect(bool holds, const char *what)
{
    if (!holds)
        std::fprintf(stderr, "wrong: %s\n", what);
    return holds;
}

/// Runs `send(sender)` on threads of their own and `receive()` here until they are done, and once more.
template<class Send, class Receive>
void hammer(Send send, Receive receive)
{
    std::atomic<int> running = senders;
    std::array<std::thread, senders> threads;
    for (int i = 0; i < senders; ++i) {
        threads[static_cast<std::size_t>(i)] = std::thread([&, i] {
            send(i);
            --running;
        });
    }
    while (running > 0)
        receive();
    for (std::thread &thread : threads)
        thread.join();
    receive();
}

bool inboxLosesNothingAndKeepsTheOrder()
{
    struct Item
    {
        int sender = 0;
        QString text; // shared between threads, as domain values are
    };
    std::atomic<int> wakes = 0;
    Inbox<Item> inbox(64, [&wakes] { ++wakes; });
    std::array<int, senders> next{};
    bool inOrder = true;
    const QString shared = QStringLiteral("shared");
    hammer(
        [&](int sender) {
            for (int i = 0; i < rounds; ++i) {
                while (!inbox.push({sender, shared + QString::number(i)}))
                    std::this_thread::yield();
            }
        },
        [&] {
            for (const Item &item : inbox.drain()) {
                int &expected = next[static_cast<std::size_t>(item.sender)];
                inOrder = inOrder && item.text == shared + QString::number(expected);
                ++expected;
            }
            inOrder = inOrder && inbox.size() <= inbox.capacity();
        });
    bool all = true;
    for (const int got : next)
        all = all && got == rounds;
    return expect(all && inOrder, "Inbox gives everything, in order") && expect(wakes > 0, "Inbox wakes");
}

bool latestValuesEndWithTheNewest()
{
    LatestValues latest;
    const auto deviceOf = [](int sender) { return QStringLiteral("van-%1").arg(sender); };
    const QString channel = QStringLiteral("speed");
    std::array<double, senders> last{};
    bool forwards = true;
    hammer(
        [&](int sender) {
            for (int i = 1; i <= rounds; ++i) {
                Reading reading;
                reading.deviceId = deviceOf(sender);
                reading.receivedAt = fromEpochMicros(i);
                reading.samples = {{channel, double(i)}, {QStringLiteral("codes"), QStringList{channel}}};
                latest.put({reading});
            }
        },
        [&] {
            for (const LatestReading &reading : latest.takeChanged()) {
                for (int sender = 0; sender < senders; ++sender) {
                    if (reading.deviceId != deviceOf(sender))
                        continue;
                    double &before = last[static_cast<std::size_t>(sender)];
                    forwards = forwards && reading.number(channel).value_or(0) >= before;
                    before = reading.number(channel).value_or(0);
                }
            }
            (void)latest.find(deviceOf(1));
            (void)latest.all();
            (void)latest.heardSince(fromEpochMicros(rounds / 2));
        });
    bool newest = true;
    for (const double value : last)
        newest = newest && value == rounds;
    return expect(newest && forwards, "LatestValues ends with the newest");
}

bool accountsBoardShowsWholeSnapshots()
{
    AccountsBoard board;
    bool whole = true;
    hammer(
        [&](int sender) {
            for (int i = 0; i < rounds; ++i) {
                auto snapshot = std::make_shared<AccountsSnapshot>();
                for (int account = 0; account < 3; ++account) {
                    AccountsSnapshot::Entry entry;
                    entry.name = QString::number(sender);
                    snapshot->accounts.insert(QString::number(account), entry);
                }
                board.publish(std::move(snapshot));
            }
        },
        [&] {
            const std::shared_ptr<const AccountsSnapshot> now = board.current();
            for (const AccountsSnapshot::Entry &entry : now->accounts)
                whole = whole && entry.name == now->accounts.value(QStringLiteral("0")).name;
        });
    return expect(whole && board.current()->accounts.size() == 3, "AccountsBoard shows whole snapshots");
}

void race()
{
    int shared = 0;
    std::thread other([&shared] { ++shared; });
    ++shared;
    other.join();
    std::fprintf(stderr, "%d\n", shared);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc > 1 && std::string_view(argv[1]) == "--race") {
        race();
        return 0;
    }
    const bool inbox = inboxLosesNothingAndKeepsTheOrder();
    const bool latest = latestValuesEndWithTheNewest();
    const bool board = accountsBoardShowsWholeSnapshots();
    return inbox && latest && board ? 0 : 1;
}
