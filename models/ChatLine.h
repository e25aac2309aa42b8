// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QString>
#include <QStringList>

namespace tocsin {

/// A line of a conversation as ChatModel shows it.
struct ChatLine
{
    enum Kind { Message, Note };
    enum Mark { NoMark, Sent, Delivered, Read };
    QString key; ///< stays while an own line becomes a message
    QString id;
    Kind kind = Message;
    QString text;
    QString timeText;
    QString senderName;
    QString dayHeader;
    QString failReason;
    TimePoint at;
    bool fromDesk = false;
    bool mine = false;
    bool automatic = false;
    bool simulated = false;
    bool pending = false;
    bool failed = false;
    bool urgent = false;
    bool canAcknowledge = false;
    Mark mark = NoMark;
    QString markText;
    QString ackText;
    QStringList attachments;
    bool operator==(const ChatLine &) const = default;
};

/// An own line that the desk has not confirmed.
struct OwnLine
{
    QString thread;
    QString clientId;
    QString requestId;
    QString text;
    TimePoint at;
    QString failReason;
    QString quickReply;
    QStringList attachments;
    bool urgent = false;
    bool failed = false;
};

} // namespace tocsin
