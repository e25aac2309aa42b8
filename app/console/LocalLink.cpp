// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console/LocalLink.h"

#include <QUuid>

using namespace std::chrono_literals;

namespace tocsin {

namespace {
/// Batches that may wait for a stalled GUI before it is sent a snapshot instead.
constexpr std::size_t inboxCapacity = 4096;
/// New values reach the models at most this often; the screen needs no more.
constexpr auto frameInterval = 33ms;
} // namespace

LocalLink::LocalLink(Parts parts, QObject *parent)
    : DeskLink(parent)
    , m_parts(std::move(parts))
    , m_inbox(inboxCapacity, [this] { QMetaObject::invokeMethod(this, &LocalLink::drain, Qt::QueuedConnection); })
{
    m_frame.setInterval(frameInterval);
    connect(&m_frame, &QTimer::timeout, this, [this] {
        const QList<LatestReading> changed = m_parts.latest.takeChanged();
        if (!changed.isEmpty())
            Q_EMIT latest(changed);
    });
}

void LocalLink::start()
{
    setState(State::Connecting);
    askSnapshot();
}

void LocalLink::askSnapshot()
{
    m_awaitingSnapshot = true;
    m_parts.askSnapshot([this](const DeskSnapshot &taken) {
        QMetaObject::invokeMethod(this, [this, taken] { takeSnapshot(taken); }, Qt::QueuedConnection);
    });
}

void LocalLink::takeSnapshot(const DeskSnapshot &taken)
{
    m_awaitingSnapshot = false;
    m_seq = taken.seq;
    setState(State::Open);
    Q_EMIT snapshot(taken);
    // The last values are whole, so a new snapshot gets them all anew.
    Q_EMIT latest(m_parts.latest.all());
    Q_EMIT fences(m_parts.fences);
    if (!m_frame.isActive())
        m_frame.start();
    drain(); // what came while the snapshot was on its way
}

void LocalLink::offerEvents(const QList<Event> &events)
{
    if (m_inbox.push(events))
        return;
    if (!m_overflowed.exchange(true))
        QMetaObject::invokeMethod(this, &LocalLink::drain, Qt::QueuedConnection);
}

void LocalLink::drain()
{
    if (m_awaitingSnapshot)
        return;
    if (m_overflowed.exchange(false)) {
        (void)m_inbox.drain(); // the snapshot covers them
        setState(State::Reconnecting);
        askSnapshot();
        return;
    }
    QList<Event> fresh;
    for (const QList<Event> &batch : m_inbox.drain()) {
        for (const Event &event : batch) {
            if (event.seq > m_seq) {
                m_seq = event.seq;
                fresh.append(event);
            }
        }
    }
    if (!fresh.isEmpty())
        Q_EMIT events(fresh);
}

QString LocalLink::request(const RequestBody &body)
{
    const QString id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    m_parts.desk.submit(Request{id, m_parts.self, body}, answerOf(id));
    return id;
}

std::function<void(const Outcome &)> LocalLink::answerOf(const QString &id)
{
    return [this, id](const Outcome &outcome) {
        QMetaObject::invokeMethod(this, [this, id, outcome] { Q_EMIT replied(id, outcome); }, Qt::QueuedConnection);
    };
}

quint64 LocalLink::requestHistory(const HistoryQuery &query)
{
    const quint64 id = ++m_lastQuery;
    m_parts.archive.history(query, [this, id](const HistoryResult &result) {
        QMetaObject::invokeMethod(this, [this, id, result] { Q_EMIT historyReady(id, result); }, Qt::QueuedConnection);
    });
    return id;
}

quint64 LocalLink::requestAlerts(const AlertsQuery &query)
{
    const quint64 id = ++m_lastQuery;
    m_parts.archive.alerts(query, [this, id](const AlertsResult &result) {
        QMetaObject::invokeMethod(this, [this, id, result] { Q_EMIT alertsReady(id, result); }, Qt::QueuedConnection);
    });
    return id;
}

quint64 LocalLink::requestAlertLog(const AlertLogQuery &query)
{
    const quint64 id = ++m_lastQuery;
    m_parts.archive.alertLog(query, [this, id](const AlertLogResult &result) {
        QMetaObject::invokeMethod(this, [this, id, result] { Q_EMIT alertLogReady(id, result); }, Qt::QueuedConnection);
    });
    return id;
}

quint64 LocalLink::requestAlertEvents(const AlertEventsQuery &query)
{
    const quint64 id = ++m_lastQuery;
    m_parts.archive.alertEvents(query, [this, id](const AlertEventsResult &result) {
        QMetaObject::invokeMethod(
            this, [this, id, result] { Q_EMIT alertEventsReady(id, result); }, Qt::QueuedConnection);
    });
    return id;
}

quint64 LocalLink::requestContacts(const QString &userId)
{
    const quint64 id = ++m_lastQuery;
    const auto answer = [this, id](const ContactsAnswer &result) {
        QMetaObject::invokeMethod(this, [this, id, result] { Q_EMIT contactsReady(id, result); }, Qt::QueuedConnection);
    };
    if (m_parts.contacts)
        m_parts.contacts->contactsOf(userId, answer);
    else
        answer({ContactsAnswer::Code::NotFound});
    return id;
}

void LocalLink::typing(const QString &thread)
{
    if (m_parts.tellTyping)
        m_parts.tellTyping({thread, m_parts.self.id, m_parts.self.name, systemNow()});
}

void LocalLink::reportHearing(bool heard, const QString &why)
{
    if (m_parts.hearing != nullptr)
        m_parts.hearing->report({QStringLiteral("here"), m_parts.self.name, heard, why});
}

void LocalLink::watchConnections(bool watches)
{
    if (m_parts.watchClients)
        m_parts.watchClients(watches);
}

QString LocalLink::orderConnections(const ClientOrder &order)
{
    const QString id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    if (m_parts.orderClients)
        m_parts.orderClients(m_parts.self, order, answerOf(id));
    return id;
}

RulesPort::Reply LocalLink::rulesAnswerOf(quint64 query)
{
    return [this, query](const RulesAnswer &answer) {
        QMetaObject::invokeMethod(
            this, [this, query, answer] { Q_EMIT rulesAnswered(query, answer); }, Qt::QueuedConnection);
    };
}

quint64 LocalLink::requestRules()
{
    const quint64 query = ++m_lastQuery;
    m_parts.rules->current(rulesAnswerOf(query));
    return query;
}

quint64 LocalLink::checkRules(const QByteArray &text)
{
    const quint64 query = ++m_lastQuery;
    m_parts.rules->check(text, rulesAnswerOf(query));
    return query;
}

quint64 LocalLink::applyRules(const QByteArray &text, const QString &revision)
{
    const quint64 query = ++m_lastQuery;
    m_parts.rules->apply(m_parts.self, text, revision, rulesAnswerOf(query));
    return query;
}

quint64 LocalLink::tryRule(const RuleTrial &trial)
{
    const quint64 query = ++m_lastQuery;
    m_parts.rules->tryRule(trial, [this, query](const RuleTrialAnswer &answer) {
        QMetaObject::invokeMethod(
            this, [this, query, answer] { Q_EMIT ruleTried(query, answer); }, Qt::QueuedConnection);
    });
    return query;
}

quint64 LocalLink::storePicture(const QByteArray &bytes)
{
    const quint64 transfer = ++m_lastTransfer;
    m_storing.insert(transfer);
    m_parts.pictures->put(bytes, [this, transfer](const AttachmentResult &result) {
        QMetaObject::invokeMethod(
            this,
            [this, transfer, result] {
                if (m_storing.remove(transfer))
                    Q_EMIT pictureStored(transfer, result);
            },
            Qt::QueuedConnection);
    });
    return transfer;
}

void LocalLink::cancelPicture(quint64 transfer)
{
    m_storing.remove(transfer);
}

quint64 LocalLink::fetchPicture(const QString &id)
{
    const quint64 transfer = ++m_lastTransfer;
    m_parts.pictures->get(id, [this, transfer](const AttachmentResult &result) {
        QMetaObject::invokeMethod(
            this, [this, transfer, result] { Q_EMIT pictureFetched(transfer, result); }, Qt::QueuedConnection);
    });
    return transfer;
}

void LocalLink::setState(State state)
{
    if (m_state == state)
        return;
    m_state = state;
    Q_EMIT stateChanged(state);
}

} // namespace tocsin
