// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/notify/NotifyLanes.h"

#include <algorithm>
#include <utility>

namespace tocsin {

using namespace std::chrono_literals;

namespace {
constexpr Duration window = 1min;
constexpr int mostDoublings = 20;

QString keyOf(const QString &channel, const QString &address)
{
    return channel + QLatin1Char(' ') + address.toLower();
}
} // namespace

NotifyLanes::NotifyLanes(const NotifyConfig &config, std::function<double()> chance)
    : m_config(config)
    , m_chance(std::move(chance))
{
}

Duration NotifyLanes::jittered(Duration span) const
{
    constexpr double least = 0.8;
    constexpr double breadth = 0.4;
    return std::chrono::duration_cast<Duration>(span * (least + breadth * m_chance()));
}

Duration NotifyLanes::retryAfter(int attempts) const
{
    const auto doubled = m_config.limits.firstRetry * (qint64(1) << std::clamp(attempts - 1, 0, mostDoublings));
    return jittered(std::min<Duration>(doubled, m_config.limits.longestRetry));
}

int NotifyLanes::allowed(AlertLevel level) const
{
    return m_config.limits.perMinute * (level == AlertLevel::Emergency ? 3 : 1);
}

std::optional<TimePoint> NotifyLanes::crowdedUntil(const QString &channel, const QString &address, AlertLevel level,
                                                   TimePoint now) const
{
    const NotifyChannelConfig *config = m_config.channel(channel);
    if (config && config->means == NotifyMeans::Webhook)
        return std::nullopt; // a program, not a person
    const auto found = m_recent.constFind(keyOf(channel, address));
    if (found == m_recent.cend())
        return std::nullopt;
    const qsizetype recent =
        std::count_if(found->cbegin(), found->cend(), [now](TimePoint at) { return at > now - window && at <= now; });
    const int most = allowed(level);
    return recent < most ? std::nullopt : std::optional(found->at(found->size() - most) + window);
}

QString NotifyLanes::wait(const QString &channel, const QString &address, AlertLevel level, TimePoint now,
                          bool *paused) const
{
    const auto lane = m_lanes.constFind(channel);
    if (lane != m_lanes.cend() && lane->pausedUntil) {
        if (paused)
            *paused = true;
        return QStringLiteral("the channel %1 is paused: %2").arg(channel, lane->problem);
    }
    if (crowdedUntil(channel, address, level, now))
        return QStringLiteral("not more than %1 messages in a minute").arg(allowed(level));
    return {};
}

bool NotifyLanes::hasRoom(const QString &channel, TimePoint now) const
{
    const auto lane = m_lanes.constFind(channel);
    if (lane == m_lanes.cend())
        return true;
    if (lane->pausedUntil) // one at a time finds out whether it works again
        return lane->underWay == 0 && *lane->pausedUntil <= now;
    return lane->underWay < m_config.limits.parallel;
}

TimePoint NotifyLanes::freeAt(const QString &channel, const QString &address, AlertLevel level, TimePoint now) const
{
    const auto lane = m_lanes.constFind(channel);
    TimePoint at = now;
    if (lane != m_lanes.cend() && lane->pausedUntil)
        at = std::max(at, *lane->pausedUntil);
    return std::max(at, crowdedUntil(channel, address, level, now).value_or(at));
}

void NotifyLanes::started(const QString &channel, const QString &address, TimePoint now)
{
    ++m_lanes[channel].underWay;
    m_recent[keyOf(channel, address)].enqueue(now);
    if (now - m_swept < window && now >= m_swept)
        return;
    m_swept = now;
    m_recent.removeIf([now](auto entry) {
        QQueue<TimePoint> &times = entry.value();
        while (!times.isEmpty() && (times.head() <= now - window || times.head() > now))
            times.dequeue();
        return times.isEmpty();
    });
}

void NotifyLanes::ended(const QString &channel)
{
    Lane &lane = m_lanes[channel];
    lane.underWay = std::max(0, lane.underWay - 1);
}

NotifyLanes::Turn NotifyLanes::succeeded(const QString &channel)
{
    ended(channel);
    ++m_lanes[channel].sent;
    return answered(channel);
}

NotifyLanes::Turn NotifyLanes::answered(const QString &channel)
{
    Lane &lane = m_lanes[channel];
    const bool resumed = lane.pausedUntil.has_value();
    lane.failures = 0;
    lane.pauses = 0;
    lane.pausedUntil.reset();
    lane.problem.clear();
    return resumed ? Turn::Resumed : Turn::Same;
}

NotifyLanes::Turn NotifyLanes::failed(const QString &channel, const QString &why, bool broken, TimePoint now)
{
    ended(channel);
    Lane &lane = m_lanes[channel];
    const bool was = lane.pausedUntil.has_value();
    if (was && now < *lane.pausedUntil)
        return Turn::Same; // it had begun before the pause
    lane.problem = why;
    ++lane.failures;
    if (!broken && !was && lane.failures < m_config.limits.pauseAfter)
        return Turn::Same;
    const Duration span = m_config.limits.pause * (qint64(1) << std::min(lane.pauses, mostDoublings));
    ++lane.pauses;
    lane.pausedUntil =
        now + jittered(std::min<Duration>(span, std::max(m_config.limits.pause, m_config.limits.longestRetry)));
    return was ? Turn::Same : Turn::Paused;
}

QList<NotifyChannel> NotifyLanes::status() const
{
    QList<NotifyChannel> list;
    for (const NotifyChannelConfig &channel : m_config.channels) {
        const Lane lane = m_lanes.value(channel.name);
        list.append({channel.name, channel.means, lane.pausedUntil.has_value(), lane.problem, lane.pausedUntil,
                     lane.sent, lane.failed, 0, lane.dropped});
    }
    return list;
}

} // namespace tocsin
