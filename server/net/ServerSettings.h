// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "server/net/TlsIdentity.h"

#include <QByteArrayList>
#include <QHash>
#include <QString>
#include <QStringList>

#include <chrono>

namespace tocsin::net {

/// What one peer may cost. Bytes unless said otherwise.
struct Limits
{
    int connections = 20'000;
    int connectionsPerAddress = 5'000;
    qsizetype requestHead = 32'768;
    qsizetype requestHeaders = 100;         ///< count
    qsizetype bodyUnauthenticated = 65'536; ///< secure posture, caller without a valid token
    qsizetype body = 10'485'760;
    qsizetype message = 10'485'760;
    qsizetype halfSent = 134'217'728; ///< of all peers together: messages and bodies that have begun and not ended
    qsizetype unsent = 65'536;
    qsizetype waitingA = 917'504; ///< with `unsent` and what holds it together, a reader that never reads costs 1 MiB
    qsizetype waitingB = 262'144;
    qsizetype waitingC = 262'144;
};

struct Deadlines
{
    std::chrono::milliseconds handshake{5'000}; ///< TLS and the PROXY header, from the accept on
    std::chrono::milliseconds requestHead{5'000};
    std::chrono::milliseconds keepAliveIdle{60'000};
    std::chrono::milliseconds bodyGrace{5'000};  ///< after it a body must come at 500 B/s on average
    std::chrono::milliseconds answer{30'000};    ///< for the handler of a request
    std::chrono::milliseconds sendStall{30'000}; ///< an HTTP answer that nobody reads
    std::chrono::milliseconds readStall{20'000}; ///< a WebSocket whose peer takes no byte of what waits
    std::chrono::milliseconds closeLinger{5'000};
    std::chrono::milliseconds stopLinger{2'000};
    std::chrono::milliseconds pingInterval{25'000};
    int missedPings = 2; ///< unanswered ones after which a peer is dead
};

/// Everything the server is told before it starts. A value: made anywhere, copied to the server thread.
struct ServerSettings
{
    /// "host:port", "[::1]:port", "localhost:port", with "https://" before it for TLS; port 0 picks one.
    QStringList listen{QStringLiteral("127.0.0.1:8000")};
    QStringList proxyProtocol;  ///< those of `listen`, spelled the same, where a PROXY header comes first
    QStringList trustedProxies; ///< addresses and networks whose word about their clients counts
    TlsIdentity tls;            ///< for the TLS listeners
    Posture posture = Posture::Secure;
    QByteArrayList allowedOrigins; ///< exact, as browsers write them: "https://desk.example.org"
    bool deflate = true;           ///< permessage-deflate for clients that offer it
    Limits limits;
    Deadlines deadlines;
};

struct TrafficCounters
{
    quint64 messagesIn = 0;
    quint64 messagesOut = 0;
    quint64 bytesIn = 0; ///< as on the wire, HTTP included
    quint64 bytesOut = 0;
    bool operator==(const TrafficCounters &) const = default;
};

struct DialectCounters
{
    int sessionsNow = 0;
    quint64 sessionsTotal = 0;
    quint64 requestsTotal = 0;
    quint64 messagesIn = 0;
    quint64 messagesOut = 0;
};

/// A snapshot for /metrics and /health. Read on the server thread.
struct ServerCounters
{
    int connectionsNow = 0; ///< sockets, HTTP and WebSocket
    quint64 connectionsTotal = 0;
    quint64 connectionsRefused = 0; ///< over a cap
    int sessionsNow = 0;
    quint64 requestsTotal = 0;
    quint64 closedSlow = 0;    ///< 4008
    quint64 readingPauses = 0; ///< how often the desk was so far behind that sockets were not read
    TrafficCounters traffic;
    QHash<QString, DialectCounters> dialects; ///< by Dialect::name()
};

} // namespace tocsin::net
