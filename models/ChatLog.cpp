// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ChatLog.h"

#include <QCoreApplication>
#include <QSet>

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

bool isShared(const QString &thread)
{
    return thread == operatorsThread() || thread == broadcastThread();
}

bool isPersons(const ChatMessage &message)
{
    return !message.fromDesk && !message.automatic;
}
} // namespace

int ChatLog::Thread::unread() const
{
    // What came after it was last read here, and after somebody at the desk last wrote; among staff: after one wrote oneself.
    const bool shared = !messages.isEmpty() && isShared(messages.first().thread);
    int count = 0;
    for (auto it = messages.crbegin(); it != messages.crend(); ++it) {
        const bool answered = shared ? it->senderId == self : it->fromDesk && !it->automatic;
        if ((readUpTo && it->at <= *readUpTo) || answered)
            break;
        count += isPersons(*it) || shared ? 1 : 0;
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

void ChatLog::reset(const QList<ChatMessage> &messages, const QList<Alert> &alerts, const QList<ChatReceipt> &receipts)
{
    QHash<QString, TimePoint> read;
    for (auto it = m_threads.cbegin(); it != m_threads.cend(); ++it) {
        if (it->readUpTo)
            read.insert(it.key(), *it->readUpTo);
    }
    m_threads.clear();
    m_incidents.clear();
    for (const Alert &alert : alerts)
        apply(alert);
    for (const ChatMessage &message : messages)
        apply(message);
    for (const ChatReceipt &receipt : receipts)
        apply(receipt);
    for (auto it = m_threads.begin(); it != m_threads.end(); ++it) {
        if (read.contains(it.key()))
            it->readUpTo = std::max(read.value(it.key()), it->readUpTo.value_or(TimePoint{}));
    }
}

ChatLog::Thread &ChatLog::open(const QString &name)
{
    Thread &thread = m_threads[name];
    thread.self = m_self;
    thread.userId = userOfChatThread(name);
    if (const auto incident = m_incidents.constFind(incidentOfChatThread(name)); incident != m_incidents.cend()) {
        thread.userId = incident->userId.isEmpty() ? incident->source : incident->userId;
        thread.openIncident = isOpen(*incident) ? incident->id : QString();
        if (thread.userName.isEmpty())
            thread.userName = incident->sourceName;
    }
    return thread;
}

void ChatLog::call(const QString &personId, const QString &name)
{
    if (!personId.isEmpty() && !name.isEmpty() && (m_names.size() < MaxNames || m_names.contains(personId)))
        m_names.insert(personId, name);
}

qsizetype ChatLog::placeOf(const Thread &thread, const QString &messageId)
{
    for (qsizetype i = thread.messages.size() - 1; i >= 0; --i) {
        if (thread.messages[i].id == messageId)
            return i;
    }
    return -1;
}

QString ChatLog::apply(const ChatMessage &message)
{
    if (message.thread.isEmpty() || message.id.isEmpty())
        return {};
    Thread &thread = open(message.thread);
    call(message.senderId, message.senderName);
    if (std::any_of(thread.messages.crbegin(), thread.messages.crend(),
                    [&](const ChatMessage &known) { return known.id == message.id; }))
        return {};
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
    if (m_incidents.size() < MaxIncidents || m_incidents.contains(alert.id))
        m_incidents.insert(alert.id, alert);
    call(user, alert.sourceName);
    if (m_threads.contains(chatThreadOfIncident(alert.id)))
        open(chatThreadOfIncident(alert.id));
    Thread &thread = open(name);
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

QString ChatLog::apply(const ChatReceipt &receipt)
{
    call(receipt.personId, receipt.personName);
    const auto thread = m_threads.find(receipt.thread);
    if (thread == m_threads.end())
        return {};
    thread->receipts.insert(receiptKey(receipt), receipt);
    if (receipt.personId == m_self && receipt.kind == ChatReceipt::Kind::Read) {
        if (const qsizetype place = placeOf(*thread, receipt.messageId); place >= 0)
            thread->readUpTo = std::max(thread->readUpTo.value_or(TimePoint{}), thread->messages[place].at);
    }
    return receipt.thread;
}

ChatLog::Marks ChatLog::marksOf(const ChatMessage &message) const
{
    Marks marks;
    const auto thread = m_threads.constFind(message.thread);
    if (thread == m_threads.cend())
        return marks;
    const qsizetype place = placeOf(*thread, message.id);
    QSet<QString> got;
    QSet<QString> read;
    QList<ChatReceipt> acknowledged;
    for (const ChatReceipt &receipt : thread->receipts) {
        if (receipt.personId == message.senderId)
            continue;
        if (receipt.kind == ChatReceipt::Kind::Acknowledged) {
            if (receipt.messageId == message.id)
                acknowledged.append(receipt);
            continue;
        }
        if (placeOf(*thread, receipt.messageId) < place)
            continue;
        got.insert(receipt.personId);
        if (receipt.kind == ChatReceipt::Kind::Read)
            read.insert(receipt.personId);
    }
    marks.delivered = int(got.size());
    marks.read = int(read.size());
    std::sort(acknowledged.begin(), acknowledged.end(),
              [](const ChatReceipt &a, const ChatReceipt &b) { return a.at < b.at; });
    QStringList waiting = message.asked;
    for (const ChatReceipt &receipt : std::as_const(acknowledged)) {
        marks.acknowledged.append(nameOf(receipt.personId));
        marks.mine = marks.mine || receipt.personId == m_self;
        waiting.removeAll(receipt.personId);
    }
    for (const QString &person : std::as_const(waiting))
        marks.waiting.append(nameOf(person));
    return marks;
}

const ChatMessage *ChatLog::unreported(const QString &name) const
{
    const auto thread = m_threads.constFind(name);
    if (thread == m_threads.cend())
        return nullptr;
    ChatReceipt own;
    own.thread = name;
    own.personId = m_self;
    own.kind = ChatReceipt::Kind::Read;
    const auto told = thread->receipts.constFind(receiptKey(own));
    const qsizetype from = told == thread->receipts.cend() ? -1 : placeOf(*thread, told->messageId);
    for (qsizetype i = thread->messages.size() - 1; i > from; --i) {
        const ChatMessage &message = thread->messages[i];
        if (message.senderId != m_self && !message.automatic)
            return &message;
    }
    return nullptr;
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
