// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "models/wire/ClientsCodec.h"
#include "models/wire/Json.h"
#include "models/wire/StatusCodec.h"

#include <QJsonObject>
#include <QMap>

#include <optional>
#include <variant>

// What the server of the native protocol says (PROTOCOL.md beside this file), for both ends. Plain values and functions, any thread.

namespace tocsin::wire {

/// What a client may count on, told in the welcome.
struct ServerLimits
{
    int messageBytes = 1'048'576; ///< of one frame to the server
    int depth = 64;
    int windowEvents = 256; ///< sent and not yet acknowledged
    int windowBytes = 1'048'576;
    int ackTimeoutMs = 60'000; ///< then 4008
    int requestsPerMinute = 200;
    bool operator==(const ServerLimits &) const = default;
};

struct StreamGrant
{
    /// Resumed: what was missed follows. Reset: a snapshot follows. Denied: nothing does.
    enum class State { Resumed, Reset, Denied };
    State state = State::Denied;
    QString epoch;
    qint64 seq = 0; ///< the head now
    bool operator==(const StreamGrant &) const = default;
};
[[nodiscard]] QString toString(StreamGrant::State state); ///< "resumed", "reset", "denied"

struct Welcome
{
    int version = 1;
    QString server;        ///< "tocsin"
    QString serverVersion; ///< of the program
    QString personId;
    QString personName;
    Role role = Role::Citizen;
    ServerLimits limits;
    QString epoch;
    QMap<QString, StreamGrant> streams;
    QStringList devices = {}; ///< whose orders this client takes now
    bool operator==(const Welcome &) const = default;
};

/// The state of a stream after `seq`, in `parts` pieces; it counts when the last has come.
struct SnapshotPart
{
    QString stream;
    QString epoch;
    qint64 seq = 0;
    int part = 1;
    int parts = 1;
    QJsonObject state; ///< see SnapshotCodec
};

/// An event and its position in the stream. Without an event: there is one that this reader may not see.
struct StreamEvent
{
    qint64 seq = 0;
    std::optional<Event> event;
};

struct Events
{
    QString stream;
    QString epoch;
    QList<StreamEvent> events; ///< ascending, without a gap
};

/// What is not in the log; a newer one takes the place of an older one.
struct Live
{
    using What =
        std::variant<QList<LatestReading>, QList<DevicePresence>, QList<OnlinePerson>, ServerStats,
                     QList<AdapterStatus>, TypingNotice, QList<ChannelBand>, ClientsUpdate, FrameReport, DesktopNotice>;
    QString topic;
    What what;
};

struct Reply
{
    QString id;
    bool ok = true;
    QJsonObject result;
    QString code; ///< when !ok
    QString message;
    QString field; ///< dotted path, when one is to blame
    QString ref;   ///< of a refusal: the object concerned
    bool dup = false;
    std::optional<qint64> retryAfterMs;
    QJsonObject alert{}; ///< of a refusal that is superseded: as it is now
    bool operator==(const Reply &) const = default;

    [[nodiscard]] static Reply refusal(const QString &id, const QString &code, const QString &message,
                                       const QString &field = {})
    {
        return {id, false, {}, code, message, field, {}, false, {}, {}};
    }
};

/// The cursor of a stream is of another epoch: forget what you have, a snapshot follows.
struct Resync
{
    QString stream;
    bool operator==(const Resync &) const = default;
};

struct Pong
{
    QString id;
    bool operator==(const Pong &) const = default;
};

using ServerFrame = std::variant<Welcome, SnapshotPart, Events, Live, Reply, Resync, Pong>;

[[nodiscard]] QJsonObject toJson(const ServerFrame &frame);
[[nodiscard]] std::variant<ServerFrame, FieldError> serverFrameFromJson(const QJsonObject &json);

/// An `events` frame of events that are documents already: made once for all readers.
[[nodiscard]] QJsonObject eventsFrame(const QString &stream, const QString &epoch, const QJsonArray &events);
/// The document of one event at a position of a stream; withheld without one.
[[nodiscard]] QJsonObject eventDocument(qint64 seq, const std::optional<QJsonObject> &event, qint64 logSeq);

[[nodiscard]] Reply replyOf(const QString &id, const Outcome &outcome);
[[nodiscard]] Outcome outcomeOf(const Reply &reply);

} // namespace tocsin::wire
