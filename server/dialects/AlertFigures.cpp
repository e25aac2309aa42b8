// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/AlertFigures.h"

#include <QJsonArray>

#include <algorithm>

namespace tocsin {

AlertFigures::AlertFigures(const DeskMirror &mirror, TimePoint now, QObject *parent) : QObject(parent)
{
    m_kpis.reset(mirror.openAlerts(), now);
    connect(&mirror, &DeskMirror::eventsApplied, this, [this](const QList<Event> &events) {
        for (const Event &event : events) {
            if (const auto *change = std::get_if<AlertChange>(&event.body))
                m_kpis.take(*change, event.at);
        }
    });
    connect(&mirror, &DeskMirror::snapshotApplied, this, [this, &mirror] { m_kpis.resume(mirror.openAlerts()); });
}

void AlertFigures::setPeople(const QList<OnlinePerson> &people, TimePoint now)
{
    const auto staff = std::count_if(people.cbegin(), people.cend(),
                                     [](const OnlinePerson &person) { return person.role >= Role::Dispatcher; });
    m_kpis.setOperators(static_cast<int>(staff), now);
}

QJsonObject AlertFigures::toJson(TimePoint now) const
{
    const AlertKpis::Figures figures = m_kpis.figures(now);
    QJsonObject levels;
    for (const AlertKpis::Level &level : figures.levels) {
        QJsonObject one{{QStringLiteral("open"), level.open}, {QStringLiteral("raised"), level.raised}};
        if (level.ackP50)
            one.insert(QStringLiteral("ack_p50_seconds"), *level.ackP50);
        if (level.ackP90)
            one.insert(QStringLiteral("ack_p90_seconds"), *level.ackP90);
        levels.insert(toString(level.level), one);
    }
    QJsonArray sources;
    for (const auto &[name, count] : figures.topSources)
        sources.append(QJsonObject{{QStringLiteral("source"), name}, {QStringLiteral("alerts"), count}});
    return {{QStringLiteral("since"), toEpochMicros(figures.since)},
            {QStringLiteral("until"), toEpochMicros(now)},
            {QStringLiteral("operators"), figures.operators},
            {QStringLiteral("new_per_operator_10min"), figures.perOperator},
            {QStringLiteral("new_per_operator_10min_mean"), figures.perOperatorMean},
            {QStringLiteral("flood_share"), figures.floodShare},
            {QStringLiteral("chattering"), figures.chattering},
            {QStringLiteral("open_over_24h"), figures.stale},
            {QStringLiteral("shelved_now"), figures.shelvedNow},
            {QStringLiteral("reopened"), figures.reopened},
            {QStringLiteral("acknowledges_run_out"), figures.autoUnacked},
            {QStringLiteral("refused"), figures.refused},
            {QStringLiteral("levels"), levels},
            {QStringLiteral("top_sources"), sources}};
}

QList<Metric> AlertFigures::metrics(TimePoint now) const
{
    const AlertKpis::Figures figures = m_kpis.figures(now);
    const auto metric = [](const char *name, const char *help, Metric::Kind kind, double value) {
        return Metric{QString::fromLatin1(name), QString::fromLatin1(help), kind, value, {}};
    };
    QList<Metric> all{
        metric("tocsin_alerts_new_per_operator", "New alerts per operator in the last ten minutes.",
               Metric::Kind::Gauge, figures.perOperator),
        metric("tocsin_alerts_flood_share", "Share of ten-minute windows in flood, at most a day back.",
               Metric::Kind::Gauge, figures.floodShare),
        metric("tocsin_alerts_chattering", "Open alerts that come and go.", Metric::Kind::Gauge, figures.chattering),
        metric("tocsin_alerts_stale", "Alerts open for more than 24 h.", Metric::Kind::Gauge, figures.stale),
        metric("tocsin_alerts_shelved", "Alerts that are shelved.", Metric::Kind::Gauge, figures.shelvedNow),
        metric("tocsin_alerts_reopened_total", "Closings taken back.", Metric::Kind::Counter,
               static_cast<double>(figures.reopened)),
        metric("tocsin_alerts_ack_expired_total", "Acknowledges that ran out.", Metric::Kind::Counter,
               static_cast<double>(figures.autoUnacked)),
        metric("tocsin_alert_requests_refused_total",
               "Requests about alerts that were refused over the native protocol.", Metric::Kind::Counter,
               static_cast<double>(figures.refused)),
    };
    for (const AlertKpis::Level &level : figures.levels) {
        Metric raised = metric("tocsin_alerts_raised_total", "Alerts raised, by level.", Metric::Kind::Counter,
                               static_cast<double>(level.raised));
        raised.labels = {{QStringLiteral("level"), toString(level.level)}};
        all.append(raised);
    }
    return all;
}

} // namespace tocsin
