// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "models/domain/Reading.h"

#include <functional>

// The seams between the folders. `app` connects them; nobody else knows who is on the other side.
// Everything here is thread-safe: call from any thread. Callbacks run on the callee's thread (or on the
// caller's, when refused at once), exactly once: post to your own thread what you need there.

namespace tocsin {

/// Takes telemetry from adapters and sessions. Never blocks; conflates rather than queues without bound.
class ReadingSink
{
public:
    ReadingSink() = default;
    ReadingSink(const ReadingSink &) = delete;
    ReadingSink &operator=(const ReadingSink &) = delete;
    virtual ~ReadingSink() = default;
    virtual void take(const QList<Reading> &readings) = 0;
};

/// Asks the desk to change something. The reply comes after the change is durable, or with a refusal.
class DeskPort
{
public:
    using Reply = std::function<void(const Outcome &)>;
    DeskPort() = default;
    DeskPort(const DeskPort &) = delete;
    DeskPort &operator=(const DeskPort &) = delete;
    virtual ~DeskPort() = default;
    virtual void submit(const Request &request, Reply reply) = 0;
};

struct HistoryQuery
{
    QString deviceId;
    QStringList channels; ///< empty: all numeric ones
    TimePoint from;
    TimePoint to;
    int maxPoints = 1000; ///< per channel; more samples are reduced to min and max per step
};

struct HistoryPoint
{
    TimePoint at;
    double value = 0;
    bool operator==(const HistoryPoint &) const = default;
};

struct HistorySeries
{
    QString channel;
    QList<HistoryPoint> points; ///< ascending
};

struct HistoryResult
{
    QString error; ///< a sentence; empty: all went well
    QList<HistorySeries> series;
};

/// Whole readings, newest first.
struct ReadingsQuery
{
    QString deviceId;
    std::optional<TimePoint> from;
    std::optional<TimePoint> to;
    int limit = 100;
};

struct ReadingsResult
{
    QString error;
    QList<Reading> readings;
};

struct AlertsQuery
{
    QString source; ///< device or user; empty: all
    bool openOnly = false;
    int limit = 100;
};

struct AlertsResult
{
    QString error;
    QList<Alert> alerts; ///< newest first
};

/// A page of one stream (Streams.h), oldest first.
struct EventsQuery
{
    QString stream;
    qint64 after = 0; ///< the stream's own seq; what follows it
    int limit = 1000; ///< at most 1,000
};

/// `head` and `events` are of one moment; fewer events than asked for means that this was the end.
struct EventsResult
{
    QString error;
    QString epoch;
    qint64 head = 0; ///< the stream's last seq; 0: it has no events
    QList<Event> events;
};

/// Asynchronous look-ups on the store's threads. Bounded: refused with an error when too many wait.
class ArchivePort
{
public:
    ArchivePort() = default;
    ArchivePort(const ArchivePort &) = delete;
    ArchivePort &operator=(const ArchivePort &) = delete;
    virtual ~ArchivePort() = default;
    virtual void history(const HistoryQuery &query, std::function<void(const HistoryResult &)> reply) = 0;
    virtual void readings(const ReadingsQuery &query, std::function<void(const ReadingsResult &)> reply) = 0;
    virtual void alerts(const AlertsQuery &query, std::function<void(const AlertsResult &)> reply) = 0;
    virtual void events(const EventsQuery &query, std::function<void(const EventsResult &)> reply) = 0;
};

} // namespace tocsin
