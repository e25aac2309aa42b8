// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/StatusPages.h"

#include "server/dialects/RestQuery.h"

#include <QElapsedTimer>
#include <QJsonObject>
#include <QSet>

#include <cmath>

namespace tocsin {

namespace {

using Page = StatusPages::Page;

constexpr std::array pages{
    Route{Route::Method::Get, "/health", Page::Health, Rule::anybody()},
    Route{Route::Method::Get, "/api/health[/]", Page::Health, Rule::anybody()},
    Route{Route::Method::Get, "/metrics", Page::Metrics, Rule::nearOrRight(Act::ReadMetrics)},
    Route{Route::Method::Get, "/", Page::Start, Rule::anybody()},
};
static_assert(isSound(pages, Page::Start));

QByteArray escaped(const QString &text, bool quotes)
{
    QByteArray out = text.toUtf8();
    out.replace('\\', "\\\\").replace('\n', "\\n");
    return quotes ? out.replace('"', "\\\"") : out;
}

QByteArray figure(double value)
{
    if (std::isnan(value))
        return "NaN";
    if (std::isinf(value))
        return value > 0 ? "+Inf" : "-Inf";
    return QByteArray::number(value, 'g', 15);
}

} // namespace

StatusPages::StatusPages(Posture posture, const StatusBoard &board, std::function<TimePoint()> clock)
    : RuledDialect(posture)
    , m_board(board)
    , m_clock(std::move(clock))
{
}

std::span<const Route> StatusPages::table()
{
    return pages;
}

void StatusPages::enter(const Place & /*place*/, net::Session *session)
{
    session->close(1008, QStringLiteral("No WebSocket here"));
}

void StatusPages::serve(const Call &call, const net::Respond &respond)
{
    switch (Page(call.route.id)) {
    case Page::Health:
        respond(health());
        break;
    case Page::Metrics:
        respond(metrics());
        break;
    case Page::Start:
        respond(startPage());
        break;
    }
}

net::HttpResponse StatusPages::health() const
{
    QElapsedTimer taken;
    taken.start();
    const TimePoint now = m_clock();
    const ServerStats stats = m_board.stats(now);
    const ComponentStatus::Level overall = m_board.overall();
    QJsonObject components;
    const auto parts = m_board.components();
    for (auto it = parts.cbegin(); it != parts.cend(); ++it) {
        QJsonObject part{{QStringLiteral("status"), toString(it->level)}};
        if (!it->detail.isEmpty())
            part.insert(QStringLiteral("message"), it->detail);
        components.insert(it.key(), part);
    }
    const bool ill = overall == ComponentStatus::Level::Unhealthy;
    QJsonObject body{
        {QStringLiteral("status"), ill ? QStringLiteral("ERROR") : QStringLiteral("OK")},
        {QStringLiteral("overall_status"), toString(overall)},
        {QStringLiteral("timestamp"), toIso8601(now)},
        {QStringLiteral("uptime"), m_board.uptimeSeconds(now)},
        {QStringLiteral("version"), QStringLiteral(TOCSIN_VERSION)},
        {QStringLiteral("connectedDevices"), m_board.connectedDevices(now)},
        {QStringLiteral("connectedUsers"), stats.users},
        {QStringLiteral("components"), components},
        {QStringLiteral("connections"), QJsonObject{{QStringLiteral("active_connections"), stats.connections},
                                                    {QStringLiteral("total_connections"), stats.connectionsTotal},
                                                    {QStringLiteral("active_groups"), m_board.groups()},
                                                    {QStringLiteral("messages_sent"), stats.messagesOut},
                                                    {QStringLiteral("messages_received"), stats.messagesIn},
                                                    {QStringLiteral("messages_per_second"), stats.messagesPerSecond},
                                                    {QStringLiteral("users_connected"), stats.users}}},
    };
    body.insert(QStringLiteral("total_check_time_ms"), static_cast<double>(taken.nsecsElapsed()) / 1e6);
    net::HttpResponse response = jsonResponse(ill ? 503 : 200, body);
    response.headers.emplaceBack("Cache-Control", "no-store");
    response.headers.emplaceBack("X-Tocsin-Version", TOCSIN_VERSION);
    return response;
}

net::HttpResponse StatusPages::metrics() const
{
    net::HttpResponse response;
    response.contentType = "text/plain; version=0.0.4; charset=utf-8";
    response.body = prometheusText(m_board.metrics(m_clock()));
    return response;
}

net::HttpResponse StatusPages::startPage()
{
    net::HttpResponse response;
    response.contentType = "text/html; charset=utf-8";
    response.body =
        "<!DOCTYPE html>\n"
        "<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Tocsin</title>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"></head>\n"
        "<body>\n"
        "<h1>Tocsin " TOCSIN_VERSION "</h1>\n"
        "<p>This is the server of a dispatcher's desk. Vehicles and phones connect to it by WebSocket:</p>\n"
        "<ul>\n"
        "<li><code>/ws/telemetry/{vehicle_id}</code> telemetry of one vehicle, both ways</li>\n"
        "<li><code>/ws/alerts/{user_id}</code> the alerts of one user</li>\n"
        "<li><code>/ws/chat/{user_id}</code> conversation with the desk</li>\n"
        "</ul>\n"
        "<p>HTTP: <code>/api/v1/telemetry/&hellip;</code>, <a href=\"/health\">/health</a>,\n"
        "<a href=\"/metrics\">/metrics</a>.</p>\n"
        "</body></html>\n";
    response.headers.emplaceBack("Content-Security-Policy", "default-src 'none'");
    return response;
}

QByteArray prometheusText(const QList<Metric> &metrics)
{
    QByteArray text;
    QSet<QString> told;
    for (const Metric &metric : metrics) {
        const QByteArray name = metric.name.toUtf8();
        if (!told.contains(metric.name)) {
            told.insert(metric.name);
            text += "# HELP " + name + ' ' + escaped(metric.help, false) + '\n';
            text += "# TYPE " + name + (metric.kind == Metric::Kind::Counter ? " counter\n" : " gauge\n");
        }
        text += name;
        for (qsizetype i = 0; i < metric.labels.size(); ++i) {
            const auto &[label, value] = metric.labels.at(i);
            text += (i == 0 ? "{" : ",") + label.toUtf8() + "=\"" + escaped(value, true) + '"';
        }
        if (!metric.labels.isEmpty())
            text += '}';
        text += ' ' + figure(metric.value) + '\n';
    }
    return text;
}

} // namespace tocsin
