// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertBook.h"

#include "models/domain/AlertBookParts.h"
#include "models/domain/ClockSetBack.h"

#include <QUuid>

#include <algorithm>
#include <utility>

// Sources, silence and timers. Rules are in AlertBookRules.cpp, what people ask for in AlertBookRequests.cpp.

namespace tocsin {

using namespace std::chrono_literals;

namespace {

const QString staleCode = QStringLiteral("DEVICE_STALE");
const QString offlineCode = QStringLiteral("DEVICE_OFFLINE");

QString spanText(Duration span)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span).count();
    if (seconds >= 120 && seconds % 60 == 0)
        return QStringLiteral("%1 min").arg(seconds / 60);
    return QStringLiteral("%1 s").arg(seconds);
}

double inSeconds(Duration span)
{
    return std::chrono::duration<double>(span).count();
}

} // namespace

AlertBook::AlertBook(QList<AlertRule> rules, AlertLimits limits, std::function<QString()> makeId)
    : m_rules(std::move(rules))
    , m_limits(std::move(limits))
    , m_makeId(makeId ? std::move(makeId) : [] { return QUuid::createUuid().toString(QUuid::WithoutBraces); })
{
    m_common.timers = AlertTimers(m_limits.care);
    m_flood = FloodWatch(m_limits.flood);
    indexRules();
}

AlertBook::~AlertBook() = default;

/// Brings a stored alert back to life. Its key is free.
AlertBook::Slot &AlertBook::takeUp(const Alert &alert, TimePoint now)
{
    const bool byRule = !alert.ruleId.isEmpty();
    const bool silence = !byRule && (alert.code == staleCode || alert.code == offlineCode);
    Source *source = byRule || silence ? &sourceFor(alert.source) : nullptr;
    const int rule = byRule ? m_ruleById.value(alert.ruleId, -1) : -1;
    Slot &slot = addSlot(source, rule, alert);
    slot.track.restore(alert, now);
    slot.orphaned = byRule && (rule < 0 || source->matches[static_cast<std::size_t>(rule)] == Source::No);
    if (silence) {
        source->silence = &slot;
        source->monitored = true;
        source->lastSeen = std::max(source->lastSeen, std::min(alert.raisedAt, now) - m_limits.deviceStale);
    } else if (byRule) {
        source->lastSeen = std::max(source->lastSeen, alert.lastSeenAt);
        source->stale = source->stale || alert.quality == AlertQuality::Stale;
        source->tracks.push_back(&slot);
    }
    return slot;
}

/// The clock may have been set: forward, and what is due is due; back, and the deadlines go with it.
void AlertBook::follow(TimePoint now)
{
    const TimePoint before = std::exchange(m_common.now, now);
    if (!isSetBack(before, now)) {
        if (m_scheduleDue && now >= *m_scheduleDue)
            runSchedules(now);
        return;
    }
    setBack(before - now, now);
    if (m_scheduleDue)
        runSchedules(now);
}

/// Everything that is waited for comes as long from now as it would have; what happened keeps its time.
void AlertBook::setBack(Duration by, TimePoint now)
{
    m_clockSetBack = true;
    for (const auto &[serial, slot] : m_slots) {
        slot->track.shift(by, now);
        slot->armed.reset();
        arm(*slot);
    }
    for (const auto &[serial, source] : m_sources) {
        if (source->lastSeen != TimePoint{})
            source->lastSeen -= by;
        for (const auto &trend : source->trends) {
            if (trend)
                trend->shift(by);
        }
        for (Source::Quiet &quiet : source->quiet) {
            if (quiet.since)
                *quiet.since -= by;
        }
        source->armed.reset();
        arm(*source);
    }
    m_flood.shift(by);
    for (std::deque<TimePoint> &times : m_panicTimes) {
        for (TimePoint &time : times)
            time -= by;
    }
    for (Alert &closed : m_closed) { // its closing may be taken back, for as long as ever
        AlertTimers::shift(closed, by);
        if (closed.care && closed.care->closedAt)
            closed.care.edit([by](AlertCare &care) { *care.closedAt -= by; });
    }
}

void AlertBook::restore(const QList<Alert> &alerts, TimePoint now, TimePoint writtenAt)
{
    const TimePoint then = std::max(now, writtenAt); // of a clock that was set back meanwhile
    m_common.now = then;
    QList<Alert> closed;
    for (const Alert &alert : alerts) {
        if (!isOpen(alert)) {
            closed.append(alert);
            continue;
        }
        Slot &slot = takeUp(alert, then);
        settle(slot);
    }
    std::stable_sort(closed.begin(), closed.end(),
                     [](const Alert &a, const Alert &b) { return a.lastSeenAt < b.lastSeenAt; });
    for (const Alert &alert : std::as_const(closed))
        remember(alert);
    for (auto alert = closed.crbegin(); alert != closed.crend(); ++alert)
        lookBackAt(*alert, then);
    m_flood.restore(alerts, then);
    for (const auto &[serial, source] : m_sources) {
        if (!source->tracks.empty())
            m_moved.push_back(source.get()); // what suppresses may have ended meanwhile
    }
    follow(now);
}

/// What a closed alert still means: it counts as a flap if it comes again, and what led to it does not count twice.
void AlertBook::lookBackAt(const Alert &closed, TimePoint now)
{
    const int rule = closed.ruleId.isEmpty() ? -1 : m_ruleById.value(closed.ruleId, -1);
    if (rule < 0)
        return;
    Source &source = sourceFor(closed.source);
    const TimePoint over =
        closed.care && closed.care->closedAt ? *closed.care->closedAt : closed.clearedAt.value_or(closed.lastSeenAt);
    TimePoint &known = source.over[{rule, closed.instance}];
    known = std::max(known, over);
    const bool late = closed.lastSeenAt + m_limits.track.flapWindow > now;
    const bool byHand = closed.care && closed.care->closedAt; // what comes then is news
    if (!late || byHand || source.matches[static_cast<std::size_t>(rule)] == Source::No ||
        slotFor(source, rule, closed.instance))
        return;
    Slot &slot = addSlot(&source, rule, closed);
    slot.track.restore(closed, now);
    source.tracks.push_back(&slot);
    settle(slot);
}

AlertBook::Source &AlertBook::sourceFor(const QString &id)
{
    if (Source *known = m_sourceById.value(id))
        return *known;
    auto made = std::make_unique<Source>();
    Source &source = *made;
    source.serial = ++m_lastSerial;
    source.device.id = id;
    source.device.name = id;
    m_sources.emplace(source.serial, std::move(made));
    m_sourceById.insert(id, &source);
    matchRules(source);
    return source;
}

void AlertBook::setDevice(const Device &device)
{
    Source &source = sourceFor(device.id);
    source.device = device;
    if (source.device.name.isEmpty())
        source.device.name = device.id;
    matchRules(source);
    for (Slot *slot : source.tracks) {
        slot->orphaned = slot->rule < 0 || source.matches[static_cast<std::size_t>(slot->rule)] == Source::No;
        arm(*slot);
    }
    if (!source.quiet.empty())
        arm(source);
}

void AlertBook::setLastSeen(const QString &deviceId, TimePoint at, TimePoint known, TimePoint now)
{
    Source &source = sourceFor(deviceId);
    const bool away = !source.silence && now - known >= m_limits.deviceStale; // it has its time to come back
    if (at <= now || !source.silence) // else the clock was set back since, and the alert knows more
        source.lastSeen = std::max(source.lastSeen, away ? now : std::min(at, now));
    source.monitored = source.monitored || known - at < m_limits.deviceOffline;
    if (source.monitored && !m_quietRules.empty())
        expectTold(source);
    arm(source);
}

QList<AlertChange> AlertBook::apply(const Reading &reading, TimePoint now)
{
    follow(now);
    QList<AlertChange> out;
    Source *source = m_sourceById.value(reading.deviceId);
    if (!source) {
        Device device;
        device.id = reading.deviceId;
        device.source = reading.source;
        setDevice(device);
        source = m_sourceById.value(reading.deviceId);
    }
    heard(*source, reading, now, out);
    if (!m_incidents.isEmpty()) {
        out += heardFrom(reading.deviceId, false, now);
        if (source->device.kind == DeviceKind::Phone) {
            for (const QString &owner : std::as_const(source->device.owners))
                out += heardFrom(owner, false, now);
        }
    }
    feed(*source, reading, now, out);
    if (!source->armed)
        arm(*source);
    return finished(std::move(out));
}

void AlertBook::heard(Source &source, const Reading &reading, TimePoint now, QList<AlertChange> &out)
{
    const TimePoint at = std::min(reading.receivedAt, now);
    if (source.heard > 0 && at > source.lastSeen) {
        const Duration gap = at - source.lastSeen;
        source.interval +=
            gap > source.interval ? (gap - source.interval) / (source.heard > 1 ? 2 : 1) : (gap - source.interval) / 20;
    }
    source.heard = std::min(source.heard + 1, 2);
    source.lastSeen = at;
    source.monitored = true;
    if (reading.position)
        source.position = reading.position;
    if (source.stale) {
        source.stale = false;
        for (Slot *slot : source.tracks) {
            if (slot->track.active())
                slot->track.setQuality(AlertQuality::Good, out);
        }
    }
    if (source.silence && source.silence->track.active()) {
        Slot &slot = *source.silence;
        slot.track.returnToNormal(at, out);
        settle(slot);
    }
}

AlertBook::Slot &AlertBook::addSlot(Source *source, int rule, Alert facts)
{
    const AlertRule *decides = rule < 0 ? nullptr : &m_rules.at(rule);
    auto made =
        std::make_unique<Slot>(Slot{++m_lastSerial, source, rule, AlertTrack(decides, std::move(facts), m_common),
                                    QString(), QString(), false, false, std::nullopt});
    Slot &slot = *made;
    if (!source) {
        const Alert &alert = slot.track.alert();
        slot.key = alert.source + QChar(0x1f) + alert.code + QChar(0x1f) + alert.instance;
    }
    m_slots.emplace(slot.serial, std::move(made));
    return slot;
}

/// Brings the indexes and timers in line with what the track has become. May delete the slot.
void AlertBook::settle(Slot &slot)
{
    const AlertTrack &track = slot.track;
    if (m_hasChildren && slot.source && slot.wasActive != track.active()) {
        slot.wasActive = track.active();
        m_moved.push_back(slot.source);
    }
    if (!slot.indexed.isEmpty() && (!track.open() || track.alert().id != slot.indexed))
        close(slot);
    if (track.open() && slot.indexed.isEmpty()) {
        slot.indexed = track.alert().id;
        m_openById.insert(slot.indexed, &slot);
        if (!slot.key.isEmpty())
            m_openByKey.insert(slot.key, &slot);
        if (track.alert().kind == AlertKind::Incident)
            m_incidents.insert(track.alert().source, &slot);
    }
    if (!track.idle()) {
        arm(slot);
        if (slot.source && track.active())
            arm(*slot.source);
        return;
    }
    if (Source *source = slot.source) {
        std::erase(source->tracks, &slot);
        if (source->silence == &slot)
            source->silence = nullptr;
    }
    m_slots.erase(slot.serial);
}

void AlertBook::close(Slot &slot)
{
    m_openById.remove(slot.indexed);
    if (!slot.key.isEmpty())
        m_openByKey.remove(slot.key);
    m_incidents.remove(slot.track.alert().source, &slot);
    slot.indexed.clear();
    remember(slot.track.alert());
}

void AlertBook::remember(const Alert &alert)
{
    std::erase_if(m_closed, [&alert](const Alert &old) { return old.id == alert.id; });
    m_closed.push_back(alert);
    while (m_closed.size() > static_cast<std::size_t>(m_limits.closedKept))
        m_closed.pop_front();
}

void AlertBook::arm(Slot &slot, TimePoint notBefore)
{
    std::optional<TimePoint> due = slot.track.deadline(m_limits.track);
    if (slot.orphaned && slot.track.active())
        due = notBefore;
    if (!due)
        return;
    const TimePoint at = std::max(*due, notBefore);
    if (slot.armed && *slot.armed <= at)
        return;
    slot.armed = at;
    m_timers.push({at, slot.serial});
}

void AlertBook::arm(Source &source, TimePoint notBefore)
{
    const std::optional<TimePoint> due = dueOf(source);
    if (!due)
        return;
    const TimePoint at = std::max(*due, notBefore);
    if (source.armed && *source.armed <= at)
        return;
    source.armed = at;
    m_timers.push({at, source.serial});
}

Duration AlertBook::quietLimit(const Source &source) const
{
    if (source.heard < 2)
        return m_limits.deviceStale > Duration::zero() ? m_limits.deviceStale : Duration(90s);
    return std::max(m_limits.quietAtLeast, 3 * source.interval);
}

std::optional<TimePoint> AlertBook::dueOf(const Source &source) const
{
    std::optional<TimePoint> due;
    const auto consider = [&due](TimePoint at) { due = due ? std::min(*due, at) : at; };
    if (!source.stale && !source.tracks.empty())
        consider(source.lastSeen + quietLimit(source));
    if (source.monitored && m_limits.deviceStale > Duration::zero()) {
        const bool silent = source.silence && source.silence->track.active();
        if (!silent)
            consider(source.lastSeen + m_limits.deviceStale);
        else if (source.silence->track.alert().code == staleCode)
            consider(source.lastSeen + std::max(m_limits.deviceOffline, m_limits.deviceStale));
    }
    if (const auto quiet = quietDue(source))
        consider(*quiet);
    return due;
}

QList<AlertChange> AlertBook::tick(TimePoint now)
{
    follow(now);
    QList<AlertChange> out;
    if (std::exchange(m_clockSetBack, false))
        tellDeadlines(out);
    while (!m_timers.empty() && m_timers.top().at <= now) {
        const Timer timer = m_timers.top();
        m_timers.pop();
        if (const auto source = m_sources.find(timer.serial); source != m_sources.end()) {
            if (source->second->armed != timer.at)
                continue;
            source->second->armed.reset();
            tickSource(*source->second, now, out);
            arm(*source->second, now + 1ms); // whatever was due is done: never twice in one call
            continue;
        }
        const auto found = m_slots.find(timer.serial);
        if (found == m_slots.end() || found->second->armed != timer.at)
            continue;
        Slot &slot = *found->second;
        slot.armed.reset();
        if (const auto due = slot.track.deadline(m_limits.track); !slot.orphaned && due && *due > timer.at) {
            arm(slot); // it was put off: others may be due before it
            continue;
        }
        if (slot.orphaned && slot.track.active())
            slot.track.returnToNormal(now, out, QStringLiteral("rule_gone"));
        else
            slot.track.tick(timer.at, m_limits.track, m_makeId, out); // no more: others are due between this and now
        if (const auto due = m_common.timers.due(slot.track.alert()); due && *due <= timer.at)
            (void)slot.track.runTimer(now, out);
        settle(slot);
    }
    return finished(std::move(out));
}

std::optional<TimePoint> AlertBook::nextDeadline() const
{
    if (!m_moved.empty() || m_clockSetBack)
        return m_common.now;
    std::optional<TimePoint> due = m_scheduleDue;
    if (!m_timers.empty())
        due = due ? std::min(*due, m_timers.top().at) : m_timers.top().at;
    return due;
}

void AlertBook::tickSource(Source &source, TimePoint now, QList<AlertChange> &out)
{
    if (!source.stale && !source.tracks.empty() && now >= source.lastSeen + quietLimit(source)) { // row 22
        source.stale = true;
        for (Slot *slot : source.tracks) {
            const bool silence = slot->track.rule() && slot->track.rule()->measure == Measure::Silence;
            if (slot->track.active() && !silence) // that it is silent is what it says
                slot->track.setQuality(AlertQuality::Stale, out);
        }
    }
    if (!source.quiet.empty())
        tickQuiet(source, now, out);
    if (source.monitored && m_limits.deviceStale > Duration::zero())
        tickSilence(source, now, out);
}

void AlertBook::tickSilence(Source &source, TimePoint now, QList<AlertChange> &out)
{
    if (now < source.lastSeen + m_limits.deviceStale)
        return;
    const auto describe = [&source](Alert &alert, const QString &code, const QString &title, Duration limit) {
        alert.code = code;
        alert.title = title;
        alert.message = QStringLiteral("No data for %1").arg(spanText(limit));
        if (source.heard > 1 && source.interval >= 1s)
            alert.message += QStringLiteral(", usually every %1").arg(spanText(source.interval));
        alert.value = inSeconds(limit);
        alert.threshold = alert.value;
        alert.sourceName = source.device.name;
        alert.position = source.position;
    };
    if (!source.silence || !source.silence->track.active()) {
        if (!source.silence) {
            Alert facts;
            facts.source = source.device.id;
            facts.category = QStringLiteral("connection");
            facts.userId = source.device.owners.value(0);
            facts.simulated = source.device.simulated;
            facts.unit = QStringLiteral("s");
            facts.recommendedActions = {QStringLiteral("Call the crew"),
                                        QStringLiteral("Check the device's power and reception")};
            source.silence = &addSlot(&source, -1, std::move(facts));
        }
        AlertTrack &track = source.silence->track;
        describe(track.facts(), staleCode, QStringLiteral("Device silent"), m_limits.deviceStale);
        track.facts().level = m_limits.staleLevel;
        track.raise(m_makeId(), source.lastSeen + m_limits.deviceStale, out);
        settle(*source.silence);
    }
    AlertTrack &track = source.silence->track;
    const Duration offline = std::max(m_limits.deviceOffline, m_limits.deviceStale);
    if (track.alert().code == staleCode && now >= source.lastSeen + offline) {
        describe(track.facts(), offlineCode, QStringLiteral("Device offline"), offline);
        track.setLevel(m_limits.offlineLevel, out);
    }
}

} // namespace tocsin
