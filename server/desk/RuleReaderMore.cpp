// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/RuleReader.h"

#include <QHash>
#include <QSet>
#include <QTime>
#include <QTimeZone>

#include <algorithm>
#include <cmath>
#include <functional>

// Trends, counts, schedules, care, and who suppresses whom. The rest of a rule is read in RuleReader.cpp.

namespace tocsin {

namespace {

constexpr double day = 86'400;
constexpr int mostCount = 100;
constexpr int mostParents = 16;
constexpr qsizetype mostTimes = 64;

bool isAbove(Comparison comparison)
{
    return comparison == Comparison::Greater || comparison == Comparison::GreaterOrEqual;
}
bool isBelow(Comparison comparison)
{
    return comparison == Comparison::Less || comparison == Comparison::LessOrEqual;
}

bool isEmergency(const AlertBand &band)
{
    return band.level == AlertLevel::Emergency;
}
bool isEmergencyAlone(const AlertRule &rule)
{
    return !rule.bands.isEmpty() && std::all_of(rule.bands.cbegin(), rule.bands.cend(), isEmergency);
}

/// "08:00" … "24:00" in minutes; nothing when it is no time.
std::optional<int> minuteOf(const QString &text)
{
    if (text == QLatin1String("24:00"))
        return AlertSchedule::minutesOfDay;
    const QTime time = QTime::fromString(text, QStringLiteral("HH:mm"));
    return time.isValid() ? std::optional<int>(time.hour() * 60 + time.minute()) : std::nullopt;
}

} // namespace

void RuleReader::readMeasure(const QJsonObject &object, AlertRule &rule)
{
    const QString measure = QStringLiteral("measure");
    const QString window = QStringLiteral("window");
    const QString target = QStringLiteral("target");
    const QString word = textOf(object, measure);
    const auto read = word.isEmpty() ? Measure::Value : measureFromString(word);
    if (!read) {
        fail(measure, QStringLiteral("\"%1\" is none of value, rate, time_to_limit, silence").arg(word));
        return;
    }
    rule.measure = *read;
    const bool trend = rule.measure == Measure::Rate || rule.measure == Measure::TimeToLimit;
    if (trend && !object.contains(window))
        fail(window, QStringLiteral("is missing"));
    else if (!trend && object.contains(window))
        fail(window, QStringLiteral("is for measure rate and time_to_limit alone"));
    else if (trend)
        rule.window = secondsOf(object, window, 1, day).value_or(Duration{});
    if (rule.measure != Measure::TimeToLimit) {
        if (object.contains(target))
            fail(target, QStringLiteral("is for measure time_to_limit alone"));
    } else if (!object.contains(target)) {
        fail(target, QStringLiteral("is missing"));
    } else {
        const QJsonObject test = objectOf(object, target, {QStringLiteral("condition"), QStringLiteral("limit")});
        if (!test.isEmpty())
            rule.target = testOf(test, target + QLatin1Char('.'));
        if (rule.target && !isAbove(rule.target->comparison) && !isBelow(rule.target->comparison))
            fail(target + QStringLiteral(".condition"), QStringLiteral("must be one of > >= < <="));
    }
    const QString condition = QStringLiteral("condition");
    if (rule.measure != Measure::Value && rule.comparison == Comparison::AnyItem)
        fail(condition, QStringLiteral("any_item looks at the value alone"));
    else if (rule.measure == Measure::TimeToLimit && !isBelow(rule.comparison))
        fail(condition, QStringLiteral("must be < or <=: an alert is due when little time is left"));
    else if (rule.measure == Measure::Silence && !isAbove(rule.comparison))
        fail(condition, QStringLiteral("must be > or >=: an alert is due when it lasts"));
    if (rule.measure != Measure::Value && rule.kind == AlertKind::Event)
        fail(QStringLiteral("kind"), QStringLiteral("must be condition: this can return to normal"));
    if (rule.measure == Measure::Silence && object.contains(QStringLiteral("unless")))
        fail(QStringLiteral("unless"), QStringLiteral("is not for measure silence: there is no reading to look at"));
}

void RuleReader::readCount(const QJsonObject &object, AlertRule &rule)
{
    const QString count = QStringLiteral("count");
    const QString window = QStringLiteral("count_window");
    if (!object.contains(count)) {
        if (object.contains(window))
            fail(window, QStringLiteral("stands beside \"count\""));
        return;
    }
    if (rule.comparison == Comparison::AnyItem || rule.measure == Measure::Silence) {
        fail(count, QStringLiteral("is for values, rates and times to a limit"));
        return;
    }
    const std::optional<double> number = numberOf(object, count);
    if (number && (*number < 2 || *number > mostCount || *number != std::floor(*number)))
        fail(count, QStringLiteral("must be a whole number from 2 to 100"));
    else if (number)
        rule.count = static_cast<int>(*number);
    if (!object.contains(window))
        fail(window, QStringLiteral("is missing"));
    else
        rule.countWindow = secondsOf(object, window, 1, day).value_or(Duration{});
}

void RuleReader::readCare(const QJsonObject &object, AlertRule &rule)
{
    rule.ackComment = boolOf(object, QStringLiteral("ack_comment"), false);
    readLadder(object, rule);
    rule.care.ackLives = secondsOf(object, QStringLiteral("ack_ttl"), 0, 7 * day);
    rule.care.ackGrace = secondsOf(object, QStringLiteral("ack_grace"), 1, day);
    const QString shelf = QStringLiteral("max_shelf");
    rule.care.longestShelf = secondsOf(object, shelf, 0, 30 * day);
    if (object.contains(shelf) && isEmergencyAlone(rule))
        fail(shelf, QStringLiteral("means nothing here: an emergency must not be shelved"));
    readSchedule(object, rule);
    const QString parents = QStringLiteral("inhibited_by");
    rule.inhibitedBy = textsOf(object, parents);
    if (rule.inhibitedBy.size() > mostParents)
        fail(parents, QStringLiteral("must not name more than 16 rules"));
    if (!rule.inhibitedBy.isEmpty() && isEmergencyAlone(rule))
        fail(parents, QStringLiteral("means nothing here: an emergency is never suppressed"));
}

void RuleReader::readLadder(const QJsonObject &object, AlertRule &rule)
{
    const QString key = QStringLiteral("ladder");
    if (!object.contains(key))
        return;
    const QJsonArray steps = object.value(key).toArray();
    double before = 0;
    bool good = object.value(key).isArray() && !steps.isEmpty() && steps.size() <= CareLimits::topStep;
    for (const auto &step : steps) {
        good = good && step.isDouble() && step.toDouble() > before && step.toDouble() <= 7 * day;
        before = step.toDouble();
        if (good)
            rule.care.ladder.append(Duration(std::llround(before * 1e6)));
    }
    if (!good)
        fail(key, QStringLiteral("must be a list of 1 to 9 times in seconds, each later than the one before"));
}

std::optional<AlertSchedule::Span> RuleReader::spanOf(const QJsonObject &object, const QString &prefix)
{
    AlertSchedule::Span span;
    bool good = true;
    for (const auto &[key, minute] :
         {std::pair{QStringLiteral("from"), &span.from}, {QStringLiteral("to"), &span.to}}) {
        const std::optional<int> read = minuteOf(object.value(key).toString());
        if (!read || (key == QLatin1String("from") && *read == AlertSchedule::minutesOfDay)) {
            fail(prefix + key,
                 object.contains(key) ? QStringLiteral("must be a time like \"08:00\"") : QStringLiteral("is missing"));
            good = false;
            continue;
        }
        *minute = *read;
    }
    if (good && span.from == span.to) {
        fail(prefix + QStringLiteral("to"), QStringLiteral("must be another time than \"from\""));
        good = false;
    }
    return good ? std::optional<AlertSchedule::Span>(span) : std::nullopt;
}

void RuleReader::readSchedule(const QJsonObject &object, AlertRule &rule)
{
    static const QStringList dayNames{QStringLiteral("mon"), QStringLiteral("tue"), QStringLiteral("wed"),
                                      QStringLiteral("thu"), QStringLiteral("fri"), QStringLiteral("sat"),
                                      QStringLiteral("sun")};
    const QString key = QStringLiteral("schedule");
    if (!object.contains(key))
        return;
    const QString prefix = key + QLatin1Char('.');
    const QJsonObject json = objectOf(
        object, key,
        {QStringLiteral("name"), QStringLiteral("zone"), QStringLiteral("times"), QStringLiteral("exceptions")});
    if (!object.value(key).isObject())
        return;
    if (isEmergencyAlone(rule))
        fail(key, QStringLiteral("means nothing here: an emergency is never suppressed"));
    AlertSchedule schedule;
    schedule.name = textOf(json, QStringLiteral("name"), prefix, true);
    schedule.zone = textOf(json, QStringLiteral("zone"), prefix).toUtf8();
    if (!schedule.zone.isEmpty() && !QTimeZone::isTimeZoneIdAvailable(schedule.zone))
        fail(prefix + QStringLiteral("zone"),
             QStringLiteral("is no time zone that is known here, like \"Europe/Berlin\""));
    const QString times = QStringLiteral("times");
    const QJsonArray list = json.value(times).toArray();
    if (list.isEmpty() || list.size() > mostTimes)
        fail(prefix + times,
             json.contains(times) ? QStringLiteral("must be a list of 1 to 64 times") : QStringLiteral("is missing"));
    for (qsizetype i = 0; i < list.size() && i < mostTimes; ++i) {
        const QString at = QStringLiteral("schedule.times[%1].").arg(i);
        const QJsonObject one = list.at(i).toObject();
        onlyKeys(one, at, {QStringLiteral("days"), QStringLiteral("from"), QStringLiteral("to")});
        AlertSchedule::Times read;
        const QStringList days = textsOf(one, QStringLiteral("days"), at);
        for (const QString &name : days) {
            const qsizetype number = dayNames.indexOf(name);
            if (number < 0)
                fail(at + QStringLiteral("days"),
                     QStringLiteral("\"%1\" is none of %2").arg(name, dayNames.join(QLatin1Char(' '))));
            else
                read.days |= 1 << number;
        }
        if (!one.contains(QStringLiteral("days")))
            read.days = 0x7f;
        else if (days.isEmpty())
            fail(at + QStringLiteral("days"), QStringLiteral("must name a day"));
        if (const auto span = spanOf(one, at))
            read.span = *span;
        schedule.times.append(read);
    }
    const QString exceptions = QStringLiteral("exceptions");
    if (json.contains(exceptions) && !json.value(exceptions).isArray())
        fail(prefix + exceptions, QStringLiteral("must be a list"));
    const QJsonArray days = json.value(exceptions).toArray();
    for (qsizetype i = 0; i < days.size(); ++i) {
        const QString at = QStringLiteral("schedule.exceptions[%1].").arg(i);
        const QJsonObject one = days.at(i).toObject();
        onlyKeys(one, at, {QStringLiteral("date"), QStringLiteral("from"), QStringLiteral("to")});
        AlertSchedule::Exception read;
        read.date = QDate::fromString(one.value(QStringLiteral("date")).toString(), Qt::ISODate);
        if (!read.date.isValid())
            fail(at + QStringLiteral("date"), QStringLiteral("must be a date like \"2026-12-24\""));
        if (one.contains(QStringLiteral("from")) || one.contains(QStringLiteral("to")))
            read.span = spanOf(one, at);
        schedule.exceptions.append(read);
    }
    rule.schedule = schedule;
}

/// Whom rules name: others that exist, and not each other.
void RuleReader::checkFamily()
{
    QHash<QString, qsizetype> index;
    for (qsizetype i = 0; i < m_result.rules.size(); ++i)
        index.insert(m_result.rules.at(i).id, i);
    const QString key = QStringLiteral("inhibited_by");
    const auto ends = [this, &index](qsizetype from) {
        QSet<qsizetype> seen;
        std::function<bool(qsizetype)> comesBack = [&](qsizetype at) {
            for (const QString &parent : m_result.rules.at(at).inhibitedBy) {
                const qsizetype next = index.value(parent, -1);
                if (next == from || (next >= 0 && !seen.contains(next) && (seen.insert(next), comesBack(next))))
                    return true;
            }
            return false;
        };
        return !comesBack(from);
    };
    for (qsizetype i = 0; i < m_result.rules.size(); ++i) {
        m_index = static_cast<int>(i);
        m_id = m_result.rules.at(i).id;
        for (const QString &parent : m_result.rules.at(i).inhibitedBy) {
            if (!index.contains(parent) && parent != deviceSilentRule() && !m_alone)
                fail(key, QStringLiteral("\"%1\" is no rule of this file").arg(parent));
        }
        if (!m_alone && !ends(i))
            fail(key, QStringLiteral("leads back to this rule"));
    }
    m_index = -1;
    m_id.clear();
}

} // namespace tocsin
