// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/RuledDialect.h"

#include "server/dialects/RestQuery.h"

#include <QHostAddress>
#include <QJsonObject>

namespace tocsin {

RuledDialect::Place RuledDialect::find(bool upgrade, const QByteArray &method, const QString &path) const
{
    for (const Route &route : routes()) {
        Place place{&route, {}};
        if ((route.method == Route::Method::WebSocket) == upgrade && toBytes(route.method) == method &&
            matchesPattern(route.pattern, path, &place.object))
            return place;
    }
    return {};
}

bool RuledDialect::claimsUpgrade(const QString &path) const
{
    return find(true, "GET", path).route != nullptr;
}

bool RuledDialect::claimsHttp(const QByteArray &method, const QString &path) const
{
    return find(false, method, path).route != nullptr;
}

bool RuledDialect::permits(const Rule &rule, const QString &object, const Principal &who) const
{
    return isAllowed(m_posture, who, rule.act(), {object, {}});
}

int RuledDialect::judge(const Place &place, const net::HttpRequest &request,
                        const std::optional<Principal> &caller) const
{
    const Rule &rule = place.route->rule;
    if (rule.guard() == Rule::Guard::Anybody)
        return 0;
    if (rule.guard() == Rule::Guard::NearOrByRight && QHostAddress(request.peerAddress).isLoopback())
        return 0;
    if (rule.guard() == Rule::Guard::FirstFrame)
        return caller || request.token().isEmpty() ? 0 : 401;
    if (rule.guard() == Rule::Guard::FirstFrameOrByRight && !caller && request.token().isEmpty())
        return 0;
    if (!caller)
        return 401;
    if (rule.guard() == Rule::Guard::SignedIn || rule.names() == Names::Body)
        return 0;
    return permits(rule, rule.names() == Names::Caller ? caller->id : place.object, *caller) ? 0 : 403;
}

std::optional<Principal> RuledDialect::known(const std::optional<Principal> &caller) const
{
    // A dialect that demands a token in an open server too: the front door's anonymous administrator is nobody here.
    if (m_posture == Posture::Secure)
        return caller && !caller->anonymous ? caller : std::nullopt;
    if (caller)
        return caller;
    return Principal{QString(), QStringLiteral("anonymous"), Role::Admin, true};
}

std::optional<net::Verdict> RuledDialect::objection(const net::HttpRequest & /*request*/) const
{
    return std::nullopt;
}

net::HttpResponse RuledDialect::refusal(const Place & /*place*/, int status) const
{
    const QString text = status == 401 ? QStringLiteral("Not authenticated") : QStringLiteral("Access denied");
    net::HttpResponse response = jsonResponse(status, QJsonObject{{QStringLiteral("detail"), text}});
    if (status == 401)
        response.headers.emplaceBack("WWW-Authenticate", "Bearer");
    return response;
}

net::Verdict RuledDialect::authorizeUpgrade(const net::HttpRequest &request,
                                            const std::optional<Principal> &caller) const
{
    Place place = find(true, "GET", request.path);
    place.withToken = !request.token().isEmpty();
    if (place.route == nullptr)
        return net::Verdict::refuse(404, R"({"detail":"Not Found"})");
    const int status = judge(place, request, known(caller));
    if (status == 0)
        return objection(request).value_or(net::Verdict::allow());
    const net::HttpResponse refused = refusal(place, status);
    return net::Verdict::refuse(refused.status, refused.body);
}

void RuledDialect::opened(net::Session *session)
{
    const Place place = find(true, "GET", session->path());
    if (place.route == nullptr)
        session->close(1008, QStringLiteral("Unknown path"));
    else
        enter(place, session);
}

void RuledDialect::http(const net::HttpRequest &request, const std::optional<Principal> &caller,
                        const net::Respond &respond)
{
    Place place = find(false, request.method, request.path);
    place.withToken = !request.token().isEmpty();
    if (place.route == nullptr) {
        respond(jsonResponse(404, QJsonObject{{QStringLiteral("detail"), QStringLiteral("Not Found")}}));
        return;
    }
    const std::optional<Principal> who = known(caller);
    if (const int status = judge(place, request, who); status != 0) {
        respond(refusal(place, status));
        return;
    }
    serve({*place.route, place.object, request, who}, respond);
}

} // namespace tocsin
