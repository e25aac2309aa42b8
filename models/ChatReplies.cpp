// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ChatReplies.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>

namespace tocsin {

namespace {
constexpr qsizetype mostReplies = 50;
constexpr qsizetype longestReply = 1000;
constexpr qsizetype longestId = 128;
constexpr qint64 longestFile = 262'144;

ChatRepliesResult failed(const QString &error)
{
    return {error, {}};
}
} // namespace

ChatRepliesResult parseChatReplies(const QByteArray &json)
{
    QJsonParseError parse{};
    const QJsonDocument document = QJsonDocument::fromJson(json, &parse);
    if (parse.error != QJsonParseError::NoError)
        return failed(QStringLiteral("it is not JSON (at byte %1): %2").arg(parse.offset).arg(parse.errorString()));
    const QJsonValue list = document.object().value(QLatin1String("replies"));
    if (!list.isArray())
        return failed(QStringLiteral("replies: must be a list"));
    const QJsonArray entries = list.toArray();
    if (entries.size() > mostReplies)
        return failed(QStringLiteral("replies: must not be more than %1").arg(mostReplies));
    ChatRepliesResult result;
    QSet<QString> ids;
    for (qsizetype i = 0; i < entries.size(); ++i) {
        const QJsonObject entry = entries.at(i).toObject();
        const ChatReply reply{entry.value(QLatin1String("id")).toString().trimmed(),
                              entry.value(QLatin1String("text")).toString().trimmed()};
        const QString place = QStringLiteral("replies[%1]").arg(i);
        if (reply.id.isEmpty() || reply.id.size() > longestId || ids.contains(reply.id))
            return failed(place + QStringLiteral(".id: must be a text of 1 to 128 characters that no other has"));
        if (reply.text.isEmpty() || reply.text.size() > longestReply)
            return failed(place + QStringLiteral(".text: must be a text of 1 to 1000 characters"));
        static const QRegularExpression placeholder(QStringLiteral("\\{([^}]*)\\}"));
        for (auto it = placeholder.globalMatch(reply.text); it.hasNext();) {
            const QString name = it.next().captured(1);
            if (name != QLatin1String("name") && name != QLatin1String("incident") &&
                name != QLatin1String("operator") && name != QLatin1String("time"))
                return failed(place + QStringLiteral(".text: {%1} is not known; {name}, {incident}, {operator} and "
                                                     "{time} are")
                                          .arg(name));
        }
        ids.insert(reply.id);
        result.replies.append(reply);
    }
    return result;
}

ChatRepliesResult loadChatReplies(const QString &path)
{
    QFile file(path.isEmpty() ? QStringLiteral(":/tocsin/chat/replies.json") : path);
    if (!file.open(QIODevice::ReadOnly))
        return failed(QStringLiteral("it cannot be read: %1").arg(file.errorString()));
    if (file.size() > longestFile)
        return failed(QStringLiteral("it is larger than %1 bytes").arg(longestFile));
    return parseChatReplies(file.readAll());
}

QString filled(const ChatReply &reply, const ReplyFacts &facts)
{
    QString text = reply.text;
    const auto put = [&text](const char *name, const QString &value) {
        const QString placeholder = QLatin1Char('{') + QLatin1String(name) + QLatin1Char('}');
        if (value.isEmpty())
            text.remove(QRegularExpression(QStringLiteral(",?\\s*") + QRegularExpression::escape(placeholder)));
        else
            text.replace(placeholder, value);
    };
    // What people call themselves comes last: a name must not be taken for a placeholder.
    put("time", facts.time);
    put("incident", facts.incident);
    put("operator", facts.operatorName);
    put("name", facts.name);
    return text.trimmed();
}

} // namespace tocsin
