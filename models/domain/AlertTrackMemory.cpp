// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertTrack.h"

#include <algorithm>

// What a track keeps beside the alert's facts (its rule, what suppresses it, violations that are counted, flaps) and what follows from
// it. The transitions are in AlertTrack.cpp.

namespace tocsin {

namespace {
void forgetBefore(std::vector<TimePoint> &times, TimePoint oldest)
{
    times.erase(times.begin(),
                std::find_if(times.begin(), times.end(), [oldest](TimePoint time) { return time > oldest; }));
}

/// Keeps the newest `most`.
void remember(std::vector<TimePoint> &times, TimePoint at, std::size_t most)
{
    times.push_back(times.empty() ? at : std::max(at, times.back()));
    if (times.size() > most)
        times.erase(times.begin());
}
} // namespace

const CareOverride &AlertTrack::own() const
{
    static const CareOverride none;
    return m_rule ? m_rule->care : none;
}

/// What an alert has of its rule, as the rule is now.
void AlertTrack::takeRule()
{
    m_alert.title = m_rule->title;
    m_alert.category = m_rule->category;
    m_alert.recommendedActions = m_rule->actions;
    m_alert.guidance = m_rule->guidance;
    m_alert.commentWanted = m_rule->ackComment;
    m_alert.latched = m_rule->latch;
}

void AlertTrack::setRule(const AlertRule *rule)
{
    m_rule = rule;
    m_band = -1;
    if (!rule) {
        m_pendingSince.reset();
        m_violations.clear();
        return;
    }
    for (qsizetype i = 0; i < rule->bands.size(); ++i) {
        if (rule->bands.at(i).level == m_alert.level)
            m_band = static_cast<int>(i);
    }
    if (rule->count == 0)
        m_violations.clear();
    if (m_pendingSince)
        m_band = std::max(m_band, 0);
}

// --- delays and counts

/// Whether a violation that lasts raises it; else only enough of them do.
bool AlertTrack::isDelayed() const
{
    return m_rule->count == 0 || m_rule->onDelay > Duration::zero();
}

/// Counts a violation; true: these are enough.
bool AlertTrack::isCounted(TimePoint at)
{
    if (m_rule->count == 0)
        return false;
    forgetBefore(m_violations, at - m_rule->countWindow);
    remember(m_violations, at, static_cast<std::size_t>(m_rule->count));
    return m_violations.size() == static_cast<std::size_t>(m_rule->count);
}

void AlertTrack::recall(int band, const AlertSample &sample, const QString &item)
{
    if (active())
        m_goodSince.reset();
    if (active() || (m_open && m_alert.clearedAt && sample.at <= *m_alert.clearedAt))
        return; // it led to what is in the log
    const TimePoint at = std::min(sample.at, m_common.now);
    m_badAt = std::max(m_badAt, at);
    m_badSourceTime = sample.sourceTime ? sample.sourceTime : m_badSourceTime;
    (void)isCounted(at);
    if (!isDelayed())
        return;
    m_pendingSince = m_pendingSince.value_or(at);
    m_pendingSample = sample;
    m_pendingSample.at = at;
    m_pendingItem = item;
    m_band = band;
}

void AlertTrack::recallGood(const AlertSample &sample)
{
    if (older(sample))
        return;
    if (!active())
        m_pendingSince.reset();
    else if (m_alert.chattering)
        m_goodSince = m_goodSince.value_or(std::min(sample.at, m_common.now));
}

// --- flaps

void AlertTrack::noteFlap(TimePoint at, const Limits &limits)
{
    if (m_alert.level == AlertLevel::Emergency || m_alert.kind == AlertKind::Incident)
        return; // each of them counts
    forgetBefore(m_flaps, at - limits.flapWindow);
    remember(m_flaps, at, static_cast<std::size_t>(std::max(limits.flaps, 1)));
    if (m_flaps.size() < static_cast<std::size_t>(limits.flaps))
        return;
    m_alert.chattering = true;
    m_goodSince.reset();
}

/// One is known by when it was raised; more are kept with the alert, for a restart.
void AlertTrack::keepFlaps()
{
    const QList<TimePoint> flaps =
        m_flaps.size() < 2 ? QList<TimePoint>() : QList<TimePoint>(m_flaps.cbegin(), m_flaps.cend());
    if (flaps != (m_alert.care ? m_alert.care->flaps : QList<TimePoint>()))
        m_alert.care.edit([&flaps](AlertCare &care) { care.flaps = flaps; });
}

void AlertTrack::restoreFlaps(TimePoint now)
{
    const QList<TimePoint> known = m_alert.care ? m_alert.care->flaps : QList<TimePoint>();
    m_flaps.assign(known.cbegin(), known.cend());
    const bool counts = m_rule && m_alert.level != AlertLevel::Emergency && m_alert.kind != AlertKind::Incident;
    if (m_flaps.empty() && (counts || m_alert.chattering))
        m_flaps = {std::min(m_alert.chattering ? m_alert.lastSeenAt : m_alert.raisedAt, now)};
}

/// It did not become bad anew for long enough. What it is now counts.
void AlertTrack::calmDown(TimePoint now, QList<AlertChange> &out)
{
    const AlertState from = stateOf(m_alert);
    m_alert.chattering = false;
    m_toldAt = now;
    const QString calm = QStringLiteral("calm");
    if (const std::optional<TimePoint> since = std::exchange(m_goodSince, std::nullopt)) {
        m_alert.cond = AlertCondition::Clearing;
        m_alert.clearedAt = since;
        if (!m_rule || now >= *since + m_rule->offDelay)
            returnToNormal(*since, out, calm);
        else
            changed(AlertVerb::Clearing, from, out, calm);
        return;
    }
    changed(AlertVerb::Repeat, from, out, calm);
}

/// What is too old to count.
void AlertTrack::forget(TimePoint now, const Limits &limits)
{
    if (!m_alert.chattering || !m_open)
        forgetBefore(m_flaps, now - limits.flapWindow);
    if (m_rule)
        forgetBefore(m_violations, now - m_rule->countWindow);
}

// --- what suppresses it

bool AlertTrack::mayBeHeld() const
{
    return m_alert.level != AlertLevel::Emergency && m_alert.kind != AlertKind::Incident;
}

void AlertTrack::hold(const Suppression &cause)
{
    m_alert.hold = AlertHold::Suppressed;
    m_alert.care.edit([&](AlertCare &care) {
        care.heldBy = cause.by;
        care.holdReason = cause.reason;
        care.heldUntil.reset();
        care.heldOnce = false;
        care.heldLevel = int(m_alert.level);
    });
}

void AlertTrack::setCause(const std::optional<Suppression> &cause, QList<AlertChange> &out)
{
    const bool same = m_cause == cause;
    m_cause = cause;
    const bool held = m_alert.hold == AlertHold::Suppressed;
    if (!m_open || (same && held == cause.has_value()))
        return;
    const AlertState from = stateOf(m_alert);
    if (!cause && held) {
        AlertTimers::release(m_alert);
        changed(AlertVerb::Unsuppress, from, out);
    } else if (cause && mayBeHeld() && (held || m_alert.hold == AlertHold::None)) {
        hold(*cause);
        changed(AlertVerb::Suppress, from, out, cause->by);
    }
}

/// A shelf ends when the alert becomes worse than what was shelved, or where it was to last until the return; out of service where one
/// person would not have been enough for it, or nobody would (row 17). What suppresses it holds as soon as nobody else does, as long as
/// it is open and no emergency. Says why, when a hold ended.
QString AlertTrack::settleHold(AlertVerb verb)
{
    const bool over = m_alert.cond == AlertCondition::Clear || m_alert.cond == AlertCondition::Canceled;
    QString ended;
    if (m_alert.hold == AlertHold::Shelved && verb != AlertVerb::Shelve && m_alert.care) {
        if (int(m_alert.level) > m_alert.care->heldLevel)
            ended = QStringLiteral("level_rose");
        else if (m_alert.care->heldOnce && over)
            ended = QStringLiteral("one_shot");
    } else if (m_alert.hold == AlertHold::OutOfService && m_alert.care) {
        if (m_alert.level >= AlertLevel::Critical && int(m_alert.level) > m_alert.care->heldLevel)
            ended = QStringLiteral("level_rose");
    } else if (m_alert.hold == AlertHold::Suppressed) {
        if (!mayBeHeld())
            ended = QStringLiteral("level_rose");
        else if (over && m_alert.acked && !m_alert.latched)
            ended = QStringLiteral("over"); // nothing is owed
    }
    if (!ended.isEmpty())
        AlertTimers::release(m_alert);
    if (m_cause && m_alert.hold == AlertHold::None && mayBeHeld() && stateOf(m_alert) != AlertState::Normal)
        hold(*m_cause);
    return ended;
}

// --- others

bool AlertTrack::setFirstInGroup(QList<AlertChange> &out)
{
    if (m_alert.firstInGroup)
        return false;
    m_alert.firstInGroup = true;
    changed(AlertVerb::Repeat, stateOf(m_alert), out, QStringLiteral("first_of_flood"));
    return true;
}

/// What happened keeps its time, but nothing was seen later than now.
void AlertTrack::shift(Duration by, TimePoint now)
{
    AlertTimers::shift(m_alert, by);
    for (std::vector<TimePoint> *times : {&m_violations, &m_flaps}) {
        for (TimePoint &time : *times)
            time -= by;
    }
    for (std::optional<TimePoint> *at : {&m_pendingSince, &m_ignoredSince, &m_goodSince}) {
        if (*at)
            **at -= by;
    }
    for (TimePoint *at : {&m_badAt, &m_heldFrom, &m_toldAt, &m_pendingSample.at}) {
        if (*at != TimePoint{})
            *at -= by;
    }
    m_alert.lastSeenAt = std::min(m_alert.lastSeenAt, now);
}

} // namespace tocsin
