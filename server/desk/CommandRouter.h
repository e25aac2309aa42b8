// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

#include <QHash>
#include <QList>

#include <deque>
#include <functional>
#include <optional>

namespace tocsin {

struct CommandLimits
{
    int openPerDevice = 32;
    int openOverall = 4096;
    Duration expiry = std::chrono::minutes(5);         ///< how long a command waits for its device
    Duration backOffFirst = std::chrono::seconds(1);   ///< before a second attempt; doubled with each …
    Duration backOffMost = std::chrono::seconds(30);   ///< … up to this
    int remembered = 1000;                             ///< closed ones that a late answer still finds
    qsizetype parametersLength = qsizetype{16} * 1024; ///< bytes of JSON
    qsizetype responseLength = qsizetype{64} * 1024;   ///< a longer one is left out and said so
};

/// Decides about orders to devices: what is sent when, tried again, given up. Plain value logic on the desk's thread; time is
/// an argument.
///
/// One order per device is under way at a time, in the order of asking. Every state is an event first: an order is sent
/// only after its Queued event is durable (committed()), and handed to the device only after its Sent event is
/// (committed() answers with what to hand over). So a restart knows what may have left: restore() turns that into
/// Unknown and never sends it again; what was still queued goes on. An order without an answer in its time is tried
/// again as often as it says, then TimedOut; a late answer still closes it as Succeeded or Failed. An order that the
/// device has accepted is not tried again.
class CommandRouter
{
public:
    struct Result
    {
        Outcome outcome;
        QList<Command> changed; ///< to be logged, in order
    };
    /// What the desk knows of a device when somebody gives it an order.
    struct Target
    {
        const Device *device = nullptr; ///< null: unknown
        DevicePresence presence;
        bool carried = false; ///< something connects commands to it now
    };
    using Carries = std::function<bool(const QString &deviceId)>;

    explicit CommandRouter(CommandLimits limits = {}, std::function<QString()> makeId = {});

    /// Takes up the commands of a snapshot; answers with those whose outcome is now unknown. Once, first.
    [[nodiscard]] QList<Command> restore(const QList<Command> &commands, TimePoint now);
    [[nodiscard]] Result issue(const IssueCommand &request, const Actor &actor, const Target &target, TimePoint now);
    [[nodiscard]] Result report(const ReportCommand &report, const Actor &actor, TimePoint now);
    [[nodiscard]] Result cancel(const CancelCommand &request, TimePoint now);
    /// The command as it stands here is durable. Answers with the order to hand to the device, when it is its turn.
    [[nodiscard]] std::optional<Command> committed(const Command &command, TimePoint now);
    /// What is due: the next of each queue whose device is carried, time-outs, retries, expiry.
    [[nodiscard]] QList<Command> tick(TimePoint now, const Carries &carries);
    /// When tick() has something to do next that no event brings.
    [[nodiscard]] std::optional<TimePoint> nextDeadline() const;
    [[nodiscard]] int open() const { return int(m_open.size()); }

private:
    struct Open
    {
        Command command;
        TimePoint expiresAt;             ///< while Queued
        TimePoint notBefore;             ///< while Queued for another attempt
        std::optional<TimePoint> answer; ///< when the answer is due, once it was handed over
        bool durable = false;            ///< as it stands
    };
    void close(const QString &id);
    void advance(Open &open, TimePoint now, QList<Command> &changed);
    [[nodiscard]] Duration backOff(int attempt) const;

    const CommandLimits m_limits;
    const std::function<QString()> m_makeId;
    QHash<QString, Open> m_open;
    QHash<QString, std::deque<QString>> m_queues; ///< by device, oldest first: ids of m_open
    QHash<QString, Command> m_closed;
    std::deque<QString> m_closedOrder;
};

} // namespace tocsin
