// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertTrack.h"

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
void include(std::optional<TimePoint> &earliest, TimePoint at)
{
    if (!earliest || at < *earliest)
        earliest = at;
}
} // namespace

AlertTrack::AlertTrack(const AlertRule *rule, Alert facts, const Common &common)
    : m_rule(rule)
    , m_common(common)
    , m_alert(std::move(facts))
{
    m_alert.revision = 0;
}

void AlertTrack::restore(const Alert &alert, TimePoint now)
{
    m_alert = alert;
    m_open = isOpen(alert);
    m_toldLevel = alert.level;
    m_badAt = alert.lastSeenAt;
    m_badSourceTime = alert.sourceTime;
    m_toldAt = alert.lastSeenAt;
    // The source may report rest in a moment; give it the time that it would have had without the restart.
    m_heldFrom = std::max(alert.lastSeenAt, now);
    if (m_open && alert.incident && !alert.incident->contactLost)
        m_alert.incident.edit([now](IncidentFacts &facts) { facts.lastHeardAt = now; }); // so has a phone
    restoreFlaps(now);
    setRule(m_rule);
}

bool AlertTrack::active() const
{
    return m_open && (m_alert.cond == AlertCondition::Active || m_alert.cond == AlertCondition::Clearing);
}

void AlertTrack::changed(AlertVerb verb, AlertState from, QList<AlertChange> &out, const QString &reason,
                         const QString &comment)
{
    const QString ended = settleHold(verb);
    keepFlaps();
    const bool waited = from == AlertState::Unacknowledged || from == AlertState::ReturnedUnacknowledged;
    const bool worse = verb == AlertVerb::Raise || (verb == AlertVerb::LevelChange && m_alert.level > m_toldLevel) ||
                       (verb == AlertVerb::Reactivate && from == AlertState::ReturnedUnacknowledged);
    const bool anew = worse || !waited;
    m_common.timers.settle(m_alert, own(), anew, m_common.now);
    m_toldLevel = m_alert.level;
    ++m_alert.revision;
    m_countDirty = false;
    const AlertState to = stateOf(m_alert);
    m_open = to != AlertState::Normal;
    out.append(AlertChange{verb, from, to, m_alert, ended.isEmpty() ? reason : ended, comment});
}

void AlertTrack::describe(int band, const AlertSample &sample, const QString &item)
{
    m_alert.value = sample.value;
    m_alert.threshold = sample.value ? violatedLimit(*m_rule, band, *sample.value) : std::nullopt;
    m_alert.message = alertMessage(*m_rule, band, {sample.value, sample.raw, m_alert.count, item, m_alert.sourceName});
}

bool AlertTrack::runTimer(TimePoint now, QList<AlertChange> &out)
{
    if (!m_open)
        return false;
    const AlertState from = stateOf(m_alert);
    const std::optional<AlertTimers::Step> step = m_common.timers.run(m_alert, own(), now);
    if (!step)
        return false;
    changed(step->verb, from, out, step->reason);
    return true;
}

void AlertTrack::dropAcknowledge()
{
    m_alert.acked = false;
    m_alert.ackedAt.reset();
    m_alert.ackedBy.clear();
    m_alert.ackComment.clear();
}

/// Takes the band's level; true when the alert became more urgent than it is now.
bool AlertTrack::adoptBand(int band)
{
    m_band = band;
    const AlertLevel level = m_rule->bands.at(band).level;
    const bool rose = level > m_alert.level;
    m_alert.level = level;
    m_alert.peakLevel = std::max(m_alert.peakLevel, level);
    return rose;
}

bool AlertTrack::older(const AlertSample &sample) const
{
    if (sample.sourceTime && m_badSourceTime)
        return *sample.sourceTime < *m_badSourceTime;
    return sample.at < m_badAt;
}

Duration AlertTrack::eventHold(const Limits &limits) const
{
    return std::max(limits.eventHold, 3 * m_lastGap);
}

void AlertTrack::raiseByRule(int band, const AlertSample &sample, const QString &item, TimePoint since,
                             const Limits &limits, const std::function<QString()> &makeId, QList<AlertChange> &out)
{
    m_pendingSince.reset();
    const bool again = m_open;
    const AlertState from = again ? stateOf(m_alert) : AlertState::Normal;
    m_alert.sourceName = sample.sourceName;
    m_alert.position = sample.position ? sample.position : m_alert.position;
    m_band = band;
    m_alert.level = m_rule->bands.at(band).level;
    m_alert.peakLevel = again ? std::max(m_alert.peakLevel, m_alert.level) : m_alert.level;
    m_alert.cond = AlertCondition::Active;
    m_alert.quality = AlertQuality::Good;
    dropAcknowledge();
    m_alert.clearedAt.reset();
    m_alert.raisedAt = since;
    m_alert.lastSeenAt = sample.at;
    m_alert.sourceTime = sample.sourceTime;
    m_alert.count = std::max(1, static_cast<int>(m_violations.size()));
    m_violations.clear();
    if (again) {
        ++m_alert.occurrence; // row 9
    } else {
        m_alert.id = makeId();
        m_alert.occurrence = 1;
        m_alert.revision = 0;
        m_alert.chattering = false;
        m_alert.firstInGroup = false;
        m_alert.hold = AlertHold::None;
        m_alert.care.reset();
    }
    takeRule();
    noteFlap(sample.at, limits);
    describe(band, sample, item);
    m_toldAt = sample.at;
    changed(AlertVerb::Raise, from, out);
}

void AlertTrack::violated(int band, const AlertSample &sample, const QString &item, TimePoint now, const Limits &limits,
                          const std::function<QString()> &makeId, QList<AlertChange> &out)
{
    if (m_badAt != TimePoint{} && sample.at > m_badAt)
        m_lastGap = sample.at - m_badAt;
    m_badAt = std::max(m_badAt, sample.at);
    if (sample.sourceTime && (!m_badSourceTime || *sample.sourceTime > *m_badSourceTime || m_ignoredSince))
        m_badSourceTime = sample.sourceTime;
    m_ignoredSince.reset();
    m_heldFrom = sample.at;

    if (!active()) { // rows 1, 2 and 9
        const bool counted = isCounted(sample.at);
        if (isDelayed()) {
            if (!m_pendingSince)
                m_pendingSince = sample.at;
            m_pendingSample = sample;
            m_pendingItem = item;
            m_band = band;
        }
        if (m_pendingSince && now >= *m_pendingSince + m_rule->onDelay)
            raiseByRule(band, sample, item, *m_pendingSince, limits, makeId, out);
        else if (counted)
            raiseByRule(band, sample, item, m_violations.front(), limits, makeId, out);
        return;
    }
    m_alert.lastSeenAt = sample.at;
    m_alert.sourceTime = sample.sourceTime;
    if (sample.position)
        m_alert.position = sample.position;
    const AlertState from = stateOf(m_alert);
    const bool wasClearing = m_alert.cond == AlertCondition::Clearing;
    if (wasClearing && m_alert.kind == AlertKind::Event && m_alert.acked) {
        raiseByRule(band, sample, item, sample.at, limits, makeId, out); // row 10: the event repeats
        return;
    }
    ++m_alert.count;
    m_countDirty = true;
    m_alert.cond = AlertCondition::Active;
    m_alert.clearedAt.reset();
    if (wasClearing || m_goodSince)
        noteFlap(sample.at, limits);
    m_goodSince.reset();
    const AlertLevel before = m_alert.level;
    int newBand = band;
    if (sample.value && m_band >= 0 && band > m_band)
        newBand = std::max(m_band, heldBand(*m_rule, *sample.value)); // a less urgent band: only past the deadband
    if (adoptBand(newBand) && m_alert.acked) {                        // row 10
        dropAcknowledge();
    }
    const bool moved = m_alert.level != before;
    if (!moved && !wasClearing && sample.at < m_toldAt + limits.repeatEvery)
        return;
    describe(m_band, sample, item);
    m_toldAt = sample.at;
    changed(moved         ? AlertVerb::LevelChange
            : wasClearing ? AlertVerb::Reactivate // row 5
                          : AlertVerb::Repeat,
            from, out);
}

void AlertTrack::within(int band, const AlertSample &sample, const QString &item, QList<AlertChange> &out)
{
    if (!m_open || m_alert.cond != AlertCondition::Active || band <= m_band || older(sample))
        return;
    const AlertLevel before = m_alert.level;
    adoptBand(band);
    if (m_alert.level == before)
        return;
    m_alert.sourceTime = sample.sourceTime;
    describe(band, sample, item);
    m_toldAt = sample.at;
    changed(AlertVerb::LevelChange, stateOf(m_alert), out); // row 10: falls, display only
}

void AlertTrack::good(const AlertSample &sample, TimePoint now, const Limits &limits, QList<AlertChange> &out)
{
    if (older(sample)) {
        // A latecomer. But a source whose clock was set back would never clear again: when nothing newer
        // came for a while, its clock is taken as it is.
        if (!m_ignoredSince)
            m_ignoredSince = sample.at;
        if (sample.at - *m_ignoredSince < limits.clockPatience)
            return;
        m_badSourceTime.reset();
        m_badAt = sample.at;
        m_ignoredSince.reset();
    }
    m_pendingSince.reset(); // row 3
    if (!m_open)
        return;
    if (m_alert.chattering && active()) { // until it is calm
        m_goodSince = m_goodSince.value_or(sample.at);
        return;
    }
    if (m_alert.cond == AlertCondition::Active) { // row 5
        const AlertState from = stateOf(m_alert);
        m_alert.cond = AlertCondition::Clearing;
        m_alert.clearedAt = sample.at;
        m_alert.sourceTime = sample.sourceTime;
        if (m_rule->offDelay > Duration::zero() && now < sample.at + m_rule->offDelay) {
            m_toldAt = sample.at;
            changed(AlertVerb::Clearing, from, out);
            return;
        }
    }
    if (m_alert.cond == AlertCondition::Clearing && now >= *m_alert.clearedAt + m_rule->offDelay)
        returnToNormal(*m_alert.clearedAt, out);
}

void AlertTrack::tick(TimePoint now, const Limits &limits, const std::function<QString()> &makeId,
                      QList<AlertChange> &out)
{
    if (m_pendingSince && now >= *m_pendingSince + m_rule->onDelay) { // row 2: still bad, for nothing else came
        raiseByRule(m_band, m_pendingSample, m_pendingItem, *m_pendingSince, limits, makeId, out);
        return;
    }
    if (m_open && m_alert.chattering && active() && now >= m_flaps.back() + limits.flapWindow)
        calmDown(now, out);
    forget(now, limits);
    if (!m_open)
        return;
    if (m_rule && m_alert.cond == AlertCondition::Clearing && m_alert.clearedAt &&
        now >= *m_alert.clearedAt + m_rule->offDelay) {
        returnToNormal(*m_alert.clearedAt, out); // rows 6 and 7
        return;
    }
    if (m_rule && m_alert.kind == AlertKind::Event && m_alert.cond == AlertCondition::Active && !m_restReported &&
        now >= m_heldFrom + eventHold(limits)) {
        returnToNormal(now, out);
        return;
    }
    if (m_countDirty && now >= m_toldAt + limits.repeatEvery) {
        m_toldAt = now;
        changed(AlertVerb::Repeat, stateOf(m_alert), out);
    }
}

std::optional<TimePoint> AlertTrack::deadline(const Limits &limits) const
{
    std::optional<TimePoint> earliest;
    if (m_pendingSince)
        include(earliest, *m_pendingSince + m_rule->onDelay);
    if (!m_flaps.empty())
        include(earliest, m_flaps.back() + limits.flapWindow);
    if (!m_violations.empty())
        include(earliest, m_violations.back() + m_rule->countWindow);
    if (!m_open)
        return earliest;
    if (m_rule && m_alert.cond == AlertCondition::Clearing && m_alert.clearedAt)
        include(earliest, *m_alert.clearedAt + m_rule->offDelay);
    if (m_rule && m_alert.kind == AlertKind::Event && m_alert.cond == AlertCondition::Active && !m_restReported)
        include(earliest, m_heldFrom + eventHold(limits));
    if (m_countDirty)
        include(earliest, m_toldAt + limits.repeatEvery);
    if (const auto due = m_common.timers.due(m_alert))
        include(earliest, *due);
    return earliest;
}

void AlertTrack::raise(const QString &id, TimePoint at, QList<AlertChange> &out)
{
    const bool again = m_open;
    const AlertState from = again ? stateOf(m_alert) : AlertState::Normal;
    if (again)
        ++m_alert.occurrence;
    else
        m_alert.id = id;
    m_alert.peakLevel = again ? std::max(m_alert.peakLevel, m_alert.level) : m_alert.level;
    m_alert.cond = AlertCondition::Active;
    dropAcknowledge();
    m_alert.clearedAt.reset();
    m_alert.raisedAt = at;
    m_alert.lastSeenAt = at;
    m_alert.count = 1;
    m_toldAt = at;
    changed(AlertVerb::Raise, from, out);
}

void AlertTrack::repeat(TimePoint at, const Limits &limits, QList<AlertChange> &out)
{
    ++m_alert.count;
    m_alert.lastSeenAt = std::max(m_alert.lastSeenAt, at);
    m_countDirty = true;
    if (at < m_toldAt + limits.repeatEvery)
        return;
    m_toldAt = at;
    changed(AlertVerb::Repeat, stateOf(m_alert), out);
}

void AlertTrack::acknowledge(const QString &by, const QString &comment, TimePoint now, QList<AlertChange> &out)
{
    const AlertState from = stateOf(m_alert);
    m_alert.acked = true;
    m_alert.ackedAt = now;
    m_alert.ackedBy = by;
    m_alert.ackComment = comment;
    if (m_alert.incident && m_alert.incident->confirmBy)
        m_alert.incident.edit([](IncidentFacts &facts) { facts.confirmBy.reset(); });
    m_common.timers.acknowledged(m_alert, own(), now);
    if (!m_rule && m_alert.kind == AlertKind::Event && m_alert.cond == AlertCondition::Active) {
        // Told once, by somebody else: nothing more will come, so what is known is also over.
        m_alert.cond = AlertCondition::Clear;
        m_alert.clearedAt = now;
    }
    changed(AlertVerb::Acknowledge, from, out, {}, comment); // rows 4 and 8
}

void AlertTrack::setLevel(AlertLevel level, QList<AlertChange> &out)
{
    const AlertState from = stateOf(m_alert);
    if (level > m_alert.level && m_alert.acked) { // row 10
        dropAcknowledge();
    }
    m_alert.level = level;
    m_alert.peakLevel = std::max(m_alert.peakLevel, level);
    changed(AlertVerb::LevelChange, from, out);
}

void AlertTrack::returnToNormal(TimePoint at, QList<AlertChange> &out, const QString &reason)
{
    const AlertState from = stateOf(m_alert);
    m_alert.cond = AlertCondition::Clear;
    m_alert.clearedAt = at;
    m_alert.quality = AlertQuality::Good;
    m_alert.chattering = false;
    m_goodSince.reset();
    if (m_rule && m_rule->autoClear && m_alert.peakLevel == AlertLevel::Info)
        m_alert.acked = true; // nobody owes anything; ackedBy stays empty
    changed(AlertVerb::Return, from, out, reason);
}

void AlertTrack::cancel(bool threatened, TimePoint at, QList<AlertChange> &out)
{
    const AlertState from = stateOf(m_alert);
    m_alert.incident.edit([&](IncidentFacts &facts) {
        facts.canceledAtSource = at;
        facts.duress = facts.duress || threatened;
    });
    if (threatened) { // worse than what was acknowledged
        dropAcknowledge();
        changed(AlertVerb::Duress, from, out);
        return;
    }
    m_alert.cond = AlertCondition::Canceled;
    m_alert.clearedAt = at;
    if (m_alert.acked) { // who took it is asked whether the person is safe
        m_alert.acked = false;
        m_alert.incident.edit(
            [&](IncidentFacts &facts) { facts.confirmBy = at + m_common.timers.limits().confirmCancel; });
    }
    changed(AlertVerb::Cancel, from, out);
}

void AlertTrack::close(const CloseAlert &request, const Actor &actor, TimePoint now, QList<AlertChange> &out)
{
    const AlertState from = stateOf(m_alert);
    const QString name = actor.name.isEmpty() ? actor.id : actor.name;
    m_alert.care.edit([&](AlertCare &care) {
        care.openCond = toString(m_alert.cond);
        care.openAcked = m_alert.acked;
        care.openStage = m_alert.incident ? toString(m_alert.incident->stage) : QString();
        care.disposition = request.disposition;
        care.closedAt = now;
        care.closedById = actor.id;
        care.closedBy = name;
        care.closeComment = request.comment;
    });
    if (m_alert.incident)
        m_alert.incident.edit([](IncidentFacts &facts) { facts.stage = IncidentStage::Closed; });
    if (!m_alert.acked) {
        m_alert.ackedAt = now;
        m_alert.ackedBy = name;
    }
    m_alert.acked = true;
    m_alert.latched = false;
    m_alert.chattering = false;
    m_alert.hold = AlertHold::None;
    m_goodSince.reset();
    m_flaps.clear(); // what comes now is news
    if (m_alert.cond != AlertCondition::Canceled)
        m_alert.cond = AlertCondition::Clear;
    m_alert.clearedAt = m_alert.clearedAt.value_or(now);
    m_pendingSince.reset();
    changed(AlertVerb::Close, from, out, toString(request.disposition), request.comment);
}

void AlertTrack::setQuality(AlertQuality quality, QList<AlertChange> &out)
{
    if (m_alert.quality == quality)
        return;
    m_alert.quality = quality;
    changed(quality == AlertQuality::Stale ? AlertVerb::Stale : AlertVerb::Fresh, stateOf(m_alert), out); // row 22
}

} // namespace tocsin
