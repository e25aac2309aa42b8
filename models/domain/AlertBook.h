// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertHandling.h"
#include "models/domain/AlertTrack.h"
#include "models/domain/Desk.h"
#include "models/domain/FloodWatch.h"
#include "models/domain/Reading.h"

#include <QHash>
#include <QList>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

namespace tocsin {

struct AlertLimits
{
    Duration deviceStale = std::chrono::seconds(90);  ///< silent so long: DEVICE_STALE; 0: never
    Duration deviceOffline = std::chrono::minutes(5); ///< so long: the same alert becomes DEVICE_OFFLINE
    AlertLevel staleLevel = AlertLevel::Warning;
    AlertLevel offlineLevel = AlertLevel::Critical;
    /// Quality goes stale after 3 × the source's usual interval, but not before this.
    Duration quietAtLeast = std::chrono::seconds(10);
    CareLimits care; ///< what operators may do, and when the book reminds them
    AlertTrack::Limits track{std::chrono::seconds(30), std::chrono::seconds(60), std::chrono::seconds(60)};
    int closedKept = 500;     ///< closed alerts remembered for late acknowledges and re-sent ids
    int panicsPerMinute = 10; ///< of one user without client ids; more fold into the newest
    int itemsPerReading = 64; ///< trouble codes looked at in one list
    int itemsPerSource = 256; ///< open item alerts of one source; more share the instance "other"
    int openReports = 20'000; ///< alerts reported by others and still open
    FloodWatch::Limits flood; ///< of the whole desk
};

/// Decides which alerts are open. Plain value logic: any thread, one at a time.
/// Time never comes from a clock here; callers pass it, so tests can pick it.
/// States, transitions and their numbers: ALERTS.md (after ISA-18.2 and OPC UA Part 9).
///
/// Rules are indexed by channel; a reading that violates nothing allocates nothing (but for the first of a device, and of a channel
/// whose trend a rule looks at). Not part of it: who may ask
/// (callers authorize) and durability (Desk). What operators' verbs do is AlertHandling's, what runs by time AlertTimers'.
class AlertBook
{
public:
    struct Result
    {
        Outcome outcome;
        QList<AlertChange> changes;
    };

    /// `makeId` names new alerts; none: random UUIDs.
    explicit AlertBook(QList<AlertRule> rules = {}, AlertLimits limits = {}, std::function<QString()> makeId = {});
    ~AlertBook();
    AlertBook(const AlertBook &) = delete;
    AlertBook &operator=(const AlertBook &) = delete;

    /// Takes up the alerts of a snapshot, open and closed, last written at `writtenAt`. Once, before anything else but setDevice().
    /// Deadlines are derived from the stored times; overdue ones fire in order at the next tick().
    void restore(const QList<Alert> &alerts, TimePoint now, TimePoint writtenAt = {});
    /// Names, owners and classes as rules and alerts need them. An unknown device is taken as it reads.
    void setDevice(const Device &device);
    /// A device was heard at `at` before this book existed, which knows of anything until `known`. Its silence counts from then, or
    /// from now if nobody could hear it for as long; that it was offline already is no news.
    void setLastSeen(const QString &deviceId, TimePoint at, TimePoint known, TimePoint now);

    /// What was told before, oldest first, up to `end`: delays, counts, trends and silences go on from there. After restore(), once.
    void recall(const QList<Reading> &readings, TimePoint end);
    /// Other rules from now on. An open alert goes on under the rule with its id, if that is still about the same (code, metric,
    /// measure, kind); else it returns (reason "rule_gone"): who has not acknowledged it still has to.
    [[nodiscard]] QList<AlertChange> setRules(QList<AlertRule> rules, TimePoint now);

    /// Feeds one reading; returns what changed, oldest first.
    [[nodiscard]] QList<AlertChange> apply(const Reading &reading, TimePoint now);
    /// Runs the timers that are due.
    [[nodiscard]] QList<AlertChange> tick(TimePoint now);
    /// When tick() may have something to do next; never later than it really has.
    [[nodiscard]] std::optional<TimePoint> nextDeadline() const;

    /// Refused `superseded` when the alert rose or came again since the operator saw it.
    [[nodiscard]] Result acknowledge(const Acknowledge &request, const Actor &actor, TimePoint now);
    [[nodiscard]] Result raisePanic(const RaisePanic &request, TimePoint now);
    [[nodiscard]] Result cancelPanic(const CancelPanic &request, TimePoint now);
    [[nodiscard]] Result markSeen(const MarkSeen &request, const Actor &actor, TimePoint now);
    [[nodiscard]] Result setStage(const SetStage &request, TimePoint now);
    [[nodiscard]] Result closeAlert(const CloseAlert &request, const Actor &actor, TimePoint now);
    [[nodiscard]] Result handle(const HandleAlert &request, const Actor &actor, TimePoint now);
    [[nodiscard]] Result takeOutOfService(const TakeOutOfService &request, const Actor &actor, TimePoint now);
    [[nodiscard]] Result returnToService(const ReturnToService &request, TimePoint now);
    /// A person was heard of: a fix or heartbeat of the phone, or (`answered`) a word, which answers a welfare check.
    [[nodiscard]] QList<AlertChange> heardFrom(const QString &userId, bool answered, TimePoint now);
    /// Whether any console with working sound is there; until told otherwise there is one.
    [[nodiscard]] QList<AlertChange> setAudible(bool audible, TimePoint now);
    /// Step `step` of its ladder reached nobody: the next one, if there is one, runs now. Nothing when it is past that step.
    [[nodiscard]] QList<AlertChange> stepUnreached(const QString &alertId, int step, TimePoint now);
    [[nodiscard]] Result report(const ReportAlert &request, const Actor &actor, TimePoint now);
    [[nodiscard]] std::optional<Alert> find(const QString &alertId) const; ///< open or lately closed
    [[nodiscard]] QList<Alert> openAlerts() const;                         ///< oldest first
    [[nodiscard]] const QList<AlertRule> &rules() const { return m_rules; }

private:
    struct Source;
    struct Slot;
    struct Timer
    {
        TimePoint at;
        quint64 serial = 0;
        bool operator>(const Timer &other) const { return at > other.at; }
    };
    using Timers = std::priority_queue<Timer, std::vector<Timer>, std::greater<>>;

    Source &sourceFor(const QString &id);
    void matchRules(Source &source);
    void heard(Source &source, const Reading &reading, TimePoint now, QList<AlertChange> &out);
    void indexRules();
    void expectTold(Source &source);
    void takeRules(Source &source, const std::vector<int> &became, TimePoint now);
    void feed(Source &source, const Reading &reading, TimePoint now, QList<AlertChange> &out);
    void judge(Source &source, int rule, const Value &value, const Reading &reading, TimePoint now,
               QList<AlertChange> &out);
    [[nodiscard]] static std::optional<double> measured(Source &source, int rule, const AlertRule &about, double value,
                                                        TimePoint at);
    void told(Source &source, int rule, const Value &value, const Reading &reading, TimePoint now,
              QList<AlertChange> &out);
    void tickQuiet(Source &source, TimePoint now, QList<AlertChange> &out);
    [[nodiscard]] std::optional<TimePoint> quietDue(const Source &source) const;
    void runSchedules(TimePoint now);
    [[nodiscard]] std::optional<Suppression> causeFor(const Source &source, int rule) const;
    QList<AlertChange> finished(QList<AlertChange> out);
    void suppress(QList<AlertChange> &out);
    void tellDeadlines(QList<AlertChange> &out);
    void watchFlood(QList<AlertChange> &out);
    void judgeItems(Source &source, int rule, const QStringList &items, const Reading &reading, TimePoint now,
                    QList<AlertChange> &out);
    [[nodiscard]] AlertSample sampleOf(const Source &source, const Reading &reading, std::optional<double> value) const;
    [[nodiscard]] QString instanceOf(const Source &source, int rule, const QString &item) const;
    Slot *slotFor(const Source &source, int rule, const QString &instance) const;
    Slot &addSlot(Source *source, int rule, Alert facts);
    Slot &addRuleSlot(Source &source, int rule, const QString &instance);
    void settle(Slot &slot);
    void close(Slot &slot);
    void arm(Slot &slot, TimePoint notBefore = {});
    void arm(Source &source, TimePoint notBefore = {});
    void tickSource(Source &source, TimePoint now, QList<AlertChange> &out);
    void tickSilence(Source &source, TimePoint now, QList<AlertChange> &out);
    [[nodiscard]] Duration quietLimit(const Source &source) const;
    [[nodiscard]] std::optional<TimePoint> dueOf(const Source &source) const;
    [[nodiscard]] Slot *openSlot(const QString &alertId) const;
    [[nodiscard]] Slot *openSlot(const QString &source, const QString &code, const QString &instance) const;
    [[nodiscard]] const Alert *closedAlert(const QString &alertId) const;
    void remember(const Alert &alert);
    [[nodiscard]] static Result unknownAlert(const QString &alertId);
    [[nodiscard]] static Result refused(const Alert &alert, const char *code, const QString &sentence);
    [[nodiscard]] static std::optional<Result> supersededBy(const Alert &alert, int occurrence, AlertLevel seenLevel);
    using Verb = std::function<AlertHandling::Result(Alert &)>;
    [[nodiscard]] Result applyVerb(const QString &alertId, int occurrence, AlertLevel seenLevel, const QString &comment,
                                   const Verb &verb);
    [[nodiscard]] Result reopen(const QString &alertId, const Actor &actor);
    [[nodiscard]] const AlertRule *ruleOf(const Alert &alert) const;
    Slot &takeUp(const Alert &alert, TimePoint now);
    void lookBackAt(const Alert &closed, TimePoint now);
    void follow(TimePoint now);
    void setBack(Duration by, TimePoint now);
    void updateReport(Slot &slot, const ReportAlert &request, TimePoint now, QList<AlertChange> &out);
    Slot *foldedPanic(const QString &userId, TimePoint now);

    QList<AlertRule> m_rules;
    const AlertLimits m_limits;
    const std::function<QString()> m_makeId;
    AlertTrack::Common m_common;
    QHash<QString, std::vector<int>> m_rulesByMetric;
    QHash<QString, int> m_ruleById;
    std::vector<int> m_quietRules;           ///< those that wait for a silence
    std::vector<std::vector<int>> m_parents; ///< by rule: who inhibits it
    std::vector<quint8> m_scheduleOn;        ///< by rule
    std::optional<TimePoint> m_scheduleDue;
    bool m_hasChildren = false, m_recalling = false;
    bool m_clockSetBack = false;   ///< and the log does not know the deadlines that went along
    std::vector<Source *> m_moved; ///< where what suppresses may be another
    FloodWatch m_flood;

    quint64 m_lastSerial = 0; ///< of slots and sources
    std::unordered_map<quint64, std::unique_ptr<Slot>> m_slots;
    std::unordered_map<quint64, std::unique_ptr<Source>> m_sources;
    QHash<QString, Source *> m_sourceById;
    QHash<QString, Slot *> m_openById;
    QMultiHash<QString, Slot *> m_incidents; ///< open ones by person
    QHash<QString, Slot *> m_openByKey;      ///< what no rule decides: panics and reports
    std::deque<Alert> m_closed;              ///< newest last
    QHash<QString, std::deque<TimePoint>> m_panicTimes;
    QHash<QString, QString> m_newestPanic; ///< of those without a client id
    Timers m_timers;
};

} // namespace tocsin
