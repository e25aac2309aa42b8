// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertBook.h"

#include "models/domain/AlertBookParts.h"

#include <algorithm>
#include <utility>

// Which rules are for whom, and what they make of a reading. What suppresses, and other rules from now on, are in AlertBookLive.cpp.

namespace tocsin {

using namespace std::chrono_literals;

namespace {
const QString otherItems = QStringLiteral("other");
constexpr qsizetype longestItem = 64;

bool hasTrend(const AlertRule &rule)
{
    return rule.measure == Measure::Rate || rule.measure == Measure::TimeToLimit;
}
} // namespace

void AlertBook::indexRules()
{
    const auto count = static_cast<std::size_t>(m_rules.size());
    m_rulesByMetric.clear();
    m_ruleById.clear();
    m_quietRules.clear();
    for (std::size_t i = 0; i < count; ++i) {
        const AlertRule &rule = m_rules.at(static_cast<qsizetype>(i));
        const int index = static_cast<int>(i);
        m_rulesByMetric[rule.metric].push_back(index);
        m_ruleById.insert(rule.id, index);
        if (rule.measure == Measure::Silence)
            m_quietRules.push_back(index);
    }
    m_parents.assign(count, {});
    m_hasChildren = false;
    m_scheduleOn.assign(count, 1);
    m_scheduleDue.reset();
    for (std::size_t i = 0; i < count; ++i) {
        const AlertRule &rule = m_rules.at(static_cast<qsizetype>(i));
        for (const QString &parent : rule.inhibitedBy) {
            const int index = m_ruleById.value(parent, -1);
            if (index >= 0 || parent == deviceSilentRule())
                m_parents[i].push_back(index); // −1: the device's silence
        }
        m_hasChildren = m_hasChildren || !m_parents[i].empty();
        if (rule.schedule)
            m_scheduleDue = TimePoint{}; // looked at before anything is judged
    }
}

void AlertBook::matchRules(Source &source)
{
    const auto count = static_cast<std::size_t>(m_rules.size());
    source.matches.assign(count, Source::No);
    source.restReported.resize(count, 0);
    if (!m_quietRules.empty())
        source.quiet.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        const AlertRule &rule = m_rules.at(static_cast<qsizetype>(i));
        if (!rule.match.matches(source.device))
            continue;
        source.matches[i] = Source::Yes;
        if (hasTrend(rule))
            source.trends.resize(count);
        for (std::size_t j = 0; j < i; ++j) {
            if (source.matches[j] != Source::No && m_rules.at(static_cast<qsizetype>(j)).code == rule.code)
                source.matches[i] = Source::SharesCode; // one open alert per key: the later rule gets its own
        }
    }
}

/// Whoever names a device waits for its metric from the first sign of it on; else only what was told once is waited for.
void AlertBook::expectTold(Source &source)
{
    for (const int rule : m_quietRules) {
        Source::Quiet &quiet = source.quiet[static_cast<std::size_t>(rule)];
        if (!quiet.since && !m_rules.at(rule).match.devices.isEmpty())
            quiet.since = source.lastSeen;
    }
}

void AlertBook::feed(Source &source, const Reading &reading, TimePoint now, QList<AlertChange> &out)
{
    if (source.heard == 1 && !m_quietRules.empty())
        expectTold(source);
    // Parents first: what they suppress is raised quietly then.
    for (const bool children : {false, true}) {
        if (children && !m_hasChildren)
            break;
        for (const Sample &sample : reading.samples) {
            const auto rules = m_rulesByMetric.constFind(sample.channel);
            if (rules == m_rulesByMetric.cend())
                continue;
            for (const int rule : *rules) {
                const auto at = static_cast<std::size_t>(rule);
                if (source.matches[at] != Source::No && m_parents[at].empty() != children)
                    judge(source, rule, sample.value, reading, now, out);
            }
        }
    }
}

AlertSample AlertBook::sampleOf(const Source &source, const Reading &reading, std::optional<double> value) const
{
    // It may have come before the clock was set back; the history is compared with what else was written then.
    return {m_recalling ? reading.receivedAt : std::min(reading.receivedAt, m_common.now),
            reading.sourceTime,
            value,
            reading.position ? reading.position : source.position,
            source.device.name,
            {}};
}

/// What the rule compares; nothing: it is not known yet.
std::optional<double> AlertBook::measured(Source &source, int rule, const AlertRule &about, double value, TimePoint at)
{
    if (!hasTrend(about))
        return value;
    std::unique_ptr<MetricTrend> &trend = source.trends[static_cast<std::size_t>(rule)];
    if (!trend)
        trend = std::make_unique<MetricTrend>(about.window);
    trend->add(at, value);
    const std::optional<MetricTrend::Line> line = trend->line();
    if (!line)
        return std::nullopt;
    if (about.measure == Measure::Rate || !about.target)
        return line->perSecond;
    const Comparison comparison = about.target->comparison;
    const bool above = comparison == Comparison::Greater || comparison == Comparison::GreaterOrEqual;
    return secondsTo(above, about.target->limit, *line);
}

void AlertBook::judge(Source &source, int ruleIndex, const Value &value, const Reading &reading, TimePoint now,
                      QList<AlertChange> &out)
{
    const AlertRule &rule = m_rules.at(ruleIndex);
    if (rule.measure == Measure::Silence)
        return told(source, ruleIndex, value, reading, now, out);
    const bool forNew = !m_recalling || looksBack(rule);
    if (!forNew) { // what chatters is waited for in silence: the log does not know whether it was good last
        const Slot *chatters = rule.comparison == Comparison::AnyItem ? nullptr : slotFor(source, ruleIndex, {});
        if (!chatters || !chatters->track.alert().chattering)
            return;
    }
    if (rule.comparison == Comparison::AnyItem) {
        if (const auto *list = std::get_if<QStringList>(&value))
            judgeItems(source, ruleIndex, *list, reading, now, out);
        else if (const auto *one = std::get_if<QString>(&value))
            judgeItems(source, ruleIndex, {*one}, reading, now, out);
        return;
    }
    const std::optional<double> raw = number(value);
    if (!raw)
        return; // unknown is neither good nor bad
    const std::optional<double> metric = measured(source, ruleIndex, rule, *raw, reading.receivedAt);
    if (!metric)
        return;
    bool excused = false;
    if (rule.unless) {
        const std::optional<double> other = reading.number(rule.unless->metric);
        excused = other && holds(rule.unless->test, *other);
    }
    const int band = excused ? -1 : violatedBand(rule, *metric);
    const bool rest = band < 0 && (excused || isGood(rule, *metric));
    if (m_recalling && reading.receivedAt <= source.over.value({ruleIndex, instanceOf(source, ruleIndex, {})}))
        return; // it led to what is over
    if (rest && rule.kind == AlertKind::Event)
        source.restReported[static_cast<std::size_t>(ruleIndex)] = 1;
    Slot *slot = source.tracks.empty() ? nullptr : slotFor(source, ruleIndex, {});
    if (!slot) {
        if (band < 0 || !forNew)
            return;
        slot = &addRuleSlot(source, ruleIndex, instanceOf(source, ruleIndex, {}));
    }
    AlertSample sample = sampleOf(source, reading, metric);
    sample.raw = raw;
    if (source.restReported[static_cast<std::size_t>(ruleIndex)])
        slot->track.setRestReported();
    if (m_recalling) {
        if (band >= 0)
            slot->track.recall(band, sample, {});
        else if (rest)
            slot->track.recallGood(sample);
    } else if (band >= 0) {
        slot->track.violated(band, sample, {}, now, m_limits.track, m_makeId, out);
    } else if (rest) {
        slot->track.good(sample, now, m_limits.track, out);
    } else {
        slot->track.within(heldBand(rule, *metric), sample, {}, out);
    }
    settle(*slot);
}

void AlertBook::judgeItems(Source &source, int ruleIndex, const QStringList &items, const Reading &reading,
                           TimePoint now, QList<AlertChange> &out)
{
    const AlertRule &rule = m_rules.at(ruleIndex);
    std::vector<const Slot *> bad;
    int looked = 0;
    for (const QString &text : items) {
        const QString item = text.trimmed().left(longestItem);
        const int band = violatedBand(rule, QStringView(item));
        if (band < 0)
            continue;
        if (++looked > m_limits.itemsPerReading)
            break;
        QString instance = instanceOf(source, ruleIndex, item);
        if (m_recalling && reading.receivedAt <= source.over.value({ruleIndex, instance}))
            continue;
        Slot *slot = slotFor(source, ruleIndex, instance);
        if (!slot && source.tracks.size() >= static_cast<std::size_t>(m_limits.itemsPerSource)) {
            instance = instanceOf(source, ruleIndex, otherItems);
            slot = slotFor(source, ruleIndex, instance);
        }
        if (slot && std::find(bad.cbegin(), bad.cend(), slot) != bad.cend())
            continue; // the same item twice in one list
        if (!slot)
            slot = &addRuleSlot(source, ruleIndex, instance);
        bad.push_back(slot);
        if (source.restReported[static_cast<std::size_t>(ruleIndex)])
            slot->track.setRestReported();
        const AlertSample sample = sampleOf(source, reading, std::nullopt);
        if (m_recalling)
            slot->track.recall(band, sample, item);
        else
            slot->track.violated(band, sample, item, now, m_limits.track, m_makeId, out);
        settle(*slot);
    }
    if (looked > m_limits.itemsPerReading)
        return; // not all was read: what is missing may stand further on
    bool rest = bad.empty();
    const std::vector<Slot *> tracks = source.tracks; // settle() may take some away
    for (Slot *slot : tracks) {
        if (slot->rule != ruleIndex || std::find(bad.cbegin(), bad.cend(), slot) != bad.cend())
            continue;
        rest = true;
        slot->track.setRestReported();
        const AlertSample sample = sampleOf(source, reading, std::nullopt);
        if (m_recalling)
            slot->track.recallGood(sample);
        else
            slot->track.good(sample, now, m_limits.track, out);
        settle(*slot);
    }
    if (rest)
        source.restReported[static_cast<std::size_t>(ruleIndex)] = 1;
}

QString AlertBook::instanceOf(const Source &source, int rule, const QString &item) const
{
    if (source.matches[static_cast<std::size_t>(rule)] != Source::SharesCode)
        return item;
    const QString &id = m_rules.at(rule).id;
    return item.isEmpty() ? id : id + QLatin1Char(':') + item;
}

/// A rule has one track at a source, but for those that look at items.
AlertBook::Slot *AlertBook::slotFor(const Source &source, int rule, const QString &instance) const
{
    const bool items = m_rules.at(rule).comparison == Comparison::AnyItem;
    const auto it = std::find_if(source.tracks.cbegin(), source.tracks.cend(), [&](const Slot *slot) {
        return slot->rule == rule && (!items || slot->track.alert().instance == instance);
    });
    return it == source.tracks.cend() ? nullptr : *it;
}

AlertBook::Slot &AlertBook::addRuleSlot(Source &source, int ruleIndex, const QString &instance)
{
    const AlertRule &rule = m_rules.at(ruleIndex);
    Alert facts;
    facts.source = source.device.id;
    facts.sourceName = source.device.name;
    facts.code = rule.code;
    facts.instance = instance;
    facts.ruleId = rule.id;
    facts.userId = source.device.owners.value(0);
    facts.kind = rule.kind;
    facts.simulated = source.device.simulated;
    facts.channel = rule.metric;
    facts.unit = rule.unit;
    Slot &slot = addSlot(&source, ruleIndex, std::move(facts));
    source.tracks.push_back(&slot);
    QList<AlertChange> none; // it is not open yet
    slot.track.setCause(causeFor(source, ruleIndex), none);
    return slot;
}

// --- silence of a metric

/// A sample of a metric whose silence a rule waits for.
void AlertBook::told(Source &source, int rule, const Value &value, const Reading &reading, TimePoint now,
                     QList<AlertChange> &out)
{
    if (std::holds_alternative<std::monostate>(value))
        return; // "unknown" is not told
    Source::Quiet &quiet = source.quiet[static_cast<std::size_t>(rule)];
    const bool waited = quiet.since && quiet.band < 0;
    const TimePoint at = std::min({reading.receivedAt, now, m_common.now});
    quiet.since = std::max(quiet.since.value_or(at), at);
    quiet.band = -1;
    if (m_recalling)
        return;
    if (!waited)
        arm(source);
    Slot *slot = source.tracks.empty() ? nullptr : slotFor(source, rule, {});
    if (!slot)
        return;
    slot->track.good(sampleOf(source, reading, 0.0), now, m_limits.track, out);
    settle(*slot);
}

namespace {
/// When a silence that lasts since `since` violates the band.
TimePoint violatedAt(const AlertRule &rule, const AlertBand &band, TimePoint since)
{
    const auto limit = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(band.limit));
    return since + limit + (rule.comparison == Comparison::Greater ? Duration(1) : Duration(0));
}
} // namespace

std::optional<TimePoint> AlertBook::quietDue(const Source &source) const
{
    std::optional<TimePoint> due;
    if (!source.monitored || source.quiet.empty())
        return due;
    for (const int index : m_quietRules) {
        const Source::Quiet &quiet = source.quiet[static_cast<std::size_t>(index)];
        if (!quiet.since || source.matches[static_cast<std::size_t>(index)] == Source::No)
            continue;
        const AlertRule &rule = m_rules.at(index);
        const int worse = quiet.band < 0 ? static_cast<int>(rule.bands.size()) : quiet.band;
        for (int band = 0; band < worse; ++band) {
            const TimePoint at = violatedAt(rule, rule.bands.at(band), *quiet.since);
            due = due ? std::min(*due, at) : at;
        }
    }
    return due;
}

void AlertBook::tickQuiet(Source &source, TimePoint now, QList<AlertChange> &out)
{
    if (!source.monitored)
        return;
    for (const int index : m_quietRules) {
        Source::Quiet &quiet = source.quiet[static_cast<std::size_t>(index)];
        if (!quiet.since || source.matches[static_cast<std::size_t>(index)] == Source::No)
            continue;
        const AlertRule &rule = m_rules.at(index);
        const double seconds = secondsBetween(*quiet.since, now);
        const int band = violatedBand(rule, seconds);
        if (band < 0 || (quiet.band >= 0 && band >= quiet.band))
            continue;
        quiet.band = band;
        Slot *slot = slotFor(source, index, {});
        if (!slot)
            slot = &addRuleSlot(source, index, instanceOf(source, index, {}));
        const TimePoint at = std::min(now, violatedAt(rule, rule.bands.at(band), *quiet.since));
        slot->track.violated(band, {at, std::nullopt, seconds, source.position, source.device.name, {}}, {}, now,
                             m_limits.track, m_makeId, out);
        settle(*slot);
    }
}

} // namespace tocsin
