// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/emergency/EmergencyTalkPages.h"

#include "server/dialects/emergency/MultipartForm.h"

#include <QJsonArray>

#include <algorithm>

namespace tocsin::emergency {

namespace {
constexpr int mostLines = 500; // ChatQuery
constexpr int usualLines = 50;

QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

net::HttpResponse refusedPicture(const AttachmentResult &result)
{
    int status = 503;
    if (result.code == QLatin1String("too_large"))
        status = 413;
    else if (result.code == QLatin1String("unsupported"))
        status = 415;
    else if (result.code == QLatin1String("full"))
        status = 507;
    return refused(status, result.message);
}

QJsonObject mediaObject(const QString &id, const QString &alertId)
{
    return {{text("id"), id}, {text("alert_id"), alertId}, {text("url"), text("/api/attachments/") + id}};
}

/// The picture of an upload and the words that came with it.
struct Upload
{
    QByteArray bytes;
    QString words;
};

std::optional<Upload> uploadOf(const net::HttpRequest &request)
{
    const QByteArray type = request.header("content-type");
    if (!isMultipartForm(type))
        return Upload{request.body, {}};
    const auto parts = readMultipartForm(type, request.body);
    if (!parts)
        return std::nullopt;
    Upload upload;
    const auto file =
        std::find_if(parts->cbegin(), parts->cend(), [](const FormPart &part) { return !part.fileName.isEmpty(); });
    if (file == parts->cend())
        return std::nullopt;
    upload.bytes = file->content;
    for (const FormPart &part : *parts) {
        if (part.name == "description" || part.name == "message")
            upload.words = QString::fromUtf8(part.content).left(2000);
    }
    return upload;
}
} // namespace

void TalkPages::serve(const Visit &visit)
{
    if (m_parts.incidents.find(visit.object) == nullptr)
        return visit.respond(refused(404, text("Alert not found")));
    if (m_parts.replies.waiting() >= mostWaiting)
        return visit.respond(refused(503, text("Too much is under way; try again")));
    switch (visit.page) {
    case Page::Messages:
        return messages(visit);
    case Page::SendMessage:
        return say(visit);
    case Page::Media:
        return media(visit);
    default:
        return takeMedia(visit);
    }
}

void TalkPages::messages(const Visit &visit)
{
    const auto limit = limitOf(visit.request, usualLines, mostLines);
    if (!limit)
        return visit.respond(refused(400, text("limit must be 1 to 500")));
    ChatQuery wanted;
    wanted.thread = chatThreadOfIncident(visit.object);
    wanted.after = visit.request.query.queryItemValue(text("after"), QUrl::FullyDecoded);
    wanted.before =
        wanted.after.isEmpty() ? visit.request.query.queryItemValue(text("before"), QUrl::FullyDecoded) : QString();
    wanted.limit = *limit;
    m_parts.services.archive.messages(
        wanted, m_parts.replies.expect<ChatResult>([respond = visit.respond](const ChatResult &result) {
            if (!result.error.isEmpty())
                return respond(refused(503, text("The messages cannot be read at the moment")));
            QJsonArray lines;
            for (const ChatMessage &line : result.messages) {
                if (!line.automatic)
                    lines.append(lineObject(line));
            }
            respond(done(200, {{text("count"), lines.size()}, {text("more"), result.more}, {text("results"), lines}}));
        }));
}

QJsonObject TalkPages::lineWith(const QString &alertId, const QString &lineId) const
{
    const QList<ChatMessage> lines = m_parts.services.mirror.lines(chatThreadOfIncident(alertId));
    const auto line =
        std::find_if(lines.crbegin(), lines.crend(), [&lineId](const ChatMessage &one) { return one.id == lineId; });
    return line != lines.crend() ? lineObject(*line) : QJsonObject{{text("id"), lineId}};
}

void TalkPages::say(const Visit &visit)
{
    const auto body = bodyOf(visit.request);
    if (const auto *wrong = std::get_if<FieldError>(&body))
        return visit.respond(refused(400, wrong->message));
    auto chat = readChat(std::get<QJsonObject>(body));
    if (const auto *wrong = std::get_if<FieldError>(&chat))
        return visit.respond(refused(400, wrong->message));
    const QString id = visit.object;
    m_parts.desk.say(id, std::get<SendChat>(std::move(chat)), actorOf(visit.caller, m_parts.incidents.personOf(id), {}),
                     [this, id, respond = visit.respond](const Outcome &outcome) {
                         respond(outcome.ok ? done(201, lineWith(id, outcome.ref)) : refused(outcome, outcome.message));
                     });
}

/// The pictures of the newest lines.
void TalkPages::media(const Visit &visit)
{
    ChatQuery wanted;
    wanted.thread = chatThreadOfIncident(visit.object);
    wanted.limit = mostLines;
    m_parts.services.archive.messages(
        wanted,
        m_parts.replies.expect<ChatResult>([id = visit.object, respond = visit.respond](const ChatResult &result) {
            if (!result.error.isEmpty())
                return respond(refused(503, text("The pictures cannot be listed at the moment")));
            QJsonArray pictures;
            for (const ChatMessage &line : result.messages) {
                for (const QString &picture : line.attachments) {
                    QJsonObject object = mediaObject(picture, id);
                    object.insert(text("description"), line.text);
                    object.insert(text("sender_id"), line.senderId);
                    object.insert(text("timestamp"), toIso8601(line.at));
                    pictures.append(object);
                }
            }
            respond(done(200, {{text("count"), pictures.size()}, {text("results"), pictures}}));
        }));
}

void TalkPages::takeMedia(const Visit &visit)
{
    const auto upload = uploadOf(visit.request);
    if (!upload || upload->bytes.isEmpty())
        return visit.respond(refused(400, text("No file was provided")));
    const QString id = visit.object;
    const Actor actor = actorOf(visit.caller, m_parts.incidents.personOf(id), {});
    m_parts.attachments.put(
        upload->bytes,
        m_parts.replies.expect<AttachmentResult>([this, id, actor, words = upload->words, size = upload->bytes.size(),
                                                  respond = visit.respond](const AttachmentResult &result) {
            if (!result.code.isEmpty())
                return respond(refusedPicture(result));
            SendChat chat;
            chat.text = words;
            chat.attachments = {result.attachment.id};
            m_parts.desk.say(id, chat, actor, [id, size, picture = result.attachment, respond](const Outcome &outcome) {
                if (!outcome.ok)
                    return respond(refused(outcome, outcome.message));
                QJsonObject media = mediaObject(picture.id, id);
                media.insert(text("type"), QString::fromLatin1(picture.type));
                media.insert(text("size"), size);
                media.insert(text("message_id"), outcome.ref);
                QJsonObject body = media;
                body.insert(text("media"), media);
                body.insert(text("message"), text("Media uploaded successfully"));
                respond(done(201, body));
            });
        }));
}

} // namespace tocsin::emergency
