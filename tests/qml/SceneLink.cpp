// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/SceneLink.h"

#include "tests/qml/DeskScene.h"

namespace tocsin {

void SceneLink::start()
{
    setState(State::Open);
    Q_EMIT snapshot(scene::snapshot());
    Q_EMIT latest(scene::latest());
    Q_EMIT serverStats(scene::stats());
}

void SceneLink::startEmpty()
{
    setState(State::Open);
    Q_EMIT snapshot(DeskSnapshot());
    ServerStats stats;
    stats.listeners = scene::stats().listeners;
    Q_EMIT serverStats(stats);
}

void SceneLink::setState(State state)
{
    m_state = state;
    Q_EMIT stateChanged(state);
}

Actor SceneLink::self() const
{
    return scene::dispatcher();
}

QString SceneLink::request(const RequestBody &body)
{
    const QString id = QStringLiteral("r%1").arg(m_sent.size() + 1);
    m_sent.append({id, body});
    return id;
}

quint64 SceneLink::requestHistory(const HistoryQuery &query)
{
    const quint64 id = ++m_query;
    QMetaObject::invokeMethod(
        this, [this, id, query] { Q_EMIT historyReady(id, scene::history(query)); }, Qt::QueuedConnection);
    return id;
}

void SceneLink::refuseLast(const QString &code, const QString &message)
{
    Q_EMIT replied(m_sent.constLast().id, Outcome::refused(code, message));
}

void SceneLink::acknowledgeLast()
{
    const Sent &last = m_sent.constLast();
    const auto &body = std::get<Acknowledge>(last.body);
    const QList<Alert> alerts = scene::snapshot().alerts;
    for (const Alert &alert : alerts) {
        if (alert.id != body.alertId)
            continue;
        Q_EMIT events({scene::acknowledged(alert, ++m_seq, last.id)});
        Q_EMIT replied(last.id, Outcome::done(alert.id));
    }
}

void SceneLink::tellLast()
{
    const Sent &last = m_sent.constLast();
    const auto &body = std::get<SendChat>(last.body);
    ChatMessage message;
    message.id = QStringLiteral("told-%1").arg(last.id);
    message.thread = body.thread;
    message.senderId = self().id;
    message.senderName = self().name;
    message.fromDesk = true;
    message.text = body.text;
    message.clientMessageId = body.clientMessageId;
    message.at = scene::now();
    Q_EMIT events({Event{++m_seq, scene::now(), self(), last.id, message}});
    Q_EMIT replied(last.id, Outcome::done(message.id));
}

void SceneLink::raiseOne()
{
    Q_EMIT events({scene::raised(++m_seq)});
}

} // namespace tocsin
