// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Chat.h"
#include "models/domain/Desk.h"

#include <QHash>
#include <QList>

#include <deque>
#include <functional>

namespace tocsin {

struct ChatLimits
{
    qsizetype textLength = 8000;
    Duration quietAfter = std::chrono::minutes(10); ///< a thread without a line for so long is quiet
    int rememberedIds = 16'384;                     ///< client message ids, over all senders
    int rememberedThreads = 4096;
};

/// Decides about chat lines: who may write where, what is a retry, and when the desk answers by itself. Plain
/// value logic on the desk's thread; time is an argument.
///
/// A sender's clientMessageId names one message: the same again is answered with the same message (`changed`
/// false), with other words refused `id_conflict`. The first line of a mobile user in a quiet thread is
/// followed at once by an automatic one that says that it reached the desk.
class ChatDesk
{
public:
    struct Result
    {
        Outcome outcome;
        QList<ChatMessage> messages; ///< new ones, in order
    };

    explicit ChatDesk(ChatLimits limits = {}, std::function<QString()> makeId = {});

    void restore(const QList<ChatMessage> &messages);
    [[nodiscard]] Result send(const SendChat &request, const Actor &actor, TimePoint now);

private:
    struct Sent
    {
        QString messageId;
        QString thread;
        size_t textHash = 0;
    };
    [[nodiscard]] QString refusal(const SendChat &request, const Actor &actor, QString &code) const;
    void remember(const ChatMessage &message);

    const ChatLimits m_limits;
    const std::function<QString()> m_makeId;
    QHash<QString, Sent> m_sent; ///< by sender and clientMessageId
    std::deque<QString> m_sentOrder;
    QHash<QString, TimePoint> m_lastLine; ///< by thread
};

} // namespace tocsin
