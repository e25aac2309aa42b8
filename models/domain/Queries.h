// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "models/domain/Reading.h"

#include <optional>

// What the archive can be asked (ArchivePort in Ports.h), and its answers. Plain values; they cross threads by copy.

namespace tocsin {

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
    bool incidentsOnly = false;
    bool countAll = false; ///< how many there are beyond the limit is asked as well
    bool closedOnly = false;
    QString alertId = {}; ///< this one alone; empty: all
    QString before = {};  ///< id of an alert: those that come behind it in the list, which is how one pages
};

struct AlertsResult
{
    QString error;
    QList<Alert> alerts; ///< newest first
    qint64 total = 0;    ///< with countAll
};

/// Lines of one conversation, by the place of their ids in it. Neither: the newest.
struct ChatQuery
{
    QString thread;
    QString after;  ///< the lines that follow this message, oldest first; not known (any more): from the beginning
    QString before; ///< the lines that lead up to this message
    int limit = 50; ///< at most 500
};

struct ChatResult
{
    QString error;
    QList<ChatMessage> messages; ///< oldest first
    bool more = false;           ///< there are others beyond, in the direction of the question
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

/// What happened to one alert and who was told of it (audit records of "notify"), newest first.
struct AlertEventsQuery
{
    QString alertId;
    qint64 before = 0; ///< as the page before said; 0: the newest
    int limit = 100;   ///< at most 500
    bool operator==(const AlertEventsQuery &) const = default;
};

struct AlertEventsResult
{
    QString error;
    QList<Event> events; ///< may be fewer than asked for although there are others
    qint64 before = 0;   ///< for the next page; 0: this was the last
};

} // namespace tocsin
