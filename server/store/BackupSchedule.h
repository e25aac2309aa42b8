// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <chrono>
#include <functional>

namespace tocsin {

/// Backs the data directory up by itself, each hour, without the telemetry history (class B), and keeps the newest. Lives on the "backup"
/// thread: create it anywhere, move it there, call start() and stop() there. A failure is a warning, and tried again at the next
/// look; a backup that would not leave room for twice itself is not begun.
class BackupSchedule : public QObject
{
    Q_OBJECT
public:
    struct Options
    {
        QString data;      ///< the data directory
        QString directory; ///< where the backups go
        std::chrono::seconds interval = std::chrono::hours(1);
        int keep = 24;
        std::chrono::seconds look{60}; ///< so often it is asked whether one is due
        std::function<TimePoint()> clock = systemNow;
        std::function<bool()> allowed;                    ///< empty: always
        std::function<qint64(const QString &)> freeBytes; ///< of the disk of that path; empty: as the system says
    };

    explicit BackupSchedule(Options options, QObject *parent = nullptr);

    void start();
    void stop();
    /// Makes a backup when one is due. By itself when started.
    void look();

private:
    const Options m_options;
    QTimer m_timer;
    TimePoint m_last{}; ///< the newest backup
    bool m_failing = false;
};

} // namespace tocsin
