// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/RuleRecall.h"

#include "models/domain/AlertTrack.h"
#include "models/domain/Geofence.h"

#include <QElapsedTimer>
#include <QHash>
#include <QSemaphore>
#include <QSet>

#include <algorithm>
#include <memory>
#include <mutex>

namespace tocsin {

namespace {

/// Fences are judged from positions, which are what the history has.
bool isFence(const QString &metric)
{
    return !fenceOfMetric(metric).isEmpty();
}

/// How long a device is inside is known from when it came.
bool isDwell(const AlertRule &rule)
{
    return isFence(rule.metric) && rule.metric.endsWith(QLatin1String(".seconds"));
}

/// How far back a rule looks.
Duration reachOf(const AlertRule &rule)
{
    Duration reach = std::max({rule.onDelay, rule.countWindow, rule.window});
    if (rule.measure == Measure::Silence || isDwell(rule)) {
        for (const AlertBand &band : rule.bands)
            reach = std::max(reach, std::chrono::duration_cast<Duration>(
                                        std::chrono::duration<double>(std::max(band.limit, band.upper))));
    }
    return reach;
}

/// The answer, or nothing when it takes too long: then it may still come, to nobody.
QList<Reading> ask(ArchivePort &archive, const ReadingsQuery &query, std::chrono::milliseconds patience)
{
    struct Answer
    {
        QSemaphore there;
        std::mutex mutex;
        QList<Reading> readings;
    };
    const auto answer = std::make_shared<Answer>();
    archive.readings(query, [answer](const ReadingsResult &result) {
        {
            const std::scoped_lock lock(answer->mutex);
            answer->readings = result.readings;
        }
        answer->there.release();
    });
    if (!answer->there.tryAcquire(1, static_cast<int>(std::max<qint64>(patience.count(), 0))))
        return {};
    const std::scoped_lock lock(answer->mutex);
    return answer->readings;
}

} // namespace

QList<Reading> recallReadings(const QList<AlertRule> &rules, const DeskSnapshot &state, ArchivePort &archive,
                              const RecallLimits &limits)
{
    QList<AlertRule> lookBack;
    QSet<QString> metrics;
    bool fenced = false; // geofences are not recorded, positions are
    Duration reach{};
    QSet<QString> chattering; // whether they were good last is in no event
    for (const Alert &alert : state.alerts) {
        if (alert.chattering && isOpen(alert))
            chattering.insert(alert.ruleId);
    }
    for (const AlertRule &rule : rules) {
        const bool chatters = chattering.contains(rule.id);
        if (!looksBack(rule) && !isDwell(rule) && !chatters)
            continue;
        if (chatters)
            reach = std::max(reach, AlertTrack::Limits().flapWindow); // so long without is calm
        fenced = fenced || isFence(rule.metric) || (rule.unless && isFence(rule.unless->metric));
        lookBack.append(rule);
        metrics.insert(rule.metric);
        if (rule.unless)
            metrics.insert(rule.unless->metric);
        reach = std::max(reach, reachOf(rule));
    }
    if (lookBack.isEmpty())
        return {};
    reach = std::min(reach, limits.longest);
    QHash<QString, Device> devices;
    for (const Device &device : state.devices)
        devices.insert(device.id, device);
    TimePoint end;
    for (const DevicePresence &presence : state.presence)
        end = std::max(end, presence.lastSeen);
    QList<Reading> all;
    QElapsedTimer spent;
    spent.start();
    for (const DevicePresence &presence : state.presence) {
        const auto left = limits.patience - std::chrono::milliseconds(spent.elapsed());
        if (left.count() <= 0 || all.size() >= limits.readings)
            break;
        const Device device = devices.value(presence.deviceId);
        const bool judged = std::any_of(lookBack.cbegin(), lookBack.cend(),
                                        [&device](const AlertRule &rule) { return rule.match.matches(device); });
        if (device.id.isEmpty() || !judged || presence.lastSeen <= end - reach)
            continue;
        QList<Reading> told = ask(archive, {presence.deviceId, end - reach, end, limits.readingsPerDevice}, left);
        for (Reading &reading : told) {
            reading.samples.removeIf([&metrics](const Sample &sample) { return !metrics.contains(sample.channel); });
            if (!reading.samples.isEmpty() || (fenced && reading.position))
                all.append(reading);
        }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Reading &a, const Reading &b) { return a.receivedAt < b.receivedAt; });
    return all;
}

} // namespace tocsin
