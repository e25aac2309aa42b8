// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/RuledDialect.h"
#include "server/dialects/StatusBoard.h"

#include <functional>

namespace tocsin {

/// GET /health (everybody; the union body of PROTOCOL.md), GET /metrics (Prometheus text; loopback or a token with the right to it) and
/// GET / (what this is, with links). No WebSocket. Server thread.
class StatusPages final : public RuledDialect
{
public:
    enum class Page { Health, Metrics, Start };

    StatusPages(Posture posture, const StatusBoard &board, std::function<TimePoint()> clock = systemNow);

    [[nodiscard]] static std::span<const Route> table();
    [[nodiscard]] std::span<const Route> routes() const override { return table(); }
    [[nodiscard]] QString name() const override { return QStringLiteral("status"); }

protected:
    void serve(const Call &call, const net::Respond &respond) override;
    void enter(const Place &place, net::Session *session) override;

private:
    [[nodiscard]] net::HttpResponse health() const;
    [[nodiscard]] net::HttpResponse metrics() const;
    [[nodiscard]] static net::HttpResponse startPage();

    const StatusBoard &m_board;
    std::function<TimePoint()> m_clock;
};

/// Prometheus text format 0.0.4: HELP and TYPE once per name, labels escaped.
[[nodiscard]] QByteArray prometheusText(const QList<Metric> &metrics);

} // namespace tocsin
