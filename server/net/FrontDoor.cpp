// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/FrontDoor.h"

#include "server/net/HttpText.h"
#include "server/net/Target.h"
#include "server/net/UpgradeRules.h"

namespace tocsin::net {

namespace {

const QByteArrayList &knownMethods()
{
    static const QByteArrayList methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    return methods;
}

HttpResponse methodNotAllowed(const QByteArrayList &allowed)
{
    HttpResponse response = errorResponse(405, "Method Not Allowed");
    response.headers.emplaceBack("Allow", allowed.join(", "));
    return response;
}

HttpResponse upgradeRequired(const QByteArray &detail)
{
    HttpResponse response = errorResponse(426, detail);
    response.headers.emplaceBack("Upgrade", "websocket");
    response.headers.emplaceBack("Sec-WebSocket-Version", "13");
    return response;
}

} // namespace

Judgement FrontDoor::judge(const RequestHead &head, const Peer &peer, TimePoint now)
{
    Judgement judgement;
    HttpRequest &request = judgement.request;
    Target target = parseTarget(head.target);
    request.method = head.method;
    request.path = target.path;
    request.query = target.query;
    request.headers = head.headers;
    request.peerAddress = peer.address;
    request.peerPort = peer.port;
    judgement.headOnly = head.method == "HEAD";
    judgement.overloaded = peer.overCap;

    const QByteArray host = request.header("host");
    if (!target.error.isEmpty()) {
        judgement.refusal = errorResponse(400, target.error);
        return judgement;
    }
    if (!target.authority.isEmpty() && target.authority.toLower() != host.toLower()) {
        judgement.refusal = errorResponse(400, "The request target and Host name different hosts.");
        return judgement;
    }
    if (!knownMethods().contains(head.method) || (target.path == QLatin1String("*") && head.method != "OPTIONS")) {
        judgement.refusal = methodNotAllowed(knownMethods());
        return judgement;
    }
    if (!request.header("expect").isEmpty() && !head.expectsContinue()) {
        judgement.refusal = errorResponse(417, "Only the expectation 100-continue is understood.");
        return judgement;
    }
    const UpgradeCheck upgrade = checkUpgrade(request, head.minorVersion, head.hasBody());
    if (upgrade.status != 0) {
        judgement.refusal =
            upgrade.status == 426 ? upgradeRequired(upgrade.detail) : errorResponse(upgrade.status, upgrade.detail);
        if (upgrade.status == 405)
            judgement.refusal->headers.emplaceBack("Allow", "GET");
        return judgement;
    }
    request.wantsUpgrade = upgrade.attempted;
    judgement.upgrade = upgrade.attempted;

    const QByteArray origin = request.header("origin");
    const bool originAllowed = m_origins.allows(origin, host, peer.encrypted);
    if (originAllowed)
        judgement.allowedOrigin = origin;
    if (head.method == "OPTIONS") {
        judgement.refusal = preflight(request, originAllowed);
        return judgement;
    }
    // A page of another origin may neither open a socket nor change anything; reading is the browser's to refuse.
    const bool changes = head.method != "GET" && head.method != "HEAD";
    if (!originAllowed && (judgement.upgrade || changes)) {
        judgement.refusal = errorResponse(403, "This origin is not allowed.");
        return judgement;
    }
    if (peer.overCap && !judgement.upgrade) {
        judgement.refusal = errorResponse(503, "Server overloaded");
        judgement.refusal->headers.emplaceBack("Retry-After", "5");
        return judgement;
    }
    if (judgement.upgrade)
        judgeUpgrade(judgement, now);
    else
        judgeCall(judgement, head, now);
    return judgement;
}

void FrontDoor::judgeUpgrade(Judgement &judgement, TimePoint now)
{
    HttpRequest &request = judgement.request;
    judgement.entry = m_router.forUpgrade(request.path);
    if (judgement.entry == nullptr) {
        judgement.refusal = errorResponse(404, "Not Found");
        return;
    }
    const Dialect &dialect = *judgement.entry->dialect;
    judgement.subprotocol = selectSubprotocol(offeredSubprotocols(request), dialect.subprotocols());
    if (judgement.overloaded)
        return; // it is opened only to be closed with the code that its clients know
    judgement.caller = m_router.authenticate(request, now);
    const Verdict verdict = dialect.authorizeUpgrade(request, judgement.caller);
    if (verdict.status != 0) {
        HttpResponse refusal;
        refusal.status = verdict.status;
        refusal.body = verdict.body;
        refusal.contentType = verdict.contentType;
        if (verdict.status == 401)
            refusal.headers.emplaceBack("WWW-Authenticate", "Bearer");
        judgement.refusal = refusal;
    }
}

void FrontDoor::judgeCall(Judgement &judgement, const RequestHead &head, TimePoint now)
{
    HttpRequest &request = judgement.request;
    if (judgement.headOnly)
        request.method = "GET";
    judgement.entry = m_router.forHttp(request.method, request.path);
    if (judgement.entry == nullptr) {
        const QByteArrayList allowed = m_router.allowedMethods(request.path);
        if (!allowed.isEmpty())
            judgement.refusal = methodNotAllowed(allowed);
        else if (m_router.forUpgrade(request.path) != nullptr)
            judgement.refusal = upgradeRequired("This path is a WebSocket.");
        else
            judgement.refusal = m_router.notFound(request.path);
        return;
    }
    judgement.caller = m_router.authenticate(request, now);
    const Limits &limits = m_settings.limits;
    const bool known = judgement.caller || judgement.entry->dialect->vouchesFor(request);
    judgement.bodyLimit = known ? limits.body : limits.bodyUnauthenticated;
    if (head.contentLength > judgement.bodyLimit)
        judgement.refusal = errorResponse(413, "The body is too large.");
}

HttpResponse FrontDoor::preflight(const HttpRequest &request, bool originAllowed) const
{
    const QByteArray wanted = request.header("access-control-request-method");
    const bool crossOrigin = !request.header("origin").isEmpty() && !wanted.isEmpty();
    if (crossOrigin && !originAllowed)
        return errorResponse(403, "This origin is not allowed.");
    QByteArrayList methods =
        request.path == QLatin1String("*") ? knownMethods() : m_router.allowedMethods(request.path);
    if (methods.isEmpty())
        return errorResponse(404, "Not Found");
    HttpResponse response;
    response.status = 204;
    response.headers.emplaceBack("Allow", methods.join(", "));
    if (crossOrigin) {
        response.headers.emplaceBack("Access-Control-Allow-Methods", methods.join(", "));
        const QByteArray headers = request.header("access-control-request-headers");
        if (!headers.isEmpty())
            response.headers.emplaceBack("Access-Control-Allow-Headers", headers);
        response.headers.emplaceBack("Access-Control-Max-Age", "600");
        response.headers.emplaceBack("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
    }
    return response;
}

} // namespace tocsin::net
