// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/HeadScanner.h"
#include "server/net/OriginPolicy.h"
#include "server/net/Router.h"
#include "server/net/TrustedProxies.h"

namespace tocsin::net {

/// What the front door decides when the head of a request is there, before a byte of its body is kept.
struct Judgement
{
    HttpRequest request; ///< without body; method GET for HEAD
    std::optional<Principal> caller;
    std::optional<HttpResponse> refusal; ///< answer this and nothing else
    Router::Entry *entry = nullptr;      ///< who handles it
    QByteArray subprotocol;              ///< of an upgrade; empty: none
    QByteArray allowedOrigin;            ///< CORS
    qsizetype bodyLimit = 0;
    bool upgrade = false;
    bool overloaded = false;
    bool headOnly = false;
};

/// Judges requests: target, method, upgrade, origin, caller, dialect, limits. Server thread; no socket.
class FrontDoor
{
public:
    FrontDoor(Router &router, const ServerSettings &settings)
        : m_router(router)
        , m_origins(settings.allowedOrigins, settings.posture)
        , m_settings(settings)
        , m_proxies(TrustedProxies::parse(settings.trustedProxies).proxies)
    {
    }

    [[nodiscard]] const TrustedProxies &trustedProxies() const { return m_proxies; }

    struct Peer
    {
        QString address;
        quint16 port = 0;
        bool encrypted = false;
        bool overCap = false; ///< above the connection caps: only told so
    };

    [[nodiscard]] Judgement judge(const RequestHead &head, const Peer &peer, TimePoint now);

private:
    void judgeUpgrade(Judgement &judgement, TimePoint now);
    void judgeCall(Judgement &judgement, const RequestHead &head, TimePoint now);
    [[nodiscard]] HttpResponse preflight(const HttpRequest &request, bool originAllowed) const;

    Router &m_router;
    OriginPolicy m_origins;
    const ServerSettings &m_settings;
    TrustedProxies m_proxies;
};

} // namespace tocsin::net
