// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/Alert.h"
#include "models/domain/Chat.h"
#include "models/domain/Device.h"
#include "models/domain/Reading.h"

#include <QList>
#include <QMetaType>
#include <QString>

#include <variant>

// The desk's vocabulary: what may be asked of it (Request → Outcome) and what it tells (Event).
// Plain values; they cross threads by copy.

namespace tocsin {

/// Who did something, for the log.
struct Actor
{
    enum class Kind { System, Operator, Device, User };
    Kind kind = Kind::System;
    QString id;
    QString name;
    QString session; ///< connection or console, for the audit; may be empty
    bool operator==(const Actor &) const = default;
};

/// "I have seen occurrence `occurrence` at `seenLevel` and take it." Answered `superseded` when the alert
/// rose meanwhile. occurrence 0: taken as of now (dialects that name only the alert).
struct Acknowledge
{
    QString alertId;
    int occurrence = 0;
    AlertLevel seenLevel = AlertLevel::Emergency;
    QString comment;
};

struct SendChat
{
    QString thread;
    QString text;
    QString clientMessageId;
    bool fromDesk = false;
    bool simulated = false;
};

/// An alert somebody else decided on (dialect 1's `alert`). The id, level and words stay as sent.
struct ReportAlert
{
    QString alertId; ///< empty: the desk makes one
    QString source;  ///< device id; empty: the user
    QString userId;
    QString code;
    QString title;
    QString message;
    QString category;
    AlertLevel level = AlertLevel::Warning;
    bool acknowledged = false;
    std::optional<double> value;
    std::optional<double> threshold;
    std::optional<TimePoint> sourceTime;
    QStringList recommendedActions;
};

/// A person asks for help. Never refused for rate or posture. The same `clientAlertId` is the same incident.
struct RaisePanic
{
    QString userId;
    QString userName;
    QString clientAlertId;
    QString message;
    QString alertType; ///< "panic_button", "shake_to_alert", "decoy_screen", "manual", "scheduled"
    bool silent = false;
    bool simulated = false;
    std::optional<Position> position;
};

/// The originator says that it is over. Names the alert or, when empty, the user's newest open panic.
struct CancelPanic
{
    QString alertId;
    QString userId;
};

/// Adds a device or changes its record (name, class, owners, tags). firstSeen of a known device is kept.
struct PutDevice
{
    Device device;
};

using RequestBody = std::variant<Acknowledge, SendChat, ReportAlert, RaisePanic, CancelPanic, PutDevice>;

struct Request
{
    QString id; ///< made by the asker; identifies retries and the answer. May be empty.
    Actor actor;
    RequestBody body;
};

/// The desk's answer, given only after the change is durable. Codes when !ok: forbidden, not_found,
/// superseded, closed, invalid, id_conflict, overloaded, storage_failed. `message` is a sentence for people.
struct Outcome
{
    bool ok = false;
    bool changed = false; ///< ok but nothing to do: false (a second acknowledge)
    QString code;
    QString message;
    QString ref; ///< id of the alert, message or device concerned

    [[nodiscard]] static Outcome done(QString ref, bool changed = true)
    {
        return {true, changed, QString(), QString(), std::move(ref)};
    }
    [[nodiscard]] static Outcome refused(QString code, QString message, QString ref = {})
    {
        return {false, false, std::move(code), std::move(message), std::move(ref)};
    }
    bool operator==(const Outcome &) const = default;
};

using EventBody = std::variant<AlertChange, ChatMessage, Device>;

/// Something that happened and is durable. `seq` is the position in the desk's log: gap-free, from 1.
struct Event
{
    qint64 seq = 0;
    TimePoint at;
    Actor actor;
    QString requestId; ///< the request that led to it, when there was one
    EventBody body;
};

/// Where a consumer starts: the state after event `seq`.
struct DeskSnapshot
{
    qint64 seq = 0;
    QList<Device> devices;
    QList<DevicePresence> presence;
    QList<Alert> alerts;         ///< all open ones, then the newest closed ones (at most 500)
    QList<ChatMessage> messages; ///< the newest of each thread, in order (at most 200 per thread)
};

/// What the top bar and /health show of the server.
struct ServerStats
{
    QStringList listeners; ///< "127.0.0.1:8000"
    int connections = 0;
    int users = 0;
    qint64 connectionsTotal = 0;
    qint64 messagesIn = 0; ///< since start
    qint64 messagesOut = 0;
    double messagesPerSecond = 0; ///< readings taken in, all sources, last seconds
    double p95LatencyMs = 0;      ///< reading taken in → fanned out
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

Q_DECLARE_METATYPE(tocsin::Request)
Q_DECLARE_METATYPE(tocsin::Outcome)
Q_DECLARE_METATYPE(tocsin::Event)
Q_DECLARE_METATYPE(tocsin::DeskSnapshot)
Q_DECLARE_METATYPE(tocsin::ServerStats)
Q_DECLARE_METATYPE(tocsin::AdapterStatus)
