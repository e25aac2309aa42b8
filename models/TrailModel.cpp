// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TrailModel.h"

#include "models/domain/Channels.h"

#include <algorithm>
#include <utility>

namespace tocsin {

using namespace std::chrono_literals;

namespace {
constexpr Duration span = 5min;
constexpr Duration spacing = 200ms; // 5 per second for five minutes: MaxPoints

/// The value at `at` on the straight line between its neighbours; nothing outside of the points.
std::optional<double> interpolate(const QList<HistoryPoint> &points, TimePoint at)
{
    const auto after = std::lower_bound(points.cbegin(), points.cend(), at,
                                        [](const HistoryPoint &p, TimePoint t) { return p.at < t; });
    if (after == points.cend())
        return std::nullopt;
    if (after->at == at)
        return after->value;
    if (after == points.cbegin())
        return std::nullopt;
    const HistoryPoint &before = *(after - 1);
    const double share = secondsBetween(before.at, at) / secondsBetween(before.at, after->at);
    return before.value + share * (after->value - before.value);
}
} // namespace

TrailModel::TrailModel(DeskLink &link, ModelClock clock, QObject *parent)
    : QObject(parent)
    , m_clock(std::move(clock))
    , m_request(link)
{
}

void TrailModel::show(const QString &deviceId, const LatestReading *latest)
{
    m_deviceId = deviceId;
    m_fixes.clear();
    if (latest)
        take(*latest);
    publish(m_clock.now());
    reload();
}

void TrailModel::reload()
{
    if (m_deviceId.isEmpty()) {
        m_request.cancel();
        return;
    }
    HistoryQuery query;
    query.deviceId = m_deviceId;
    query.channels = {channel::Latitude, channel::Longitude};
    query.to = m_clock.now();
    query.from = query.to - span;
    query.maxPoints = MaxPoints;
    m_request.ask(query, query.to);
}

bool TrailModel::take(const LatestReading &latest)
{
    if (!latest.position || !latest.position->isValid())
        return false;
    const Fix fix{latest.positionAt, QPointF(latest.position->longitude, latest.position->latitude)};
    if (!m_fixes.isEmpty() && fix.at - m_fixes.last().at < spacing)
        return false;
    m_fixes.append(fix);
    return true;
}

void TrailModel::update(const LatestReading &latest)
{
    if (latest.deviceId == m_deviceId && take(latest))
        publish(m_clock.now());
}

bool TrailModel::takeHistory(quint64 queryId, const HistoryResult &result)
{
    const auto taken = m_request.take(queryId, m_clock.now());
    if (taken != HistoryRequest::Taken::Current)
        return taken != HistoryRequest::Taken::NotMine;
    QList<HistoryPoint> latitudes;
    QList<HistoryPoint> longitudes;
    for (const HistorySeries &series : result.series) {
        if (series.channel == channel::Latitude)
            latitudes = series.points;
        else if (series.channel == channel::Longitude)
            longitudes = series.points;
    }
    QList<Fix> fixes;
    for (const HistoryPoint &latitude : std::as_const(latitudes)) {
        const auto longitude = interpolate(longitudes, latitude.at);
        if (!longitude || (!fixes.isEmpty() && latitude.at - fixes.last().at < spacing))
            continue;
        Position position;
        position.latitude = latitude.value;
        position.longitude = *longitude;
        if (position.isValid())
            fixes.append({latitude.at, QPointF(position.longitude, position.latitude)});
    }
    // What came live meanwhile stays; the archive fills what was before.
    if (!m_fixes.isEmpty()) {
        fixes.removeIf([&](const Fix &fix) { return fix.at + spacing > m_fixes.first().at; });
    }
    m_fixes = fixes + m_fixes;
    publish(m_clock.now());
    return true;
}

void TrailModel::refresh(TimePoint now)
{
    if (!m_fixes.isEmpty())
        publish(now);
}

void TrailModel::publish(TimePoint now)
{
    m_fixes.removeIf([now](const Fix &fix) { return now - fix.at > span; });
    if (m_fixes.size() > MaxPoints)
        m_fixes.remove(0, m_fixes.size() - MaxPoints);
    QList<QPointF> path;
    QList<double> ages;
    path.reserve(m_fixes.size());
    ages.reserve(m_fixes.size());
    for (const Fix &fix : std::as_const(m_fixes)) {
        path.append(fix.point);
        ages.append(std::clamp(secondsBetween(fix.at, now) / std::chrono::duration<double>(span).count(), 0.0, 1.0));
    }
    if (path == m_path && ages == m_ages)
        return;
    m_path = std::move(path);
    m_ages = std::move(ages);
    Q_EMIT pathChanged();
}

} // namespace tocsin
