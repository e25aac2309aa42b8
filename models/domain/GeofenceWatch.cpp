// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/GeofenceWatch.h"

#include "models/domain/ClockSetBack.h"

#include <algorithm>
#include <utility>

namespace tocsin {

GeofenceWatch::GeofenceWatch(QList<Geofence> fences, GeofenceLimits limits) : m_limits(limits)
{
    m_fences.reserve(std::size_t(fences.size()));
    for (Geofence &fence : fences) {
        const QString metric = fenceMetric(fence.id);
        m_fences.push_back({std::move(fence), metric, metric + QStringLiteral(".seconds"),
                            metric + QStringLiteral(".entered"), metric + QStringLiteral(".exited"),
                            metric + QStringLiteral(".crossed")});
    }
}

bool GeofenceWatch::isFor(const Device &device) const
{
    return std::any_of(m_fences.cbegin(), m_fences.cend(),
                       [&device](const Fence &fence) { return fence.is.match.matches(device); });
}

void GeofenceWatch::setDevice(const Device &device)
{
    if (isEmpty())
        return;
    std::vector<State> states;
    const auto known = m_devices.find(device.id);
    for (std::size_t i = 0; i < m_fences.size(); ++i) {
        if (!m_fences.at(i).is.match.matches(device))
            continue;
        State state;
        state.fence = i;
        if (known != m_devices.end()) { // what is known of those that stay, stays
            const auto &old = known->states;
            const auto same = std::find_if(old.cbegin(), old.cend(), [i](const State &s) { return s.fence == i; });
            if (same != old.cend())
                state = *same;
        }
        states.push_back(state);
    }
    if (states.empty())
        m_devices.remove(device.id);
    else if (known != m_devices.end())
        known->states = std::move(states);
    else
        m_devices.insert(device.id, {std::move(states), {}, {}});
}

void GeofenceWatch::seed(const QString &deviceId, const Position &position, TimePoint at)
{
    const auto known = m_devices.find(deviceId);
    if (known == m_devices.end() || known->at != TimePoint{} || !position.isValid())
        return;
    for (State &state : known->states)
        place(state, position, at, true, nullptr);
}

QList<Sample> GeofenceWatch::judge(const Reading &reading)
{
    QList<Sample> out;
    if (!reading.position || !reading.position->isValid())
        return out;
    const auto known = m_devices.find(reading.deviceId);
    if (known == m_devices.end())
        return out;
    if (reading.sourceTime && known->sourceTime && *reading.sourceTime < *known->sourceTime &&
        reading.receivedAt < known->at + m_limits.clockPatience)
        return out;
    if (reading.position->accuracyM.value_or(0) > m_limits.worstAccuracyM)
        return out;
    if (isSetBack(known->at, reading.receivedAt)) { // by this server's clock: how long it is inside stays the same
        for (State &state : known->states)
            state.since -= known->at - reading.receivedAt;
    }
    known->at = reading.receivedAt;
    known->sourceTime = reading.sourceTime;
    for (State &state : known->states)
        place(state, *reading.position, reading.receivedAt, false, &out);
    return out;
}

void GeofenceWatch::place(State &state, const Position &position, TimePoint at, bool silently, QList<Sample> *out)
{
    const Fence &fence = m_fences.at(state.fence);
    const GeoPoint point{position.latitude, position.longitude};
    const double accuracy = std::max(0.0, position.accuracyM.value_or(0));
    if (fence.is.shape == Geofence::Shape::Line)
        cross(state, point, accuracy, silently, out);
    if (!fence.is.hasInside())
        return;
    const double depth = depthInside(fence.is, point);
    const Side says = depth >= 0 ? Side::Inside : Side::Outside;
    const bool certain = std::abs(depth) > accuracy || accuracy == 0;
    const Side before = state.side;
    if (says == state.side || certain || state.side == Side::Unknown || ++state.doubtful >= m_limits.fixesInDoubt) {
        state.doubtful = 0;
        if (says != before)
            state.since = at;
        state.side = says;
    }
    if (silently)
        return;
    const bool inside = state.side == Side::Inside;
    out->append({fence.inside, inside});
    out->append({fence.seconds, inside ? std::max(0.0, secondsBetween(state.since, at)) : 0.0});
    const bool changed = before != Side::Unknown && state.side != before;
    if (changed || state.told) {
        out->append({fence.entered, changed && inside});
        out->append({fence.exited, changed && !inside});
    }
    state.told = changed;
}

/// Counted from one place that is certainly on one side to the next that is: what lies between is noise.
void GeofenceWatch::cross(State &state, const GeoPoint &point, double accuracy, bool silently, QList<Sample> *out)
{
    const Fence &fence = m_fences.at(state.fence);
    if (distanceToCourse(fence.is, point) <= accuracy)
        return;
    const std::optional<GeoPoint> from = std::exchange(state.certain, point);
    if (!silently)
        out->append({fence.crossed, from ? double(crossing(fence.is, *from, point)) : 0.0});
}

} // namespace tocsin
