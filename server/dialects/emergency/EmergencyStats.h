// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/emergency/EmergencyIncidents.h"

#include <QJsonObject>
#include <QObject>
#include <QTimer>

#include <functional>

namespace tocsin::emergency {

/// The figures of the dashboards: panics since ever, now and today (UTC), people online and known. Server thread. What was before the
/// start is asked of the archive once; changed() comes at most once a second.
class Stats : public QObject
{
    Q_OBJECT
public:
    static constexpr auto atMostEvery = std::chrono::seconds(1);

    /// `online`: how many distinct people are connected.
    Stats(const DialectOptions &options, const DialectServices &services, Incidents &incidents, ReplyBox &replies,
          std::function<int()> online, QObject *parent = nullptr);

    [[nodiscard]] QJsonObject figures();
    /// Something that they count may have changed.
    void touch();

Q_SIGNALS:
    void changed(const QJsonObject &figures);

private:
    void turnDay();

    const DialectOptions &m_options;
    Incidents &m_incidents;
    const std::function<int()> m_online;
    QTimer m_timer;
    QJsonObject m_told;
    qint64 m_total = 0;
    qint64 m_today = 0;
    std::chrono::sys_days m_day;
    bool m_touched = false; ///< while the timer runs
};

} // namespace tocsin::emergency
