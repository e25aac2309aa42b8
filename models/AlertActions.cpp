// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertActions.h"

#include "models/AlertWords.h"
#include "models/Format.h"

#include <algorithm>
#include <utility>

namespace tocsin {

using namespace std::chrono_literals;

namespace {
constexpr Duration renewEvery = 60s;
constexpr Duration workedOnFor = 5min;
constexpr Duration undoFor = 60s;
constexpr qsizetype namedAlerts = 3;

/// A refusal's code as it stands in the summary of many.
QString codeText(const QString &code)
{
    if (code == QLatin1String("superseded"))
        return AlertActions::tr("superseded");
    if (code == QLatin1String("still_active"))
        return AlertActions::tr("still active");
    if (code == QLatin1String("forbidden"))
        return AlertActions::tr("not allowed");
    if (code == QLatin1String("closed"))
        return AlertActions::tr("over already");
    return AlertActions::tr("refused");
}

bool isAsked(AlertVerbs::Verb verb)
{
    switch (verb) {
    case AlertVerbs::Unacknowledge:
    case AlertVerbs::Comment:
    case AlertVerbs::Shelve:
    case AlertVerbs::Transfer:
    case AlertVerbs::OutOfService:
    case AlertVerbs::Close:
        return true;
    default:
        return false;
    }
}
} // namespace

AlertActions::AlertActions(DeskLink &link, AlertListModel &alerts, AlertHistory &history, ModelClock clock,
                           QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_alerts(alerts)
    , m_history(history)
    , m_clock(std::move(clock))
{
    connect(&alerts, &AlertListModel::modelReset, this, [this] {
        for (const Sent &sent : std::as_const(m_sent)) // also what an earlier console asked for
            m_alerts.setBusy(sent.alertId, AlertVerbs::busy(sent.verb));
    });
    connect(&alerts, &AlertListModel::superseded, this,
            [this](const QString &id) { takeSuperseded(AlertVerbs::Acknowledge, id); });
}

const Alert *AlertActions::find(const QString &alertId) const
{
    const Alert *alert = m_alerts.find(alertId);
    return alert ? alert : m_history.list().find(alertId);
}

void AlertActions::setPeople(const QList<OnlinePerson> &people)
{
    m_people.clear();
    for (const OnlinePerson &person : people) {
        if (person.role >= Role::Dispatcher && person.id != m_link.self().id)
            m_people.append(person);
    }
}

void AlertActions::start(AlertVerbs::Verb verb, const QStringList &alertIds)
{
    QList<Alert> able;
    QString reason;
    const TimePoint now = m_clock.now();
    for (const QString &id : alertIds) {
        const Alert *alert = find(id);
        const QString why =
            alert ? AlertVerbs::whyNot(verb, *alert, m_link.self(), now) : tr("It is not known any more.");
        if (alert && why.isEmpty())
            able.append(*alert);
        else if (reason.isEmpty())
            reason = why;
    }
    if (alertIds.isEmpty())
        Q_EMIT said(tr("No alert is selected."));
    else if (able.isEmpty())
        Q_EMIT refused(alertIds.size() == 1 && find(alertIds.constFirst())
                           ? tr("%1: %2").arg(AlertWords::what(*find(alertIds.constFirst())), reason)
                           : reason);
    else if (able.size() > MaxBulk)
        Q_EMIT refused(tr("At most %1 alerts at once; narrow the table first.").arg(MaxBulk));
    if (able.isEmpty() || able.size() > MaxBulk)
        return;
    const bool wanted = verb == AlertVerbs::Acknowledge &&
                        std::any_of(able.cbegin(), able.cend(), [](const Alert &alert) { return alert.commentWanted; });
    if (isAsked(verb) || wanted || able.size() > 1) {
        const qsizetype left = alertIds.size() - able.size();
        m_question.ask(verb, able, m_people,
                       left > 0 ? tr("%1 of %2 are left out: %3").arg(left).arg(alertIds.size()).arg(reason)
                                : QString());
        return;
    }
    send({verb, {able.constFirst().id}, {}});
}

void AlertActions::confirm()
{
    if (!m_question.open() || !m_question.problem().isEmpty())
        return;
    const Order order{m_question.verb(), m_question.ids(), m_question.details(m_clock.now())};
    m_question.cancel();
    send(order);
}

void AlertActions::send(const Order &order)
{
    Batch batch;
    batch.order = order;
    const int number = ++m_lastBatch;
    const TimePoint now = m_clock.now();
    QList<std::pair<QString, RequestBody>> requests;
    for (const QString &id : order.ids) {
        if (const Alert *alert = find(id))
            requests.append({id, AlertVerbs::request(order.verb, *alert, order.details)});
    }
    batch.left = int(requests.size());
    if (requests.isEmpty())
        return;
    m_batches.insert(number, batch);
    for (const auto &[id, body] : std::as_const(requests)) {
        m_alerts.setBusy(id, AlertVerbs::busy(order.verb));
        m_looked.insert(id, now);
        m_sent.insert(m_link.request(body), {id, order.verb, number});
    }
    if (order.ids.size() > 1) {
        m_results.assign({});
        m_resultsText =
            tr("%1: waiting for the desk, %2 alerts").arg(AlertVerbs::title(order.verb)).arg(requests.size());
    }
    Q_EMIT resultsChanged();
}

bool AlertActions::adopt(const QString &requestId, const RequestBody &body)
{
    const auto [verb, alertId] = AlertVerbs::verbOf(body);
    if (verb == AlertVerbs::None)
        return false;
    Batch batch;
    batch.order = {verb, {alertId}, {}};
    batch.left = 1;
    m_batches.insert(++m_lastBatch, batch);
    m_sent.insert(requestId, {alertId, verb, m_lastBatch});
    m_alerts.setBusy(alertId, AlertVerbs::busy(verb));
    return true;
}

QString AlertActions::describe(const RequestBody &body) const
{
    const auto [verb, alertId] = AlertVerbs::verbOf(body);
    if (verb == AlertVerbs::None)
        return {};
    const Alert *alert = find(alertId);
    return tr("%1 %2").arg(AlertVerbs::title(verb), alert ? AlertWords::what(*alert) : tr("an alert"));
}

bool AlertActions::takeReply(const QString &requestId, const Outcome &outcome)
{
    if (m_renewals.remove(requestId))
        return true; // a claim that is not renewed runs out, and everybody sees it
    if (!m_sent.contains(requestId))
        return false;
    const Sent sent = m_sent.take(requestId);
    m_alerts.setBusy(sent.alertId, {});
    Batch &batch = m_batches[sent.batch];
    const Alert *alert = find(sent.alertId);
    const QString what = alert ? AlertWords::what(*alert) : sent.alertId;
    const QString why = outcome.message.isEmpty() ? outcome.code : outcome.message;
    if (!outcome.ok) {
        Q_EMIT refusedByDesk();
        batch.refused[codeText(outcome.code)].append(alert ? AlertWords::who(*alert) : sent.alertId);
        batch.facts.append({what, why});
        if (batch.order.ids.size() == 1)
            Q_EMIT refused(tr("%1 was not %2: %3").arg(what, AlertVerbs::done(sent.verb), why));
        if (outcome.code == QLatin1String("superseded"))
            takeSuperseded(sent.verb, sent.alertId);
    } else {
        ++(outcome.changed ? batch.done : batch.same);
        if (!outcome.message.isEmpty()) { // "It is critical: a second person has to ask for it, too."
            batch.facts.append({what, outcome.message});
            if (batch.order.ids.size() == 1)
                Q_EMIT said(tr("%1: %2").arg(what, outcome.message));
        }
        if (sent.verb == AlertVerbs::Claim)
            m_renewed.insert(sent.alertId, m_clock.now());
    }
    if (--batch.left == 0)
        finish(m_batches.take(sent.batch));
    Q_EMIT resultsChanged();
    return true;
}

void AlertActions::finish(const Batch &batch)
{
    if (batch.order.ids.size() > 1) {
        QStringList parts{tr("%1 %2").arg(batch.done).arg(AlertVerbs::done(batch.order.verb))};
        if (batch.same > 0)
            parts.append(tr("%1 were already").arg(batch.same));
        for (auto it = batch.refused.cbegin(); it != batch.refused.cend(); ++it) {
            QStringList names = it->mid(0, namedAlerts);
            if (it->size() > namedAlerts)
                names.append(tr("…"));
            parts.append(tr("%1 %2: %3").arg(it->size()).arg(it.key(), names.join(tr(", "))));
        }
        m_resultsText = parts.join(tr(", "));
        m_results.assign(batch.facts);
    }
    if (batch.order.verb == AlertVerbs::Close && batch.done > 0) {
        m_undoIds = batch.order.ids;
        m_undoUntil = m_clock.now() + undoFor;
        const Alert *alert = find(m_undoIds.constFirst());
        m_undoText = m_undoIds.size() == 1 && alert ? tr("%1 closed").arg(AlertWords::what(*alert))
                                                    : tr("%1 alerts closed").arg(batch.done);
        Q_EMIT undoChanged();
    }
}

void AlertActions::dismissResults()
{
    m_results.assign({});
    m_resultsText.clear();
    Q_EMIT resultsChanged();
}

// --- taking back

int AlertActions::undoSeconds() const
{
    return m_undoText.isEmpty() ? 0 : int(std::ceil(std::max(0.0, secondsBetween(m_clock.now(), m_undoUntil))));
}

void AlertActions::undo()
{
    if (m_undoText.isEmpty())
        return;
    QStringList closed;
    for (const QString &id : std::as_const(m_undoIds)) {
        if (const Alert *alert = find(id); alert && !isOpen(*alert))
            closed.append(id);
    }
    m_undoText.clear();
    m_undoIds.clear();
    Q_EMIT undoChanged();
    send({AlertVerbs::Reopen, closed, {}});
}

// --- what changed under the operator's hand

void AlertActions::takeSuperseded(AlertVerbs::Verb verb, const QString &alertId)
{
    const Alert *alert = find(alertId);
    if (!alert)
        return;
    m_again = {verb, {alertId}, {}};
    m_againText = tr("%1 changed meanwhile: it is %2, occurrence %3. %4")
                      .arg(AlertWords::what(*alert), format::alertLevel(alert->level))
                      .arg(alert->occurrence)
                      .arg(alert->message.isEmpty() ? alert->title : alert->message);
    Q_EMIT againChanged();
}

void AlertActions::repeat()
{
    const Order again = m_again;
    dropAgain();
    if (!again.ids.isEmpty())
        start(again.verb, again.ids);
}

void AlertActions::dropAgain()
{
    m_again = {};
    m_againText.clear();
    Q_EMIT againChanged();
}

// --- claims

void AlertActions::setAttended(bool attended)
{
    if (attended == m_attended)
        return;
    m_attended = attended;
    Q_EMIT attendedChanged();
}

void AlertActions::look(const QString &alertId)
{
    m_shown = alertId;
    if (!alertId.isEmpty())
        m_looked.insert(alertId, m_clock.now());
}

/// A lease lives two minutes. It is renewed for what is on the screen of a console that somebody sits at, and for five minutes after
/// the operator last dealt with it; then it may run out, so that nothing stays claimed by who has gone home.
void AlertActions::renewClaims(TimePoint now)
{
    if (m_attended && !m_shown.isEmpty())
        m_looked.insert(m_shown, now);
    for (auto it = m_looked.begin(); it != m_looked.end();) {
        if (now - *it > workedOnFor) {
            m_renewed.remove(it.key());
            it = m_looked.erase(it);
            continue;
        }
        const Alert *alert = m_alerts.find(it.key());
        if (alert && isOpen(*alert) && AlertWords::isOwn(*alert, m_link.self())) {
            TimePoint &renewed = m_renewed[it.key()];
            if (now - renewed >= renewEvery && m_link.state() == DeskLink::State::Open) {
                const bool first = renewed == TimePoint();
                renewed = now;
                if (!first || !alert->care->ownedUntil || *alert->care->ownedUntil - now <= renewEvery)
                    m_renewals.insert(m_link.request(AlertVerbs::request(AlertVerbs::Claim, *alert, {})));
            }
        } else {
            m_renewed.remove(it.key());
        }
        ++it;
    }
}

void AlertActions::tick(TimePoint now)
{
    renewClaims(now);
    if (m_undoText.isEmpty())
        return;
    if (now >= m_undoUntil) {
        m_undoText.clear();
        m_undoIds.clear();
    }
    Q_EMIT undoChanged();
}

} // namespace tocsin
