// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/ChatDesk.h"

#include "models/domain/AttachmentId.h"

#include <QUuid>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {

constexpr qsizetype longestId = 128;

QString keyOf(const QString &sender, const QString &clientMessageId)
{
    return sender + QChar(0x1f) + clientMessageId;
}

/// Plain text: line ends as \n, no other control characters, nothing around it.
QString cleaned(const QString &text)
{
    QString clean;
    clean.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text.at(i);
        if (c == QLatin1Char('\r'))
            clean += i + 1 < text.size() && text.at(i + 1) == QLatin1Char('\n') ? QString() : QStringLiteral("\n");
        else if (c.category() != QChar::Other_Control || c == QLatin1Char('\n') || c == QLatin1Char('\t'))
            clean += c;
    }
    return clean.trimmed();
}

/// A UUID of version 7 (RFC 9562): the time first, then chance. New lines then stand side by side in the store's index of ids; with
/// chance alone each would cost a page of it.
QString idInOrder(TimePoint now)
{
    QByteArray bytes = QUuid::createUuid().toRfc4122();
    const auto ms = quint64(toEpochMicros(now) / 1000);
    for (int i = 0; i < 6; ++i)
        bytes[i] = char(ms >> (8 * (5 - i)));
    bytes[6] = char((bytes.at(6) & 0x0f) | 0x70);
    return QUuid::fromRfc4122(bytes).toString(QUuid::WithoutBraces);
}

size_t hashOf(const QString &text, const QStringList &attachments)
{
    return qHashMulti(0, text, attachments);
}

bool isThread(const QString &thread)
{
    return thread == operatorsThread() || thread == broadcastThread() || !userOfChatThread(thread).isEmpty() ||
           !incidentOfChatThread(thread).isEmpty();
}

bool isStaff(const Actor &actor)
{
    return actor.kind == Actor::Kind::Operator || actor.kind == Actor::Kind::System;
}

bool mayRead(const QString &thread, const Actor &actor, const ChatFacts &facts)
{
    if (isStaff(actor) || thread == broadcastThread())
        return true;
    if (thread == operatorsThread())
        return false;
    const QString user = userOfChatThread(thread);
    return actor.id == (user.isEmpty() ? facts.incidentUser : user);
}

} // namespace

ChatDesk::ChatDesk(ChatLimits limits, std::function<QString()> makeId) : m_limits(limits), m_makeId(std::move(makeId))
{
}

QString ChatDesk::newId(TimePoint now) const
{
    return m_makeId ? m_makeId() : idInOrder(now);
}

void ChatDesk::restore(const QList<ChatMessage> &messages, const QList<ChatReceipt> &receipts)
{
    for (const ChatMessage &message : messages)
        remember(message);
    for (const ChatReceipt &receipt : receipts) {
        const auto thread = m_threads.find(receipt.thread);
        if (thread == m_threads.end())
            continue;
        join(thread->people, receipt.personId);
        const auto line = std::find_if(thread->lines.cbegin(), thread->lines.cend(),
                                       [&](const Line &l) { return l.id == receipt.messageId; });
        // A line before those that are remembered: every one of them is later.
        const qint64 place =
            line == thread->lines.cend() ? thread->firstLine - 1 : thread->firstLine + (line - thread->lines.cbegin());
        rememberMark(receipt, place);
    }
}

void ChatDesk::meet(const Actor &staff)
{
    join(m_staff, staff.id);
}

void ChatDesk::join(QStringList &people, const QString &person) const
{
    if (!person.isEmpty() && people.size() < m_limits.rememberedPeople && !people.contains(person))
        people.append(person);
}

void ChatDesk::remember(const ChatMessage &message)
{
    Thread &thread = m_threads[message.thread];
    thread.lastLine = std::max(thread.lastLine, message.at);
    thread.lines.push_back({message.id, message.senderId, message.urgent});
    while (thread.lines.size() > static_cast<std::size_t>(m_limits.rememberedLines)) {
        thread.lines.pop_front();
        ++thread.firstLine;
    }
    if (!message.automatic)
        join(thread.people, message.senderId);
    if (m_threads.size() > m_limits.rememberedThreads)
        forgetThreads();
    if (message.clientMessageId.isEmpty())
        return;
    const QString key = keyOf(message.senderId, message.clientMessageId);
    if (!m_sent.contains(key))
        m_sentOrder.push_back(key);
    m_sent.insert(key, {message.id, message.thread, hashOf(message.text, message.attachments)});
    while (m_sentOrder.size() > static_cast<std::size_t>(m_limits.rememberedIds)) {
        m_sent.remove(m_sentOrder.front());
        m_sentOrder.pop_front();
    }
}

/// Half of them, so that it is rare. A forgotten thread only gets its automatic line early, and no receipts for old lines.
void ChatDesk::forgetThreads()
{
    QList<TimePoint> times;
    times.reserve(m_threads.size());
    for (const Thread &thread : std::as_const(m_threads))
        times.append(thread.lastLine);
    const auto middle = times.begin() + times.size() / 2;
    std::nth_element(times.begin(), middle, times.end());
    const TimePoint border = *middle;
    m_threads.removeIf([border](const auto &entry) { return entry.value().lastLine < border; });
}

void ChatDesk::rememberMark(const ChatReceipt &receipt, qint64 line)
{
    const QString key = receiptKey(receipt);
    if (!m_marks.contains(key))
        m_markOrder.push_back(key);
    m_marks.insert(key, line);
    while (m_markOrder.size() > static_cast<std::size_t>(m_limits.rememberedMarks)) {
        m_marks.remove(m_markOrder.front());
        m_markOrder.pop_front();
    }
}

QString ChatDesk::refusal(const SendChat &request, const Actor &actor, const ChatFacts &facts, QString &code) const
{
    code = QStringLiteral("invalid");
    if (!isThread(request.thread) || request.thread.size() > longestId)
        return QStringLiteral("thread: must be user/ID, incident/ID, operators or broadcast.");
    if (request.clientMessageId.size() > longestId)
        return QStringLiteral("client_message_id: must not be longer than 128 characters.");
    if (request.quickReply.size() > longestId)
        return QStringLiteral("quick_reply: must not be longer than 128 characters.");
    if (request.text.size() > m_limits.textLength)
        return QStringLiteral("text: must not be longer than %1 characters.").arg(m_limits.textLength);
    if (request.attachments.size() > m_limits.attachments)
        return QStringLiteral("attachments: must not be more than %1.").arg(m_limits.attachments);
    if (!std::all_of(request.attachments.cbegin(), request.attachments.cend(), isAttachmentId))
        return QStringLiteral("attachments: must be ids that the server gave.");
    if (cleaned(request.text).isEmpty() && request.attachments.isEmpty())
        return QStringLiteral("text: must not be empty.");
    const QString incident = incidentOfChatThread(request.thread);
    if (!incident.isEmpty() && !facts.incidentKnown) {
        code = QStringLiteral("not_found");
        return QStringLiteral("There is no incident \"%1\".").arg(incident);
    }
    code = QStringLiteral("forbidden");
    if (request.fromDesk && !isStaff(actor))
        return QStringLiteral("Only operators write for the desk.");
    if (request.thread == broadcastThread() && !isStaff(actor))
        return QStringLiteral("Only operators write to everybody.");
    if (!mayRead(request.thread, actor, facts))
        return QStringLiteral("This conversation belongs to somebody else.");
    code.clear();
    return {};
}

/// Whose acknowledge an urgent message demands: whom it is written to, as far as the desk knows them.
QStringList ChatDesk::askedBy(const ChatMessage &message, const ChatFacts &facts) const
{
    QStringList asked;
    const auto ask = [&](const QString &person) {
        if (!person.isEmpty() && person != message.senderId && !asked.contains(person))
            asked.append(person);
    };
    ask(userOfChatThread(message.thread));
    if (!incidentOfChatThread(message.thread).isEmpty())
        ask(facts.incidentUser);
    const bool shared = message.thread == operatorsThread() || message.thread == broadcastThread();
    if (shared || !message.fromDesk || !incidentOfChatThread(message.thread).isEmpty()) {
        for (const QString &person : m_threads.value(message.thread).people)
            ask(person);
    }
    if (shared || (!message.fromDesk && asked.isEmpty())) {
        for (const QString &person : m_staff)
            ask(person);
    }
    return asked;
}

ChatDesk::Result ChatDesk::send(const SendChat &request, const Actor &actor, TimePoint now, const ChatFacts &facts)
{
    QString code;
    const QString reason = refusal(request, actor, facts, code);
    if (!code.isEmpty())
        return {Outcome::refused(code, reason), {}};

    ChatMessage message;
    message.thread = request.thread;
    message.senderId = actor.id;
    message.senderName = actor.name.isEmpty() ? actor.id : actor.name;
    message.fromDesk = request.fromDesk;
    message.simulated = request.simulated;
    message.text = cleaned(request.text);
    message.urgent = request.urgent;
    message.attachments = request.attachments;
    message.quickReply = request.quickReply;
    message.clientMessageId = request.clientMessageId;
    message.at = now;
    if (!request.clientMessageId.isEmpty()) {
        const auto sent = m_sent.constFind(keyOf(actor.id, request.clientMessageId));
        if (sent != m_sent.cend()) {
            if (sent->thread == message.thread && sent->textHash == hashOf(message.text, message.attachments))
                return {Outcome::done(sent->messageId, false), {}};
            return {Outcome::refused(QStringLiteral("id_conflict"),
                                     QStringLiteral("This message id was used for another message."), sent->messageId),
                    {}};
        }
    }
    message.id = newId(now);
    if (message.urgent)
        message.asked = askedBy(message, facts);
    const auto thread = m_threads.constFind(message.thread);
    const bool quiet = thread == m_threads.cend() || now - thread->lastLine >= m_limits.quietAfter;
    remember(message);
    Result result{Outcome::done(message.id), {message}};
    const bool shared = message.thread == operatorsThread() || message.thread == broadcastThread();
    if (quiet && !message.fromDesk && !shared) {
        ChatMessage automatic;
        automatic.id = newId(now);
        automatic.thread = message.thread;
        automatic.senderId = QStringLiteral("desk");
        automatic.senderName = QStringLiteral("Desk");
        automatic.fromDesk = true;
        automatic.automatic = true;
        automatic.simulated = message.simulated;
        automatic.text = QStringLiteral("Your message reached the desk. An operator will answer here.");
        automatic.at = now;
        remember(automatic);
        result.messages.append(automatic);
    }
    return result;
}

ChatDesk::Marked ChatDesk::mark(const MarkChat &request, const Actor &actor, TimePoint now, const ChatFacts &facts)
{
    const auto refused = [&request](const char *code, const QString &message) {
        return Marked{Outcome::refused(QLatin1String(code), message, request.messageId), {}};
    };
    const bool incident = !incidentOfChatThread(request.thread).isEmpty();
    if (!isThread(request.thread))
        return refused("invalid", QStringLiteral("thread: must be user/ID, incident/ID, operators or broadcast."));
    if (actor.id.isEmpty() || (incident && !facts.incidentKnown) || !mayRead(request.thread, actor, facts))
        return refused("forbidden", QStringLiteral("This conversation belongs to somebody else."));
    const auto thread = m_threads.find(request.thread);
    const auto notFound = [&refused] { return refused("not_found", QStringLiteral("There is no such message.")); };
    if (thread == m_threads.end())
        return notFound();
    const auto line = std::find_if(thread->lines.cbegin(), thread->lines.cend(),
                                   [&](const Line &l) { return l.id == request.messageId; });
    if (line == thread->lines.cend())
        return notFound();
    const bool acknowledge = request.kind == ChatReceipt::Kind::Acknowledged;
    if (acknowledge && !line->urgent)
        return refused("invalid", QStringLiteral("message_id: this message asks for no acknowledge."));

    const ChatReceipt receipt{
        request.thread, request.messageId, actor.id, actor.name.isEmpty() ? actor.id : actor.name, request.kind, now};
    const qint64 place = thread->firstLine + (line - thread->lines.cbegin());
    const auto known = m_marks.constFind(receiptKey(receipt));
    if (known != m_marks.cend() && *known >= place)
        return {Outcome::done(request.messageId, false), {}};
    if (line->sender == actor.id)
        return {Outcome::done(request.messageId, false), {}};
    join(thread->people, actor.id);
    rememberMark(receipt, place);
    return {Outcome::done(request.messageId), receipt};
}

} // namespace tocsin
