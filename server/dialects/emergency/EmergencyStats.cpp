// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/emergency/EmergencyStats.h"

#include <utility>

namespace tocsin::emergency {

namespace {
constexpr int mostAsked = 1000; // panics of one day that a restart still counts
}

Stats::Stats(const DialectOptions &options, const DialectServices &services, Incidents &incidents, ReplyBox &replies,
             std::function<int()> online, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_incidents(incidents)
    , m_online(std::move(online))
    , m_timer(this)
    , m_day(std::chrono::floor<std::chrono::days>(options.clock()))
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (std::exchange(m_touched, false))
            touch();
    });
    connect(&services.mirror, &DeskMirror::alertChanged, this, [this](const AlertChange &change) {
        if (change.alert.kind != AlertKind::Incident)
            return;
        if (change.verb == AlertVerb::Raise && change.alert.occurrence == 1) {
            turnDay();
            ++m_total;
            ++m_today;
        }
        touch();
    });
    AlertsQuery wanted;
    wanted.incidentsOnly = true;
    wanted.countAll = true;
    wanted.limit = mostAsked;
    services.archive.alerts(wanted, replies.expect<AlertsResult>([this](const AlertsResult &result) {
        turnDay();
        m_total += result.total;
        for (const Alert &alert : result.alerts)
            m_today += std::chrono::floor<std::chrono::days>(alert.raisedAt) == m_day ? 1 : 0;
        touch();
    }));
}

void Stats::turnDay()
{
    const auto today = std::chrono::floor<std::chrono::days>(m_options.clock());
    if (std::exchange(m_day, today) != today)
        m_today = 0;
}

QJsonObject Stats::figures()
{
    turnDay();
    return {{QStringLiteral("total_alerts"), m_total},
            {QStringLiteral("active_alerts"), m_incidents.active().size()},
            {QStringLiteral("alerts_today"), m_today},
            {QStringLiteral("online_users"), m_online()},
            {QStringLiteral("total_users"), m_incidents.accounts()->accounts.size()}};
}

void Stats::touch()
{
    if (m_timer.isActive()) {
        m_touched = true;
        return;
    }
    m_timer.start(atMostEvery);
    const QJsonObject now = figures();
    if (std::exchange(m_told, now) != now)
        Q_EMIT changed(now);
}

} // namespace tocsin::emergency
