// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/DeskMirror.h"

#include <QLoggingCategory>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(log, "tocsin.dialect.mirror", QtInfoMsg)
} // namespace

void DeskMirror::setSnapshot(const DeskSnapshot &snapshot)
{
    const bool again = m_ready;
    m_devices.clear();
    m_presence.clear();
    const QHash<QString, Alert> openBefore = std::exchange(m_openAlerts, {});
    const QHash<QString, Alert> closedBefore = std::exchange(m_closedAlerts, {});
    const QHash<QString, QList<ChatMessage>> linesBefore = std::exchange(m_lines, {});
    m_closedOrder.clear();
    for (const Device &device : snapshot.devices)
        m_devices.insert(device.id, device);
    for (const DevicePresence &presence : snapshot.presence)
        m_presence.insert(presence.deviceId, presence);
    // Newest first as the snapshot has them: the oldest closed ones must be the first to be forgotten.
    for (auto it = snapshot.alerts.crbegin(); it != snapshot.alerts.crend(); ++it)
        store(*it);
    for (const ChatMessage &message : snapshot.messages)
        store(message);
    m_seq = snapshot.seq;
    m_epoch = snapshot.epoch;
    m_heads = snapshot.heads;
    m_gap = false;
    m_ready = true;
    Q_EMIT snapshotApplied();
    if (!again)
        return;
    // What happened in the gap is told as if its events had come.
    for (auto it = snapshot.alerts.crbegin(); it != snapshot.alerts.crend(); ++it) {
        const auto open = openBefore.constFind(it->id);
        const auto closed = closedBefore.constFind(it->id);
        if (open != openBefore.cend())
            tellMissed(&*open, *it);
        else if (closed != closedBefore.cend())
            tellMissed(&*closed, *it);
        else if (isOpen(*it))
            tellMissed(nullptr, *it);
    }
    for (const ChatMessage &message : snapshot.messages) {
        const QList<ChatMessage> before = linesBefore.value(message.thread);
        const bool newer = before.isEmpty() || message.at >= before.last().at;
        if (newer && std::none_of(before.begin(), before.end(), [&](const auto &m) { return m.id == message.id; }))
            Q_EMIT chatAdded(message);
    }
}

void DeskMirror::tellMissed(const Alert *before, const Alert &now)
{
    if (before && before->revision == now.revision)
        return;
    AlertChange change;
    change.alert = now;
    change.from = before ? stateOf(*before) : AlertState::Normal;
    change.to = stateOf(now);
    if (!before || before->occurrence != now.occurrence)
        change.verb = AlertVerb::Raise;
    else if (now.cond == AlertCondition::Canceled && before->cond != AlertCondition::Canceled)
        change.verb = AlertVerb::Cancel;
    else if (now.cond == AlertCondition::Clear && before->cond != AlertCondition::Clear)
        change.verb = AlertVerb::Return;
    else if (before->acked != now.acked)
        change.verb = now.acked ? AlertVerb::Acknowledge : AlertVerb::Raise;
    else
        change.verb = before->level != now.level ? AlertVerb::LevelChange : AlertVerb::Repeat;
    Q_EMIT alertChanged(change);
}

void DeskMirror::apply(const QList<Event> &events)
{
    if (!m_ready || m_gap)
        return;
    QList<Event> applied;
    for (const Event &event : events) {
        if (event.seq <= m_seq)
            continue;
        if (event.seq != m_seq + 1) {
            markGap();
            break;
        }
        m_seq = event.seq;
        for (const StreamPosition &position : event.streams)
            m_heads.insert(position.stream, position.seq);
        applied.append(event);
        if (const auto *change = std::get_if<AlertChange>(&event.body)) {
            store(change->alert);
            Q_EMIT alertChanged(*change);
        } else if (const auto *message = std::get_if<ChatMessage>(&event.body)) {
            store(*message);
            Q_EMIT chatAdded(*message);
        } else if (const auto *device = std::get_if<Device>(&event.body)) {
            m_devices.insert(device->id, *device);
            Q_EMIT deviceChanged(*device);
        }
    }
    if (!applied.isEmpty())
        Q_EMIT eventsApplied(applied);
}

void DeskMirror::markGap()
{
    if (!m_ready || m_gap)
        return;
    qCInfo(log) << "events after" << m_seq << "are missing, asking for a snapshot";
    m_gap = true;
    Q_EMIT resyncNeeded();
}

void DeskMirror::applyPresence(const QList<DevicePresence> &changes)
{
    for (const DevicePresence &presence : changes) {
        m_presence.insert(presence.deviceId, presence);
        Q_EMIT presenceChanged(presence);
    }
}

void DeskMirror::store(const Alert &alert)
{
    if (isOpen(alert)) {
        m_openAlerts.insert(alert.id, alert);
        if (m_closedAlerts.remove(alert.id))
            std::erase(m_closedOrder, alert.id);
        return;
    }
    m_openAlerts.remove(alert.id);
    if (!m_closedAlerts.contains(alert.id))
        m_closedOrder.push_back(alert.id);
    m_closedAlerts.insert(alert.id, alert);
    while (static_cast<qsizetype>(m_closedOrder.size()) > maxClosedAlerts) {
        m_closedAlerts.remove(m_closedOrder.front());
        m_closedOrder.pop_front();
    }
}

void DeskMirror::store(const ChatMessage &message)
{
    const auto there = m_lines.find(message.thread);
    if (there == m_lines.end() && m_lines.size() >= maxThreads) {
        const auto silent = std::min_element(m_lines.begin(), m_lines.end(),
                                             [](const auto &a, const auto &b) { return a.last().at < b.last().at; });
        m_lines.erase(silent);
    }
    QList<ChatMessage> &lines = m_lines[message.thread];
    lines.append(message);
    if (lines.size() > maxLinesPerThread)
        lines.removeFirst();
}

const Device *DeskMirror::device(const QString &id) const
{
    const auto it = m_devices.constFind(id);
    return it == m_devices.cend() ? nullptr : &*it;
}

std::optional<DevicePresence> DeskMirror::presence(const QString &deviceId) const
{
    const auto it = m_presence.constFind(deviceId);
    return it == m_presence.cend() ? std::nullopt : std::optional<DevicePresence>(*it);
}

const Alert *DeskMirror::alert(const QString &id) const
{
    if (const auto open = m_openAlerts.constFind(id); open != m_openAlerts.cend())
        return &*open;
    const auto closed = m_closedAlerts.constFind(id);
    return closed == m_closedAlerts.cend() ? nullptr : &*closed;
}

QList<Alert> DeskMirror::openAlerts() const
{
    return m_openAlerts.values();
}

QList<Alert> DeskMirror::openAlertsOf(const QString &source) const
{
    QList<Alert> found;
    for (const Alert &alert : m_openAlerts) {
        if (alert.source == source)
            found.append(alert);
    }
    std::sort(found.begin(), found.end(), [](const Alert &a, const Alert &b) {
        return a.raisedAt != b.raisedAt ? a.raisedAt > b.raisedAt : a.id < b.id;
    });
    return found;
}

qsizetype DeskMirror::openAlertCount(AlertLevel level) const
{
    return std::count_if(m_openAlerts.cbegin(), m_openAlerts.cend(),
                         [level](const Alert &alert) { return alert.level == level; });
}

QList<ChatMessage> DeskMirror::lines(const QString &thread) const
{
    return m_lines.value(thread);
}

QStringList DeskMirror::recipientsOf(const Alert &alert) const
{
    QStringList users;
    if (!alert.userId.isEmpty())
        users.append(alert.userId);
    if (const Device *raisedBy = device(alert.source)) {
        for (const QString &owner : raisedBy->owners) {
            if (!users.contains(owner))
                users.append(owner);
        }
    }
    return users;
}

} // namespace tocsin
