// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/emergency/EmergencyPages.h"

#include "server/dialects/RestQuery.h"

namespace tocsin::emergency {

net::HttpResponse refused(int status, const QString &text)
{
    return jsonResponse(status, QJsonObject{{QStringLiteral("error"), text}});
}

net::HttpResponse done(int status, QJsonObject body)
{
    body.insert(QStringLiteral("success"), true);
    net::HttpResponse response = jsonResponse(status, body);
    response.headers.emplaceBack("Cache-Control", "no-store");
    return response;
}

net::HttpResponse refused(const Outcome &outcome, const QString &closedText)
{
    if (outcome.code == QLatin1String("not_found"))
        return refused(404, QStringLiteral("Alert not found"));
    if (outcome.code == QLatin1String("closed"))
        return refused(400, closedText);
    if (outcome.code == QLatin1String("forbidden") || outcome.code == QLatin1String("pin_invalid"))
        return refused(403, outcome.message);
    if (outcome.code == QLatin1String("overloaded") || outcome.code == QLatin1String("storage_failed"))
        return refused(503, outcome.message);
    return refused(outcome.code == QLatin1String("id_conflict") ? 409 : 400, outcome.message);
}

std::variant<QJsonObject, FieldError> bodyOf(const net::HttpRequest &request)
{
    if (request.body.trimmed().isEmpty())
        return QJsonObject();
    const QByteArray type = request.header("content-type").split(';').first().trimmed().toLower();
    if (type == "application/x-www-form-urlencoded" && !request.body.trimmed().startsWith('{')) {
        QByteArray form = request.body;
        const QUrlQuery query(QString::fromUtf8(form.replace('+', "%20")));
        QJsonObject body;
        const auto items = query.queryItems(QUrl::FullyDecoded);
        for (const auto &[name, value] : items)
            body.insert(name, value);
        return body;
    }
    auto parsed = parseJsonObject(request.body);
    if (std::holds_alternative<FieldError>(parsed))
        return FieldError{{}, QStringLiteral("Invalid JSON message")};
    return std::get<QJsonObject>(std::move(parsed));
}

View viewFor(const Principal &caller, const Alert &alert)
{
    const QString &person = alert.userId.isEmpty() ? alert.source : alert.userId;
    return caller.isStaff() && caller.id != person ? View::Staff : View::Phone;
}

std::optional<int> limitOf(const net::HttpRequest &request, int otherwise, int most)
{
    if (!request.query.hasQueryItem(QStringLiteral("limit")))
        return otherwise;
    bool ok = false;
    const int limit = request.query.queryItemValue(QStringLiteral("limit")).toInt(&ok);
    return ok && limit >= 1 && limit <= most ? std::optional<int>(limit) : std::nullopt;
}

} // namespace tocsin::emergency
