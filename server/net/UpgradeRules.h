// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Http.h"

#include <QByteArrayList>

namespace tocsin::net {

/// What the head of a request says about becoming a WebSocket (RFC 6455 4.2.1, read strictly).
struct UpgradeCheck
{
    bool attempted = false; ///< it asks for a WebSocket, well or badly
    int status = 0;         ///< 0: well-formed (or not attempted); else the HTTP status of the refusal
    QByteArray detail;      ///< one sentence for the refusal
};

/// Plain value logic. `httpMinor` is the x of HTTP/1.x; `hasBody` that a body was announced.
[[nodiscard]] UpgradeCheck checkUpgrade(const HttpRequest &request, int httpMinor, bool hasBody);

/// Comma-separated tokens of every header of that name, trimmed, in order, empty ones left out.
[[nodiscard]] QByteArrayList headerTokens(const HttpRequest &request, const QByteArray &lowerCaseName);
/// The values of every header of that name, as they came.
[[nodiscard]] QByteArrayList headerValues(const HttpRequest &request, const QByteArray &lowerCaseName);
[[nodiscard]] QByteArrayList offeredSubprotocols(const HttpRequest &request);
/// The token of the pair `bearer, <token>`; empty when that pair is not offered.
[[nodiscard]] QByteArray bearerTokenOf(const QByteArrayList &offered);

/// The subprotocol to select: the first offered one that the dialect knows; else "bearer" for the token pair;
/// else "websocket" when it is offered; else none (empty).
[[nodiscard]] QByteArray selectSubprotocol(const QByteArrayList &offered, const QByteArrayList &known);

} // namespace tocsin::net
