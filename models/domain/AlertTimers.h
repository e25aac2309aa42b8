// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"

#include <QList>

#include <optional>

namespace tocsin {

/// When the book acts by itself, per level (ALERTS.md, defaults); a rule may have a ladder of its own.
struct CareLimits
{
    struct Level
    {
        QList<Duration> ladder;  ///< since it was raised: when each step is due; empty: nobody is called
        Duration ackLives{};     ///< how long an acknowledge holds while it is active; 0: for ever
        Duration ackGrace{};     ///< after the reminder
        Duration longestShelf{}; ///< 0: must not be shelved
        Duration longestSilence{};
    };
    CareLimits();

    Level info;
    Level warning;
    Level critical;
    Level emergency;
    Duration lease = std::chrono::seconds(120);
    Duration reopenWithin = std::chrono::seconds(60);
    Duration confirmCancel = std::chrono::seconds(120);
    Duration contactLost = std::chrono::seconds(90); ///< three times 30 s without a fix or heartbeat
    Duration welfareEvery = std::chrono::minutes(5);
    Duration welfareWindow = std::chrono::seconds(60);
    Duration welfareRetry = std::chrono::seconds(120);
    static constexpr int topStep = 9;

    [[nodiscard]] const Level &of(AlertLevel level) const;
};

/// What a rule has otherwise than its level; empty: as the level.
struct CareOverride
{
    QList<Duration> ladder;
    std::optional<Duration> ackLives;
    std::optional<Duration> ackGrace;
    std::optional<Duration> longestShelf; ///< not of an emergency, which must never be shelved

    bool operator==(const CareOverride &) const = default;
};

/// What runs by time on the facts of one alert: the ladder, what an acknowledge, a hold, a lease and a silence live, and an incident's
/// checks. Every deadline is an absolute time in the facts, so that a restart changes nothing. Pure functions; time is an argument.
/// `own`: of the alert's rule.
class AlertTimers
{
public:
    struct Step
    {
        AlertVerb verb;
        QString reason;
    };

    explicit AlertTimers(CareLimits limits) : m_limits(std::move(limits)) {}
    [[nodiscard]] const CareLimits &limits() const { return m_limits; }
    /// Whether any console can be heard: if not, what is critical goes up its ladder at once.
    void setAudible(bool audible) { m_audible = audible; }

    /// The earliest deadline in the facts; nothing: there is none.
    [[nodiscard]] std::optional<TimePoint> due(const Alert &alert) const;
    /// Does the one that is due first and changes the facts; nothing: none is due. settle() follows.
    [[nodiscard]] std::optional<Step> run(Alert &alert, const CareOverride &own, TimePoint now) const;
    /// Brings the deadlines in line with the state after any change: a ladder runs while somebody is waited for (`anew`: from its foot),
    /// an acknowledge lives while there is something to acknowledge.
    void settle(Alert &alert, const CareOverride &own, bool anew, TimePoint now) const;
    /// An acknowledge was given, or given again.
    void acknowledged(Alert &alert, const CareOverride &own, TimePoint now) const;
    /// Takes the hold away. Row 15: what is still active has to be acknowledged, again if it was.
    static void release(Alert &alert);
    /// The clock was set back by `by`; the deadlines go with it.
    static void shift(Alert &alert, Duration by);

private:
    [[nodiscard]] const QList<Duration> &ladderOf(const Alert &alert, const CareOverride &own) const;
    [[nodiscard]] std::optional<Step> runIncident(Alert &alert, TimePoint now) const;

    CareLimits m_limits;
    bool m_audible = true;
};

} // namespace tocsin
