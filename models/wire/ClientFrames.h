// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Connections.h"
#include "models/domain/Ports.h"
#include "models/domain/Requests.h"
#include "models/domain/RulesPort.h"
#include "models/wire/Json.h"

#include <QJsonObject>
#include <QMap>

#include <optional>
#include <variant>

// What a client of the native protocol says (PROTOCOL.md beside this file), for both ends. Plain values and functions, any thread.

namespace tocsin::wire {

/// How far a client has come in a stream: `seq` is the last event that it has, 0: none.
struct Cursor
{
    QString epoch;
    qint64 seq = 0;
    bool operator==(const Cursor &) const = default;
};
using Cursors = QMap<QString, Cursor>;

/// The first frame. `token` when none came with the upgrade. The name counts only for callers without an account (open posture).
struct Hello
{
    int version = 1;
    QString token;
    QString client; ///< "tocsin-console/0.1.0"
    QString name;
    QStringList streams; ///< wanted; those of `cursors` are wanted too
    Cursors cursors;
    QStringList devices = {}; ///< whose orders are taken; their streams must be wanted too
    bool operator==(const Hello &) const = default;
};

struct Subscribe
{
    QString id;
    QStringList topics;
    double hz = 0; ///< telemetry at most so often per device; 0: as the server likes
    bool operator==(const Subscribe &) const = default;
};

struct Unsubscribe
{
    QString id;
    QStringList topics;
    bool operator==(const Unsubscribe &) const = default;
};

struct Ask
{
    QString cmdId; ///< made by the client; the same again is answered again, not done again
    RequestBody body;
};

struct SnapshotQuery
{
    QString stream;
    bool operator==(const SnapshotQuery &) const = default;
};

/// Whom to tell when this person needs help; for staff.
struct ContactsQuery
{
    QString userId;
    bool operator==(const ContactsQuery &) const = default;
};

struct Query
{
    QString id;
    std::variant<HistoryQuery, ReadingsQuery, AlertsQuery, EventsQuery, SnapshotQuery, AlertEventsQuery, AlertLogQuery,
                 ContactsQuery>
        what;
};

/// Everything up to `seq` has arrived; cumulative.
struct Ack
{
    QMap<QString, qint64> cursors;
    bool operator==(const Ack &) const = default;
};

struct Typing
{
    QString thread;
    bool operator==(const Typing &) const = default;
};

struct Ping
{
    QString id;
    bool operator==(const Ping &) const = default;
};

/// Ends another connection.
struct Disconnect
{
    QString id;
    QString client;
    QString reason; ///< for the one who is disconnected, and the audit
    bool operator==(const Disconnect &) const = default;
};

/// From now on frames that pass the filter are shown to whoever asks; without a filter no more.
struct Tap
{
    QString id;
    std::optional<TapFilter> filter;
    bool operator==(const Tap &) const = default;
};

/// About the alert rules, changing nothing: those in force (nothing), what is wrong with a rules file (its text), or what a rule would
/// have made of what a device told.
struct AskRules
{
    QString id;
    std::variant<std::monostate, QByteArray, RuleTrial> what;
    bool operator==(const AskRules &) const = default;
};

/// Puts a rules file in force, if the rules in force are those of `revision`.
struct ApplyRules
{
    QString id;
    QByteArray text;
    QString revision;
    bool operator==(const ApplyRules &) const = default;
};

/// Whether this console can be heard; of staff alone. Said when it changes, and again every 30 s: it holds for 90.
struct Hearing
{
    bool heard = false;
    QString why; ///< why not, in words
    bool operator==(const Hearing &) const = default;
};

using ClientFrame = std::variant<Hello, Subscribe, Unsubscribe, Ask, Query, Ack, Typing, Ping, Disconnect, Tap,
                                 AskRules, ApplyRules, Hearing>;

/// What is wrong with a frame; `id` is that of the frame, so that the answer finds its asker.
struct FrameError
{
    QString id;
    QString code; ///< "invalid" or "unknown_type"
    FieldError error;
};

inline constexpr qsizetype maxIdLength = 128;
inline constexpr qsizetype maxStreams = 64; ///< of one client
inline constexpr qsizetype maxTopics = 256; ///< in one frame

[[nodiscard]] QJsonObject toJson(const ClientFrame &frame);
[[nodiscard]] std::variant<ClientFrame, FrameError> clientFrameFromJson(const QJsonObject &json);

} // namespace tocsin::wire
