// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertCare.h"
#include "models/domain/Reading.h"
#include "models/domain/Shared.h"
#include "models/domain/Time.h"

#include <QString>
#include <QStringList>

#include <optional>

namespace tocsin {

/// Urgency, ascending. On the wire `level` is info|warning|critical; emergency is critical plus class.
enum class AlertLevel { Info, Warning, Critical, Emergency };

/// condition: can return to normal. event: momentary. incident: a person's panic, open until its
/// originator cancels it.
enum class AlertKind { Condition, Event, Incident };

/// What the source says now. Apart from what the operator still owes (Alert::acked).
enum class AlertCondition { Pending, Active, Clearing, Clear, Canceled };

/// Whether it is kept from the operators' attention; it is judged and recorded all the same.
enum class AlertHold {
    None,
    Shelved,      ///< by an operator, for a while
    Suppressed,   ///< by the system: its parent is open, or a schedule says so
    OutOfService, ///< by a supervisor: the source is being worked on
};

/// Derived from the facts, first match wins; after ISA-18.2. See stateOf().
enum class AlertState {
    Normal,                 ///< terminal, history
    Unacknowledged,         ///< active or clearing, nobody took it: flashes
    Acknowledged,           ///< active or clearing, taken: steady
    ReturnedUnacknowledged, ///< cleared or canceled before anybody took it
    Latched,                ///< over and acknowledged, but somebody has to reset it
    Shelved,
    Suppressed,
    OutOfService,
};

enum class AlertQuality { Good, Stale };

/// The stored facts of one alert. One open alert per key (source, code, instance).
struct Alert
{
    QString id;         ///< made by the desk, or as a dialect's sender chose it
    QString source;     ///< device id, or user id of an incident
    QString sourceName; ///< what the operator reads
    QString code;       ///< "LOW_BATTERY", "engine_overheat", "PANIC", …
    QString instance;   ///< tells several of one code apart (a trouble code); usually empty
    QString ruleId;     ///< empty when no rule raised it
    QString title;
    QString message;  ///< "11.8 V, limit 12.0 V"
    QString category; ///< "engine", "battery", "security", …; free text
    QString userId;   ///< the person it belongs to, when known
    AlertKind kind = AlertKind::Condition;
    AlertLevel level = AlertLevel::Warning;
    AlertLevel peakLevel = AlertLevel::Warning;
    AlertCondition cond = AlertCondition::Active;
    AlertQuality quality = AlertQuality::Good;
    bool acked = false;
    bool simulated = false;
    bool silentAtSource = false; ///< a silent panic: no sound on the phone
    int occurrence = 1;          ///< raised anew after a return: +1
    int revision = 1;            ///< +1 with every change
    int count = 1;               ///< violations seen in this occurrence
    QString channel;
    QString unit;
    std::optional<double> value;     ///< at the last change
    std::optional<double> threshold; ///< the limit that was violated
    std::optional<Position> position;
    QStringList recommendedActions;
    QString guidance;           ///< what to do about it, at length, as its rule says
    bool commentWanted = false; ///< an acknowledge has to bring a comment
    TimePoint raisedAt;         ///< the first violation of this occurrence
    TimePoint lastSeenAt;
    std::optional<TimePoint> sourceTime; ///< by the source's own clock: the newest sample that counted
    std::optional<TimePoint> clearedAt;
    std::optional<TimePoint> ackedAt;
    QString ackedBy;
    QString ackComment;
    bool latched = false; ///< once over and acknowledged it waits for a reset
    AlertHold hold = AlertHold::None;
    bool chattering = false;             ///< came and went too often; one sound for all of it
    bool firstInGroup = false;           ///< of a flood
    int escalation = 0;                  ///< 0 to 9: how many steps of the ladder were run
    std::optional<TimePoint> escalateAt; ///< when the next one is due; none: never
    std::optional<TimePoint> silencedUntil;
    Shared<AlertCare> care;
    Shared<IncidentFacts> incident; ///< of every incident since logs have it

    bool operator==(const Alert &) const = default;
};

[[nodiscard]] AlertState stateOf(const Alert &alert);
[[nodiscard]] bool isOpen(const Alert &alert); ///< anything but Normal
/// Open, not held, and nobody acknowledged it: what calls for an operator.
[[nodiscard]] bool isWaiting(const Alert &alert);

/// Where a panic stands, in the words of the dialects: "active", "acknowledged", "responding", "resolved", "false_alarm",
/// "canceled". As the desk sees it; its originator sees that of asOriginatorSees().
[[nodiscard]] QString panicStatus(const Alert &alert);
/// Nothing that the phone may not show: after a cancel under duress it is canceled, and whatever the desk does stays the desk's.
[[nodiscard]] Alert asOriginatorSees(const Alert &alert);
/// Without the kept PINs: for everything that leaves the server.
[[nodiscard]] Alert withoutPins(const Alert &alert);

enum class AlertVerb {
    Raise,
    Acknowledge,
    LevelChange,
    Repeat,
    Clearing,
    Return,
    Cancel,
    Reactivate,
    Stale,
    Fresh,
    Duress, ///< canceled with the duress PIN
    Seen,   ///< the first console showed it
    Stage,
    Close,
    Reopen, ///< taken back by who closed it
    Unacknowledge,
    Silence,
    Claim,
    Release,
    Transfer,
    Comment,
    Shelve,
    Unshelve,
    Suppress,
    Unsuppress,
    OutOfService,
    ReturnToService,
    Reset,
    Escalate, ///< the next step of the ladder is due
    Remind,   ///< the acknowledge will run out
    ContactLost,
    ContactBack,
    Welfare, ///< reason: asked, asked_again, confirmed
};
inline constexpr int alertVerbCount = int(AlertVerb::Welfare) + 1;

/// One row of the durable log: what happened and the alert as it is afterwards.
struct AlertChange
{
    AlertVerb verb = AlertVerb::Raise;
    AlertState from = AlertState::Normal;
    AlertState to = AlertState::Normal;
    Alert alert;
    QString reason{};  ///< a word that says why, where the verb does not: "ack_expired"
    QString comment{}; ///< of the person who did it
    bool operator==(const AlertChange &) const = default;
};

/// Whether the phone is told at all: after its cancel only of what follows a real one.
[[nodiscard]] bool isOriginators(const AlertChange &change);
[[nodiscard]] AlertChange asOriginatorSees(const AlertChange &change);

[[nodiscard]] QString toString(AlertLevel level);  ///< "info" … "emergency"
[[nodiscard]] QString wireLevel(AlertLevel level); ///< "info", "warning", "critical" (emergency too)
[[nodiscard]] std::optional<AlertLevel>
alertLevelFromString(QStringView text);         ///< also "low", "medium", "high", "error"
[[nodiscard]] QString toString(AlertKind kind); ///< "condition", "event", "incident"
[[nodiscard]] std::optional<AlertKind> alertKindFromString(QStringView text);
[[nodiscard]] QString toString(AlertCondition cond); ///< "pending" …
[[nodiscard]] std::optional<AlertCondition> alertConditionFromString(QStringView text);
[[nodiscard]] QString toString(AlertHold hold); ///< "none", "shelved", "suppressed", "out_of_service"
[[nodiscard]] std::optional<AlertHold> alertHoldFromString(QStringView text);
[[nodiscard]] QString toString(AlertState state); ///< "NORMAL", "UNACK", "ACKED", "RTN_UNACK", "LATCHED", "SHELVED", …
[[nodiscard]] std::optional<AlertState> alertStateFromString(QStringView text);
[[nodiscard]] QString toString(AlertVerb verb); ///< "raise", "acknowledge", …
[[nodiscard]] std::optional<AlertVerb> alertVerbFromString(QStringView text);

} // namespace tocsin
