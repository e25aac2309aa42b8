// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/Hearing.h"
#include "models/domain/Reading.h"
#include "models/domain/Requests.h"

#include <QHash>
#include <QList>
#include <QString>

#include <variant>

// What the desk tells: events, where a consumer starts, and the state of the server. Plain values; they cross threads by
// copy. What may be asked of it: Requests.h.

namespace tocsin {

using EventBody = std::variant<AlertChange, ChatMessage, Device, ChatReceipt, Command, AuditRecord>;

/// A place in one of the log's streams (Streams.h); seq counts that stream's events, gap-free, from 1.
struct StreamPosition
{
    QString stream;
    qint64 seq = 0;
    bool operator==(const StreamPosition &) const = default;
};

/// Something that happened and is durable. `seq` is the position in the desk's log: gap-free, from 1.
struct Event
{
    qint64 seq = 0;
    TimePoint at;
    Actor actor;
    QString requestId; ///< the request that led to it, when there was one
    EventBody body;
    QList<StreamPosition> streams{}; ///< where it stands in each stream that it belongs to
};

/// Where a consumer starts: the state after event `seq`.
struct DeskSnapshot
{
    qint64 seq = 0;
    QList<Device> devices;
    QList<DevicePresence> presence;
    QList<Alert> alerts;          ///< all open ones, then the newest closed ones (at most 500)
    QList<ChatMessage> messages;  ///< the newest of each thread, in order (at most 200 per thread)
    QList<Command> commands;      ///< all open ones, oldest first, then the newest 200 closed ones
    QList<ChatReceipt> receipts;  ///< the newest of each receiptKey() (at most 10,000)
    QString epoch;                ///< of the log: cursors of another one mean nothing here
    QHash<QString, qint64> heads; ///< of every stream but "desk", whose head is `seq`
    TimePoint writtenAt{};        ///< when event `seq` was, as the store knows it; not told to others
};

/// What the top bar and /health show of the server.
struct ServerStats
{
    QStringList listeners; ///< "http://127.0.0.1:8000"
    int connections = 0;
    int users = 0;
    qint64 connectionsTotal = 0;
    qint64 messagesIn = 0; ///< since start
    qint64 messagesOut = 0;
    double messagesPerSecond = 0; ///< readings taken in, all sources, last seconds
    double p95LatencyMs = 0;      ///< reading taken in → fanned out
    Audibility hearing{};         ///< whether an alert would be heard
    bool operator==(const ServerStats &) const = default;
};

/// What a hardware adapter is doing; class B.
struct AdapterStatus
{
    enum class State { Stopped, Connecting, Running, Waiting, Failed, Finished };
    QString adapterId;
    QString driver; ///< "nmea", "simulation", "replay"
    QString target; ///< "/dev/ttyUSB0", a scenario or recording
    State state = State::Stopped;
    QString error; ///< the last one, a sentence; empty while all is well
    qint64 readings = 0;
    qint64 badFrames = 0;
    std::optional<TimePoint> retryAt; ///< in Waiting
    bool operator==(const AdapterStatus &) const = default;
};

[[nodiscard]] QString
toString(AdapterStatus::State state); ///< "stopped", "connecting", "running", "waiting", "failed", "finished"

} // namespace tocsin
