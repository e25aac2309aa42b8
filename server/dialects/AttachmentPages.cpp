// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/AttachmentPages.h"

#include "server/dialects/RestQuery.h"

#include <QJsonObject>

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin {

namespace {
using Page = AttachmentPages::Page;
constexpr std::array pages{
    Route{Route::Method::Post, "/api/attachments", Page::Send, Rule::signedIn()},
    Route{Route::Method::Get, "/api/attachments/{id}", Page::Read, Rule::right(Act::Chat, Names::Path)},
};
static_assert(isSound(pages, Page::Read));

constexpr qsizetype mostWaiting = 256;

net::HttpResponse refused(int status, const QString &text)
{
    return jsonResponse(status, QJsonObject{{QStringLiteral("detail"), text}});
}

net::HttpResponse refused(const AttachmentResult &result)
{
    const QString &code = result.code;
    int status = 503;
    if (code == QLatin1String("too_large"))
        status = 413;
    else if (code == QLatin1String("unsupported"))
        status = 415;
    else if (code == QLatin1String("not_found"))
        status = 404;
    else if (code == QLatin1String("full"))
        status = 507;
    return refused(status, result.message);
}

net::HttpResponse notFound()
{
    return refused(404, QStringLiteral("There is no such picture."));
}
} // namespace

AttachmentPages::AttachmentPages(Posture posture, Services services)
    : RuledDialect(posture)
    , m_services(std::move(services))
{
}

std::span<const Route> AttachmentPages::table()
{
    return pages;
}

void AttachmentPages::enter(const Place & /*place*/, net::Session *session)
{
    session->close(1008, QStringLiteral("No WebSocket here"));
}

bool AttachmentPages::permits(const Rule & /*rule*/, const QString & /*object*/, const Principal & /*who*/) const
{
    return true;
}

void AttachmentPages::serve(const Call &call, const net::Respond &respond)
{
    if (m_replies.waiting() >= mostWaiting)
        return respond(refused(503, QStringLiteral("Too many pictures are under way; try again.")));
    if (Page(call.route.id) == Page::Send)
        return take(call.request.body, respond);
    const QString id = call.object;
    if (call.caller->isStaff())
        return give(id, respond);
    m_services.threadsOf(id, m_replies.expect<Threads>([this, id, respond, who = *call.caller](const Threads &threads) {
        if (!threads)
            return respond(refused(503, QStringLiteral("It cannot be looked up at the moment.")));
        if (!mayRead(who, *threads))
            return respond(notFound());
        give(id, respond);
    }));
}

void AttachmentPages::take(const QByteArray &bytes, const net::Respond &respond)
{
    m_services.attachments.put(
        bytes, m_replies.expect<AttachmentResult>([respond, size = bytes.size()](const AttachmentResult &result) {
            if (!result.code.isEmpty())
                return respond(refused(result));
            respond(jsonResponse(201, QJsonObject{{QStringLiteral("id"), result.attachment.id},
                                                  {QStringLiteral("type"), QString::fromLatin1(result.attachment.type)},
                                                  {QStringLiteral("size"), size}}));
        }));
}

void AttachmentPages::give(const QString &id, const net::Respond &respond)
{
    m_services.attachments.get(id, m_replies.expect<AttachmentResult>([respond](const AttachmentResult &result) {
        if (!result.code.isEmpty())
            return respond(refused(result));
        net::HttpResponse response;
        response.contentType = result.attachment.type;
        response.body = result.attachment.bytes;
        response.headers = {{"X-Content-Type-Options", "nosniff"},
                            {"Content-Disposition", "inline"},
                            {"Cache-Control", "private, max-age=31536000, immutable"}};
        respond(response);
    }));
}

bool AttachmentPages::mayRead(const Principal &caller, const QStringList &threads) const
{
    return std::any_of(threads.cbegin(), threads.cend(), [&](const QString &thread) {
        if (thread == broadcastThread())
            return true;
        if (caller.id.isEmpty())
            return false;
        if (thread == chatThreadOfUser(caller.id))
            return true;
        const QString incident = incidentOfChatThread(thread);
        const Alert *alert = incident.isEmpty() ? nullptr : m_services.mirror.alert(incident);
        return alert != nullptr && alert->userId == caller.id;
    });
}

} // namespace tocsin
