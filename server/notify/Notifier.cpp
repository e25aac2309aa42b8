// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/notify/Notifier.h"

#include "models/domain/Streams.h"

#include <QCryptographicHash>
#include <QLoggingCategory>
#include <QRandomGenerator>

#include <algorithm>
#include <utility>

namespace tocsin {

Q_LOGGING_CATEGORY(lcNotify, "tocsin.notify", QtInfoMsg)

using namespace std::chrono_literals;

namespace {
constexpr int pageOfLog = 1000;
constexpr Duration lookAgain = 1s;
constexpr qint64 silentEvents = 10'000; ///< so many that concern nobody move the cursor, too
constexpr int mostQuestions = 64;

bool isOver(const Alert &alert)
{
    return alert.cond == AlertCondition::Clear || alert.cond == AlertCondition::Canceled || !isOpen(alert);
}

double random()
{
    return QRandomGenerator::global()->generateDouble();
}

bool concerns(const Event &event)
{
    return std::holds_alternative<AlertChange>(event.body) || std::holds_alternative<Device>(event.body);
}

Alert described(const DescribedAlert &question, TimePoint now)
{
    Alert alert;
    alert.id = QStringLiteral("(described)");
    alert.source = question.panic && question.source.isEmpty() ? question.person : question.source;
    alert.sourceName = alert.source;
    alert.code = question.panic && question.code.isEmpty() ? QStringLiteral("PANIC") : question.code;
    alert.title = alert.code;
    alert.category = question.category;
    alert.userId = question.person;
    alert.level = question.panic ? AlertLevel::Emergency : question.level;
    alert.kind = question.panic ? AlertKind::Incident : AlertKind::Condition;
    alert.simulated = question.simulated;
    alert.raisedAt = now;
    if (question.panic)
        alert.incident.edit([](IncidentFacts &) {});
    return alert;
}
} // namespace

Notifier::Notifier(Parts parts)
    : m_parts(std::move(parts))
    , m_plan(m_parts.config)
    , m_lanes(m_parts.config, m_parts.chance ? m_parts.chance : random)
    , m_outbox(m_parts.rows, m_parts.config.limits.queue)
    , m_inbox(m_parts.inbox, [this] { QMetaObject::invokeMethod(this, &Notifier::drain, Qt::QueuedConnection); })
    , m_status(m_lanes.status())
{
}

Notifier::~Notifier() = default;

void Notifier::takeEvents(const QList<Event> &events)
{
    if (events.isEmpty())
        return;
    Batch batch;
    batch.last = events.constLast().seq;
    for (const Event &event : events) {
        if (concerns(event))
            batch.events.append(event);
    }
    if (m_offered == 0)
        m_offered = events.constFirst().seq - 1;
    batch.first = m_offered + 1;
    if (batch.events.isEmpty() && batch.last - m_offered < silentEvents)
        return; // the next one covers it
    m_offered = batch.last;
    const qint64 last = batch.last;
    if (m_inbox.push(std::move(batch)))
        return;
    m_missed = last;
    QMetaObject::invokeMethod(this, &Notifier::drain, Qt::QueuedConnection);
}

void Notifier::setPeople(const QList<OnlinePerson> &people)
{
    QMetaObject::invokeMethod(this, [this, people] { seat(m_peopleHere, people); }, Qt::QueuedConnection);
}

void Notifier::setPeopleElsewhere(const QList<OnlinePerson> &people)
{
    QMetaObject::invokeMethod(this, [this, people] { seat(m_peopleElsewhere, people); }, Qt::QueuedConnection);
}

void Notifier::seat(QList<OnlinePerson> &where, const QList<OnlinePerson> &people)
{
    where = people;
    m_people = m_peopleHere;
    for (const OnlinePerson &person : std::as_const(m_peopleElsewhere)) {
        const bool known = std::any_of(m_people.cbegin(), m_people.cend(),
                                       [&person](const OnlinePerson &one) { return one.id == person.id; });
        if (!known)
            m_people.append(person);
    }
}

QString Notifier::start(const DeskSnapshot &initial)
{
    if (const QString problem = m_outbox.load(); !problem.isEmpty())
        return problem;
    m_epoch = initial.epoch;
    for (const Device &device : initial.devices)
        m_devices.insert(device.id, device);
    for (const Alert &alert : initial.alerts) {
        if (isOpen(alert))
            m_alerts.insert(alert.id, alert);
    }
    // What happens while there is no channel is not told later. Without a place to go on from, what was before is history.
    if (m_parts.config.channels.isEmpty())
        m_outbox.passOver(initial.seq, m_epoch);
    else if (!m_outbox.cursor() || m_outbox.epoch() != m_epoch || *m_outbox.cursor() > initial.seq)
        m_outbox.setCursor(initial.seq, m_epoch);
    m_missed = std::max(m_missed.load(), initial.seq);
    m_courier = m_parts.makeCourier();
    m_timer = new QTimer(this);
    m_timer->setSingleShot(true);
    connect(m_timer, &QTimer::timeout, this, &Notifier::tick);
    m_running = true;
    const QStringList cases = m_outbox.cases();
    for (const QString &alertId : cases) {
        const NotifyCase *one = m_outbox.find(alertId);
        if (one->contactsFrom <= one->contactsTo)
            askContacts(alertId);
    }
    drain();
    return {};
}

void Notifier::drain()
{
    if (!m_running || m_fetching)
        return; // the inbox holds it
    for (Batch &batch : m_inbox.drain())
        m_waiting.push_back(std::move(batch));
    proceed();
}

/// Judges what waits, in the log's order; where something is missing, the log is asked first.
void Notifier::proceed()
{
    while (!m_waiting.empty()) {
        Batch &batch = m_waiting.front();
        if (batch.first > *m_outbox.cursor() + 1) {
            fetch();
            return;
        }
        if (batch.last > *m_outbox.cursor()) {
            judge(batch.events);
            m_outbox.setCursor(batch.last, m_epoch);
        }
        m_waiting.pop_front();
    }
    if (m_missed > *m_outbox.cursor()) {
        fetch();
        return;
    }
    commit();
    pumpSoon();
}

void Notifier::fetch()
{
    m_fetching = true;
    EventsQuery query;
    query.stream = deskStream();
    query.after = *m_outbox.cursor();
    query.limit = pageOfLog;
    m_parts.archive.events(query, [this](const EventsResult &result) {
        QMetaObject::invokeMethod(this, [this, result] { fetched(result); }, Qt::QueuedConnection);
    });
}

void Notifier::fetched(const EventsResult &result)
{
    if (!m_running)
        return;
    if (!result.error.isEmpty()) {
        qCWarning(lcNotify).noquote() << "the log cannot be read:" << result.error;
        m_fetchAgain = m_parts.clock() + lookAgain;
        wakeBy(*m_fetchAgain);
        return;
    }
    judge(result.events);
    const bool end = result.events.size() < pageOfLog;
    const qint64 last = result.events.isEmpty() ? *m_outbox.cursor() : result.events.constLast().seq;
    m_outbox.setCursor(end ? std::max(last, result.head) : last, m_epoch);
    m_fetching = false;
    drain();
}

void Notifier::judge(const QList<Event> &events)
{
    const qint64 done = *m_outbox.cursor();
    for (const Event &event : events) {
        if (event.seq <= done)
            continue;
        if (const auto *device = std::get_if<Device>(&event.body))
            m_devices.insert(device->id, *device);
        else if (const auto *change = std::get_if<AlertChange>(&event.body))
            judge(*change);
    }
}

void Notifier::judge(const AlertChange &change)
{
    const Alert alert = withoutPins(change.alert);
    if (isOpen(alert))
        m_alerts.insert(alert.id, alert);
    else
        m_alerts.remove(alert.id);
    NotifyCase *known = m_outbox.find(alert.id);
    const bool waits = isWaiting(alert);
    const bool wasWaiting =
        change.from == AlertState::Unacknowledged || change.from == AlertState::ReturnedUnacknowledged;
    const bool rose = change.verb == AlertVerb::LevelChange && alert.level > (known ? known->level : AlertLevel::Info);
    bool anew = waits && !isOver(alert) &&
                (change.verb == AlertVerb::Raise || change.verb == AlertVerb::Duress ||
                 change.verb == AlertVerb::Reactivate || rose || !wasWaiting);
    if (known && alert.chattering && change.verb == AlertVerb::Raise && !known->told.isEmpty())
        anew = false; // one alert, told once
    if (!known && !waits)
        return;
    NotifyCase &one = m_outbox.open(alert.id);
    if (anew) {
        one.round = alert.revision;
        one.stepDone = -1;
        if (one.over)
            one.told.clear();
        one.over = false;
        m_skipped.remove(alert.id);
    } else if (!known) { // from before there was anything to tell
        one.round = alert.revision;
        one.stepDone = change.verb == AlertVerb::Escalate || change.verb == AlertVerb::ContactLost
                           ? alert.escalation - 1
                           : alert.escalation;
    }
    if (change.verb == AlertVerb::Reactivate) // the phone keeps `canceled`, but whoever was told that is told the truth
        one.contactsOver = false;
    one.occurrence = alert.occurrence;
    one.level = alert.level;
    if (!waits && !isOver(alert)) {
        const QString why = alert.acked ? QStringLiteral("somebody has acknowledged it") : m_plan.withheld(alert);
        withdraw(alert.id, why, [acked = alert.acked](const NotifyMessage &message) {
            return message.occasion == NotifyOccasion::Alert && !message.contact && (!acked || message.step > 0);
        });
    }
    if (change.verb == AlertVerb::Duress && m_parts.config.contacts.afterDuress != NotifyContacts::AfterDuress::Truth &&
        !one.contactsOver) {
        withdraw(alert.id, QStringLiteral("it is over"), [](const NotifyMessage &message) {
            return message.occasion == NotifyOccasion::Alert && message.contact;
        });
        one.contactsTo = one.contactsFrom - 1;
        if (m_parts.config.contacts.afterDuress == NotifyContacts::AfterDuress::AsPhone)
            tellOver(one, alert, true);
        one.contactsOver = true;
    }
    if (isOver(alert) && !one.over)
        finish(one, alert);
    if (waits && alert.escalation > one.stepDone) {
        const int from = one.stepDone + 1;
        one.stepDone = alert.escalation;
        runSteps(one, alert, from, alert.escalation);
    }
    m_outbox.changed(alert.id);
    closeIfDone(alert.id);
}

NotifyFacts Notifier::factsOf(const Alert &alert) const
{
    NotifyFacts facts;
    facts.now = m_parts.clock();
    if (const auto device = m_devices.constFind(alert.source); device != m_devices.cend())
        facts.device = *device;
    facts.people = m_people;
    if (alert.kind == AlertKind::Incident && m_parts.accounts)
        facts.ownAddress = m_parts.accounts->current()->accounts.value(alert.userId).email;
    facts.wait = [this, level = alert.level, now = facts.now](const QString &channel, const QString &address,
                                                              bool *paused) {
        return m_lanes.wait(channel, address, level, now, paused);
    };
    return facts;
}

void Notifier::runSteps(NotifyCase &one, const Alert &alert, int from, int to)
{
    enqueue(one, alert, to, NotifyOccasion::Alert, m_plan.routes(alert, from, to, factsOf(alert)));
    if (m_plan.asksContacts(alert, from, to) && !one.contactsOver && !isOver(alert) &&
        m_plan.withheld(alert, true).isEmpty()) {
        one.contactsFrom = from;
        one.contactsTo = to;
        m_outbox.changed(alert.id);
        askContacts(alert.id);
    }
    checkReached(alert.id);
}

void Notifier::askContacts(const QString &alertId)
{
    const auto alert = m_alerts.constFind(alertId);
    if (alert == m_alerts.cend() || m_contactsAsked.contains(alertId))
        return;
    m_contactsAsked.insert(alertId);
    m_contactsAgain.remove(alertId);
    m_parts.contacts.contactsOf(alert->userId, [this, alertId](const ContactsAnswer &answer) {
        QMetaObject::invokeMethod(
            this, [this, alertId, answer] { takeContacts(alertId, answer); }, Qt::QueuedConnection);
    });
}

void Notifier::takeContacts(const QString &alertId, const ContactsAnswer &answer)
{
    if (!m_running)
        return;
    m_contactsAsked.remove(alertId);
    NotifyCase *one = m_outbox.find(alertId);
    if (!one || one->contactsFrom > one->contactsTo)
        return;
    if (answer.code == ContactsAnswer::Code::Busy || answer.code == ContactsAnswer::Code::Failed) {
        const TimePoint again = m_parts.clock() + lookAgain;
        m_contactsAgain.insert(alertId, again);
        wakeBy(again);
        return;
    }
    const int step = one->contactsTo;
    one->contactsTo = one->contactsFrom - 1;
    const auto alert = m_alerts.constFind(alertId);
    if (alert != m_alerts.cend() && !one->contactsOver && !isOver(*alert))
        enqueue(*one, *alert, step, NotifyOccasion::Alert, m_plan.contacts(*alert, answer.contacts, factsOf(*alert)));
    m_outbox.changed(alertId);
    checkReached(alertId);
    closeIfDone(alertId);
    commit();
    pumpSoon();
}

NotifyMessage Notifier::messageOf(const NotifyCase &one, const Alert &alert, int step, NotifyOccasion occasion,
                                  const NotifyDecision &decision) const
{
    NotifyMessage message;
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (const QString &part :
         {alert.id, QString::number(one.round), QString::number(step), QString::number(int(occasion)), decision.key(),
          QString::number(alert.incident && alert.incident->duress && decision.duress)})
        hash.addData(part.toUtf8() + '\0');
    constexpr qsizetype idLength = 32;
    message.id = QString::fromLatin1(hash.result().toHex().left(idLength));
    message.alertId = alert.id;
    message.occasion = occasion;
    message.level = alert.level;
    message.step = step;
    message.route = decision.route;
    message.channel = decision.channel;
    message.means = decision.means;
    message.to = decision.to;
    message.contact = decision.contact;
    const Alert shown = decision.contact && !decision.duress ? asOriginatorSees(alert) : alert;
    message.words = wordsOf(shown, occasion, {m_parts.config.desk, step, decision.contact, decision.duress},
                            alert.sourceName.isEmpty() ? alert.userId : alert.sourceName);
    message.madeAt = m_parts.clock();
    message.notBefore = message.madeAt;
    return message;
}

void Notifier::enqueue(NotifyCase &one, const Alert &alert, int step, NotifyOccasion occasion,
                       const QList<NotifyDecision> &decisions)
{
    for (const NotifyDecision &decision : decisions) {
        if (decision.absent)
            audit(messageOf(one, alert, step, occasion, decision), false, QStringLiteral("no console"));
        if (decision.verdict == NotifyVerdict::Withheld)
            continue;
        const NotifyMessage message = messageOf(one, alert, step, occasion, decision);
        if (occasion == NotifyOccasion::Alert) {
            auto told = std::find_if(one.told.begin(), one.told.end(),
                                     [&message](const NotifyTold &t) { return t.key() == message.key(); });
            if (told == one.told.end())
                told = one.told.insert(one.told.end(), NotifyTold());
            const bool before = told->everDelivered;
            *told = {decision.route,
                     decision.channel,
                     decision.means,
                     decision.to,
                     decision.contact,
                     decision.duress,
                     decision.over,
                     step,
                     NotifyTold::State::Queued,
                     before};
        }
        m_outbox.changed(alert.id);
        if (decision.means == NotifyMeans::Desktop) {
            (void)tellDesktop(message);
            continue;
        }
        std::optional<NotifyMessage> dropped;
        m_outbox.add(message, &dropped);
        if (dropped)
            noteDropped(*dropped);
    }
}

/// It returned, was canceled or closed: what has not gone out stays, and whoever was told is told that.
void Notifier::finish(NotifyCase &one, const Alert &alert)
{
    withdraw(alert.id, QStringLiteral("it is over"),
             [](const NotifyMessage &message) { return message.occasion == NotifyOccasion::Alert; });
    one.contactsTo = one.contactsFrom - 1;
    tellOver(one, alert, false);
    if (!one.contactsOver)
        tellOver(one, alert, true);
    one.over = true;
    one.contactsOver = one.contactsOver || alert.kind == AlertKind::Incident;
}

void Notifier::tellOver(NotifyCase &one, const Alert &alert, bool contacts)
{
    QList<NotifyDecision> decisions;
    for (const NotifyTold &told : std::as_const(one.told)) {
        if (told.contact == contacts && told.over && told.everDelivered && told.means != NotifyMeans::Desktop)
            decisions.append({told.route, told.channel, told.means, told.to, told.contact, told.duress, told.over,
                              NotifyVerdict::Sent, true, QString()});
    }
    enqueue(one, alert, 0, NotifyOccasion::Over, decisions);
}

/// An alert that is over and of which nothing is on its way is forgotten.
void Notifier::closeIfDone(const QString &alertId)
{
    const NotifyCase *one = m_outbox.find(alertId);
    if (one && !m_alerts.contains(alertId) && m_outbox.messagesOf(alertId).isEmpty()) {
        m_outbox.close(alertId);
        m_skipped.remove(alertId);
    }
}

/// Row 19: when nobody can be reached at a step, the next one runs at once.
void Notifier::checkReached(const QString &alertId)
{
    const auto alert = m_alerts.constFind(alertId);
    const NotifyCase *one = m_outbox.find(alertId);
    if (alert == m_alerts.cend() || !one || !isWaiting(*alert) || alert->escalation < 1 || !alert->escalateAt ||
        one->contactsFrom <= one->contactsTo || m_skipped.value(alertId) == alert->escalation ||
        (alert->simulated && !m_parts.config.simulated))
        return;
    const int step = alert->escalation;
    const bool reached = std::any_of(one->told.cbegin(), one->told.cend(), [this, step](const NotifyTold &told) {
        return told.step == step && (told.state == NotifyTold::State::Delivered ||
                                     (told.state == NotifyTold::State::Queued && !m_lanes.isPaused(told.channel)));
    });
    if (reached || !m_plan.reachesLater(*alert, step, factsOf(*alert)))
        return;
    m_skipped.insert(alertId, step);
    const AuditRecord record{QStringLiteral("notify"),
                             alertId,
                             QStringLiteral("step %1 reaches nobody: the next one runs at once").arg(step),
                             false,
                             {}};
    ask({QStringLiteral("notify/%1/%2/%3").arg(alertId).arg(one->round).arg(step).right(128), {}, NoteAudit{record}});
    m_parts.ladder.stepUnreached(alertId, step);
}

NotifyPreview Notifier::previewOf(const Alert &alert, int step, const NotifyFacts &facts,
                                  const QList<EmergencyContact> &contacts) const
{
    QList<NotifyDecision> decisions = m_plan.routes(alert, step, step, facts);
    if (m_plan.asksContacts(alert, step, step)) {
        decisions += m_plan.contacts(alert, contacts, facts);
    } else if (alert.kind == AlertKind::Incident && m_parts.config.contacts.enabled()) {
        NotifyDecision none;
        none.route = QStringLiteral("contacts");
        none.verdict = NotifyVerdict::Withheld;
        none.reaches = false;
        none.why = QStringLiteral("not at step %1").arg(step);
        decisions.append(none);
    }
    NotifyPreview preview;
    bool reached = false;
    NotifyCase none;
    for (const NotifyDecision &decision : std::as_const(decisions)) {
        const NotifyMessage message = messageOf(none, alert, step, NotifyOccasion::Alert, decision);
        reached = reached || decision.reaches;
        preview.rows.append({decision.route, decision.channel,
                             decision.means == NotifyMeans::Webhook && !decision.contact ? decision.channel
                             : decision.contact || decision.means == NotifyMeans::Sms    ? decision.label()
                             : decision.to.name.isEmpty()
                                 ? decision.to.address
                                 : QStringLiteral("%1 <%2>").arg(decision.to.name, decision.to.address),
                             decision.verdict, decision.why, message.words.subject,
                             decision.means == NotifyMeans::Sms ? message.words.brief : message.words.text});
    }
    std::stable_sort(preview.rows.begin(), preview.rows.end(), [](const NotifyRow &a, const NotifyRow &b) {
        return (a.verdict == NotifyVerdict::Withheld) < (b.verdict == NotifyVerdict::Withheld);
    });
    preview.unreached = step > 0 && !reached;
    return preview;
}

std::optional<Alert> Notifier::alertFor(const NotifyQuestion &question) const
{
    if (const auto *said = std::get_if<DescribedAlert>(&question.alert))
        return described(*said, question.at.value_or(m_parts.clock()));
    const auto found = m_alerts.constFind(std::get<QString>(question.alert));
    return found == m_alerts.cend() ? std::nullopt : std::optional(*found);
}

void Notifier::answerPreview(const NotifyQuestion &question, const std::function<void(const NotifyPreview &)> &reply)
{
    const std::optional<Alert> alert = alertFor(question);
    if (!alert) {
        NotifyPreview none;
        none.error = QStringLiteral("There is no open alert with the id %1.").arg(std::get<QString>(question.alert));
        reply(none);
        return;
    }
    NotifyFacts facts = factsOf(*alert);
    facts.now = question.at.value_or(facts.now);
    if (!m_plan.asksContacts(*alert, question.step, question.step)) {
        reply(previewOf(*alert, question.step, facts, {}));
        return;
    }
    m_parts.contacts.contactsOf(alert->userId, [this, alert, question, facts, reply](const ContactsAnswer &answer) {
        QMetaObject::invokeMethod(
            this,
            [this, alert, question, facts, reply, answer] {
                reply(previewOf(*alert, question.step, facts, answer.contacts));
            },
            Qt::QueuedConnection);
    });
}

void Notifier::preview(const NotifyQuestion &question, std::function<void(const NotifyPreview &)> reply)
{
    if (m_questions->fetch_add(1) >= mostQuestions) {
        --*m_questions;
        NotifyPreview busy;
        busy.error = QStringLiteral("Too many questions are waiting; try again in a moment.");
        reply(busy);
        return;
    }
    const auto answered = [questions = m_questions, reply = std::move(reply)](const NotifyPreview &preview) {
        --*questions;
        reply(preview);
    };
    QMetaObject::invokeMethod(
        this, [this, question, answered] { answerPreview(question, answered); }, Qt::QueuedConnection);
}

void Notifier::channels(std::function<void(const QList<NotifyChannel> &)> reply)
{
    reply(status());
}

QList<NotifyChannel> Notifier::status() const
{
    const std::scoped_lock lock(m_mutex);
    return m_status;
}

} // namespace tocsin
