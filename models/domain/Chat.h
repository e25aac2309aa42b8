// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QString>
#include <QStringList>

#include <optional>

namespace tocsin {

/// One line of a conversation.
struct ChatMessage
{
    QString id; ///< made by the desk
    QString thread;
    QString senderId;
    QString senderName;
    bool fromDesk = false;  ///< an operator wrote it
    bool automatic = false; ///< the desk's own "your message reached the desk"
    bool simulated = false;
    bool urgent = false;     ///< everybody in `asked` owes an acknowledge
    QStringList asked;       ///< person ids, as the desk knew them when it took the message; others may acknowledge too
    QString text;            ///< plain text, at most 8,000 characters; may be empty when there are attachments
    QStringList attachments; ///< ids of pictures, at most 8
    QString quickReply;      ///< id of the canned reply it was made from; may be empty
    QString clientMessageId; ///< the sender's own id, when it gave one
    TimePoint at;
    bool operator==(const ChatMessage &) const = default;
};

/// How far a message came with one person. Delivered and Read hold for `messageId` and every earlier message of the
/// thread; Acknowledged for that message alone.
struct ChatReceipt
{
    enum class Kind { Delivered, Read, Acknowledged };
    QString thread;
    QString messageId;
    QString personId;
    QString personName;
    Kind kind = Kind::Delivered;
    TimePoint at;
    bool operator==(const ChatReceipt &) const = default;
};

/// Somebody writes in a conversation, now. Class B: never logged, forgotten after a few seconds; there is no "stopped".
struct TypingNotice
{
    QString thread;
    QString personId;
    QString personName;
    TimePoint at;
    bool operator==(const TypingNotice &) const = default;
};

[[nodiscard]] QString toString(ChatReceipt::Kind kind); ///< "delivered", "read", "acknowledged"
[[nodiscard]] std::optional<ChatReceipt::Kind> receiptKindFromString(QStringView text);
/// What a later receipt replaces: one row per person, kind and thread; per message for acknowledges.
[[nodiscard]] QString receiptKey(const ChatReceipt &receipt);

/// Threads: "user/<id>" (the desk and one mobile user), "incident/<alert id>" (the desk and whom it concerns),
/// "operators" (staff among themselves), "broadcast" (staff write, everybody reads).
[[nodiscard]] inline QString operatorsThread()
{
    return QStringLiteral("operators");
}
[[nodiscard]] inline QString broadcastThread()
{
    return QStringLiteral("broadcast");
}
[[nodiscard]] inline QString chatThreadOfUser(const QString &userId)
{
    return QStringLiteral("user/") + userId;
}
/// The user of a "user/<id>" thread; empty for any other.
[[nodiscard]] inline QString userOfChatThread(const QString &thread)
{
    return thread.startsWith(QLatin1String("user/")) ? thread.mid(5) : QString();
}
[[nodiscard]] inline QString chatThreadOfIncident(const QString &alertId)
{
    return QStringLiteral("incident/") + alertId;
}
/// The alert of an "incident/<id>" thread; empty for any other.
[[nodiscard]] inline QString incidentOfChatThread(const QString &thread)
{
    return thread.startsWith(QLatin1String("incident/")) ? thread.mid(9) : QString();
}

} // namespace tocsin
