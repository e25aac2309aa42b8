// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"
#include "models/domain/AlertRule.h"
#include "models/domain/AlertTimers.h"
#include "models/domain/Desk.h"

#include <QList>

#include <functional>
#include <optional>
#include <vector>

namespace tocsin {

/// One look at a metric, as the state machine sees it.
struct AlertSample
{
    TimePoint at; ///< Reading::receivedAt
    std::optional<TimePoint> sourceTime;
    std::optional<double> value;
    std::optional<Position> position;
    QString sourceName;
    std::optional<double> raw{}; ///< the metric's own value, where a rate or a time is judged
};

/// Why a rule's alerts are suppressed (ALERTS.md, row 16).
struct Suppression
{
    QString by; ///< "schedule Office hours", "rule engine_overheat"
    QString reason;
    bool operator==(const Suppression &) const = default;
};

/// The state machine of one alert key (source, code, instance): waiting for its onDelay, open, gone. Owned and
/// fed by AlertBook, which knows about rules, sources and timers. Plain value logic; time is an argument.
/// The rows cited in the source are those of ALERTS.md's transition table.
class AlertTrack
{
public:
    struct Limits
    {
        Duration repeatEvery{};   ///< at most one Repeat change in that time; the count goes on
        Duration eventHold{};     ///< an event whose source never reports rest is over after so long without news
        Duration clockPatience{}; ///< samples that seem older than the violation are believed after so long
        int flaps = 3;            ///< so many times bad anew …
        Duration flapWindow =
            std::chrono::seconds(60); ///< … within that time is chattering, and so long without is calm
    };

    /// What all tracks of a book share. It outlives them.
    struct Common
    {
        AlertTimers timers{CareLimits()};
        TimePoint now; ///< the book's clock, as of the call that is under way
    };

    /// `facts` carries what does not change: source, code, instance, kind, title … `rule` outlives the track;
    /// null for what no rule decides (panics, reported alerts, silence).
    AlertTrack(const AlertRule *rule, Alert facts, const Common &common);

    /// Takes up an open alert where a snapshot left it.
    void restore(const Alert &alert, TimePoint now);

    /// The metric violates `band`. `makeId` is called if an alert is raised for the first time.
    void violated(int band, const AlertSample &sample, const QString &item, TimePoint now, const Limits &limits,
                  const std::function<QString()> &makeId, QList<AlertChange> &out);
    /// Neither bad nor good: between limit and clear point. The level may come down to `band`.
    void within(int band, const AlertSample &sample, const QString &item, QList<AlertChange> &out);
    /// The metric is good, or the event's field at rest.
    void good(const AlertSample &sample, TimePoint now, const Limits &limits, QList<AlertChange> &out);
    /// Runs what is due.
    void tick(TimePoint now, const Limits &limits, const std::function<QString()> &makeId, QList<AlertChange> &out);
    /// When tick() has something to do next.
    [[nodiscard]] std::optional<TimePoint> deadline(const Limits &limits) const;

    /// Runs one of what is due of AlertTimers; false: nothing more is.
    bool runTimer(TimePoint now, QList<AlertChange> &out);

    /// Opens without a rule; the facts are complete except for times and numbering.
    void raise(const QString &id, TimePoint at, QList<AlertChange> &out);
    /// Same alert again: counted, told at most every repeatEvery.
    void repeat(TimePoint at, const Limits &limits, QList<AlertChange> &out);
    void acknowledge(const QString &by, const QString &comment, TimePoint now, QList<AlertChange> &out);
    void setLevel(AlertLevel level, QList<AlertChange> &out);
    void returnToNormal(TimePoint at, QList<AlertChange> &out, const QString &reason = {});
    /// Its originator says that it is over; `threatened`: so that the desk knows it is not.
    void cancel(bool threatened, TimePoint at, QList<AlertChange> &out);
    /// A person ends it, acknowledged or not, whatever the source says.
    void close(const CloseAlert &request, const Actor &actor, TimePoint now, QList<AlertChange> &out);
    void setQuality(AlertQuality quality, QList<AlertChange> &out);
    /// From now on it is suppressed, or no longer; what it is raised as later, too. Never an emergency.
    void setCause(const std::optional<Suppression> &cause, QList<AlertChange> &out);
    /// Goes on under another rule, or the same as it is now; null: its rule is gone.
    void setRule(const AlertRule *rule);
    /// What the source told before this track existed: only delays and counts run.
    void recall(int band, const AlertSample &sample, const QString &item);
    void recallGood(const AlertSample &sample);
    /// The clock was set back by `by`, to `now`.
    void shift(Duration by, TimePoint now);
    /// The first of a flood (FloodWatch); false: it was already.
    bool setFirstInGroup(QList<AlertChange> &out);
    /// Tells of facts that the caller changed through facts(), as `verb`; `from` is the state before.
    void changed(AlertVerb verb, AlertState from, QList<AlertChange> &out, const QString &reason = {},
                 const QString &comment = {});

    [[nodiscard]] Alert &facts() { return m_alert; }
    [[nodiscard]] const Alert &alert() const { return m_alert; }
    [[nodiscard]] bool open() const { return m_open; } ///< raised and not yet NORMAL
    /// Nothing is open, begun, or remembered.
    [[nodiscard]] bool idle() const { return !m_open && !m_pendingSince && m_flaps.empty() && m_violations.empty(); }
    [[nodiscard]] bool active() const; ///< open, and the source still says so (active or clearing)
    [[nodiscard]] const AlertRule *rule() const { return m_rule; }
    [[nodiscard]] const CareOverride &own() const; ///< what its rule has otherwise than its level
    /// The source reports this event's field at rest too, so its end will be told.
    void setRestReported() { m_restReported = true; }

private:
    void raiseByRule(int band, const AlertSample &sample, const QString &item, TimePoint since, const Limits &limits,
                     const std::function<QString()> &makeId, QList<AlertChange> &out);
    bool adoptBand(int band);
    void describe(int band, const AlertSample &sample, const QString &item);
    void dropAcknowledge();
    [[nodiscard]] bool older(const AlertSample &sample) const;
    [[nodiscard]] Duration eventHold(const Limits &limits) const;
    [[nodiscard]] bool mayBeHeld() const;
    void hold(const Suppression &cause);
    void takeRule();
    void forget(TimePoint now, const Limits &limits);
    [[nodiscard]] bool isDelayed() const;
    [[nodiscard]] bool isCounted(TimePoint at);
    void noteFlap(TimePoint at, const Limits &limits);
    void calmDown(TimePoint now, QList<AlertChange> &out);
    [[nodiscard]] QString settleHold(AlertVerb verb);
    void keepFlaps();
    void restoreFlaps(TimePoint now);

    const AlertRule *m_rule = nullptr;
    const Common &m_common;
    Alert m_alert;
    bool m_open = false;
    bool m_restReported = false;
    bool m_countDirty = false; ///< violations counted since the last change was told
    AlertLevel m_toldLevel = AlertLevel::Info;
    int m_band = -1;
    TimePoint m_toldAt;   ///< the last change
    TimePoint m_heldFrom; ///< when the event was last told of; after a restart not before it
    Duration m_lastGap{};
    std::optional<TimePoint> m_pendingSince; ///< first violation, not yet raised
    AlertSample m_pendingSample;
    QString m_pendingItem;
    TimePoint m_badAt;                        ///< newest violation: received …
    std::optional<TimePoint> m_badSourceTime; ///< … and by the source's clock
    std::optional<TimePoint> m_ignoredSince;  ///< since when only samples older than that came
    std::vector<TimePoint> m_violations;      ///< of a rule that counts them: the newest, at most as many as it wants
    std::vector<TimePoint> m_flaps;           ///< when it became bad anew: the newest, at most Limits::flaps
    std::optional<TimePoint> m_goodSince;     ///< while it chatters, when its cond does not follow
    std::optional<Suppression> m_cause;
};

} // namespace tocsin
