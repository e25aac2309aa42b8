// SPDX-License-Identifier: GPL-3.0-or-later
// What happened at the desk, given to everybody whom it concerns.
#include "models/Console.h"

#include <QSet>

#include <utility>
#include <variant>

namespace tocsin {

void Console::takeEvents(const QList<Event> &events)
{
    const TimePoint now = m_clock.now();
    bool devices = false;
    bool handlers = false;
    QList<Event> fresh;
    QList<const Alert *> told;
    for (const Event &event : events) {
        if (event.seq <= m_seq)
            continue; // the snapshot holds it
        m_seq = event.seq;
        fresh.append(event);
        if (const auto *change = std::get_if<AlertChange>(&event.body))
            told.append(&change->alert);
    }
    QSet<QString> listed = m_alerts->insertNew(told, now);
    for (const Event &event : std::as_const(fresh)) {
        if (const auto *change = std::get_if<AlertChange>(&event.body)) {
            const Alert &alert = change->alert;
            const bool isNew = listed.remove(alert.id);
            const Alert *before = isNew ? nullptr : m_alerts->find(alert.id);
            const QString handler = before ? PeopleModel::handlerOf(*before) : QString();
            handlers = handlers || handler != PeopleModel::handlerOf(alert);
            takeAlert(alert, isNew, now);
            m_alertDesk->take(event, now);
        } else if (const auto *message = std::get_if<ChatMessage>(&event.body)) {
            takeMessage(*message);
        } else if (const auto *device = std::get_if<Device>(&event.body)) {
            m_devices->applyDevice(*device, now);
            devices = true;
        } else if (const auto *receipt = std::get_if<ChatReceipt>(&event.body)) {
            takeReceipt(*receipt);
        } else if (const auto *command = std::get_if<Command>(&event.body)) {
            m_commands->apply(*command, event.requestId);
        } else {
            m_alertDesk->take(event, now); // who was told of an alert
        }
    }
    m_queue->refreshAges(now);
    m_alertDesk->finish();
    if (devices) {
        m_threads->refreshAll();
        m_chat->refresh();
        m_server->countDevices();
    }
    if (handlers)
        m_people->refreshHandled(m_queue->flood());
    showSelected();
    afterChange();
    m_incidents->takeEvents(fresh);
}

/// listed: the list of alerts has it since this turn.
void Console::takeAlert(const Alert &alert, bool listed, TimePoint now)
{
    if (!listed)
        m_alerts->apply(alert, now);
    // An overtaken change left the newer facts in place: those count for everybody.
    const Alert *known = m_alerts->find(alert.id);
    const Alert &facts = known && known->revision > alert.revision ? *known : alert;
    m_devices->applyAlert(facts, now);
    const QString thread = m_chatLog.apply(facts);
    if (thread.isEmpty())
        return;
    m_threads->refresh(thread);
    if (thread == m_chat->currentThread())
        m_chat->refresh();
}

void Console::takeMessage(const ChatMessage &message)
{
    m_chat->confirm(message);
    const QString thread = m_chatLog.apply(message);
    if (thread.isEmpty())
        return;
    if (thread == m_chat->currentThread()) {
        m_chatLog.markRead(thread);
        m_chat->refresh();
    }
    m_threads->refresh(thread);
}

void Console::takeReceipt(const ChatReceipt &receipt)
{
    const QString thread = m_chatLog.apply(receipt);
    if (thread.isEmpty())
        return;
    if (thread == m_chat->currentThread())
        m_chat->refresh();
    m_threads->refresh(thread);
}

} // namespace tocsin
