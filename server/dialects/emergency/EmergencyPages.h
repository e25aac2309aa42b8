// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Requests.h"
#include "models/wire/Json.h"
#include "server/dialects/emergency/EmergencyFrames.h"
#include "server/dialects/emergency/EmergencyRoutes.h"
#include "server/net/Http.h"

#include <variant>

// What the HTTP pages of dialect 5 share. Server thread.

namespace tocsin::emergency {

/// A call whose rule has been kept.
struct Visit
{
    Page page;
    const QString &object; ///< what stands for {…}
    const net::HttpRequest &request;
    const Principal &caller;
    const net::Respond &respond;
};

/// {"error": text}
[[nodiscard]] net::HttpResponse refused(int status, const QString &text);
/// {"success": true, …}
[[nodiscard]] net::HttpResponse done(int status, QJsonObject body);
/// Why the desk did not: 404, 400, 403, 503 by its code. `closedText` is what clients know for one that stands otherwise.
[[nodiscard]] net::HttpResponse refused(const Outcome &outcome, const QString &closedText);
/// JSON or a form; no body: an empty object.
[[nodiscard]] std::variant<QJsonObject, FieldError> bodyOf(const net::HttpRequest &request);
/// Somebody's own panic is shown as to the phone, all others as to the desk.
[[nodiscard]] View viewFor(const Principal &caller, const Alert &alert);
/// ?limit=; nothing when it is not 1 to `most`.
[[nodiscard]] std::optional<int> limitOf(const net::HttpRequest &request, int otherwise, int most);

} // namespace tocsin::emergency
