// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Chat.h"
#include "models/domain/Desk.h"

#include <QHash>
#include <QList>

#include <deque>
#include <functional>
#include <optional>

namespace tocsin {

struct ChatLimits
{
    qsizetype textLength = 8000;
    qsizetype attachments = 8;
    Duration quietAfter = std::chrono::minutes(10); ///< a thread without a line for so long is quiet
    int rememberedIds = 16'384;                     ///< client message ids, over all senders
    int rememberedThreads = 4096;
    int rememberedLines = 200;   ///< of each thread: what a receipt can name
    int rememberedPeople = 1000; ///< of each thread, and of the staff: who can be asked for an acknowledge
    int rememberedMarks =
        262'144; ///< over all threads and people; beyond it the oldest are told again when they come again
};

/// What the desk knows of the thread's incident.
struct ChatFacts
{
    bool incidentKnown = false;
    QString incidentUser; ///< whom it concerns; may be empty
};

/// Decides about chat lines and receipts: who may write and read where, what is a retry, who is asked to acknowledge, and
/// when the desk answers by itself. Plain value logic on the desk's thread; time is an argument.
///
/// A sender's clientMessageId names one message: the same again is answered with the same message (`changed` false), with
/// other words refused `id_conflict`. The first line of a mobile user in a quiet thread is followed at once by an automatic
/// one that says that it reached the desk. A receipt changes something only when it tells more than the ones before.
class ChatDesk
{
public:
    struct Result
    {
        Outcome outcome;
        QList<ChatMessage> messages; ///< new ones, in order
    };
    struct Marked
    {
        Outcome outcome;
        std::optional<ChatReceipt> receipt;
    };

    explicit ChatDesk(ChatLimits limits = {}, std::function<QString()> makeId = {});

    void restore(const QList<ChatMessage> &messages, const QList<ChatReceipt> &receipts = {});
    /// Staff that the desk has seen at work: they are asked in the rooms that everybody shares.
    void meet(const Actor &staff);
    [[nodiscard]] Result send(const SendChat &request, const Actor &actor, TimePoint now, const ChatFacts &facts = {});
    [[nodiscard]] Marked mark(const MarkChat &request, const Actor &actor, TimePoint now, const ChatFacts &facts = {});

private:
    struct Sent
    {
        QString messageId;
        QString thread;
        size_t textHash = 0;
    };
    struct Line
    {
        QString id;
        QString sender;
        bool urgent = false;
    };
    struct Thread
    {
        TimePoint lastLine{};
        qint64 firstLine = 0; ///< number of lines.front()
        std::deque<Line> lines;
        QStringList people; ///< who wrote or read here
    };
    [[nodiscard]] QString refusal(const SendChat &request, const Actor &actor, const ChatFacts &facts,
                                  QString &code) const;
    [[nodiscard]] QStringList askedBy(const ChatMessage &message, const ChatFacts &facts) const;
    [[nodiscard]] QString newId(TimePoint now) const;
    void remember(const ChatMessage &message);
    void rememberMark(const ChatReceipt &receipt, qint64 line);
    void join(QStringList &people, const QString &person) const;
    void forgetThreads();

    const ChatLimits m_limits;
    const std::function<QString()> m_makeId;
    QHash<QString, Sent> m_sent; ///< by sender and clientMessageId
    std::deque<QString> m_sentOrder;
    QHash<QString, Thread> m_threads;
    QHash<QString, qint64> m_marks; ///< by receiptKey(): the number of the line
    std::deque<QString> m_markOrder;
    QStringList m_staff;
};

} // namespace tocsin
