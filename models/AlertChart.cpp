// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertChart.h"

#include "models/Format.h"
#include "models/TrendChart.h"

#include <algorithm>
#include <utility>

namespace tocsin {

using namespace std::chrono_literals;

namespace {
constexpr Duration around = 5min;
constexpr Duration longest = 6h;

/// When it was over; nothing while it is not.
std::optional<TimePoint> endOf(const Alert &alert)
{
    if (isOpen(alert) && alert.cond != AlertCondition::Clear && alert.cond != AlertCondition::Canceled)
        return std::nullopt;
    TimePoint end = std::max(alert.clearedAt.value_or(alert.raisedAt), alert.ackedAt.value_or(alert.raisedAt));
    if (alert.care && alert.care->closedAt)
        end = std::max(end, *alert.care->closedAt);
    return end;
}
} // namespace

AlertChart::AlertChart(DeskLink &link, ModelClock clock, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_clock(std::move(clock))
    , m_request(link)
{
    connect(&link, &DeskLink::historyReady, this, &AlertChart::takeHistory);
    connect(&link, &DeskLink::latest, this, &AlertChart::takeLatest);
    connect(&link, &DeskLink::stateChanged, this, [this](DeskLink::State state) {
        if (state == DeskLink::State::Open && possible())
            ask(); // what went by meanwhile
    });
}

void AlertChart::clear()
{
    m_alert = Alert();
    m_request.cancel();
    m_line.setChannel({});
    m_marks.assign({});
    m_problem.clear();
    ++m_revision;
    Q_EMIT revisionChanged();
}

void AlertChart::show(const Alert &alert)
{
    const bool other =
        alert.id != m_alert.id || alert.occurrence != m_alert.occurrence || alert.channel != m_alert.channel;
    m_alert = alert;
    const TimePoint now = m_clock.now();
    if (other) {
        m_from = alert.raisedAt - around;
        const TimePoint to = std::min({endOf(alert).value_or(now) + around, now, m_from + longest});
        m_line.setChannel(alert.channel);
        m_line.clear(std::max<Duration>(to - m_from, 2 * around));
        m_problem.clear();
        if (possible())
            ask();
        else
            m_request.cancel();
    }
    ChannelBand band;
    band.channel = alert.channel;
    band.warnHigh = alert.threshold;
    m_line.setBand(band);
    m_dirty = true;
    renew(now);
}

void AlertChart::ask()
{
    const TimePoint now = m_clock.now();
    HistoryQuery query;
    query.deviceId = m_alert.source;
    query.channels = {m_alert.channel};
    query.from = m_from;
    query.to = std::min({endOf(m_alert).value_or(now) + around, now, m_from + longest});
    query.maxPoints = 2 * TrendBuffer::Steps;
    m_request.ask(query, now);
}

void AlertChart::takeHistory(quint64 queryId, const HistoryResult &result)
{
    const TimePoint now = m_clock.now();
    if (m_request.take(queryId, now) != HistoryRequest::Taken::Current)
        return;
    for (const HistorySeries &series : result.series) {
        if (series.channel == m_alert.channel)
            m_line.buffer().merge(series.points);
    }
    m_problem = result.error;
    m_dirty = true;
    renew(now);
}

void AlertChart::takeLatest(const QList<LatestReading> &readings)
{
    if (!possible() || endOf(m_alert))
        return;
    for (const LatestReading &reading : readings) {
        if (reading.deviceId != m_alert.source)
            continue;
        const auto it = reading.channels.constFind(m_alert.channel);
        if (it == reading.channels.cend() || it->at > m_from + longest)
            continue;
        if (const auto value = number(it->value)) {
            m_line.buffer().add(it->at, *value);
            m_dirty = true;
        }
    }
}

void AlertChart::tick(TimePoint now)
{
    if (!m_alert.id.isEmpty())
        renew(now);
}

void AlertChart::renew(TimePoint now)
{
    const TimePoint to =
        std::max(m_from + around, std::min({endOf(m_alert).value_or(now) + around, now, m_from + longest}));
    if (to == m_to && !m_dirty)
        return;
    m_to = to;
    m_dirty = false;
    m_line.refresh(m_from, m_to);
    const double spanMs = std::max(1.0, toMs() - fromMs());
    QList<AlertMarkModel::Mark> marks;
    const auto add = [&](const std::optional<TimePoint> &at, const QString &text) {
        if (at && *at >= m_from && *at <= m_to)
            marks.append(
                {(double(toEpochMillis(*at)) - fromMs()) / spanMs, text, format::timeOfDay(*at, m_clock.zone)});
    };
    add(m_alert.raisedAt, tr("raised"));
    add(m_alert.ackedAt, tr("acknowledged"));
    add(m_alert.clearedAt, tr("returned"));
    if (m_alert.care)
        add(m_alert.care->closedAt, tr("closed"));
    m_marks.assign(marks);
    ++m_revision;
    Q_EMIT revisionChanged();
}

QStringList AlertChart::timeTicks() const
{
    const auto text = [this](TimePoint t) { return format::timeOfDay(t, m_clock.zone); };
    return {text(m_from), text(m_from + (m_to - m_from) / 2), text(m_to)};
}

bool AlertChart::fill(QAbstractSeries *series)
{
    return fillSeries(series, m_line.buffer().segments(m_from, m_to), (toMs() - fromMs()) / TrendBuffer::Steps / 2);
}

} // namespace tocsin
