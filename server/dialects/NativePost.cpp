// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/NativePost.h"

#include "models/wire/RequestCodec.h"
#include "models/wire/ServerFrames.h"
#include "server/dialects/NativeRights.h"
#include "server/dialects/NativeRoutes.h"
#include "server/dialects/RestQuery.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin {

namespace {
constexpr qsizetype messageBytes = 1'048'576; // as of a frame
constexpr qsizetype longestKey = 128;
constexpr qsizetype mostWaiting = 256;
constexpr auto limitWindow = std::chrono::seconds(60);

int statusOf(const wire::Reply &reply)
{
    constexpr std::array statuses{
        std::pair{"forbidden", 403},        std::pair{"pin_invalid", 403},     std::pair{"still_active", 409},
        std::pair{"shelve_forbidden", 409}, std::pair{"shelve_too_long", 409}, std::pair{"not_found", 404},
        std::pair{"superseded", 409},       std::pair{"closed", 409},          std::pair{"id_conflict", 409},
        std::pair{"offline", 409},          std::pair{"too_large", 413},       std::pair{"rate_limited", 429},
        std::pair{"overloaded", 503},       std::pair{"storage_failed", 503}};
    if (reply.ok)
        return 200;
    for (const auto &[code, status] : statuses) {
        if (reply.code == QLatin1String(code))
            return status;
    }
    return 400;
}

net::HttpResponse responseOf(const wire::Reply &reply)
{
    net::HttpResponse response = jsonResponse(statusOf(reply), wire::toJson(reply));
    if (reply.retryAfterMs)
        response.headers.emplaceBack("Retry-After", QByteArray::number((*reply.retryAfterMs + 999) / 1000));
    return response;
}

/// The one key of the request, with or without the quotes of a structured field; empty: there is none that can be used.
QString keyOf(const net::HttpRequest &request)
{
    const auto isKey = [](const auto &header) { return header.first == "idempotency-key"; };
    const QByteArray header = request.header("idempotency-key");
    const bool quoted = header.size() > 1 && header.startsWith('"') && header.endsWith('"');
    const QByteArray key = quoted ? header.mid(1, header.size() - 2) : header;
    const bool visible = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
    const bool one = std::count_if(request.headers.begin(), request.headers.end(), isKey) == 1;
    return one && visible && key.size() <= longestKey ? QString::fromLatin1(key) : QString();
}
} // namespace

void NativePost::answer(const net::HttpRequest &request, const Principal &caller, const net::Respond &respond)
{
    const QString key = keyOf(request);
    const auto refuse = [&](const char *code, const QString &message, const QString &field = {}) {
        respond(responseOf(wire::Reply::refusal(key, QLatin1String(code), message, field)));
    };
    if (key.isEmpty())
        return refuse("invalid", QStringLiteral("One header Idempotency-Key of 1 to 128 visible characters is needed."),
                      QStringLiteral("Idempotency-Key"));
    if (request.body.size() > messageBytes)
        return refuse("too_large", QStringLiteral("A request has at most %1 bytes.").arg(messageBytes));
    const auto document = parseJsonObject(request.body, m_parts.options.json);
    if (const auto *error = std::get_if<FieldError>(&document))
        return refuse("invalid", error->message, error->field);
    const auto read = wire::requestFromJson(std::get<QJsonObject>(document));
    if (const auto *error = std::get_if<FieldError>(&read))
        return refuse("invalid", error->message, error->field);
    const auto &body = std::get<RequestBody>(read);

    const bool counts = native::ruleOf(body).extra == native::Counts::Yes;
    if (const auto wait = counts ? admit(caller, request.peerAddress) : std::nullopt) {
        wire::Reply reply =
            wire::Reply::refusal(key, QStringLiteral("rate_limited"), QStringLiteral("Too many requests in a minute."));
        reply.retryAfterMs = std::chrono::ceil<std::chrono::milliseconds>(*wait).count();
        return respond(responseOf(reply));
    }
    const native::Reader reader{m_parts.options.posture, caller};
    const auto allowed = native::permitted(reader, body, m_parts.mirror);
    if (const auto *refused = std::get_if<Outcome>(&allowed))
        return respond(responseOf(wire::replyOf(key, *refused)));
    if (m_replies.waiting() >= mostWaiting && !std::holds_alternative<RaisePanic>(body))
        return refuse("overloaded", QStringLiteral("Too many requests wait for their answers."));
    m_parts.desk.submit({key, native::actorOf(reader, {}), std::get<RequestBody>(allowed)},
                        m_replies.expect<Outcome>([this, key, respond, reader](const Outcome &outcome) {
                            respond(responseOf(native::replyTo(reader, key, outcome, m_parts.mirror)));
                        }));
}

std::optional<Duration> NativePost::admit(const Principal &caller, const QString &address)
{
    const TimePoint now = m_parts.options.clock();
    if (now >= m_sweepAt || m_sweepAt - now > limitWindow) {
        m_senders.removeIf([now](std::pair<const QString &, RateLimit &> entry) { return entry.second.isIdle(now); });
        m_sweepAt = now + limitWindow;
    }
    const QString sender = caller.anonymous ? address : caller.id;
    auto limit = m_senders.find(sender);
    if (limit == m_senders.end())
        limit = m_senders.insert(sender, RateLimit(m_parts.options.messagesPerWindow, limitWindow));
    return m_parts.addresses.admit(*limit, address, now);
}

} // namespace tocsin
