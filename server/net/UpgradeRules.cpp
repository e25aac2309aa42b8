// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/UpgradeRules.h"

#include <algorithm>

namespace tocsin::net {

namespace {

bool containsToken(const QByteArrayList &tokens, const char *lowerCase)
{
    return std::any_of(tokens.begin(), tokens.end(),
                       [lowerCase](const QByteArray &token) { return token.toLower() == lowerCase; });
}

qsizetype countOf(const HttpRequest &request, const QByteArray &name)
{
    return std::count_if(request.headers.begin(), request.headers.end(),
                         [&name](const auto &header) { return header.first == name; });
}

/// 16 bytes in canonical base64: 24 characters that encode back to themselves.
bool isWellFormedKey(const QByteArray &key)
{
    constexpr int rawLength = 16;
    const auto decoded = QByteArray::fromBase64Encoding(key, QByteArray::AbortOnBase64DecodingErrors);
    return decoded.decodingStatus == QByteArray::Base64DecodingStatus::Ok && decoded.decoded.size() == rawLength &&
           decoded.decoded.toBase64() == key;
}

UpgradeCheck refused(int status, QByteArray detail)
{
    return {true, status, std::move(detail)};
}

} // namespace

QByteArrayList headerTokens(const HttpRequest &request, const QByteArray &lowerCaseName)
{
    QByteArrayList tokens;
    for (const auto &[name, value] : request.headers) {
        if (name != lowerCaseName)
            continue;
        const QByteArrayList parts = value.split(',');
        for (const QByteArray &part : parts) {
            const QByteArray token = part.trimmed();
            if (!token.isEmpty())
                tokens.append(token);
        }
    }
    return tokens;
}

QByteArrayList headerValues(const HttpRequest &request, const QByteArray &lowerCaseName)
{
    QByteArrayList values;
    for (const auto &[name, value] : request.headers) {
        if (name == lowerCaseName)
            values.append(value);
    }
    return values;
}

QByteArrayList offeredSubprotocols(const HttpRequest &request)
{
    return headerTokens(request, "sec-websocket-protocol");
}

QByteArray bearerTokenOf(const QByteArrayList &offered)
{
    for (qsizetype i = 0; i + 1 < offered.size(); ++i) {
        if (offered.at(i) == "bearer")
            return offered.at(i + 1);
    }
    return {};
}

QByteArray selectSubprotocol(const QByteArrayList &offered, const QByteArrayList &known)
{
    for (const QByteArray &name : offered) {
        if (known.contains(name))
            return name;
    }
    for (qsizetype i = 0; i + 1 < offered.size(); ++i) {
        if (offered.at(i) == "bearer")
            return offered.at(i);
    }
    return offered.contains("websocket") ? QByteArray("websocket") : QByteArray();
}

UpgradeCheck checkUpgrade(const HttpRequest &request, int httpMinor, bool hasBody)
{
    const bool upgradeToken = containsToken(headerTokens(request, "upgrade"), "websocket");
    const qsizetype keys = countOf(request, "sec-websocket-key");
    if (!upgradeToken && keys == 0)
        return {};
    if (request.method != "GET")
        return refused(405, "A WebSocket is opened with GET.");
    if (httpMinor < 1)
        return refused(400, "A WebSocket needs HTTP/1.1.");
    if (!upgradeToken)
        return refused(400, "The header Upgrade does not say websocket.");
    if (!containsToken(headerTokens(request, "connection"), "upgrade"))
        return refused(400, "The header Connection does not say Upgrade.");
    if (countOf(request, "sec-websocket-version") != 1 || request.header("sec-websocket-version") != "13")
        return refused(426, "Only version 13 of the WebSocket protocol is spoken here.");
    if (keys != 1 || !isWellFormedKey(request.header("sec-websocket-key")))
        return refused(400, "Sec-WebSocket-Key must be given once: 16 bytes in base64.");
    if (hasBody)
        return refused(400, "A request that opens a WebSocket has no body.");
    return {true, 0, {}};
}

} // namespace tocsin::net
