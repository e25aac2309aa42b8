// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/RuleRehearsal.h"

#include "models/domain/AlertBook.h"
#include "models/domain/GeofenceWatch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace tocsin {

namespace {

class Rehearsal
{
public:
    explicit Rehearsal(const AlertRule &rule) : m_book({rule}, limits(), [this] { return QString::number(++m_lastId); })
    {
    }

    void run(const QList<Reading> &readings, TimePoint to)
    {
        for (const Reading &reading : readings) {
            tickUntil(reading.receivedAt);
            note(m_book.apply(reading, reading.receivedAt), reading.receivedAt);
        }
        tickUntil(to);
    }
    [[nodiscard]] RuleTrialAnswer take() { return std::move(m_answer); }

private:
    static AlertLimits limits()
    {
        AlertLimits limits;
        limits.deviceStale = {}; // the rule alone
        limits.care.warning.ladder = limits.care.critical.ladder = limits.care.emergency.ladder = {};
        limits.flood.beginsAbove = std::numeric_limits<int>::max();
        return limits;
    }

    void tickUntil(TimePoint until)
    {
        while (const std::optional<TimePoint> due = m_book.nextDeadline()) {
            if (*due > until)
                return;
            const TimePoint at = std::max(*due, m_now);
            note(m_book.tick(at), at);
            if (m_book.nextDeadline() == due) // it does nothing at this moment
                return;
        }
    }

    void note(const QList<AlertChange> &changes, TimePoint now)
    {
        m_now = std::max(m_now, now);
        for (const AlertChange &change : changes) {
            const Alert &alert = change.alert;
            switch (change.verb) {
            case AlertVerb::Raise:
                add(alert.raisedAt, RuleTrialMoment::What::Raised, alert);
                break;
            case AlertVerb::LevelChange:
                add(m_now, RuleTrialMoment::What::Level, alert);
                break;
            case AlertVerb::Return:
                add(alert.clearedAt.value_or(m_now), RuleTrialMoment::What::Cleared, alert);
                if (change.to != AlertState::Normal)
                    end(alert);
                break;
            default:
                break;
            }
        }
    }

    void end(const Alert &alert)
    {
        const Actor nobody;
        Acknowledge request;
        request.alertId = alert.id;
        request.comment = QStringLiteral("rehearsal");
        (void)m_book.acknowledge(request, nobody, m_now);
        HandleAlert reset;
        reset.verb = AlertVerb::Reset;
        reset.alertId = alert.id;
        (void)m_book.handle(reset, nobody, m_now);
    }

    void add(TimePoint at, RuleTrialMoment::What what, const Alert &alert)
    {
        m_answer.moments.append({at, what, alert.level, alert.value, alert.message});
        if (m_answer.moments.size() <= RuleTrialAnswer::mostMoments)
            return;
        m_answer.moments.removeFirst();
        m_answer.cut = true;
    }

    int m_lastId = 0;
    AlertBook m_book;
    TimePoint m_now;
    RuleTrialAnswer m_answer;
};

/// A line as its corners: what lies on the straight way between two others is left out. Beyond the limit the newest stay.
class Corners
{
public:
    void add(TimePoint at, const Value &value)
    {
        const std::optional<double> now = number(value);
        if (!now)
            return;
        // Whether or not has nothing in between.
        if (std::holds_alternative<bool>(value) && !m_points.isEmpty() && m_points.constLast().value != *now)
            append({at, m_points.constLast().value});
        append({at, *now});
    }
    [[nodiscard]] QList<HistoryPoint> take()
    {
        if (m_points.size() > RuleTrialAnswer::mostDrawn)
            m_points.remove(0, m_points.size() - RuleTrialAnswer::mostDrawn);
        return std::move(m_points);
    }

private:
    void append(const HistoryPoint &point)
    {
        if (m_points.size() >= 2 && between(m_points.at(m_points.size() - 2), m_points.constLast(), point))
            m_points.removeLast();
        m_points.append(point);
    }
    static bool between(const HistoryPoint &a, const HistoryPoint &b, const HistoryPoint &c)
    {
        const double whole = secondsBetween(a.at, c.at);
        if (whole <= 0)
            return false;
        const double wanted = a.value + (c.value - a.value) * secondsBetween(a.at, b.at) / whole;
        return std::abs(b.value - wanted) < 1e-6;
    }

    QList<HistoryPoint> m_points;
};

} // namespace

RuleTrialAnswer rehearse(AlertRule rule, const QList<Reading> &readings, TimePoint to)
{
    rule.match = {};
    rule.schedule.reset();
    rule.inhibitedBy.clear();
    Rehearsal rehearsal(rule);
    rehearsal.run(readings, to);
    RuleTrialAnswer answer = rehearsal.take();
    answer.outcome = Outcome::done(rule.id, false);
    answer.readings = static_cast<int>(readings.size());
    return answer;
}

QList<Geofence> fencesOf(const AlertRule &rule, const QList<Geofence> &fences)
{
    const QString own = fenceOfMetric(rule.metric);
    const QString other = rule.unless ? fenceOfMetric(rule.unless->metric) : QString();
    QList<Geofence> found;
    for (const Geofence &fence : fences) {
        if (fence.id == own || fence.id == other)
            found.append(fence);
    }
    return found;
}

RuleTrialAnswer rehearse(const AlertRule &rule, const QList<Geofence> &fences, const std::optional<Reading> &before,
                         QList<Reading> readings, TimePoint to)
{
    QList<Geofence> own = fencesOf(rule, fences);
    for (Geofence &fence : own)
        fence.match = {};
    GeofenceWatch watch(own);
    Device device;
    device.id = readings.isEmpty() ? QString() : readings.constFirst().deviceId;
    watch.setDevice(device);
    if (before && before->position)
        watch.seed(device.id, *before->position, before->receivedAt);
    int positions = 0;
    Corners drawn;
    for (Reading &reading : readings) {
        if (!reading.position)
            continue;
        ++positions;
        reading.samples += watch.judge(reading);
        if (const Value *made = reading.find(rule.metric))
            drawn.add(reading.receivedAt, *made);
    }
    readings.removeIf([&rule](const Reading &reading) { return reading.find(rule.metric) == nullptr; });
    RuleTrialAnswer answer = rehearse(rule, readings, to);
    answer.positions = positions;
    if (!fenceOfMetric(rule.metric).isEmpty())
        answer.drawn = drawn.take();
    return answer;
}

} // namespace tocsin
