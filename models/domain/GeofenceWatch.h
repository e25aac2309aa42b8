// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Device.h"
#include "models/domain/Geofence.h"

#include <QHash>
#include <QList>
#include <QString>

#include <optional>
#include <vector>

namespace tocsin {

struct GeofenceLimits
{
    double worstAccuracyM = 500;
    int fixesInDoubt = 3;
    Duration clockPatience = std::chrono::seconds(60);
};

/// Tells from positions who is inside which fence, as metrics that rules can be about. Of a fence "depot":
///
///   fence.depot            whether the device is inside (true, false)
///   fence.depot.seconds    for how long; 0 outside
///   fence.depot.entered    true with the fix that brought it in, false with the next; likewise fence.depot.exited
///   fence.depot.crossed    of a line: 1 when it was crossed from its left to its right, −1 the other way; 0 with the next fix
///
/// A dwell is a rule with an onDelay on the first, or with bands on the second.
///
/// *Accuracy.* A fix is certain when it is further from the border than its 68 % radius. An uncertain one changes nothing, until `fixesInDoubt` of them in
/// a row say the same; one that is worse than `worstAccuracyM` is passed over. So a phone on the border does not flap.
///
/// Plain value logic: any thread, one at a time; time comes with the readings. Fixes that are older than the last one (by the
/// source's clock) are passed over, unless nothing newer came for `clockPatience`: then that clock was set back.
class GeofenceWatch
{
public:
    GeofenceWatch() = default;
    explicit GeofenceWatch(QList<Geofence> fences, GeofenceLimits limits = {});

    [[nodiscard]] bool isEmpty() const { return m_fences.empty(); }
    [[nodiscard]] bool isFor(const Device &device) const;
    /// Which fences are for a device depends on its record.
    void setDevice(const Device &device);
    /// Where it was before this object existed: no entry and no exit follows from it. Passed over when it was heard of already.
    void seed(const QString &deviceId, const Position &position, TimePoint at);
    /// What the reading's position means; nothing without one.
    [[nodiscard]] QList<Sample> judge(const Reading &reading);

private:
    enum class Side { Unknown, Inside, Outside };
    struct Fence
    {
        Geofence is;
        QString inside; ///< the metrics' names
        QString seconds;
        QString entered;
        QString exited;
        QString crossed;
    };
    struct State
    {
        std::size_t fence = 0;
        Side side = Side::Unknown;
        int doubtful = 0; ///< uncertain fixes in a row that say the other side
        TimePoint since;
        std::optional<GeoPoint> certain; ///< of a line: the last place well away from it
        bool told = false;               ///< an entry, exit or crossing with the fix before
    };
    struct Tracked
    {
        std::vector<State> states;
        TimePoint at;
        std::optional<TimePoint> sourceTime;
    };

    void place(State &state, const Position &position, TimePoint at, bool silently, QList<Sample> *out);
    void cross(State &state, const GeoPoint &point, double accuracy, bool silently, QList<Sample> *out);

    std::vector<Fence> m_fences;
    GeofenceLimits m_limits;
    QHash<QString, Tracked> m_devices; ///< those that a fence is for
};

} // namespace tocsin
