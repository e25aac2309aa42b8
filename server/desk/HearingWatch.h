// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Hearing.h"
#include "models/domain/Time.h"

#include <QHash>

#include <optional>

namespace tocsin {

/// When it is an emergency of its own that nobody hears. A server whose people are called by other means has no console at all, and
/// must not escalate everything for that.
enum class HearingRule {
    Expected, ///< once a console has told of its sound since the start
    Always,   ///< from the start on, consoles or none
    Never,
};
[[nodiscard]] std::optional<HearingRule> hearingRuleFromString(QStringView text); ///< "expected", "always", "never"

struct HearingLimits
{
    HearingRule rule = HearingRule::Expected;
    Duration lease = std::chrono::seconds(90);      ///< of a report; consoles renew it every 30 s
    Duration settle = std::chrono::seconds(60);     ///< after the start, for consoles to come back (Always)
    Duration alarmAfter = std::chrono::seconds(15); ///< nobody for so long: an alert of its own
    qsizetype consoles = 4096;                      ///< remembered; further ones do not count
};

/// Decides whether anybody can hear an alert. Plain value logic: one thread; time is an argument. A console counts from its report
/// until its lease ends or it leaves; of several reports of one console the last counts.
class HearingWatch
{
public:
    explicit HearingWatch(HearingLimits limits = {}) : m_limits(limits) {}

    /// The desk starts; nothing was reported yet.
    void start(TimePoint now);
    void report(const HearingReport &report, TimePoint now);
    void leave(const QString &console, TimePoint now);
    /// Lets what is over be over. Before the two below are asked.
    void tick(TimePoint now);

    [[nodiscard]] const Audibility &audibility() const { return m_audibility; }
    /// Once per silence: it has lasted for `alarmAfter`.
    [[nodiscard]] bool takeAlarm(TimePoint now);
    /// Once, after an alarm was taken: who can be heard again. Nothing: nobody, or there was no alarm.
    [[nodiscard]] std::optional<QString> takeRelief();
    /// Why not, per console, for the alarm: "Dana R.: muted; Mo: no output device". Bounded.
    [[nodiscard]] QString reasons() const;
    [[nodiscard]] std::optional<TimePoint> silentSince() const { return m_silentSince; }
    [[nodiscard]] std::optional<TimePoint> nextDeadline() const;

private:
    struct Console
    {
        HearingReport said;
        TimePoint until;
    };
    void judge(TimePoint now);

    HearingLimits m_limits;
    QHash<QString, Console> m_consoles;
    TimePoint m_startedAt;
    bool m_expected = false; ///< a console has told of its sound
    Audibility m_audibility;
    std::optional<TimePoint> m_silentSince;
    bool m_alarmed = false;
};

} // namespace tocsin
