// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"
#include "server/dialects/DialectServices.h"
#include "server/dialects/RateLimit.h"
#include "server/dialects/ReplyBox.h"
#include "server/net/Http.h"

#include <QHash>

namespace tocsin {

/// POST /api/requests: one request of the native protocol (PROTOCOL.md, Requests) for those without a socket. The body is the `body` of a
/// request frame, the header Idempotency-Key its `cmd_id`; the reply comes as a document, once the change is durable. Rights, limits and
/// the memory of what was done are those of the sockets. Server thread; owned by the dialect.
class NativePost
{
public:
    struct Parts
    {
        const DialectOptions &options;
        DeskPort &desk;
        const DeskMirror &mirror;
        AddressLimits &addresses; ///< shared with the sockets
    };

    explicit NativePost(Parts parts) : m_parts(parts) {}

    /// Answers once, now or later. Bodies above 1 MiB are refused, and more than 256 that wait, except for panics.
    void answer(const net::HttpRequest &request, const Principal &caller, const net::Respond &respond);

private:
    /// How long the sender has to wait; nothing: it counts.
    [[nodiscard]] std::optional<Duration> admit(const Principal &caller, const QString &address);

    const Parts m_parts;
    ReplyBox m_replies;
    QHash<QString, RateLimit> m_senders; ///< those of the last minute
    TimePoint m_sweepAt;
};

} // namespace tocsin
