// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/NativeSession.h"

#include "models/domain/Streams.h"

#include <QLoggingCategory>

#include <utility>

// How a session of the native protocol begins: who it is, and what it follows.

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(log, "tocsin.dialect.native", QtInfoMsg)

constexpr qsizetype mostNames = 1000; ///< that are noted between two starts
} // namespace

bool NativeSession::authenticate(const QString &token)
{
    if (m_authenticated && token.isEmpty())
        return true;
    if (m_services.authorizer && !token.isEmpty()) {
        const net::AuthResult result = m_services.authorizer->authenticate(token.toUtf8(), m_services.options.clock());
        if (result.principal) {
            m_reader.who = *result.principal;
            m_session->identify(m_reader.who, result.credential ? &*result.credential : nullptr);
            return true;
        }
    }
    // An invalid token counts as none: enough in the open posture, and for whom the upgrade let in nothing changes.
    return m_authenticated;
}

void NativeSession::take(const wire::Hello &hello)
{
    if (hello.version != 1) {
        answer(wire::Reply::refusal({}, QStringLiteral("invalid"), QStringLiteral("Only version 1 is spoken here."),
                                    QStringLiteral("v")));
        return;
    }
    if (!authenticate(hello.token)) {
        leave(native::notAuthenticated, QStringLiteral("Not authenticated"));
        return;
    }
    m_authenticated = true;
    m_session->limitMessages(native::messageBytes);
    m_session->setUrgent(); // a panic or an acknowledge may come
    if (m_reader.who.anonymous) {
        const Principal named = native::namedAs(m_reader.who, hello.name);
        if (named != m_reader.who) {
            m_reader.who = named;
            m_session->identify(named, nullptr);
            noteName();
        }
    }
    makeFeed();

    wire::Welcome welcome;
    welcome.server = QStringLiteral("tocsin");
    welcome.serverVersion = QStringLiteral(TOCSIN_VERSION);
    welcome.personId = m_reader.who.id;
    welcome.personName = m_reader.who.name;
    welcome.role = m_reader.who.role;
    welcome.epoch = m_services.hub.epoch();
    welcome.limits.windowEvents = static_cast<int>(m_services.window.events);
    welcome.limits.windowBytes = static_cast<int>(m_services.window.bytes);
    welcome.limits.messageBytes = static_cast<int>(native::messageBytes);
    welcome.limits.requestsPerMinute = m_services.options.messagesPerWindow;
    QStringList wanted = hello.streams + hello.cursors.keys();
    wanted.removeDuplicates();
    QStringList foreign; // of another epoch
    for (const QString &stream : wanted.mid(0, wire::maxStreams)) {
        const auto cursor = hello.cursors.constFind(stream);
        const bool known = cursor != hello.cursors.cend();
        const wire::StreamGrant grant =
            m_feed->open(stream, known ? std::optional<wire::Cursor>(*cursor) : std::nullopt);
        welcome.streams.insert(stream, grant);
        if (grant.state != wire::StreamGrant::State::Denied)
            m_streams.append(stream);
        if (known && grant.state == wire::StreamGrant::State::Reset)
            foreign.append(stream);
    }
    welcome.devices = serve(hello.devices, welcome.streams);
    send(wire::toJson(welcome));
    for (const QString &stream : std::as_const(foreign))
        send(wire::toJson(wire::Resync{stream}));
    qCDebug(log) << m_session->id() << "is" << m_reader.who.id << "with" << hello.client;
    Q_EMIT welcomed();
    pump();
}

QStringList NativeSession::serve(const QStringList &devices, const QMap<QString, wire::StreamGrant> &streams)
{
    for (const QString &device : devices) {
        const bool followed = streams.value(deviceStream(device)).state != wire::StreamGrant::State::Denied;
        if (followed && native::mayServe(m_reader, device, m_services.common.mirror) && !m_served.contains(device))
            m_served.append(device);
    }
    m_services.outlet.add(m_served);
    return m_served;
}

/// Once for each name: what this person does is in the log, and so is that nothing proves who it is.
void NativeSession::noteName()
{
    const Principal &who = m_reader.who;
    if (m_services.named.contains(who.id) || m_services.named.size() >= mostNames)
        return;
    m_services.named.insert(who.id);
    AuditRecord record;
    record.action = QStringLiteral("named");
    record.object = who.id;
    record.detail =
        QStringLiteral("Unproven: somebody says to be %1, and an open server asks for no account.").arg(who.name);
    record.address = m_session->peerAddress();
    m_services.common.desk.submit({{}, native::actorOf(m_reader, m_session->id()), NoteAudit{record}},
                                  [](const Outcome &outcome) {
                                      if (!outcome.ok)
                                          qCWarning(log) << "not in the audit: who gave a name," << outcome.message;
                                  });
}

} // namespace tocsin
