// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/NotifyPages.h"

#include "server/dialects/RestQuery.h"

#include <array>
#include <utility>

namespace tocsin {

namespace {
using Page = NotifyPages::Page;
using Method = Route::Method;
constexpr std::array pages{
    Route{Method::Get, "/api/notify/channels[/]", Page::Channels, Rule::right(Act::SeeNotify, Names::Nothing)},
    Route{Method::Post, "/api/notify/preview[/]", Page::Preview, Rule::right(Act::SeeNotify, Names::Nothing)},
    Route{Method::Post, "/api/notify/test[/]", Page::Test, Rule::right(Act::SeeNotify, Names::Nothing)},
};
static_assert(isSound(pages, Page::Test));

constexpr qsizetype longestText = 254;
constexpr int topStep = 9;

net::HttpResponse detail(int status, const QString &text)
{
    return jsonResponse(status, QJsonObject{{QStringLiteral("detail"), text}});
}

/// What is wrong with the body; empty: `question` is what it asks.
QString read(const QJsonObject &body, NotifyQuestion &question)
{
    DescribedAlert alert;
    QString id;
    QString level;
    QString at;
    const std::array texts{std::pair{"alert_id", &id},
                           std::pair{"source", &alert.source},
                           std::pair{"code", &alert.code},
                           std::pair{"category", &alert.category},
                           std::pair{"person", &alert.person},
                           std::pair{"level", &level},
                           std::pair{"at", &at}};
    for (const auto &[name, into] : texts) {
        const QJsonValue value = body.value(QLatin1String(name));
        if (!value.isUndefined() && (!value.isString() || value.toString().size() > longestText))
            return QStringLiteral("%1 must be text of at most %2 characters").arg(QLatin1String(name)).arg(longestText);
        *into = value.toString();
    }
    for (const auto &[name, into] : {std::pair{"panic", &alert.panic}, std::pair{"simulated", &alert.simulated}}) {
        const QJsonValue value = body.value(QLatin1String(name));
        if (!value.isUndefined() && !value.isBool())
            return QStringLiteral("%1 must be true or false").arg(QLatin1String(name));
        *into = value.toBool();
    }
    const QJsonValue step = body.value(QLatin1String("step"));
    question.step = step.toInt();
    if (!step.isUndefined() &&
        (!step.isDouble() || step.toDouble() != question.step || question.step < 0 || question.step > topStep))
        return QStringLiteral("step must be a whole number from 0 to %1").arg(topStep);
    if (!at.isEmpty()) {
        question.at = timeFromIso8601(at);
        if (!question.at)
            return QStringLiteral("at must be a time like 2026-01-31T23:30:00Z");
    }
    if (!level.isEmpty()) {
        const std::optional<AlertLevel> known = alertLevelFromString(level);
        if (!known)
            return QStringLiteral("level must be info, warning, critical or emergency");
        alert.level = *known;
    }
    if (!id.isEmpty()) {
        question.alert = id;
        return {};
    }
    if (alert.source.isEmpty() && !(alert.panic && !alert.person.isEmpty()))
        return QStringLiteral("alert_id, source, or panic with a person must be there");
    question.alert = alert;
    return {};
}

QJsonObject objectOf(const NotifyChannel &channel)
{
    return {{QStringLiteral("name"), channel.name},
            {QStringLiteral("kind"), toString(channel.means)},
            {QStringLiteral("paused"), channel.paused},
            {QStringLiteral("problem"), channel.problem},
            {QStringLiteral("retry_at"),
             channel.retryAt ? QJsonValue(toIso8601(*channel.retryAt)) : QJsonValue(QJsonValue::Null)},
            {QStringLiteral("sent"), channel.sent},
            {QStringLiteral("failed"), channel.failed},
            {QStringLiteral("queued"), channel.queued},
            {QStringLiteral("dropped"), channel.dropped}};
}

QJsonObject objectOf(const NotifyRow &row)
{
    return {{QStringLiteral("route"), row.route},
            {QStringLiteral("channel"), row.channel},
            {QStringLiteral("recipient"), row.recipient},
            {QStringLiteral("verdict"), toString(row.verdict)},
            {QStringLiteral("why"), row.why},
            {QStringLiteral("subject"), row.subject},
            {QStringLiteral("text"), row.text}};
}
} // namespace

NotifyPages::NotifyPages(Posture posture, Services services) : RuledDialect(posture), m_services(services)
{
}

std::span<const Route> NotifyPages::table()
{
    return pages;
}

void NotifyPages::enter(const Place & /*place*/, net::Session *session)
{
    session->close(1008, QStringLiteral("No WebSocket here"));
}

bool NotifyPages::permits(const Rule &rule, const QString &object, const Principal &who) const
{
    return isAllowed(posture(), who, rule.act(), {object, {}});
}

void NotifyPages::serve(const Call &call, const net::Respond &respond)
{
    if (Page(call.route.id) == Page::Channels)
        return channels(respond);
    const auto parsed = parseJsonObject(call.request.body, m_services.json);
    if (const auto *error = std::get_if<FieldError>(&parsed))
        return respond(detail(400, error->message));
    const QJsonObject &body = std::get<QJsonObject>(parsed);
    if (Page(call.route.id) == Page::Preview)
        preview(body, respond);
    else
        test(body, call, respond);
}

void NotifyPages::channels(const net::Respond &respond)
{
    const std::function<void(const QList<NotifyChannel> &)> answered = [respond](const QList<NotifyChannel> &list) {
        QJsonArray entries;
        for (const NotifyChannel &channel : list)
            entries.append(objectOf(channel));
        respond(jsonResponse(
            200, QJsonObject{{QStringLiteral("channels"), entries}, {QStringLiteral("count"), entries.size()}}));
    };
    m_services.notify.channels(m_replies.expect<QList<NotifyChannel>>(answered));
}

void NotifyPages::preview(const QJsonObject &body, const net::Respond &respond)
{
    NotifyQuestion question;
    if (const QString problem = read(body, question); !problem.isEmpty())
        return respond(detail(400, problem));
    const std::function<void(const NotifyPreview &)> answered = [respond](const NotifyPreview &preview) {
        if (!preview.error.isEmpty())
            return respond(detail(404, preview.error));
        QJsonArray rows;
        for (const NotifyRow &row : preview.rows)
            rows.append(objectOf(row));
        respond(jsonResponse(
            200, QJsonObject{{QStringLiteral("rows"), rows}, {QStringLiteral("unreached"), preview.unreached}}));
    };
    m_services.notify.preview(question, m_replies.expect<NotifyPreview>(answered));
}

void NotifyPages::test(const QJsonObject &body, const Call &call, const net::Respond &respond)
{
    const QJsonValue channel = body.value(QLatin1String("channel"));
    const QJsonValue recipient = body.value(QLatin1String("recipient"));
    if (!channel.isString() || channel.toString().size() > longestText)
        return respond(detail(400, QStringLiteral("channel must be the name of a channel")));
    if (!(recipient.isString() || recipient.isUndefined()) || recipient.toString().size() > longestText)
        return respond(detail(400, QStringLiteral("recipient must be text")));
    const Principal &who = *call.caller;
    const std::function<void(const Outcome &)> answered = [respond](const Outcome &outcome) {
        if (outcome.ok)
            return respond(jsonResponse(200, QJsonObject{{QStringLiteral("success"), true}}));
        const int status = outcome.code == QLatin1String("not_found")    ? 404
                           : outcome.code == QLatin1String("invalid")    ? 400
                           : outcome.code == QLatin1String("overloaded") ? 503
                                                                         : 502;
        respond(detail(status, outcome.message));
    };
    m_services.notify.test({Actor::Kind::Operator, who.id, who.name.isEmpty() ? who.id : who.name, {}},
                           channel.toString(), recipient.toString(), m_replies.expect<Outcome>(answered));
}

} // namespace tocsin
