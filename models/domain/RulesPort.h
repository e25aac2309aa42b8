// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"
#include "models/domain/Geofence.h"
#include "models/domain/Queries.h"
#include "models/domain/Requests.h"
#include "models/domain/Time.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <functional>
#include <optional>

// The seam between whoever edits the alert rules and the desk that judges by them. Rules cross it as the text of the rules file (JSON,
// server/desk/RulesFile.h says what may stand in it), so that everybody who looks sees the same, comments and all.

namespace tocsin {

/// One thing that is wrong with a rules file.
struct RulesError
{
    int line = 0;   ///< from 1; 0: the file as a whole
    int rule = -1;  ///< index in "rules", from 0; −1: none
    QString ruleId; ///< when the rule has one
    QString key;    ///< "bands[1].limit"; empty: the rule as a whole
    QString reason; ///< "must be a number"
    bool operator==(const RulesError &) const = default;
};

/// "line 12: rule 3 (fuel-level), limit: must be a number"
[[nodiscard]] QString toString(const RulesError &error);

/// Outcome codes when !ok: invalid (see errors; nothing is applied), superseded (somebody else changed the rules: text and
/// revision are theirs), forbidden, not_found, offline, overloaded, storage_failed.
struct RulesAnswer
{
    Outcome outcome;
    QByteArray text;  ///< the rules in force, after current(), apply() and superseded
    QString revision; ///< of them; another text has another one
    QString origin;   ///< where they are from: "built in" or a file
    int count = 0;    ///< rules in the text that was asked about
    QList<RulesError> errors;
    QList<Geofence> fences{}; ///< that rules may be about, after current(); for whom each is stays with the server
    bool operator==(const RulesAnswer &) const = default;
};

/// What one rule would have made of what a device has told.
struct RuleTrial
{
    QByteArray rule; ///< one object of the file's list
    QString deviceId;
    TimePoint from;
    TimePoint to;
    bool operator==(const RuleTrial &) const = default;
};

struct RuleTrialMoment
{
    enum class What { Raised, Level, Cleared };
    TimePoint at;
    What what = What::Raised;
    AlertLevel level = AlertLevel::Warning;
    std::optional<double> value;
    QString message; ///< as an operator would have read it
    bool operator==(const RuleTrialMoment &) const = default;
};

struct RuleTrialAnswer
{
    static constexpr qsizetype mostMoments = 500;
    static constexpr int mostReadings = 100'000;
    static constexpr qsizetype mostDrawn = 2'000;

    Outcome outcome; ///< !ok: invalid (see errors), not_found, forbidden, offline, overloaded
    QList<RulesError> errors;
    QList<RuleTrialMoment> moments; ///< oldest first
    int readings = 0;               ///< that told what the rule looks at
    bool cut = false;               ///< there was more than is looked at, or told; the newest was looked at
    int positions = 0;              ///< that were recorded, when the rule is about a geofence
    QList<HistoryPoint>
        drawn{}; ///< what they made of its metric, which the history has not; of a long time the corners
    bool operator==(const RuleTrialAnswer &) const = default;
};

[[nodiscard]] QString toString(RuleTrialMoment::What what); ///< "raised", "level", "cleared"
[[nodiscard]] std::optional<RuleTrialMoment::What> ruleTrialWhatFromString(QStringView text);

/// Thread-safe: call from any thread. Replies come once, on another thread, or at once on the caller's when too many wait. A reply
/// may be dropped when the program stops. Who may ask is decided before.
class RulesPort
{
public:
    using Reply = std::function<void(const RulesAnswer &)>;
    using TrialReply = std::function<void(const RuleTrialAnswer &)>;

    RulesPort() = default;
    RulesPort(const RulesPort &) = delete;
    RulesPort &operator=(const RulesPort &) = delete;
    virtual ~RulesPort() = default;

    /// The rules in force.
    virtual void current(Reply reply) = 0;
    /// Looks only.
    virtual void check(const QByteArray &text, Reply reply) = 0;
    /// Puts `text` in force, if the rules in force are still those of `revision`: durable, audited, without a restart.
    virtual void apply(const Actor &by, const QByteArray &text, const QString &revision, Reply reply) = 0;
    /// Looks only.
    virtual void tryRule(const RuleTrial &trial, TrialReply reply) = 0;
};

} // namespace tocsin
