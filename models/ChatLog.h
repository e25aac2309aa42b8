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
        QString self;                         ///< who sits here: own lines are not unread
        QHash<QString, ChatReceipt> receipts; ///< by receiptKey()
        [[nodiscard]] int unread() const;
        [[nodiscard]] std::optional<TimePoint> lastAt() const;
    };
    /// How far a message came.
    struct Marks
    {
        int delivered = 0; ///< persons besides the sender; who has read it has got it
        int read = 0;
        QStringList acknowledged; ///< names, in the order of acknowledging
        QStringList waiting;      ///< names of those who were asked and have not acknowledged
        bool mine = false;        ///< who sits here has acknowledged it
    };
    static constexpr int MaxMessages = 500;
    static constexpr int MaxNotes = 100;
    static constexpr int MaxNames = 20'000;
    static constexpr int MaxIncidents = 2000;

    /// Starts anew; what was read stays read.
    void reset(const QList<ChatMessage> &messages, const QList<Alert> &alerts, const QList<ChatReceipt> &receipts = {});
    void setSelf(const QString &personId) { m_self = personId; }
    /// The thread that changed; empty when nothing did (a message that is known).
    QString apply(const ChatMessage &message);
    /// Notes are derived from the alert's facts, so the same alert twice adds nothing.
    QString apply(const Alert &alert);
    QString apply(const ChatReceipt &receipt);
    [[nodiscard]] Marks marksOf(const ChatMessage &message) const;
    /// The newest message of somebody else that who sits here has not told to have read; null: none.
    [[nodiscard]] const ChatMessage *unreported(const QString &thread) const;
    /// As messages, alerts and receipts call the person; the id when nobody does.
    [[nodiscard]] QString nameOf(const QString &personId) const { return m_names.value(personId, personId); }
    /// True when something was unread.
    bool markRead(const QString &thread);

    [[nodiscard]] const Thread *find(const QString &thread) const;
    [[nodiscard]] QStringList threads() const { return m_threads.keys(); }

private:
    void note(Thread &thread, const ChatNote &note);
    Thread &open(const QString &name);
    [[nodiscard]] static qsizetype placeOf(const Thread &thread, const QString &messageId);
    void call(const QString &personId, const QString &name);

    QHash<QString, Thread> m_threads;
    QHash<QString, Alert> m_incidents; ///< by alert id: whose they are
    QHash<QString, QString> m_names;
    QString m_self;
};

} // namespace tocsin
