// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ChatLog.h"

#include <QCoreApplication>

#include <algorithm>

namespace tocsin {

namespace {
QString say(const char *text)
{
    return QCoreApplication::translate("tocsin", text);
}

template<class Entry>
void insertByTime(QList<Entry> &list, const Entry &entry, qsizetype most)
{
    const auto at =
        std::upper_bound(list.cbegin(), list.cend(), entry, [](const Entry &a, const Entry &b) { return a.at < b.at; });
    list.insert(at - list.cbegin(), entry);
    if (list.size() > most)
        list.removeFirst();
}

bool isPersons(const ChatMessage &message)
{
    return !message.fromDesk && !message.automatic;
}
} // namespace

int ChatLog::Thread::unread() const
{
    // What came after it was last read here, and after somebody at the desk last wrote.
    int count = 0;
    for (auto it = messages.crbegin(); it != messages.crend(); ++it) {
        if ((readUpTo && it->at <= *readUpTo) || (it->fromDesk && !it->automatic))
            break;
        count += isPersons(*it) ? 1 : 0;
    }
    return count;
}

std::optional<TimePoint> ChatLog::Thread::lastAt() const
{
    std::optional<TimePoint> last;
    if (!messages.isEmpty())
        last = messages.last().at;
    if (!notes.isEmpty() && (!last || *last < notes.last().at))
        last = notes.last().at;
    return last;
}

void ChatLog::reset(const QList<ChatMessage> &messages, const QList<Alert> &alerts)
{
    QHash<QString, TimePoint> read;
    for (auto it = m_threads.cbegin(); it != m_threads.cend(); ++it) {
        if (it->readUpTo)
            read.insert(it.key(), *it->readUpTo);
    }
    m_threads.clear();
    for (const ChatMessage &message : messages)
        apply(message);
    for (const Alert &alert : alerts)
        apply(alert);
    for (auto it = m_threads.begin(); it != m_threads.end(); ++it) {
        if (read.contains(it.key()))
            it->readUpTo = read.value(it.key());
    }
}

QString ChatLog::apply(const ChatMessage &message)
{
    if (message.thread.isEmpty() || message.id.isEmpty())
        return {};
    Thread &thread = m_threads[message.thread];
    if (std::any_of(thread.messages.crbegin(), thread.messages.crend(),
                    [&](const ChatMessage &known) { return known.id == message.id; }))
        return {};
    thread.userId = userOfChatThread(message.thread);
    if (isPersons(message) && !message.senderName.isEmpty())
        thread.userName = message.senderName;
    insertByTime(thread.messages, message, MaxMessages);
    return message.thread;
}

QString ChatLog::apply(const Alert &alert)
{
    const QString user = alert.userId.isEmpty() ? alert.source : alert.userId;
    if (alert.kind != AlertKind::Incident || user.isEmpty())
        return {};
    const QString name = chatThreadOfUser(user);
    Thread &thread = m_threads[name];
    thread.userId = user;
    if (thread.userName.isEmpty())
        thread.userName = alert.sourceName;
    if (isOpen(alert))
        thread.openIncident = alert.id;
    else if (thread.openIncident == alert.id)
        thread.openIncident.clear();

    const QString base = QStringLiteral("%1/%2/").arg(alert.id).arg(alert.occurrence);
    note(thread, {base + QStringLiteral("raise"), alert.raisedAt,
                  alert.silentAtSource ? say("panic received, silent on the phone") : say("panic received")});
    if (alert.ackedAt && alert.acked) {
        note(thread, {base + QStringLiteral("acknowledge"), *alert.ackedAt,
                      alert.ackedBy.isEmpty() ? say("acknowledged") : say("acknowledged by %1").arg(alert.ackedBy)});
    }
    if (alert.clearedAt && alert.cond == AlertCondition::Canceled)
        note(thread, {base + QStringLiteral("cancel"), *alert.clearedAt, say("canceled by the caller")});
    else if (alert.clearedAt && alert.cond == AlertCondition::Clear)
        note(thread, {base + QStringLiteral("clear"), *alert.clearedAt, say("panic over")});
    return name;
}

void ChatLog::note(Thread &thread, const ChatNote &note)
{
    const auto known =
        std::find_if(thread.notes.begin(), thread.notes.end(), [&](const ChatNote &n) { return n.id == note.id; });
    if (known != thread.notes.end()) {
        if (*known == note)
            return;
        thread.notes.erase(known);
    }
    insertByTime(thread.notes, note, MaxNotes);
}

bool ChatLog::markRead(const QString &name)
{
    const auto thread = m_threads.find(name);
    if (thread == m_threads.end() || thread->unread() == 0)
        return false;
    thread->readUpTo = thread->messages.last().at;
    return true;
}

const ChatLog::Thread *ChatLog::find(const QString &thread) const
{
    const auto it = m_threads.constFind(thread);
    return it == m_threads.cend() ? nullptr : &*it;
}

} // namespace tocsin
