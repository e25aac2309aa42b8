// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertBook.h"

#include "models/domain/AlertBookParts.h"

#include <algorithm>
#include <utility>

// What changes around the rules: schedules, parents that suppress, other rules, what was told before a restart, and floods.

namespace tocsin {

namespace {

/// Whether an open alert of the one may go on as one of the other.
bool isSameSubject(const AlertRule &a, const AlertRule &b)
{
    const bool items = a.comparison == Comparison::AnyItem;
    return a.code == b.code && a.metric == b.metric && a.measure == b.measure && a.kind == b.kind &&
           items == (b.comparison == Comparison::AnyItem);
}

} // namespace

// --- what suppresses

void AlertBook::runSchedules(TimePoint now)
{
    m_scheduleDue.reset();
    bool moved = false;
    for (std::size_t i = 0; i < m_scheduleOn.size(); ++i) {
        const AlertRule &rule = m_rules.at(static_cast<qsizetype>(i));
        if (!rule.schedule)
            continue;
        const bool on = rule.schedule->isOn(now);
        moved = moved || on != static_cast<bool>(m_scheduleOn[i]);
        m_scheduleOn[i] = on ? 1 : 0;
        if (const auto next = rule.schedule->nextChange(now))
            m_scheduleDue = m_scheduleDue ? std::min(*m_scheduleDue, *next) : next;
    }
    if (!moved)
        return;
    for (const auto &[serial, source] : m_sources) {
        if (!source->tracks.empty())
            m_moved.push_back(source.get());
    }
}

std::optional<Suppression> AlertBook::causeFor(const Source &source, int ruleIndex) const
{
    const AlertRule &rule = m_rules.at(ruleIndex);
    if (!m_scheduleOn[static_cast<std::size_t>(ruleIndex)])
        return Suppression{QStringLiteral("schedule ") + rule.schedule->name, QStringLiteral("Outside its schedule")};
    for (const int parent : m_parents[static_cast<std::size_t>(ruleIndex)]) {
        if (parent < 0) {
            if (source.silence && source.silence->track.active())
                return Suppression{QStringLiteral("rule ") + deviceSilentRule(), source.silence->track.alert().title};
            continue;
        }
        const bool active = std::any_of(source.tracks.cbegin(), source.tracks.cend(), [parent](const Slot *slot) {
            return slot->rule == parent && slot->track.active();
        });
        if (active)
            return Suppression{QStringLiteral("rule ") + m_rules.at(parent).id, m_rules.at(parent).title};
    }
    return std::nullopt;
}

void AlertBook::suppress(QList<AlertChange> &out)
{
    while (!m_moved.empty()) {
        std::vector<Source *> moved = std::exchange(m_moved, {});
        std::sort(moved.begin(), moved.end(), [](const Source *a, const Source *b) { return a->serial < b->serial; });
        moved.erase(std::unique(moved.begin(), moved.end()), moved.end());
        for (Source *source : moved) {
            const std::vector<Slot *> slots_ = source->tracks; // settle() may take some away
            for (Slot *slot : slots_) {
                slot->track.setCause(slot->rule < 0 ? std::nullopt : causeFor(*source, slot->rule), out);
                settle(*slot);
            }
        }
    }
}

/// Whoever is suppressed by what has changed, and whether that was too much at once.
QList<AlertChange> AlertBook::finished(QList<AlertChange> out)
{
    if (!m_moved.empty())
        suppress(out);
    if (!out.isEmpty())
        watchFlood(out);
    return out;
}

void AlertBook::watchFlood(QList<AlertChange> &out)
{
    const qsizetype count = out.size();
    bool began = false;
    for (qsizetype i = 0; i < count; ++i)
        began = m_flood.take(out.at(i), m_common.now) || began;
    if (!began)
        return;
    const QList<QString> raised = m_flood.raised();
    for (const QString &id : raised) {
        Slot *slot = openSlot(id);
        if (!slot)
            continue;
        if (slot->track.setFirstInGroup(out))
            settle(*slot);
        return;
    }
}

/// After the clock was set back: so that a restart does not go by the deadlines of the other clock.
void AlertBook::tellDeadlines(QList<AlertChange> &out)
{
    for (const auto &[serial, slot] : m_slots) {
        const Alert &alert = slot->track.alert();
        const bool runs = m_common.timers.due(alert) || alert.cond == AlertCondition::Clearing ||
                          (alert.care && !alert.care->flaps.isEmpty());
        if (slot->track.open() && runs)
            slot->track.changed(AlertVerb::Repeat, stateOf(alert), out, QStringLiteral("clock_set_back"));
    }
}

// --- other rules

QList<AlertChange> AlertBook::setRules(QList<AlertRule> rules, TimePoint now)
{
    follow(now);
    const QList<AlertRule> before = std::exchange(m_rules, std::move(rules));
    indexRules();
    std::vector<int> became(static_cast<std::size_t>(before.size()), -1);
    for (std::size_t i = 0; i < became.size(); ++i) {
        const AlertRule &old = before.at(static_cast<qsizetype>(i));
        const int rule = m_ruleById.value(old.id, -1);
        if (rule >= 0 && isSameSubject(old, m_rules.at(rule)))
            became[i] = rule;
    }
    if (m_scheduleDue)
        runSchedules(now);
    for (const auto &[serial, source] : m_sources)
        takeRules(*source, became, now);
    return tick(now);
}

/// `became`: what each of the rules before is now; −1: it is gone.
void AlertBook::takeRules(Source &source, const std::vector<int> &became, TimePoint now)
{
    std::vector<quint8> rest = std::exchange(source.restReported, {});
    std::vector<Source::Quiet> quiet = std::exchange(source.quiet, {});
    std::vector<std::unique_ptr<MetricTrend>> trends = std::exchange(source.trends, {});
    matchRules(source);
    for (std::size_t i = 0; i < became.size(); ++i) {
        if (became[i] < 0)
            continue;
        const auto rule = static_cast<std::size_t>(became[i]);
        source.restReported[rule] = rest[i];
        if (i < quiet.size() && rule < source.quiet.size())
            source.quiet[rule] = quiet[i];
        const bool sameTrend = i < trends.size() && trends[i] && rule < source.trends.size() &&
                               trends[i]->window() == m_rules.at(became[i]).window;
        if (sameTrend)
            source.trends[rule] = std::move(trends[i]);
    }
    if (source.heard > 0)
        expectTold(source);
    const std::vector<Slot *> slots_ = source.tracks; // settle() may take some away
    for (Slot *slot : slots_) {
        const int rule = slot->rule < 0 ? -1 : became[static_cast<std::size_t>(slot->rule)];
        slot->orphaned = rule < 0 || source.matches[static_cast<std::size_t>(rule)] == Source::No;
        slot->rule = rule;
        const bool pendingAlone = slot->orphaned && !slot->track.open();
        slot->track.setRule(rule < 0 || pendingAlone ? nullptr : &m_rules.at(rule));
        slot->armed.reset();
        arm(*slot, now);
        settle(*slot);
    }
    if (!source.tracks.empty())
        m_moved.push_back(&source);
    source.armed.reset();
    arm(source);
}

// --- before a restart

void AlertBook::recall(const QList<Reading> &readings, TimePoint end)
{
    if (m_scheduleDue)
        runSchedules(m_common.now);
    m_recalling = true;
    QList<AlertChange> none;
    for (const Reading &reading : readings)
        feed(sourceFor(reading.deviceId), reading, reading.receivedAt, none);
    m_recalling = false;
    for (const auto &[serial, source] : m_sources) {
        source->over.clear();
        for (const int rule : m_quietRules) {
            Source::Quiet &quiet = source->quiet[static_cast<std::size_t>(rule)];
            if (quiet.since) // what this silence led to then is in the log
                quiet.band = violatedBand(m_rules.at(rule), secondsBetween(*quiet.since, end));
        }
        if (!source->quiet.empty())
            arm(*source);
    }
}

} // namespace tocsin
