// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Http.h"

namespace tocsin::net {

/// `{"detail":"…"}`, the shape of every error that the front door itself answers.
[[nodiscard]] QByteArray detailBody(const QByteArray &sentence);
[[nodiscard]] HttpResponse errorResponse(int status, const QByteArray &sentence);

/// How one answer goes out, besides what the handler said.
struct ResponseStyle
{
    bool keepAlive = true;
    bool headOnly = false;    ///< HEAD: everything but the body
    int minorVersion = 1;     ///< of the request
    QByteArray allowedOrigin; ///< CORS; empty: none
};

/// The bytes of an answer. Header names and values from a handler that could break the head are left out.
[[nodiscard]] QByteArray serialize(const HttpResponse &response, const ResponseStyle &style, TimePoint now);

} // namespace tocsin::net
