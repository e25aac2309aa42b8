// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QMetaType>
#include <QString>

namespace tocsin {

/// One line of a conversation. Threads are named "user/<id>": the desk and one mobile user.
struct ChatMessage
{
    QString id; ///< made by the desk
    QString thread;
    QString senderId;
    QString senderName;
    bool fromDesk = false;  ///< an operator wrote it
    bool automatic = false; ///< the desk's own "your message reached the desk"
    bool simulated = false;
    QString text;            ///< plain text, at most 8,000 characters
    QString clientMessageId; ///< the sender's own id, when it gave one
    TimePoint at;
    bool operator==(const ChatMessage &) const = default;
};

[[nodiscard]] inline QString chatThreadOfUser(const QString &userId)
{
    return QStringLiteral("user/") + userId;
}
/// The user of a "user/<id>" thread; empty for any other.
[[nodiscard]] inline QString userOfChatThread(const QString &thread)
{
    return thread.startsWith(QLatin1String("user/")) ? thread.mid(5) : QString();
}

} // namespace tocsin

Q_DECLARE_METATYPE(tocsin::ChatMessage)
