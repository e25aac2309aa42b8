// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/iothub/EngineDoor.h"

#include "server/net/FrameCodec.h"

#include <QRandomGenerator>

#include <algorithm>
#include <vector>

namespace tocsin {

namespace {

constexpr int protocolVersion = 4;

/// 120 bits of chance, as 20 characters.
QString makeSid()
{
    QByteArray bytes(15, '\0');
    std::generate(bytes.begin(), bytes.end(), [] { return char(QRandomGenerator::system()->bounded(256)); });
    return QString::fromLatin1(bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

QString valueOf(const QUrlQuery &query, const char *name)
{
    return query.queryItemValue(QLatin1String(name), QUrl::FullyDecoded);
}

/// What is wrong before a session is looked for; nothing: all is well.
std::optional<net::HttpResponse> problemOfTransport(const net::HttpRequest &request, const char *transport)
{
    const QString named = valueOf(request.query, "transport");
    if (named != QLatin1String("polling") && named != QLatin1String("websocket"))
        return EngineSession::refusal(0, "Transport unknown");
    if (valueOf(request.query, "sid").isEmpty() && request.method != "GET")
        return EngineSession::refusal(2, "Bad handshake method");
    if (named != QLatin1String(transport))
        return EngineSession::badRequest();
    return std::nullopt;
}

std::optional<net::HttpResponse> problemOfVersion(const net::HttpRequest &request)
{
    if (valueOf(request.query, "EIO").toInt() != protocolVersion)
        return EngineSession::refusal(5, "Unsupported protocol version");
    return std::nullopt;
}

net::HttpResponse unknownSession()
{
    return EngineSession::refusal(1, "Session ID unknown");
}

} // namespace

EngineDoor::EngineDoor(const EngineSettings &settings, std::shared_ptr<const net::Authorizer> authorizer,
                       std::function<TimePoint()> clock, QObject *parent)
    : QObject(parent)
    , m_settings(settings)
    , m_authorizer(std::move(authorizer))
    , m_clock(std::move(clock))
{
}

EngineDoor::~EngineDoor() = default;

EngineSession *EngineDoor::sessionOf(const QUrlQuery &query) const
{
    const auto it = m_sessions.find(valueOf(query, "sid"));
    return it == m_sessions.end() || !it->second->isOpen() ? nullptr : it->second.get();
}

EngineSession &EngineDoor::add(EngineSession::Opening opening)
{
    const QString sid = opening.sid;
    auto made = std::make_unique<EngineSession>(std::move(opening), m_settings, m_clock, nullptr);
    EngineSession &session = *made;
    m_sessions.emplace(sid, std::move(made));
    connect(&session, &EngineSession::closed, this, [this, sid] { leave(sid); });
    connect(&session, &EngineSession::upgraded, this, [this, &session] { leavePolling(session); });
    carry(&session, session);
    return session;
}

void EngineDoor::carry(const net::Session *session, const EngineSession &by)
{
    m_carriers.insert(session, &by);
    connect(session, &net::Session::closed, this, [this, session] { m_carriers.remove(session); });
}

void EngineDoor::leave(const QString &sid)
{
    const auto it = m_sessions.find(sid);
    if (it == m_sessions.end())
        return;
    if (it->second->polls())
        leavePolling(*it->second);
    m_carriers.removeIf([session = it->second.get()](const auto &entry) { return entry.value() == session; });
    it->second.release()->deleteLater(); // it is its signal that brings us here
    m_sessions.erase(it);
}

void EngineDoor::leavePolling(EngineSession &session)
{
    --m_polling;
    const auto at = m_perAddress.find(session.peerAddress());
    if (at != m_perAddress.end() && --*at == 0)
        m_perAddress.erase(at);
    Q_EMIT leftPolling(&session);
}

void EngineDoor::get(const net::HttpRequest &request, const std::optional<Principal> &caller,
                     const net::Respond &respond)
{
    if (const auto problem = problemOfTransport(request, "polling")) {
        respond(*problem);
        return;
    }
    if (!valueOf(request.query, "sid").isEmpty()) {
        EngineSession *session = sessionOf(request.query);
        if (!session)
            respond(unknownSession());
        else if (!session->polls())
            respond(EngineSession::badRequest());
        else
            session->poll(request, respond);
        return;
    }
    if (const auto problem = problemOfVersion(request)) {
        respond(*problem);
        return;
    }
    if (m_polling >= m_settings.pollingSessions ||
        m_perAddress.value(request.peerAddress) >= m_settings.pollingPerAddress) {
        net::HttpResponse full = EngineSession::refusal(3, "Server overloaded", 503);
        full.headers.emplaceBack("Retry-After", "5");
        respond(full);
        return;
    }
    ++m_polling;
    ++m_perAddress[request.peerAddress];
    EngineSession &session =
        add({makeSid(), QStringLiteral("polling-%1").arg(++m_last), request.path, request.query,
             caller.value_or(Principal()), request.credential, request.peerAddress, m_clock(), true});
    Q_EMIT opened(&session);
    session.open(respond);
}

void EngineDoor::post(const net::HttpRequest &request, const net::Respond &respond)
{
    if (const auto problem = problemOfTransport(request, "polling")) {
        respond(*problem);
        return;
    }
    EngineSession *session = sessionOf(request.query);
    if (!session)
        respond(unknownSession());
    else if (!session->polls())
        respond(EngineSession::badRequest());
    else
        session->post(request, respond);
}

std::optional<net::HttpResponse> EngineDoor::problemOf(const net::HttpRequest &upgrade) const
{
    if (auto problem = problemOfTransport(upgrade, "websocket"))
        return problem;
    if (valueOf(upgrade.query, "sid").isEmpty())
        return problemOfVersion(upgrade);
    const EngineSession *session = sessionOf(upgrade.query);
    if (!session)
        return unknownSession();
    if (!session->polls() || session->isUpgrading())
        return EngineSession::badRequest();
    return std::nullopt;
}

void EngineDoor::enter(net::Session *webSocket)
{
    if (!valueOf(webSocket->query(), "sid").isEmpty()) {
        if (EngineSession *session = sessionOf(webSocket->query())) {
            carry(webSocket, *session);
            session->probe(webSocket);
        } else
            webSocket->close(net::CloseCode::Policy, QStringLiteral("Session ID unknown"));
        return;
    }
    EngineSession &session = add({makeSid(), webSocket->id(), webSocket->path(), webSocket->query(),
                                  webSocket->principal(), std::nullopt, webSocket->peerAddress(), m_clock(), false});
    carry(webSocket, session);
    Q_EMIT opened(&session);
    session.open(webSocket);
}

void EngineDoor::tick(TimePoint now)
{
    watchCredentials(now);
    std::vector<EngineSession *> sessions;
    sessions.reserve(m_sessions.size());
    for (const auto &[sid, session] : m_sessions)
        sessions.push_back(session.get());
    for (EngineSession *session : sessions) // leaving is for a later turn
        session->tick(now);
}

/// A token that has ended, or was revoked, keeps nobody here; those on a WebSocket the server looks after.
void EngineDoor::watchCredentials(TimePoint now)
{
    if (!m_authorizer)
        return;
    const quint64 revision = m_authorizer->revision();
    const bool anyChange = std::exchange(m_revision, revision) != revision;
    for (const auto &[sid, session] : m_sessions) {
        const auto &credential = session->credential();
        if (!credential || (!anyChange && now < credential->expiresAt))
            continue;
        if (now >= credential->expiresAt || !m_authorizer->objection(*credential).isEmpty())
            session->close(net::CloseCode::Unauthorized, QStringLiteral("Not authenticated any more"));
    }
}

} // namespace tocsin
