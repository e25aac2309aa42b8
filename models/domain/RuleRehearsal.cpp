// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/RuleRehearsal.h"

#include "models/domain/AlertBook.h"

#include <algorithm>
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

} // namespace tocsin
