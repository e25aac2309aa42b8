// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/HttpText.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>

#include <algorithm>

namespace tocsin::net {

namespace {

QByteArray phrase(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 301:
        return "Moved Permanently";
    case 302:
        return "Found";
    case 303:
        return "See Other";
    case 304:
        return "Not Modified";
    case 307:
        return "Temporary Redirect";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 410:
        return "Gone";
    case 413:
        return "Content Too Large";
    case 415:
        return "Unsupported Media Type";
    case 417:
        return "Expectation Failed";
    case 422:
        return "Unprocessable Content";
    case 426:
        return "Upgrade Required";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    case 507:
        return "Insufficient Storage";
    default:
        return "Status";
    }
}

bool isSafe(const QByteArray &text)
{
    return std::none_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<quint8>(c);
        return (byte < 0x20 && byte != '\t') || byte == 0x7F;
    });
}

/// RFC 9110 5.6.7: Sun, 06 Nov 1994 08:49:37 GMT.
QByteArray httpDate(TimePoint now)
{
    const QDateTime utc = QDateTime::fromMSecsSinceEpoch(toEpochMillis(now), Qt::UTC);
    return QLocale::c().toString(utc, QStringLiteral("ddd, dd MMM yyyy HH:mm:ss")).toLatin1() + " GMT";
}

} // namespace

QByteArray detailBody(const QByteArray &sentence)
{
    return QJsonDocument(QJsonObject{{QStringLiteral("detail"), QString::fromUtf8(sentence)}})
        .toJson(QJsonDocument::Compact);
}

HttpResponse errorResponse(int status, const QByteArray &sentence)
{
    HttpResponse response;
    response.status = status;
    response.body = detailBody(sentence);
    return response;
}

QByteArray serialize(const HttpResponse &response, const ResponseStyle &style, TimePoint now)
{
    const bool bodyless = response.status == 204 || response.status == 304;
    QByteArray out;
    out.reserve(512 + (style.headOnly ? 0 : response.body.size()));
    out += "HTTP/1.1 " + QByteArray::number(response.status) + ' ' + phrase(response.status) + "\r\n";
    out += "Date: " + httpDate(now) + "\r\n";
    if (!bodyless) {
        if (!response.contentType.isEmpty() && isSafe(response.contentType))
            out += "Content-Type: " + response.contentType + "\r\n";
        out += "Content-Length: " + QByteArray::number(response.body.size()) + "\r\n";
    }
    out += "X-Content-Type-Options: nosniff\r\n";
    bool varies = false;
    for (const auto &[name, value] : response.headers) {
        if (name.isEmpty() || !isSafe(name) || name.contains(':') || name.contains(' ') || !isSafe(value))
            continue;
        varies = varies || name.toLower() == "vary";
        out += name + ": " + value + "\r\n";
    }
    if (!style.allowedOrigin.isEmpty()) {
        out += "Access-Control-Allow-Origin: " + style.allowedOrigin + "\r\n";
        if (!varies)
            out += "Vary: Origin\r\n";
    }
    if (!style.keepAlive)
        out += "Connection: close\r\n";
    else if (style.minorVersion == 0)
        out += "Connection: keep-alive\r\n";
    out += "\r\n";
    if (!bodyless && !style.headOnly)
        out += response.body;
    return out;
}

} // namespace tocsin::net
