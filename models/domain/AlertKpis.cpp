// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertKpis.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tocsin {

using namespace std::chrono_literals;

namespace {
constexpr qint64 minutesPerWindow = 10;
constexpr qsizetype mostTopSources = 10;

qint64 minuteNumber(TimePoint at)
{
    return std::chrono::floor<std::chrono::minutes>(at).time_since_epoch().count();
}

std::size_t indexOf(AlertLevel level)
{
    return std::min(static_cast<std::size_t>(level), AlertKpis::Levels - 1);
}

/// Nearest rank.
std::optional<double> quantile(QList<float> values, double q)
{
    if (values.isEmpty())
        return std::nullopt;
    const auto rank = static_cast<qsizetype>(std::ceil(q * static_cast<double>(values.size())));
    const qsizetype at = std::clamp<qsizetype>(rank - 1, 0, values.size() - 1);
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return static_cast<double>(values.at(at));
}
} // namespace

void AlertKpis::reset(const QList<Alert> &open, TimePoint now)
{
    const int operators = m_operators;
    *this = AlertKpis();
    m_operators = operators;
    m_since = now;
    resume(open);
}

void AlertKpis::resume(const QList<Alert> &open)
{
    m_open.clear();
    for (const Alert &alert : open)
        note(alert);
}

AlertKpis::Minute &AlertKpis::minuteOf(TimePoint at)
{
    const qint64 number = minuteNumber(at);
    Minute &minute = m_minutes.at(static_cast<std::size_t>(std::abs(number) % MinutesKept));
    if (minute.number != number)
        minute = {number, 0, m_operators};
    return minute;
}

void AlertKpis::setOperators(int operators, TimePoint now)
{
    m_operators = std::max(1, operators);
    minuteOf(now).operators = m_operators;
}

void AlertKpis::note(const Alert &alert)
{
    if (isOpen(alert))
        m_open.insert(alert.id, {alert.raisedAt, alert.level, alert.chattering, alert.hold == AlertHold::Shelved});
    else
        m_open.remove(alert.id);
}

/// Metwally's space-saving: who is new takes the place, and the count, of the least frequent.
void AlertKpis::countSource(const QString &name)
{
    const auto known = m_sources.find(name);
    if (known != m_sources.end()) {
        ++*known;
        return;
    }
    qint64 inherited = 0;
    if (m_sources.size() >= MaxSources) {
        const auto least = std::min_element(m_sources.cbegin(), m_sources.cend());
        inherited = *least;
        m_sources.erase(least);
    }
    m_sources.insert(name, inherited + 1);
}

void AlertKpis::take(const AlertChange &change, TimePoint at)
{
    const Alert &alert = change.alert;
    if (alert.cond == AlertCondition::Pending)
        return;
    note(alert);
    switch (change.verb) {
    case AlertVerb::Raise:
        ++minuteOf(at).raised;
        ++m_raised.at(indexOf(alert.level));
        countSource(alert.sourceName.isEmpty() ? alert.source : alert.sourceName);
        break;
    case AlertVerb::Acknowledge: {
        Samples &samples = m_ackTimes.at(indexOf(alert.level));
        const double seconds = secondsBetween(alert.raisedAt, alert.ackedAt.value_or(at));
        samples.seconds.at(static_cast<std::size_t>(samples.next)) = static_cast<float>(std::max(0.0, seconds));
        samples.next = (samples.next + 1) % MaxSamples;
        samples.count = std::min<qsizetype>(samples.count + 1, MaxSamples);
        break;
    }
    case AlertVerb::Reopen:
        ++m_reopened;
        break;
    default:
        break;
    }
    if (change.reason == QLatin1String("ack_expired") || change.reason == QLatin1String("cancel_unconfirmed"))
        ++m_autoUnacked;
}

AlertKpis::Figures AlertKpis::figures(TimePoint now) const
{
    Figures figures;
    figures.since = m_since;
    figures.operators = m_operators;
    for (std::size_t i = 0; i < Levels; ++i) {
        Level &level = figures.levels.at(i);
        const Samples &samples = m_ackTimes.at(i);
        const QList<float> seconds(samples.seconds.cbegin(), samples.seconds.cbegin() + samples.count);
        level.level = static_cast<AlertLevel>(i);
        level.raised = m_raised.at(i);
        level.ackP50 = quantile(seconds, 0.5);
        level.ackP90 = quantile(seconds, 0.9);
    }
    for (const Open &open : m_open) {
        ++figures.levels.at(indexOf(open.level)).open;
        figures.chattering += open.chattering ? 1 : 0;
        figures.shelvedNow += open.shelved ? 1 : 0;
        figures.stale += now - open.raisedAt > 24h ? 1 : 0;
    }

    // Windows end now and go back to the begin, at most a day; the last ten minutes are the first of them.
    const qint64 last = minuteNumber(now);
    const qint64 first = std::max(minuteNumber(m_since), last - MinutesKept + 1);
    qint64 windows = 0;
    qint64 floods = 0;
    double sum = 0;
    for (qint64 end = last; end >= first; end -= minutesPerWindow) {
        double perOperator = 0;
        for (qint64 number = std::max(first, end - minutesPerWindow + 1); number <= end; ++number) {
            const Minute &minute = m_minutes.at(static_cast<std::size_t>(std::abs(number) % MinutesKept));
            if (minute.number == number)
                perOperator += static_cast<double>(minute.raised) / minute.operators;
        }
        if (windows == 0)
            figures.perOperator = perOperator;
        ++windows;
        floods += perOperator > FloodStarts ? 1 : 0;
        sum += perOperator;
    }
    if (windows > 0) {
        figures.floodShare = static_cast<double>(floods) / static_cast<double>(windows);
        figures.perOperatorMean = sum / static_cast<double>(windows);
    }

    for (auto it = m_sources.cbegin(); it != m_sources.cend(); ++it)
        figures.topSources.append({it.key(), it.value()});
    const auto more = [](const auto &a, const auto &b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    };
    const qsizetype shown = std::min(figures.topSources.size(), mostTopSources);
    std::partial_sort(figures.topSources.begin(), figures.topSources.begin() + shown, figures.topSources.end(), more);
    figures.topSources.resize(shown);
    figures.reopened = m_reopened;
    figures.autoUnacked = m_autoUnacked;
    figures.refused = m_refused;
    return figures;
}

} // namespace tocsin
