// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/FakeDeskLink.h"

#include "models/domain/AlertHandling.h"

#include <QCryptographicHash>

namespace tocsin {

FakeDeskLink::FakeDeskLink(QObject *parent) : DeskLink(parent)
{
}

void FakeDeskLink::start()
{
    open({});
}

void FakeDeskLink::setState(State state)
{
    if (state == m_state)
        return;
    m_state = state;
    Q_EMIT stateChanged(state);
}

void FakeDeskLink::open(DeskSnapshot snapshot)
{
    setState(State::Open);
    m_seq = std::max(m_seq, snapshot.seq);
    snapshot.seq = m_seq;
    for (const Alert &alert : snapshot.alerts)
        alerts.insert(alert.id, alert);
    Q_EMIT DeskLink::snapshot(snapshot);
}

QString FakeDeskLink::request(const RequestBody &body)
{
    const QString id = QStringLiteral("r%1").arg(m_nextRequest++);
    asked.append({id, body});
    return id;
}

quint64 FakeDeskLink::requestHistory(const HistoryQuery &query)
{
    askedHistory.append({m_nextHistory, query});
    return m_nextHistory++;
}

quint64 FakeDeskLink::requestAlerts(const AlertsQuery &query)
{
    askedAlerts.append({m_nextHistory, query});
    return m_nextHistory++;
}

quint64 FakeDeskLink::requestAlertEvents(const AlertEventsQuery &query)
{
    askedEvents.append({m_nextHistory, query});
    return m_nextHistory++;
}

void FakeDeskLink::answerAlerts(const AlertsResult &result)
{
    Q_EMIT alertsReady(askedAlerts.takeFirst().id, result);
}

void FakeDeskLink::answerEvents(const AlertEventsResult &result)
{
    Q_EMIT alertEventsReady(askedEvents.takeFirst().id, result);
}

quint64 FakeDeskLink::requestAlertLog(const AlertLogQuery &query)
{
    askedLogs.append({m_nextHistory, query});
    return m_nextHistory++;
}

quint64 FakeDeskLink::requestContacts(const QString &userId)
{
    askedContacts.append({m_nextHistory, userId});
    return m_nextHistory++;
}

void FakeDeskLink::answerLog(const AlertLogResult &result)
{
    Q_EMIT alertLogReady(askedLogs.takeFirst().id, result);
}

void FakeDeskLink::answerContacts(const ContactsAnswer &answer)
{
    Q_EMIT contactsReady(askedContacts.takeFirst().id, answer);
}

void FakeDeskLink::changeBy(const Actor &actor, const AlertChange &change, TimePoint at)
{
    alerts.insert(change.alert.id, change.alert);
    Event event = makeEvent(change);
    event.actor = actor;
    event.at = at;
    publish({event});
}

/// What the desk makes of what operators do about an incident, as far as a console can tell.
Outcome FakeDeskLink::decide(const Asked &request, TimePoint at)
{
    const CareLimits limits;
    AlertChange change;
    QString refusal;
    const auto begin = [&](const QString &alertId, AlertVerb verb) {
        change.verb = verb;
        change.alert = alerts.value(alertId);
        change.from = stateOf(change.alert);
    };
    if (const auto *handle = std::get_if<HandleAlert>(&request.body)) {
        begin(handle->alertId, handle->verb);
        const AlertHandling handling(limits);
        const auto said = handle->verb == AlertVerb::Reopen ? handling.reopen(change.alert, m_self, at)
                                                            : handling.handle(change.alert, *handle, m_self, at);
        if (!said.refusal.isEmpty())
            return Outcome::refused(said.refusal, said.sentence);
        if (!said.changed)
            return Outcome::done(handle->alertId, false);
        change.reason = said.reason;
        change.comment = handle->comment;
    } else if (const auto *stage = std::get_if<SetStage>(&request.body)) {
        begin(stage->alertId, AlertVerb::Stage);
        change.alert.incident.edit([&](IncidentFacts &facts) { facts.stage = stage->stage; });
    } else if (const auto *seen = std::get_if<MarkSeen>(&request.body)) {
        begin(seen->alertId, AlertVerb::Seen);
        change.alert.incident.edit([&](IncidentFacts &facts) {
            facts.seenAt = at;
            facts.seenBy = m_self.name;
        });
    } else if (const auto *close = std::get_if<CloseAlert>(&request.body)) {
        begin(close->alertId, AlertVerb::Close);
        change.alert.care.edit([&](AlertCare &care) {
            care.openCond = toString(change.alert.cond);
            care.openAcked = change.alert.acked;
            care.disposition = close->disposition;
            care.closedAt = at;
            care.closedById = m_self.id;
            care.closedBy = m_self.name;
            care.closeComment = close->comment;
        });
        if (change.alert.incident)
            change.alert.incident.edit([](IncidentFacts &facts) { facts.stage = IncidentStage::Closed; });
        change.alert.acked = true;
        change.alert.cond = AlertCondition::Clear;
        change.alert.clearedAt = at;
        change.comment = close->comment;
    } else {
        return Outcome::done(QString());
    }
    ++change.alert.revision;
    change.to = stateOf(change.alert);
    alerts.insert(change.alert.id, change.alert);
    Event event = makeEvent(change, request.id);
    event.actor = m_self;
    event.at = at;
    publish({event});
    return Outcome::done(change.alert.id);
}

void FakeDeskLink::acceptAll(TimePoint at)
{
    while (!asked.isEmpty()) {
        const Asked request = stall();
        publishEventOf(request, at);
        replyTo(request, decide(request, at));
    }
}

Event FakeDeskLink::makeEvent(EventBody body, const QString &requestId)
{
    Event event;
    event.seq = ++m_seq;
    event.at = eventsAt;
    event.requestId = requestId;
    event.body = std::move(body);
    return event;
}

void FakeDeskLink::publish(const Alert &alert, AlertVerb verb)
{
    AlertChange change;
    change.verb = verb;
    change.from = alerts.contains(alert.id) ? stateOf(alerts.value(alert.id)) : AlertState::Normal;
    change.to = stateOf(alert);
    change.alert = alert;
    alerts.insert(alert.id, alert);
    publish({makeEvent(change)});
}

void FakeDeskLink::publish(const ChatMessage &message)
{
    publish({makeEvent(message)});
}

void FakeDeskLink::publish(const ChatReceipt &receipt)
{
    publish({makeEvent(receipt)});
}

void FakeDeskLink::publish(const Device &device)
{
    publish({makeEvent(device)});
}

void FakeDeskLink::publish(const QList<Event> &list)
{
    Q_EMIT events(list);
}

FakeDeskLink::Asked FakeDeskLink::stall()
{
    return asked.takeFirst();
}

void FakeDeskLink::publishEventOf(const Asked &request, TimePoint at)
{
    if (const auto *acknowledge = std::get_if<Acknowledge>(&request.body)) {
        AlertChange change;
        change.verb = AlertVerb::Acknowledge;
        change.alert = alerts.value(acknowledge->alertId);
        change.from = stateOf(change.alert);
        change.alert.acked = true;
        change.alert.ackedAt = at;
        change.alert.ackedBy = m_self.name;
        ++change.alert.revision;
        change.to = stateOf(change.alert);
        alerts.insert(change.alert.id, change.alert);
        Event event = makeEvent(change, request.id);
        event.actor = m_self;
        event.at = at;
        publish({event});
    } else if (const auto *chat = std::get_if<SendChat>(&request.body)) {
        ChatMessage message;
        message.id = QStringLiteral("sent%1").arg(m_nextMessage++);
        message.thread = chat->thread;
        message.senderId = m_self.id;
        message.senderName = m_self.name;
        message.fromDesk = chat->fromDesk;
        message.urgent = chat->urgent;
        message.quickReply = chat->quickReply;
        message.attachments = chat->attachments;
        message.text = chat->text;
        message.clientMessageId = chat->clientMessageId;
        message.at = at;
        publish({makeEvent(message, request.id)});
    }
}

void FakeDeskLink::replyTo(const Asked &request, const Outcome &outcome)
{
    Q_EMIT replied(request.id, outcome);
}

void FakeDeskLink::accept(TimePoint at)
{
    const Asked request = stall();
    publishEventOf(request, at);
    replyTo(request, Outcome::done(QString()));
}

void FakeDeskLink::acceptReplyFirst(TimePoint at)
{
    const Asked request = stall();
    replyTo(request, Outcome::done(QString()));
    publishEventOf(request, at);
}

void FakeDeskLink::acceptUnchanged()
{
    replyTo(stall(), Outcome::done(QString(), false));
}

void FakeDeskLink::refuse(const QString &code, const QString &message)
{
    replyTo(stall(), Outcome::refused(code, message));
}

void FakeDeskLink::answerHistory(const HistoryResult &result, int index)
{
    const AskedHistory query = askedHistory.takeAt(index);
    Q_EMIT historyReady(query.id, result);
}

quint64 FakeDeskLink::storePicture(const QByteArray &bytes)
{
    transfers.append({m_nextTransfer, bytes, {}});
    return m_nextTransfer++;
}

void FakeDeskLink::cancelPicture(quint64 transfer)
{
    transfers.removeIf([transfer](const Transfer &one) { return one.id == transfer; });
}

quint64 FakeDeskLink::fetchPicture(const QString &id)
{
    transfers.append({m_nextTransfer, {}, id});
    return m_nextTransfer++;
}

void FakeDeskLink::finishTransfer(const QByteArray &bytes)
{
    const Transfer transfer = transfers.takeFirst();
    AttachmentResult result;
    if (!transfer.picture.isEmpty()) {
        result.attachment = {transfer.picture, {}, bytes};
        Q_EMIT pictureFetched(transfer.id, result);
        return;
    }
    result.attachment.id =
        QString::fromLatin1(QCryptographicHash::hash(transfer.bytes, QCryptographicHash::Sha256).toHex());
    Q_EMIT pictureStored(transfer.id, result);
}

void FakeDeskLink::failTransfer(const QString &code, const QString &message)
{
    const Transfer transfer = transfers.takeFirst();
    const AttachmentResult result{code, message, {}};
    if (transfer.picture.isEmpty())
        Q_EMIT pictureStored(transfer.id, result);
    else
        Q_EMIT pictureFetched(transfer.id, result);
}

} // namespace tocsin
