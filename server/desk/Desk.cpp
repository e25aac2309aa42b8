// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/Desk.h"

#include "models/domain/Fingerprint.h"
#include "server/desk/DeskRequests.h"

#include <QLoggingCategory>

#include <algorithm>
#include <utility>

Q_LOGGING_CATEGORY(lcDesk, "tocsin.desk", QtInfoMsg)

namespace tocsin {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t readingsPerTurn = 4096; ///< then requests get their turn
constexpr std::size_t urgentReadings = 4096;
constexpr std::size_t requestsPerFlush = 64;
constexpr std::int64_t requestCost = 2048; ///< bytes, about
constexpr Duration heartbeat = 1s;         ///< presence is looked at so often

const Actor systemActor{Actor::Kind::System, QStringLiteral("tocsin"), QStringLiteral("Tocsin"), {}};

template<class... Ts>
struct Overloaded : Ts...
{
    using Ts::operator()...;
};

} // namespace

Desk::Desk(DeskSettings settings, const QList<AlertRule> &rules, Store &store, ReadingArchive &archive,
           DeskSnapshot initial, const RequestHistory &requests)
    : m_settings(std::move(settings))
    , m_store(store)
    , m_archive(archive)
    , m_initial(std::move(initial))
    , m_book(rules, m_settings.alerts)
    , m_fences(m_settings.fences)
    , m_chat(m_settings.chat)
    , m_registry(m_settings.devices)
    , m_commands(m_settings.commands)
    , m_ledger(m_initial)
    , m_requests(m_settings.requests, [this] { wake(); })
    , m_urgent(m_settings.urgentRequests, [this] { wake(); })
    , m_readings(
          m_settings.readings, urgentReadings, eventsOf(rules), [this] { wake(); }, m_inward)
    , m_hearingInbox(m_settings.hearing.consoles, [this] { wake(); })
    , m_memory(requests, m_settings.remembered)
    , m_hearing(m_settings.hearing)
{
}

Desk::~Desk()
{
    m_accepting = false;
    refuseAll();
    if (m_commits)
        m_commits->abandon();
}

void Desk::start()
{
    const TimePoint now = m_settings.clock();
    m_registry.restore(m_initial.devices, m_initial.presence, now);
    for (const Device &device : m_initial.devices) {
        m_book.setDevice(device);
        m_fences.setDevice(device);
    }
    m_book.restore(m_initial.alerts, now, m_initial.writtenAt);
    TimePoint known = m_initial.writtenAt;
    for (const DevicePresence &presence : m_initial.presence)
        known = std::max(known, presence.lastSeen);
    for (const DevicePresence &presence : m_initial.presence) {
        if (presence.lastSeen != TimePoint{} && m_registry.find(presence.deviceId))
            m_book.setLastSeen(presence.deviceId, presence.lastSeen, known, now);
    }
    recall(now);
    m_chat.restore(m_initial.messages, m_initial.receipts);

    m_commits = new CommitQueue(m_store, m_initial.seq, m_initial.heads, m_settings.commit, m_settings.clock, this);
    connect(m_commits, &CommitQueue::committed, this, &Desk::publish);
    connect(m_commits, &CommitQueue::remembered, this, [this](quint64 count) { m_memory.durable(count); });
    connect(m_commits, &CommitQueue::storingFailed, this, [this](const QString &error) {
        m_storageFailing = true;
        m_unjudgedSinceFailure = m_unjudged;
        qCWarning(lcDesk, "Events cannot be stored: %s", qPrintable(error));
    });
    connect(m_commits, &CommitQueue::storingAgain, this, [this](Duration outage, const QString &error) {
        m_storageFailing = false;
        const TimePoint at = m_settings.clock();
        ReportAlert report;
        report.source = systemActor.id;
        report.code = QStringLiteral("STORAGE_FAILED");
        report.title = QStringLiteral("Storage failed");
        report.category = QStringLiteral("system");
        report.level = AlertLevel::Critical;
        report.message = QStringLiteral("Nothing could be stored for %1 s (%2); it works again")
                             .arg(std::max<qint64>(1, std::chrono::round<std::chrono::seconds>(outage).count()))
                             .arg(error);
        if (const quint64 missed = m_unjudged - m_unjudgedSinceFailure)
            report.message += QStringLiteral(". %1 readings were not checked against the rules").arg(missed);
        report.recommendedActions = {QStringLiteral("Check the disk of the server")};
        addChanges(m_book.report(report, systemActor, at).changes, systemActor, {}, at);
    });
    addCommands(m_commands.restore(m_initial.commands, now), systemActor, {}, now);
    m_hearing.start(now);
    m_timer = new QTimer(this);
    m_timer->setSingleShot(true);
    m_timer->setTimerType(Qt::PreciseTimer);
    connect(m_timer, &QTimer::timeout, this, &Desk::tick);
    tick();
    drain();
}

void Desk::submit(const Request &request, Reply reply)
{
    if (m_accepting) {
        const bool urgent = isUrgent(request);
        const bool alert = urgent || std::holds_alternative<ReportAlert>(request.body);
        // Counted before it can be taken out.
        m_inward->add(1, requestCost);
        if ((urgent ? m_urgent : m_requests).push(Waiting{request, reply}, alert ? 0 : m_settings.requests / 4))
            return;
        m_inward->add(-1, -requestCost);
    }
    ++m_refused;
    if (reply)
        reply(Outcome::refused(QStringLiteral("overloaded"),
                               m_accepting ? QStringLiteral("The desk has too much to do; try again in a moment.")
                                           : QStringLiteral("The desk is stopping.")));
}

void Desk::take(const QList<Reading> &readings)
{
    if (!m_accepting)
        return;
    m_readingsTaken += static_cast<quint64>(readings.size());
    m_readings.push(readings);
}

void Desk::snapshot(std::function<void(const DeskSnapshot &)> reply)
{
    QMetaObject::invokeMethod(
        this,
        [this, reply = std::move(reply)] {
            DeskSnapshot snapshot = m_ledger.snapshot();
            snapshot.presence = m_registry.presence();
            snapshot.presence.removeIf([this](const DevicePresence &p) { return !m_ledger.knows(p.deviceId); });
            reply(snapshot);
        },
        Qt::QueuedConnection);
}

DeskStats Desk::stats() const
{
    return {m_readingsTaken, m_readings.dropped(), m_unjudged, m_refused, m_uncommitted, m_storageFailing};
}

void Desk::wake()
{
    if (!m_woken.exchange(true))
        QMetaObject::invokeMethod(this, &Desk::drain, Qt::QueuedConnection);
}

void Desk::drain()
{
    m_woken = false; // first: what comes from here on wakes again
    if (!m_commits)
        return; // start() calls
    if (m_finished) {
        refuseAll();
        return;
    }
    for (const Waiting &waiting : takeFrom(m_urgent))
        handle(waiting);
    std::size_t handled = 0;
    for (const Waiting &waiting : takeFrom(m_requests)) {
        handle(waiting);
        if (++handled % requestsPerFlush == 0)
            m_commits->flush(); // so that the store has something to do before all are handled
    }
    followHearing(m_settings.clock());
    const QList<QList<Reading>> batches = m_readings.drain(readingsPerTurn);
    for (const QList<Reading> &batch : batches)
        judge(batch);
    tellPresence();
    m_commits->flush();
    m_uncommitted = m_commits->size();
    arm();
    if (!m_readings.isEmpty())
        wake();
}

bool Desk::hasRoom(const Waiting &waiting)
{
    const bool panic = std::holds_alternative<RaisePanic>(waiting.request.body);
    // Answers count too: a stalled store must not gather refusals without bound; so do requests that wait for a look-up.
    const std::size_t held = std::max({m_commits->size(), m_commits->answers(), m_parkedRequests});
    if (held < (panic ? m_settings.uncommittedMost : m_settings.uncommitted))
        return true;
    ++m_refused;
    if (waiting.reply)
        waiting.reply(m_commits->failing()
                          ? Outcome::refused(QStringLiteral("storage_failed"),
                                             QStringLiteral("The server cannot store anything at the moment."))
                          : Outcome::refused(QStringLiteral("overloaded"),
                                             QStringLiteral("The desk has too much to store; try again.")));
    return false;
}

std::vector<Desk::Waiting> Desk::takeFrom(Inbox<Waiting> &inbox)
{
    std::vector<Waiting> taken = inbox.drain();
    const auto count = static_cast<std::int64_t>(taken.size());
    m_inward->add(-count, -count * requestCost);
    return taken;
}

void Desk::handle(const Waiting &waiting)
{
    if (!hasRoom(waiting))
        return;
    const QString sender = requestSender(waiting.request.actor);
    if (const auto queue = m_parked.find(sender); queue != m_parked.end()) {
        queue->push_back(waiting); // behind what is being looked up
        ++m_parkedRequests;
    } else if (!handleOrAsk(waiting)) {
        m_parked[sender].push_back(waiting);
        ++m_parkedRequests;
        askTheStore(waiting, sender);
    }
}

/// False: the store has to be asked whether this was decided before.
bool Desk::handleOrAsk(const Waiting &waiting)
{
    const Request &request = waiting.request;
    if (!hasUsableId(request)) {
        decide(waiting, {});
        return true;
    }
    const QByteArray bodyHash = fingerprint(request.body);
    const RequestMemory::Found found = m_memory.find(requestSender(request.actor), request.id, bodyHash);
    if (found.known == RequestMemory::Known::AskTheStore)
        return false;
    answerOrDecide(waiting, bodyHash, found);
    return true;
}

void Desk::answerOrDecide(const Waiting &waiting, const QByteArray &bodyHash, const RequestMemory::Found &found)
{
    const bool panic = std::holds_alternative<RaisePanic>(waiting.request.body);
    if (found.known == RequestMemory::Known::No)
        decide(waiting, bodyHash);
    else if (found.known == RequestMemory::Known::Other && panic)
        decide(waiting, {}); // never refused, whatever its client does with ids
    else
        m_commits->answer(waiting.reply, found.outcome);
}

void Desk::askTheStore(const Waiting &waiting, const QString &sender)
{
    // The desk may be gone before the answer comes: the store's thread finds it through the queue's door alone.
    m_store.remembered(sender, waiting.request.id,
                       m_commits->atHome<RememberedResult>(
                           [this, sender](const RememberedResult &result) { storeSaid(sender, result); }));
}

void Desk::storeSaid(const QString &sender, const RememberedResult &result)
{
    const auto queue = m_parked.find(sender);
    if (queue == m_parked.end() || m_finished)
        return;
    std::deque<Waiting> waiting = std::move(*queue);
    m_parked.erase(queue);
    const Waiting first = std::move(waiting.front());
    waiting.pop_front();
    --m_parkedRequests;
    const QByteArray bodyHash = fingerprint(first.request.body);
    if (result.request)
        answerOrDecide(first, bodyHash, RequestMemory::judge(*result.request, bodyHash));
    else if (result.error.isEmpty() || isUrgent(first.request)) // a call for help is rather heard twice than not at all
        decide(first, bodyHash);
    else if (first.reply)
        first.reply(Outcome::refused(QStringLiteral("overloaded"), result.error));
    while (!waiting.empty()) {
        if (!handleOrAsk(waiting.front())) {
            const Waiting next = waiting.front();
            m_parked[sender] = std::move(waiting);
            askTheStore(next, sender);
            break;
        }
        waiting.pop_front();
        --m_parkedRequests;
    }
    m_commits->flush();
    m_uncommitted = m_commits->size();
    arm();
}

/// An empty `bodyHash`: it is not remembered.
void Desk::decide(const Waiting &waiting, const QByteArray &bodyHash)
{
    const Request &request = waiting.request;
    const TimePoint now = m_settings.clock();
    if (request.actor.kind == Actor::Kind::Operator)
        m_chat.meet(request.actor);
    const QString problem = problemOf(request);
    const Outcome outcome =
        problem.isEmpty() ? decided(request, now) : Outcome::refused(QStringLiteral("invalid"), problem);
    if (!bodyHash.isEmpty() && RequestMemory::keeps(outcome)) {
        const RememberedRequest remembered{requestSender(request.actor), request.id, bodyHash, outcome, 0, now};
        m_memory.add(remembered);
        m_commits->remember(remembered);
    }
    m_commits->answer(waiting.reply, outcome);
    tickCommands(now);
}

Outcome Desk::decided(const Request &request, TimePoint now)
{
    const Actor &actor = request.actor;
    const auto alerts = [&](const AlertBook::Result &result) {
        addChanges(result.changes, actor, request.id, now);
        return result.outcome;
    };
    const auto commands = [&](const CommandRouter::Result &result) {
        addCommands(result.changed, actor, request.id, now);
        return result.outcome;
    };
    return std::visit(
        Overloaded{[&](const Acknowledge &body) { return alerts(m_book.acknowledge(body, actor, now)); },
                   [&](const RaisePanic &body) { return alerts(m_book.raisePanic(tidied(body, actor), now)); },
                   [&](const CancelPanic &body) { return alerts(m_book.cancelPanic(body, now)); },
                   [&](const MarkSeen &body) { return alerts(m_book.markSeen(body, actor, now)); },
                   [&](const SetStage &body) { return alerts(m_book.setStage(body, now)); },
                   [&](const CloseAlert &body) { return alerts(m_book.closeAlert(body, actor, now)); },
                   [&](const HandleAlert &body) { return alerts(m_book.handle(body, actor, now)); },
                   [&](const TakeOutOfService &body) { return alerts(m_book.takeOutOfService(body, actor, now)); },
                   [&](const ReturnToService &body) { return alerts(m_book.returnToService(body, now)); },
                   [&](const ReportAlert &body) { return alerts(m_book.report(body, actor, now)); },
                   [&](const SendChat &body) {
                       if (actor.kind == Actor::Kind::User) // a word is a sign of life
                           addChanges(m_book.heardFrom(actor.id, true, now), actor, request.id, now);
                       const ChatDesk::Result result = m_chat.send(body, actor, now, factsOf(body.thread));
                       for (const ChatMessage &message : result.messages)
                           m_commits->add(message, message.automatic ? systemActor : actor, request.id, now);
                       return result.outcome;
                   },
                   [&](const MarkChat &body) {
                       const ChatDesk::Marked marked = m_chat.mark(body, actor, now, factsOf(body.thread));
                       if (marked.receipt)
                           m_commits->add(*marked.receipt, actor, request.id, now);
                       return marked.outcome;
                   },
                   [&](const PutDevice &body) {
                       const Device *before = m_registry.find(body.device.id);
                       const Device known = before ? *before : Device();
                       const DeviceRegistry::Result result = m_registry.put(body.device, actor, now);
                       if (result.changed)
                           addDevice(*result.changed, actor, request.id, now);
                       if (result.changed && isEdit(actor))
                           m_commits->add(auditOf(known, *result.changed), actor, request.id, now);
                       return result.outcome;
                   },
                   [&](const IssueCommand &body) {
                       return commands(m_commands.issue(body, actor,
                                                        {m_registry.find(body.deviceId),
                                                         m_registry.presenceOf(body.deviceId), carries(body.deviceId)},
                                                        now));
                   },
                   [&](const ReportCommand &body) { return commands(m_commands.report(body, actor, now)); },
                   [&](const CancelCommand &body) { return commands(m_commands.cancel(body, now)); },
                   [&](const NoteAudit &body) {
                       m_commits->add(body.record, actor, request.id, now);
                       return Outcome::done(body.record.object);
                   }},
        request.body);
}

void Desk::judge(const QList<Reading> &batch)
{
    const TimePoint now = m_settings.clock();
    for (const Reading &reading : batch) {
        const bool full = m_commits->size() >= m_settings.uncommittedMost;
        if (full)
            ++m_unjudged;
        if (full && !m_registry.find(reading.deviceId))
            continue; // its record could not be stored
        const DeviceRegistry::Heard heard = m_registry.heard(reading, now);
        if (!heard.known || full)
            continue;
        if (heard.introduced)
            addDevice(*heard.introduced, systemActor, {}, now);
        Reading placed; // the reading, and what its position means
        const bool fenced = !m_fences.isEmpty() && reading.position;
        if (fenced) {
            placed = reading;
            placed.samples += m_fences.judge(reading);
        }
        const QList<AlertChange> changes = m_book.apply(fenced ? placed : reading, now);
        if (changes.isEmpty())
            continue;
        const Device *device = m_registry.find(reading.deviceId);
        addChanges(changes, {Actor::Kind::Device, reading.deviceId, device ? device->name : QString(), reading.source},
                   {}, now);
    }
    m_archive.record(batch);
}

void Desk::seedFence(const QString &deviceId, const Position &position, TimePoint at)
{
    m_fences.seed(deviceId, position, at);
}

void Desk::addChanges(const QList<AlertChange> &changes, const Actor &actor, const QString &requestId, TimePoint now)
{
    for (const AlertChange &change : changes)
        m_commits->add(change, actor, requestId, now);
}

void Desk::addDevice(const Device &device, const Actor &actor, const QString &requestId, TimePoint now)
{
    m_book.setDevice(device);
    m_fences.setDevice(device);
    m_commits->add(device, actor, requestId, now);
}

void Desk::addCommands(const QList<Command> &commands, const Actor &actor, const QString &requestId, TimePoint now)
{
    for (const Command &command : commands)
        m_commits->add(command, actor, requestId, now);
}

bool Desk::carries(const QString &deviceId) const
{
    return m_settings.outlet && m_settings.outlet->carries(deviceId);
}

ChatFacts Desk::factsOf(const QString &thread) const
{
    const QString incident = incidentOfChatThread(thread);
    if (incident.isEmpty())
        return {};
    const std::optional<Alert> alert = m_book.find(incident);
    return alert ? ChatFacts{true, alert->userId} : ChatFacts{};
}

/// Orders that are due go one step on; what must be durable first waits for publish().
void Desk::tickCommands(TimePoint now)
{
    if (!m_accepting || m_commands.open() == 0 || m_commits->size() >= m_settings.uncommittedMost)
        return;
    addCommands(m_commands.tick(now, [this](const QString &device) { return carries(device); }), systemActor, {}, now);
}

void Desk::publish(const QList<Event> &events)
{
    QList<Command> orders;
    const TimePoint now = m_settings.clock();
    for (const Event &event : events) {
        m_ledger.apply(event);
        if (const auto *command = std::get_if<Command>(&event.body)) {
            if (const std::optional<Command> order = m_commands.committed(*command, now))
                orders.append(*order);
        }
    }
    m_uncommitted = m_commits->size();
    Q_EMIT published(events);
    tellPresence();
    for (const Command &order : std::as_const(orders))
        m_settings.outlet->deliver(order);
    tickCommands(now); // what is queued durably now
    if (m_accepting)
        arm();
}

/// A device's presence is told only after its record: consumers know the device then.
void Desk::tellPresence()
{
    const QList<DevicePresence> changes = m_registry.takeChanges();
    for (const DevicePresence &change : changes)
        m_presence.insert(change.deviceId, change);
    if (m_presence.isEmpty())
        return;
    QList<DevicePresence> tell;
    m_presence.removeIf([this, &tell](const auto &entry) {
        const bool known = m_ledger.knows(entry.key());
        if (known)
            tell.append(entry.value());
        return known;
    });
    if (!tell.isEmpty())
        Q_EMIT presenceChanged(tell);
}

void Desk::tick()
{
    if (!m_commits || m_finished)
        return;
    const TimePoint now = m_settings.clock();
    if (m_commits->size() < m_settings.uncommittedMost)
        addChanges(m_book.tick(now), systemActor, {}, now);
    followHearing(now);
    m_registry.tick(now);
    tickCommands(now);
    tellPresence();
    m_commits->flush();
    m_uncommitted = m_commits->size();
    m_timer->stop();
    arm();
}

void Desk::arm()
{
    const TimePoint now = m_settings.clock();
    TimePoint due = now + heartbeat;
    if (m_commits->size() < m_settings.uncommittedMost) // else the book's timers wait
        due = std::min({due, m_book.nextDeadline().value_or(due), m_commands.nextDeadline().value_or(due),
                        m_hearing.nextDeadline().value_or(due)});
    const auto wait = std::max(std::chrono::ceil<std::chrono::milliseconds>(due - now), 1ms);
    if (!m_timer->isActive() || m_timer->remainingTimeAsDuration() > wait)
        m_timer->start(wait);
}

void Desk::refuseAll()
{
    for (auto *inbox : {&m_urgent, &m_requests}) {
        for (const Waiting &waiting : takeFrom(*inbox)) {
            if (waiting.reply)
                waiting.reply(Outcome::refused(QStringLiteral("overloaded"), QStringLiteral("The desk is stopping.")));
        }
    }
    for (const std::deque<Waiting> &queue : std::exchange(m_parked, {})) {
        for (const Waiting &waiting : queue) {
            if (waiting.reply)
                waiting.reply(Outcome::refused(QStringLiteral("overloaded"), QStringLiteral("The desk is stopping.")));
        }
    }
    m_parkedRequests = 0;
}

void Desk::stop()
{
    if (!m_accepting.exchange(false))
        return;
    if (!m_commits) {
        m_finished = true;
        refuseAll();
        Q_EMIT stopped();
        return;
    }
    do {
        drain();
    } while (!m_readings.isEmpty());
    m_timer->stop();
    if (m_commits->size() == 0) {
        finishStop();
        return;
    }
    connect(m_commits, &CommitQueue::drained, this, &Desk::finishStop);
    m_grace = new QTimer(this);
    m_grace->setSingleShot(true);
    connect(m_grace, &QTimer::timeout, this, [this] {
        qCWarning(lcDesk, "Stopping with %llu events that could not be stored",
                  static_cast<unsigned long long>(m_commits->size()));
        finishStop();
    });
    m_grace->start(std::chrono::ceil<std::chrono::milliseconds>(m_settings.stopGrace));
}

void Desk::finishStop()
{
    if (std::exchange(m_finished, true))
        return;
    if (m_grace)
        m_grace->stop();
    refuseAll();
    m_commits->abandon(); // nothing left, or no hope
    m_uncommitted = 0;
    Q_EMIT stopped();
}

} // namespace tocsin
