// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringView>

#include <optional>

// What is known of an alert beyond what its source says and whether it is acknowledged: who cares for it, and of a person's panic
// what the phone told and was told. Values; Alert carries both only where there is something to say.

namespace tocsin {

/// How far the help is, inside acknowledged.
enum class IncidentStage { Received, Contacting, Dispatched, OnScene, Monitoring, Closed };
/// How it ended.
enum class Disposition {
    None,
    Assisted,
    HandedToAgency,
    FalseAlarm,
    Test,
    Duplicate,
    UnableToContact,
    CanceledConfirmed
};

/// What people, or the book for them, decided about an alert.
struct AlertCare
{
    QString ownerId; ///< who handles it; empty: nobody
    QString ownerName;
    std::optional<TimePoint> ownedUntil; ///< end of the lease, unless the owner's console renews it

    QString offeredToId; ///< handed over to this person, who has not accepted yet; the owner stays; empty: nobody
    QString offeredToName;
    QString offeredBy;   ///< name
    QString offeredById; ///< who may withdraw it; empty in logs from before this was kept
    QString offerNote;

    QString heldBy;                     ///< person; or what suppresses it, "rule engine_overheat"
    QString holdReason;                 ///< of Alert::hold
    std::optional<TimePoint> heldUntil; ///< none: until somebody, or what suppresses it, ends the hold
    bool heldOnce = false;              ///< also ends when it returns to normal
    int heldLevel = 0;                  ///< AlertLevel when the hold began: a higher one ends a shelf
    QString proposedBy;                 ///< id of who asked for out of service, where a second person has to agree

    std::optional<TimePoint> ackDue; ///< when the acknowledge runs out: first a reminder, then it is void
    bool reminded = false;           ///< the owner was, and has until ackDue

    Disposition disposition = Disposition::None;
    std::optional<TimePoint> closedAt; ///< by a person, not by its source
    QString closedById;
    QString closedBy; ///< name
    QString closeComment;
    QString openCond; ///< AlertCondition, acknowledge and stage as they were before, for who takes the closing back
    bool openAcked = false;
    QString openStage;

    QList<TimePoint> flaps; ///< when it became bad anew, oldest first; of two or more within the time that counts

    bool operator==(const AlertCare &) const = default;
};

/// A call for help, as its phone told it and as it stands. Times are the server's.
struct IncidentFacts
{
    QString alertType;   ///< as sent: "panic_button", "shake_to_alert", "decoy_screen", "manual", "scheduled"
    int priority = 0;    ///< 1 to 5 as its sender put it; 0: not told
    QString description; ///< the sender's own words; Alert::message always says something
    QString address;
    bool autoCallEmergency = false;
    bool gpsUnavailable = false; ///< the phone said that it does not know where it is
    QByteArray deviceInfo;       ///< a JSON object, at most 4 KiB; empty: none
    QByteArray networkInfo;      ///< likewise

    IncidentStage stage = IncidentStage::Received;
    std::optional<TimePoint> seenAt; ///< the first console showed it
    QString seenBy;
    std::optional<TimePoint> canceledAtSource; ///< the phone was told `canceled`, whatever the desk holds of it
    std::optional<TimePoint> confirmBy;   ///< a cancel after the acknowledge: somebody has to confirm it until then
    bool duress = false;                  ///< canceled with the PIN of somebody under threat
    bool contactLost = false;             ///< no fix and no heartbeat for too long
    std::optional<TimePoint> lastHeardAt; ///< the newest fix or heartbeat
    std::optional<TimePoint> welfareDue;  ///< next check, or the end of the one that is under way
    int welfareMisses = 0;                ///< in a row; every second one goes to the top
    bool welfareAsked = false;            ///< a check is under way

    QByteArray pin; ///< keptPin(); empty: a cancel needs none. Never leaves the server.
    QByteArray duressPin;

    bool operator==(const IncidentFacts &) const = default;
};

[[nodiscard]] QString toString(IncidentStage stage); ///< "received" … "closed"
[[nodiscard]] std::optional<IncidentStage> incidentStageFromString(QStringView text);
[[nodiscard]] QString toString(Disposition disposition); ///< "", "assisted", "handed_to_agency", …
[[nodiscard]] std::optional<Disposition> dispositionFromString(QStringView text);

/// A PIN as it may be kept: PBKDF2 (HMAC-SHA-256) over a random salt, as text. Few digits stay few: this slows guessing down,
/// it does not prevent it.
[[nodiscard]] QByteArray keptPin(const QString &pin);
/// Whether `pin` is the one of `kept`, in constant time; nothing is the PIN of an empty `kept`.
[[nodiscard]] bool isPin(const QByteArray &kept, const QString &pin);

} // namespace tocsin
