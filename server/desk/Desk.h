// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertBook.h"
#include "models/domain/GeofenceWatch.h"
#include "models/domain/Inbox.h"
#include "models/domain/InwardGauge.h"
#include "models/domain/NotifyPort.h"
#include "models/domain/Ports.h"
#include "server/desk/ChatDesk.h"
#include "server/desk/CommandRouter.h"
#include "server/desk/CommitQueue.h"
#include "server/desk/DeviceRegistry.h"
#include "server/desk/HearingInbox.h"
#include "server/desk/HearingWatch.h"
#include "server/desk/Ledger.h"
#include "server/desk/ReadingInbox.h"
#include "server/desk/RequestMemory.h"
#include "server/store/Store.h"

#include <QObject>
#include <QTimer>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>

namespace tocsin {

struct DeskSettings
{
    std::function<TimePoint()> clock = systemNow; ///< any thread
    AlertLimits alerts;
    QList<Geofence> fences; ///< what rules say of "fence.ID…" is judged by these
    ChatLimits chat;
    DeviceLimits devices;
    CommandLimits commands;
    DeviceOutlet *outlet = nullptr; ///< outlives the desk; null: no device takes commands
    CommitLimits commit;
    QList<Reading> recall;                ///< told before it starts, oldest first: what rules with a memory go on from
    std::size_t requests = 4096;          ///< waiting; more are refused `overloaded`, a quarter is for alerts
    std::size_t urgentRequests = 16'384;  ///< panics have their own
    std::size_t readings = 65'536;        ///< waiting; older ones are dropped and counted
    std::size_t remembered = 20'000;      ///< decided requests in memory; the store has the rest
    std::size_t uncommitted = 4096;       ///< events waiting for the store: beyond it requests are refused
    std::size_t uncommittedMost = 65'536; ///< beyond it panics too, and rules pause
    HearingLimits hearing;
    Duration stopGrace = std::chrono::seconds(2); ///< how long stop() waits for the store
};

/// What the desk says of its own health. Counters are since start.
struct DeskStats
{
    quint64 readings = 0;
    quint64 readingsDropped = 0;  ///< the desk was too far behind
    quint64 readingsUnjudged = 0; ///< rules paused, because the store took nothing
    quint64 requestsRefused = 0;  ///< for want of room
    quint64 uncommitted = 0;      ///< events that wait for the store now
    bool storageFailing = false;
};

/// The one owner of truth: every change of alerts, chat, devices and commands happens here, on the "desk" thread. app
/// makes it, moves it to its thread and keeps it until everybody who may call it has stopped.
///
/// *Commit, then publish*: a change becomes events, the events go to the store, and only when they are durable
/// are they published and the request answered, in this order. Who may ask is decided before (sessions know
/// the roles); the desk checks facts.
///
/// *Once*: a request with an id is decided once per sender; the same one again is answered alike (Outcome::dup), another one with
/// its id is refused `id_conflict` (a panic never is). What memory does not know the store is asked about; until it answers that sender's
/// requests wait, in their order.
///
/// submit(), take(), snapshot() and stats(): any thread. Replies and snapshots are given on the desk's thread
/// (refusals for want of room at once, on the caller's). start() and stop(): the desk's thread. `store` and
/// `archive` outlive the desk.
class Desk : public QObject, public DeskPort, public ReadingSink, public LadderPort
{
    Q_OBJECT
public:
    Desk(DeskSettings settings, const QList<AlertRule> &rules, Store &store, ReadingArchive &archive,
         DeskSnapshot initial, const RequestHistory &requests = {});
    ~Desk() override;

    void submit(const Request &request, Reply reply) override;
    void take(const QList<Reading> &readings) override;
    void stepUnreached(const QString &alertId, int step) override;
    /// The durable state. Its seq fits published(): who is connected before the call ignores events up to it
    /// and misses none after it.
    void snapshot(std::function<void(const DeskSnapshot &)> reply);
    /// Other rules from now on, without a restart; `record` goes into the audit before what the change leads to. Answered when that is
    /// durable. Any thread.
    void setRules(const QList<AlertRule> &rules, const Actor &by, const AuditRecord &record, Reply reply);
    [[nodiscard]] DeskStats stats() const;
    /// Where consoles tell whether they can be heard. Any thread.
    [[nodiscard]] HearingPort &hearing() { return m_hearingInbox; }
    [[nodiscard]] Audibility audibility() const; ///< any thread
    /// What waits in the inboxes.
    [[nodiscard]] std::shared_ptr<const InwardGauge> inward() const { return m_inward; }

public Q_SLOTS:
    void start();
    /// Takes nothing more, finishes what it took, waits for the store up to stopGrace, then says stopped().
    void stop();
    /// Runs what is due by the clock. By itself when started; tests with a clock of their own call it.
    void tick();
    /// Where a device was before the start (GeofenceSeeds).
    void seedFence(const QString &deviceId, const tocsin::Position &position, tocsin::TimePoint at);

Q_SIGNALS:
    /// Durable events, in order, each once.
    void published(const QList<tocsin::Event> &events);
    void presenceChanged(const QList<tocsin::DevicePresence> &changes);
    void stopped();

private:
    struct Waiting
    {
        Request request;
        Reply reply;
    };
    /// Readings that violate an event rule are not dropped under load: the event may never be told again.
    void recall(TimePoint now);
    void takeRules(const QList<AlertRule> &rules, const Actor &by, const AuditRecord &record, const Reply &reply);
    void wake();
    void drain();
    [[nodiscard]] std::vector<Waiting> takeFrom(Inbox<Waiting> &inbox);
    void handle(const Waiting &waiting);
    bool handleOrAsk(const Waiting &waiting);
    void answerOrDecide(const Waiting &waiting, const QByteArray &bodyHash, const RequestMemory::Found &found);
    void askTheStore(const Waiting &waiting, const QString &sender);
    void storeSaid(const QString &sender, const RememberedResult &result);
    [[nodiscard]] bool hasRoom(const Waiting &waiting);
    void decide(const Waiting &waiting, const QByteArray &bodyHash);
    [[nodiscard]] Outcome decided(const Request &request, TimePoint now);
    void judge(const QList<Reading> &batch);
    void addChanges(const QList<AlertChange> &changes, const Actor &actor, const QString &requestId, TimePoint now);
    void addDevice(const Device &device, const Actor &actor, const QString &requestId, TimePoint now);
    void addCommands(const QList<Command> &commands, const Actor &actor, const QString &requestId, TimePoint now);
    [[nodiscard]] bool carries(const QString &deviceId) const;
    [[nodiscard]] ChatFacts factsOf(const QString &thread) const;
    void tickCommands(TimePoint now);
    void followHearing(TimePoint now);
    void publish(const QList<Event> &events);
    void tellPresence();
    void arm();
    void refuseAll();
    void finishStop();

    const DeskSettings m_settings;
    Store &m_store;
    ReadingArchive &m_archive;
    const DeskSnapshot m_initial;
    AlertBook m_book;
    GeofenceWatch m_fences;
    ChatDesk m_chat;
    DeviceRegistry m_registry;
    CommandRouter m_commands;
    Ledger m_ledger;
    CommitQueue *m_commits = nullptr; ///< from start()
    QTimer *m_timer = nullptr;        ///< from start()
    QTimer *m_grace = nullptr;
    const std::shared_ptr<InwardGauge> m_inward = std::make_shared<InwardGauge>();
    Inbox<Waiting> m_requests;
    Inbox<Waiting> m_urgent;
    ReadingInbox m_readings;
    HearingInbox m_hearingInbox;
    RequestMemory m_memory;
    QHash<QString, std::deque<Waiting>> m_parked; ///< by sender; the first one is being looked up in the store
    std::size_t m_parkedRequests = 0;
    QHash<QString, DevicePresence> m_presence; ///< changes not yet told
    HearingWatch m_hearing;
    QString m_hearingAlert;  ///< that nobody hears; empty: was not raised
    bool m_bookHears = true; ///< what the book was told last
    quint64 m_unjudgedSinceFailure = 0;
    bool m_finished = false;
    std::atomic<bool> m_accepting{true};
    std::atomic<bool> m_woken{false};
    std::atomic<quint64> m_readingsTaken{0};
    std::atomic<quint64> m_unjudged{0};
    std::atomic<quint64> m_refused{0};
    std::atomic<quint64> m_uncommitted{0};
    std::atomic<bool> m_storageFailing{false};
    std::atomic<quint64> m_audibility{0}; ///< packed
};

} // namespace tocsin
