// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertBook.h"
#include "models/domain/MetricTrend.h"

#include <utility>

namespace tocsin {

// AlertBook's insides, shared by its source files only.

/// How the log's rows call an actor.
[[nodiscard]] inline QString displayName(const Actor &actor)
{
    return actor.name.isEmpty() ? actor.id : actor.name;
}

/// A device as the book follows it.
struct AlertBook::Source
{
    quint64 serial = 0;
    Device device;
    TimePoint lastSeen;
    Duration interval{};    ///< usual time between readings; a slowly forgotten maximum, so that bursts count once
    int heard = 0;          ///< readings since start, up to 2
    bool monitored = false; ///< its silence is news
    bool stale = false;     ///< its open alerts are marked stale
    std::optional<Position> position;
    enum Match : quint8 { No, Yes, SharesCode };
    std::vector<Match> matches;       ///< by rule
    std::vector<quint8> restReported; ///< by rule: this event's field was seen at rest
    /// When a metric was last told, for the rules that wait for its silence.
    struct Quiet
    {
        std::optional<TimePoint> since; ///< none: it is not waited for
        int band = -1;                  ///< raised for this silence already; bands are numbered from the most urgent
    };
    std::vector<Quiet> quiet;                         ///< by rule; empty while no rule wants it
    std::vector<std::unique_ptr<MetricTrend>> trends; ///< by rule; empty while no rule wants any
    std::vector<Slot *> tracks;                       ///< of rules; pending or open
    Slot *silence = nullptr;                          ///< DEVICE_STALE or DEVICE_OFFLINE
    std::optional<TimePoint> armed;
    QHash<std::pair<int, QString>, TimePoint>
        over; ///< by rule and instance: what was told until then is history to recall()
};

struct AlertBook::Slot
{
    quint64 serial = 0;
    Source *source = nullptr; ///< none: panics and reports
    int rule = -1;
    AlertTrack track;
    QString key;            ///< in m_openByKey
    QString indexed;        ///< the id in m_openById
    bool wasActive = false; ///< as those that it inhibits know
    bool orphaned = false;  ///< its rule is gone or no longer meant for the device: return it
    std::optional<TimePoint> armed;
};

} // namespace tocsin
