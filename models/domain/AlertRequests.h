// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"

#include <QString>
#include <QStringList>

#include <optional>

// What may be asked of the desk about alerts, and by whom. Plain values; part of RequestBody (Requests.h).

namespace tocsin {

/// Who did something, for the log.
struct Actor
{
    enum class Kind { System, Operator, Device, User };
    Kind kind = Kind::System;
    QString id;
    QString name;
    QString session;         ///< connection or console, for the audit; may be empty
    bool supervises = false; ///< as whoever authorized the request knows; not part of the log
    bool operator==(const Actor &) const = default;
};

/// "I have seen occurrence `occurrence` at `seenLevel` and take it." Answered `superseded` when the alert
/// rose meanwhile. occurrence 0: taken as of now (dialects that name only the alert).
struct Acknowledge
{
    QString alertId;
    int occurrence = 0;
    AlertLevel seenLevel = AlertLevel::Emergency;
    QString comment = {};
};

/// An alert somebody else decided on (dialect 1's `alert`). The id, level and words stay as sent.
struct ReportAlert
{
    QString alertId; ///< empty: the desk makes one
    QString source;  ///< device id; empty: the user
    QString userId;
    QString code;
    QString title;
    QString message;
    QString category;
    AlertLevel level = AlertLevel::Warning;
    bool acknowledged = false;
    std::optional<double> value;
    std::optional<double> threshold;
    std::optional<TimePoint> sourceTime;
    QStringList recommendedActions;
};

/// A person asks for help. Never refused for rate or posture. The same `clientAlertId` is the same incident.
struct RaisePanic
{
    QString userId;
    QString userName;
    QString clientAlertId;
    QString message;
    QString alertType; ///< "panic_button", "shake_to_alert", "decoy_screen", "manual", "scheduled"
    bool silent = false;
    bool simulated = false;
    std::optional<Position> position;
    int priority = 0; ///< 1 to 5; 0: not told
    QString address = {};
    bool autoCallEmergency = false;
    bool gpsUnavailable = false;
    QByteArray deviceInfo = {};  ///< a JSON object, at most 4 KiB; empty: none
    QByteArray networkInfo = {}; ///< likewise
    QString pin = {};            ///< a cancel has to bring it; empty: none needed. Kept as keptPin() alone.
    QString duressPin = {};      ///< brought by somebody under threat; must be another one
};

/// The originator says that it is over. Names the alert or, when empty, the user's newest open panic. Refused `pin_invalid` where
/// it was raised with a PIN. With the duress PIN the answer is the same, and the desk keeps it open (IncidentFacts::duress).
struct CancelPanic
{
    QString alertId;
    QString userId;
    QString pin = {};
};

/// The first console showed an incident; whoever comes second changes nothing.
struct MarkSeen
{
    QString alertId;
};

/// How far the help is, of an acknowledged incident. `Closed` is CloseAlert's.
struct SetStage
{
    QString alertId;
    IncidentStage stage = IncidentStage::Contacting;
    QString comment = {};
};

/// It is dealt with, whatever its source says: an incident or event at any time, a condition once it is clear, or by who supervises.
/// Refused `still_active`, or `superseded` when it came again since (occurrence 0: taken as of now). An incident needs a disposition.
struct CloseAlert
{
    QString alertId;
    int occurrence = 0;
    Disposition disposition = Disposition::None;
    QString comment = {};
};

/// What operators do about an alert beyond taking and closing it: unack, silence, claim, release, transfer, comment, shelve, unshelve,
/// reset, reopen, welfare (the person is well). Refused `superseded` like an Acknowledge; else comment_required, still_active,
/// shelve_forbidden, shelve_too_long, closed, forbidden, invalid.
struct HandleAlert
{
    AlertVerb verb = AlertVerb::Comment;
    QString alertId;
    int occurrence = 0;
    AlertLevel seenLevel = AlertLevel::Emergency;
    QString comment = {};                ///< unack, shelve and comment want one
    std::optional<TimePoint> until = {}; ///< silence (none: as long as may be) and shelve
    bool oneShot = false;                ///< shelve: until it returns to normal
    QString toId = {};                   ///< transfer: to whom; oneself: withdraws what one has offered
    QString toName = {};
};

/// Its source is being worked on: no operator is called until it is back. Of a critical alert a second person has to ask, too.
struct TakeOutOfService
{
    QString alertId;
    int occurrence = 0;
    std::optional<TimePoint> until = {}; ///< none: until ReturnToService
    QString comment = {};                ///< why; wanted
};

struct ReturnToService
{
    QString alertId;
    QString comment = {};
};

} // namespace tocsin
