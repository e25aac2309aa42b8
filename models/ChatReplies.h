// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

namespace tocsin {

/// A line that operators need again and again, with places for {name} (whom one writes to), {incident} (what the person's open
/// alert says), {operator} and {time}. What is not known is left out together with the blanks and the comma before it.
struct ChatReply
{
    QString id;
    QString text;
    bool operator==(const ChatReply &) const = default;
};

struct ChatRepliesResult
{
    QString error; ///< a sentence naming the entry; empty: all went well
    QList<ChatReply> replies;
};

struct ReplyFacts
{
    QString name;
    QString incident;
    QString operatorName;
    QString time;
};

/// {"replies": [{"id": "on_the_way", "text": "Help is on the way, {name}."}, …]}, at most 50.
[[nodiscard]] ChatRepliesResult parseChatReplies(const QByteArray &json);
/// The file, or the built-in ones for an empty path.
[[nodiscard]] ChatRepliesResult loadChatReplies(const QString &path);
[[nodiscard]] QString filled(const ChatReply &reply, const ReplyFacts &facts);

} // namespace tocsin
