// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/StatusBoard.h"
#include "server/net/Dialect.h"

#include <functional>

namespace tocsin {

/// GET /health (everybody; the union body of PROTOCOL.md), GET /metrics (Prometheus text; loopback or a token with the right to it) and
/// GET / (what this is, with links). No WebSocket. Server thread.
class StatusPages : public net::Dialect
{
public:
    StatusPages(Posture posture, const StatusBoard &board, std::function<TimePoint()> clock = systemNow);

    [[nodiscard]] QString name() const override;
    [[nodiscard]] bool claimsUpgrade(const QString &path) const override;
    [[nodiscard]] bool claimsHttp(const QByteArray &method, const QString &path) const override;
    [[nodiscard]] net::Verdict authorizeUpgrade(const net::HttpRequest &request,
                                                const std::optional<Principal> &caller) const override;
    void opened(net::Session *session) override;
    void http(const net::HttpRequest &request, const std::optional<Principal> &caller,
              const net::Respond &respond) override;

private:
    [[nodiscard]] net::HttpResponse health() const;
    [[nodiscard]] net::HttpResponse metrics() const;
    [[nodiscard]] static net::HttpResponse startPage();

    Posture m_posture;
    const StatusBoard &m_board;
    std::function<TimePoint()> m_clock;
};

/// Prometheus text format 0.0.4: HELP and TYPE once per name, labels escaped.
[[nodiscard]] QByteArray prometheusText(const QList<Metric> &metrics);

} // namespace tocsin
