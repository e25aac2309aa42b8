// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/SoundBank.h"
#include "models/domain/Alert.h"

#include <QHash>

#include <optional>

namespace tocsin {

struct SoundLimits
{
    Duration emergencyGap = std::chrono::milliseconds(800); ///< of silence between two bursts; at most 1 s
    Duration criticalEvery = std::chrono::seconds(3);       ///< from begin to begin, as the next two
    Duration nobodyEvery = std::chrono::seconds(10);
    Duration warningAgain = std::chrono::minutes(15);
};

/// Decides what sounds when, from the alerts that are open (ALERTS.md, defaults). Plain value logic: one thread, time is an argument.
/// - Emergencies and critical alerts loop until they are acknowledged, silenced or held; the most urgent one alone.
/// - Warnings chirp twice, and again after 15 min; what is over before anybody took it chirps once.
/// - A new occurrence, or a higher level, sounds at once. What chatters sounds once, unless it is an emergency.
/// - Beside an urgent loop nothing less urgent sounds; a lost contact interrupts it once.
class SoundPlan
{
public:
    explicit SoundPlan(SoundLimits limits = {}) : m_limits(limits) {}

    /// Begins anew with what is open: what waits sounds, what is merely over does not.
    void reset(const QList<Alert> &alerts, TimePoint now);
    void see(const Alert &alert, TimePoint now);
    void setNobodyHears(bool nobody);

    /// What begins to sound now; None: nothing is due. It is taken to sound for its length.
    [[nodiscard]] Sound take(TimePoint now);
    /// When to ask again; nothing: only an alert changes that.
    [[nodiscard]] std::optional<TimePoint> nextDue(TimePoint now) const;
    [[nodiscard]] qsizetype size() const { return m_known.size(); } ///< alerts that it looks at
    /// The loop that is on now; None, Critical, NobodyHears or Emergency.
    [[nodiscard]] Sound loop(TimePoint now) const;

    /// What loops and is not silenced: what a press of "silence" is about. Most urgent first, then the oldest.
    [[nodiscard]] QList<Alert> audible(TimePoint now) const;
    /// When the first of those that are silenced is heard again; nothing: none is.
    [[nodiscard]] std::optional<TimePoint> silentUntil(TimePoint now) const;

private:
    struct Known
    {
        Alert alert;
        bool quiet = false;                 ///< it chatters and has sounded
        std::optional<TimePoint> againAt{}; ///< of a warning
    };
    [[nodiscard]] static Sound soundOf(const Alert &alert);
    [[nodiscard]] static bool loops(const Known &known);
    [[nodiscard]] static bool isSilenced(const Alert &alert, TimePoint now);
    void takeUp(const Alert &alert, const Known *before, TimePoint now);
    [[nodiscard]] Duration periodOf(Sound loop) const;
    [[nodiscard]] bool beginsAnew(Sound loop) const { return m_anew >= loop || loop > m_lastLoop; }
    /// Whether what sounds now is let finish before `next` begins.
    [[nodiscard]] bool waits(Sound next, bool anew, TimePoint now) const;

    SoundLimits m_limits;
    QHash<QString, Known> m_known; ///< open alerts
    Sound m_once = Sound::None;    ///< due now; the most urgent one speaks for all
    bool m_nobodyHears = false;
    Sound m_anew = Sound::None; ///< has come anew: that loop, or a lesser one, begins at once
    Sound m_lastLoop = Sound::None;
    TimePoint m_loopAt;    ///< when its last burst began
    TimePoint m_busyUntil; ///< of the sound that was taken last
    Sound m_last = Sound::None;
};

} // namespace tocsin
