// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace tocsin {

/// Queued: durable, not yet given to the device. Sent: may have reached it. Accepted: the device has said that it works on
/// it. Unknown: it may have been sent and the server was restarted before an answer came. The last five are final, but a late
/// answer still turns TimedOut and Unknown into Succeeded or Failed.
enum class CommandState { Queued, Sent, Accepted, Succeeded, Failed, TimedOut, Unknown, Canceled };

/// One order to a device. The desk's CommandRouter decides about it; every change is an event.
struct Command
{
    QString id;
    QString deviceId;
    QString action;
    QByteArray parameters; ///< a JSON object as UTF-8, compact; empty: none
    QString issuedById;
    QString issuedByName;
    TimePoint issuedAt;
    Duration timeout = std::chrono::seconds(5); ///< from each sending to the answer
    int retries = 0;                            ///< further attempts after a time-out
    CommandState state = CommandState::Queued;
    int attempt = 0; ///< how often it was sent
    std::optional<TimePoint> sentAt;
    std::optional<TimePoint> finishedAt;
    QByteArray response; ///< JSON as UTF-8, compact; empty: none
    QString error;       ///< a sentence; empty while all is well
    bool simulated = false;
    bool operator==(const Command &) const = default;
};

/// Queued, Sent or Accepted.
[[nodiscard]] bool isOpen(const Command &command);

/// "queued", "sent", "accepted", "succeeded", "failed", "timed_out", "outcome_unknown", "canceled"
[[nodiscard]] QString toString(CommandState state);
[[nodiscard]] std::optional<CommandState> commandStateFromString(QStringView text);

} // namespace tocsin
