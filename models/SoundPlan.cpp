// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/SoundPlan.h"

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
void include(std::optional<TimePoint> &earliest, const std::optional<TimePoint> &at)
{
    if (at && (!earliest || *at < *earliest))
        earliest = at;
}

bool isContactLost(const Alert &alert)
{
    return alert.incident && alert.incident->contactLost;
}
} // namespace

Sound SoundPlan::soundOf(const Alert &alert)
{
    if (stateOf(alert) != AlertState::Unacknowledged)
        return Sound::None;
    switch (alert.level) {
    case AlertLevel::Info:
        break;
    case AlertLevel::Warning:
        return Sound::Warning;
    case AlertLevel::Critical:
        return Sound::Critical;
    case AlertLevel::Emergency:
        return Sound::Emergency;
    }
    return Sound::None;
}

bool SoundPlan::loops(const Known &known)
{
    return soundOf(known.alert) >= Sound::Critical && !known.quiet;
}

bool SoundPlan::isSilenced(const Alert &alert, TimePoint now)
{
    return alert.silencedUntil && *alert.silencedUntil > now;
}

void SoundPlan::reset(const QList<Alert> &alerts, TimePoint now)
{
    const QHash<QString, Known> before = std::exchange(m_known, {});
    for (const Alert &alert : alerts) {
        if (!isOpen(alert))
            continue;
        // After a loss of the connection most of them are known, and have sounded.
        const auto known = before.constFind(alert.id);
        takeUp(alert, known == before.cend() ? nullptr : &*known, now);
    }
}

void SoundPlan::see(const Alert &alert, TimePoint now)
{
    const auto known = m_known.constFind(alert.id);
    if (known != m_known.cend() && known->alert.revision > alert.revision)
        return; // overtaken
    if (!isOpen(alert)) {
        m_known.remove(alert.id);
        return;
    }
    if (known == m_known.cend()) {
        takeUp(alert, nullptr, now);
    } else {
        const auto before = Known(*known); // the entry changes
        takeUp(alert, &before, now);
    }
}

void SoundPlan::takeUp(const Alert &alert, const Known *before, TimePoint now)
{
    const Sound sound = soundOf(alert);
    const Sound was = before != nullptr ? soundOf(before->alert) : Sound::None;
    const bool calls = sound != Sound::None && (sound > was || alert.occurrence != before->alert.occurrence);
    Known known{alert, before != nullptr && before->quiet, before != nullptr ? before->againAt : std::nullopt};
    const bool once = alert.chattering && sound != Sound::Emergency;
    if (calls && !known.quiet) {
        known.againAt.reset();
        if (sound == Sound::Warning) {
            m_once = std::max(m_once, sound);
            if (!once)
                known.againAt = now + m_limits.warningAgain;
        } else if (once) {
            m_once = std::max(m_once, sound);
        } else {
            m_anew = std::max(m_anew, sound);
        }
    }
    if (sound == Sound::None) // also: held, or taken
        known.againAt.reset();
    known.quiet = once && (known.quiet || sound != Sound::None);
    const bool returned = stateOf(alert) == AlertState::ReturnedUnacknowledged;
    if (returned && was != Sound::None && !once && !isSilenced(alert, now))
        m_once = std::max(m_once, Sound::Returned);
    if (before != nullptr && isContactLost(alert) && !isContactLost(before->alert) && alert.hold == AlertHold::None)
        m_once = std::max(m_once, Sound::ContactLost);
    m_known.insert(alert.id, known);
}

void SoundPlan::setNobodyHears(bool nobody)
{
    m_nobodyHears = nobody;
}

Duration SoundPlan::periodOf(Sound loop) const
{
    if (loop == Sound::Emergency)
        return SoundBank::lengthOf(loop) + m_limits.emergencyGap;
    return loop == Sound::Critical ? m_limits.criticalEvery : m_limits.nobodyEvery;
}

Sound SoundPlan::loop(TimePoint now) const
{
    Sound most = m_nobodyHears ? Sound::NobodyHears : Sound::None;
    for (const Known &known : m_known) {
        if (loops(known) && !isSilenced(known.alert, now))
            most = std::max(most, soundOf(known.alert));
    }
    return most;
}

bool SoundPlan::waits(Sound next, bool anew, TimePoint now) const
{
    const bool busy = m_busyUntil > now && m_busyUntil - now <= SoundBank::lengthOf(m_last);
    return busy && (next < m_last || (next == m_last && !anew));
}

Sound SoundPlan::take(TimePoint now)
{
    for (Known &known : m_known) {
        if (known.againAt && *known.againAt <= now && !isSilenced(known.alert, now)) {
            m_once = std::max(m_once, Sound::Warning);
            known.againAt = now + m_limits.warningAgain;
        }
    }
    const Sound loop = this->loop(now);
    if (loop == Sound::None)
        m_anew = m_lastLoop = Sound::None;
    else if (m_once <= loop)
        m_once = Sound::None; // not kept for later: the operator is being called already
    const bool anew = loop != Sound::None && beginsAnew(loop);
    const bool due = loop != Sound::None && (anew || m_loopAt > now || now - m_loopAt >= periodOf(loop));
    const Sound next = std::max(m_once, due ? loop : Sound::None);
    if (next == Sound::None || waits(next, anew && next == loop, now))
        return Sound::None;
    if (next == loop) {
        m_anew = Sound::None;
        m_lastLoop = loop;
        m_loopAt = now;
    }
    m_once = Sound::None;
    m_last = next;
    m_busyUntil = now + SoundBank::lengthOf(next);
    return next;
}

std::optional<TimePoint> SoundPlan::nextDue(TimePoint now) const
{
    std::optional<TimePoint> due;
    for (const Known &known : m_known) {
        const bool silenced = isSilenced(known.alert, now);
        if (silenced && soundOf(known.alert) != Sound::None)
            include(due, known.alert.silencedUntil);
        if (known.againAt && !silenced)
            include(due, std::max(*known.againAt, now));
    }
    const Sound loop = this->loop(now);
    const bool anew = loop != Sound::None && beginsAnew(loop);
    if (loop != Sound::None)
        include(due, anew ? now : m_loopAt + periodOf(loop));
    if (m_once != Sound::None)
        include(due, now);
    if (due && waits(std::max(m_once, loop), anew && loop >= m_once, now))
        return std::max(*due, m_busyUntil);
    return due;
}

QList<Alert> SoundPlan::audible(TimePoint now) const
{
    QList<Alert> all;
    for (const Known &known : m_known) {
        if (loops(known) && !isSilenced(known.alert, now))
            all.append(known.alert);
    }
    std::sort(all.begin(), all.end(), [](const Alert &a, const Alert &b) {
        return a.level != b.level ? a.level > b.level : a.raisedAt < b.raisedAt;
    });
    return all;
}

std::optional<TimePoint> SoundPlan::silentUntil(TimePoint now) const
{
    std::optional<TimePoint> first;
    for (const Known &known : m_known) {
        if (loops(known) && isSilenced(known.alert, now))
            include(first, known.alert.silencedUntil);
    }
    return first;
}

} // namespace tocsin
