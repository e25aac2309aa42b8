// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"

#include <QHash>
#include <QList>
#include <QString>

#include <array>
#include <optional>
#include <utility>

namespace tocsin {

/// How alerts are coped with (ALERTS.md, "Shown live and exported"; after EEMUA 191 and ISA-18.2): fed with what the desk tells, asked
/// for figures. Plain value logic, one thread at a time; time is an argument. It knows what happened since reset().
///
/// Bounded: a day of minutes, the newest 500 times to acknowledge per level, 1,000 sources (space-saving: the least frequent gives
/// its place away), and of each open alert a few facts.
class AlertKpis
{
public:
    static constexpr int FloodStarts = 10; ///< more than so many new alerts per operator in ten minutes
    static constexpr int MaxSources = 1000;
    static constexpr int MaxSamples = 500;
    static constexpr int MinutesKept = 24 * 60;
    static constexpr std::size_t Levels = 4;

    struct Level
    {
        AlertLevel level = AlertLevel::Info;
        int open = 0;
        qint64 raised = 0;
        std::optional<double> ackP50; ///< seconds from raised to acknowledged; none: nobody has acknowledged one
        std::optional<double> ackP90;
    };
    struct Figures
    {
        TimePoint since; ///< begin of what is known
        int operators = 1;
        double perOperator = 0;     ///< new alerts per operator in the last ten minutes
        double perOperatorMean = 0; ///< per ten minutes since the begin, at most a day back
        double floodShare = 0;      ///< 0 to 1: of the ten-minute windows since the begin, at most a day back
        QList<std::pair<QString, qint64>> topSources; ///< at most ten, most alerts first; by name
        int chattering = 0;
        int stale = 0; ///< open for more than 24 h
        std::array<Level, Levels> levels;
        qint64 reopened = 0;    ///< closing taken back
        qint64 autoUnacked = 0; ///< an acknowledge ran out, or a cancel was not confirmed
        int shelvedNow = 0;
        qint64 refused = 0; ///< commands that the desk refused
    };

    /// Forgets all; `open` is what was open at the begin.
    void reset(const QList<Alert> &open, TimePoint now);
    /// What was missed: the open alerts are these; the rest stays.
    void resume(const QList<Alert> &open);
    void take(const AlertChange &change, TimePoint at);
    void refused() { ++m_refused; }
    /// Who shares the work, from now on; at least 1 counts.
    void setOperators(int operators, TimePoint now);

    [[nodiscard]] Figures figures(TimePoint now) const;

private:
    struct Open
    {
        TimePoint raisedAt;
        AlertLevel level = AlertLevel::Info;
        bool chattering = false;
        bool shelved = false;
    };
    struct Minute
    {
        qint64 number = -1; ///< minutes since 1970; −1: never used
        int raised = 0;
        int operators = 1;
    };
    struct Samples
    {
        std::array<float, MaxSamples> seconds{};
        qsizetype count = 0;
        qsizetype next = 0;
    };

    [[nodiscard]] Minute &minuteOf(TimePoint at);
    void note(const Alert &alert);
    void countSource(const QString &name);

    TimePoint m_since;
    int m_operators = 1;
    std::array<Minute, MinutesKept> m_minutes{};
    QHash<QString, Open> m_open;
    QHash<QString, qint64> m_sources;
    std::array<qint64, Levels> m_raised{};
    std::array<Samples, Levels> m_ackTimes{};
    qint64 m_reopened = 0;
    qint64 m_autoUnacked = 0;
    qint64 m_refused = 0;
};

} // namespace tocsin
