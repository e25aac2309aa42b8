// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/RestQuery.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace tocsin {

QJsonObject validationError(const QStringList &where, const QString &message, const QString &type)
{
    QJsonArray loc;
    for (const QString &step : where) {
        bool isIndex = false;
        const int index = step.toInt(&isIndex);
        loc.append(isIndex ? QJsonValue(index) : QJsonValue(step));
    }
    return {{QStringLiteral("loc"), loc}, {QStringLiteral("msg"), message}, {QStringLiteral("type"), type}};
}

net::HttpResponse jsonResponse(int status, const QJsonValue &body)
{
    net::HttpResponse response;
    response.status = status;
    response.body = body.isArray() ? QJsonDocument(body.toArray()).toJson(QJsonDocument::Compact)
                                   : QJsonDocument(body.toObject()).toJson(QJsonDocument::Compact);
    return response;
}

net::HttpResponse unprocessable(const QJsonArray &errors)
{
    return jsonResponse(422, QJsonObject{{QStringLiteral("detail"), errors}});
}

void RestQuery::wrong(const char *name, const QString &message, const QString &type)
{
    m_errors.append(validationError({QStringLiteral("query"), QLatin1String(name)}, message, type));
}

int RestQuery::integer(const char *name, int fallback, int least, int most)
{
    if (!m_query.hasQueryItem(QLatin1String(name)))
        return fallback;
    bool ok = false;
    const int value = m_query.queryItemValue(QLatin1String(name)).toInt(&ok);
    if (!ok)
        wrong(name, QStringLiteral("value is not a valid integer"), QStringLiteral("type_error.integer"));
    else if (value < least)
        wrong(name, QStringLiteral("ensure this value is greater than or equal to %1").arg(least),
              QStringLiteral("value_error.number.not_ge"));
    else if (value > most)
        wrong(name, QStringLiteral("ensure this value is less than or equal to %1").arg(most),
              QStringLiteral("value_error.number.not_le"));
    else
        return value;
    return fallback;
}

std::optional<TimePoint> RestQuery::time(std::initializer_list<const char *> names)
{
    for (const char *name : names) {
        if (!m_query.hasQueryItem(QLatin1String(name)))
            continue;
        QString text = m_query.queryItemValue(QLatin1String(name), QUrl::FullyDecoded);
        bool isNumber = false;
        const double number = text.toDouble(&isNumber);
        auto time = isNumber ? timeFromEpoch(number) : timeFromIso8601(text);
        if (!time && !isNumber && text.contains(QLatin1Char(' '))) {
            // A '+' of the zone that was not escaped arrives as a blank.
            time = timeFromIso8601(text.replace(QLatin1Char(' '), QLatin1Char('+')));
        }
        if (!time)
            wrong(name, QStringLiteral("invalid datetime format"), QStringLiteral("value_error.datetime"));
        return time;
    }
    return std::nullopt;
}

QString RestQuery::word(const char *name, const QStringList &allowed)
{
    QString value = m_query.queryItemValue(QLatin1String(name), QUrl::FullyDecoded);
    if (value.isEmpty() || allowed.contains(value))
        return value;
    wrong(name, QStringLiteral("value must be one of %1").arg(allowed.join(QLatin1String(", "))),
          QStringLiteral("value_error.str.regex"));
    return {};
}

} // namespace tocsin
