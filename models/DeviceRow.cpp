// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/DeviceRow.h"

#include "models/Format.h"
#include "models/domain/Channels.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace tocsin {

namespace {
// A headline is news; what is older than the desk's limit for silence is none.
constexpr double currentSeconds = 90;

QString say(const char *text)
{
    return QCoreApplication::translate("tocsin", text);
}

bool isSilent(const DeviceFacts &facts)
{
    if (facts.presence == Presence::Unknown)
        return !facts.lastSeen;
    return facts.presence != Presence::Online;
}

bool isCurrent(TimePoint at, TimePoint now)
{
    return secondsBetween(at, now) <= currentSeconds;
}

std::optional<double> current(const LatestReading &latest, const QString &name, TimePoint now)
{
    const auto it = latest.channels.constFind(name);
    if (it == latest.channels.cend() || !isCurrent(it->at, now))
        return std::nullopt;
    return number(it->value);
}

std::optional<double> currentSpeed(const LatestReading &latest, TimePoint now)
{
    if (const auto speed = current(latest, channel::Speed, now))
        return speed;
    if (latest.position && isCurrent(latest.positionAt, now))
        return latest.position->speedKmh;
    return std::nullopt;
}

/// The value that says most of a device without a speed: the first by rank that has a range.
QString mainValue(const LatestReading &latest, TimePoint now)
{
    std::optional<ChannelInfo> best;
    double value = 0;
    for (auto it = latest.channels.cbegin(); it != latest.channels.cend(); ++it) {
        if (!std::holds_alternative<double>(it->value) || !isCurrent(it->at, now))
            continue;
        const auto n = number(it->value);
        if (!n)
            continue;
        ChannelInfo info = channelInfo(it.key());
        if (info.hasRange() && (!best || info.order < best->order)) {
            best = std::move(info);
            value = *n;
        }
    }
    return best ? format::quantity(value, best->decimals, best->unit) : format::unknown();
}

QString movement(double speedKmh)
{
    if (speedKmh < 1.5)
        return say("idle");
    return speedKmh < 9 ? say("on foot") : say("driving");
}

QString headline(const DeviceFacts &facts, std::optional<double> speed, TimePoint now)
{
    const LatestReading &latest = *facts.latest;
    switch (facts.device.kind) {
    case DeviceKind::Phone:
        return speed ? movement(*speed) : mainValue(latest, now);
    case DeviceKind::Receiver:
        if (current(latest, channel::FixQuality, now) == 0.0)
            return say("no fix");
        break;
    case DeviceKind::Hardware:
    case DeviceKind::Vehicle:
    case DeviceKind::Other:
        break;
    }
    if (speed && facts.device.kind != DeviceKind::Hardware) {
        static const ChannelInfo info = channelInfo(channel::Speed);
        return format::quantity(*speed, info.decimals, info.unit);
    }
    return mainValue(latest, now);
}
} // namespace

void refreshLive(DeviceView &view, const DeviceFacts &facts, TimePoint now)
{
    view.stale = isSilent(facts);
    view.ageSeconds = facts.lastSeen ? std::max(0.0, secondsBetween(*facts.lastSeen, now)) : DeviceView::Unknown;
    view.ageText = format::age(view.ageSeconds);
    if (!facts.latest) {
        view.headline = format::unknown();
        return;
    }
    const LatestReading &latest = *facts.latest;
    const auto speed = currentSpeed(latest, now);
    view.headline = view.stale ? format::unknown() : headline(facts, speed, now);
    view.speedKmh = speed.value_or(DeviceView::Unknown);
    view.hasPosition = latest.position && latest.position->isValid();
    if (!view.hasPosition)
        return;
    view.latitude = latest.position->latitude;
    view.longitude = latest.position->longitude;
    view.accuracyM = latest.position->accuracyM.value_or(DeviceView::Unknown);
    const auto course =
        latest.position->headingDeg ? latest.position->headingDeg : current(latest, channel::Heading, now);
    view.heading = course && std::isfinite(*course) ? *course : DeviceView::Unknown;
}

void refreshWords(DeviceView &view, const DeviceFacts &facts, TimePoint now)
{
    const Alert *alert = leadingAlert(facts.openAlerts);
    view.alertLevel = alert ? int(alert->level) : -1;
    view.alertState = alert ? int(stateOf(*alert)) : int(AlertState::Normal);
    view.alertText = alert ? alert->code : QString();
    view.alertAge = alert ? format::waiting(secondsBetween(alert->raisedAt, now)) : QString();

    const Device &device = facts.device;
    const QString what = device.deviceClass.isEmpty() ? format::deviceKind(device.kind) : device.deviceClass;
    QString more;
    // An alert that somebody has taken steps back behind the silence of its device.
    const bool silent = isSilent(facts);
    if (alert && (!alert->acked || !silent))
        more = alert->code;
    else if (!facts.lastSeen)
        more = say("not heard yet");
    else if (silent)
        more = say("silent %1").arg(format::age(secondsBetween(*facts.lastSeen, now)));
    view.detail = more.isEmpty() ? what : what + QStringLiteral(" · ") + more;
}

const Alert *leadingAlert(const QList<Alert> &openAlerts)
{
    const auto rank = [](const Alert &a) { return std::tuple(a.level, !a.acked, a.raisedAt); };
    const auto it = std::max_element(openAlerts.cbegin(), openAlerts.cend(),
                                     [&](const Alert &a, const Alert &b) { return rank(a) < rank(b); });
    return it == openAlerts.cend() ? nullptr : &*it;
}

} // namespace tocsin
