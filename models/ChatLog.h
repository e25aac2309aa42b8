// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"
#include "models/domain/Chat.h"

#include <QHash>
#include <QList>
#include <QString>

#include <functional>

namespace tocsin {

/// What a person's incident adds to the conversation: "panic received", "acknowledged by M. Ortiz".
struct ChatNote
{
    QString id;
    TimePoint at;
    QString text;
    bool operator==(const ChatNote &) const = default;
};

/// Every conversation, bounded: the newest 500 messages and 100 notes of each thread. Plain logic, GUI thread by use.
class ChatLog
{
public:
    struct Thread
    {
        QString userId;
        QList<ChatMessage> messages; ///< ascending by time
        QList<ChatNote> notes;       ///< ascending by time
        QString openIncident;        ///< alert id of the person's open panic; empty when none
        QString userName;            ///< as the person's messages and alerts call them
        std::optional<TimePoint> readUpTo;
        [[nodiscard]] int unread() const;
        [[nodiscard]] std::optional<TimePoint> lastAt() const;
    };
    static constexpr int MaxMessages = 500;
    static constexpr int MaxNotes = 100;

    /// Starts anew; what was read stays read.
    void reset(const QList<ChatMessage> &messages, const QList<Alert> &alerts);
    /// The thread that changed; empty when nothing did (a message that is known).
    QString apply(const ChatMessage &message);
    /// Notes are derived from the alert's facts, so the same alert twice adds nothing.
    QString apply(const Alert &alert);
    /// True when something was unread.
    bool markRead(const QString &thread);

    [[nodiscard]] const Thread *find(const QString &thread) const;
    [[nodiscard]] QStringList threads() const { return m_threads.keys(); }

private:
    void note(Thread &thread, const ChatNote &note);
    QHash<QString, Thread> m_threads;
};

} // namespace tocsin
