// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/ChatDesk.h"

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

} // namespace

ChatDesk::ChatDesk(ChatLimits limits, std::function<QString()> makeId)
    : m_limits(limits)
    , m_makeId(makeId ? std::move(makeId) : [] { return QUuid::createUuid().toString(QUuid::WithoutBraces); })
{
}

void ChatDesk::restore(const QList<ChatMessage> &messages)
{
    for (const ChatMessage &message : messages)
        remember(message);
}

void ChatDesk::remember(const ChatMessage &message)
{
    TimePoint &last = m_lastLine[message.thread];
    last = std::max(last, message.at);
    if (m_lastLine.size() > m_limits.rememberedThreads) {
        // Half of them, so that it is rare. A forgotten thread only gets its automatic line early.
        QList<TimePoint> times = m_lastLine.values();
        const auto middle = times.begin() + times.size() / 2;
        std::nth_element(times.begin(), middle, times.end());
        const TimePoint border = *middle;
        m_lastLine.removeIf([border](const auto &entry) { return entry.value() < border; });
    }
    if (message.clientMessageId.isEmpty())
        return;
    const QString key = keyOf(message.senderId, message.clientMessageId);
    if (!m_sent.contains(key))
        m_sentOrder.push_back(key);
    m_sent.insert(key, {message.id, message.thread, qHash(message.text)});
    while (m_sentOrder.size() > static_cast<std::size_t>(m_limits.rememberedIds)) {
        m_sent.remove(m_sentOrder.front());
        m_sentOrder.pop_front();
    }
}

QString ChatDesk::refusal(const SendChat &request, const Actor &actor, QString &code) const
{
    const QString user = userOfChatThread(request.thread);
    code = QStringLiteral("invalid");
    if (user.isEmpty() || request.thread.size() > longestId)
        return QStringLiteral("thread: must be user/ and a user's id.");
    if (request.clientMessageId.size() > longestId)
        return QStringLiteral("client_message_id: must not be longer than 128 characters.");
    if (request.text.size() > m_limits.textLength)
        return QStringLiteral("text: must not be longer than %1 characters.").arg(m_limits.textLength);
    if (cleaned(request.text).isEmpty())
        return QStringLiteral("text: must not be empty.");
    code = QStringLiteral("forbidden");
    const bool staff = actor.kind == Actor::Kind::Operator || actor.kind == Actor::Kind::System;
    if (request.fromDesk && !staff)
        return QStringLiteral("Only operators write for the desk.");
    if (actor.kind == Actor::Kind::User && actor.id != user)
        return QStringLiteral("This conversation belongs to somebody else.");
    code.clear();
    return {};
}

ChatDesk::Result ChatDesk::send(const SendChat &request, const Actor &actor, TimePoint now)
{
    QString code;
    const QString reason = refusal(request, actor, code);
    if (!code.isEmpty())
        return {Outcome::refused(code, reason), {}};

    ChatMessage message;
    message.thread = request.thread;
    message.senderId = actor.id;
    message.senderName = actor.name.isEmpty() ? actor.id : actor.name;
    message.fromDesk = request.fromDesk;
    message.simulated = request.simulated;
    message.text = cleaned(request.text);
    message.clientMessageId = request.clientMessageId;
    message.at = now;
    if (!request.clientMessageId.isEmpty()) {
        const auto sent = m_sent.constFind(keyOf(actor.id, request.clientMessageId));
        if (sent != m_sent.cend()) {
            if (sent->thread == message.thread && sent->textHash == qHash(message.text))
                return {Outcome::done(sent->messageId, false), {}};
            return {Outcome::refused(QStringLiteral("id_conflict"),
                                     QStringLiteral("This message id was used for another message."), sent->messageId),
                    {}};
        }
    }
    message.id = m_makeId();
    const auto last = m_lastLine.constFind(message.thread);
    const bool quiet = last == m_lastLine.cend() || now - *last >= m_limits.quietAfter;
    remember(message);
    Result result{Outcome::done(message.id), {message}};
    if (quiet && !message.fromDesk) {
        ChatMessage automatic;
        automatic.id = m_makeId();
        automatic.thread = message.thread;
        automatic.senderId = QStringLiteral("desk");
        automatic.senderName = QStringLiteral("Desk");
        automatic.fromDesk = true;
        automatic.automatic = true;
        automatic.simulated = message.simulated;
        automatic.text = QStringLiteral("Your message reached the desk. An operator will answer here.");
        automatic.at = now;
        result.messages.append(automatic);
    }
    return result;
}

} // namespace tocsin
