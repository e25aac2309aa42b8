// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/emergency/EmergencyInbound.h"

namespace tocsin::emergency {

namespace {
constexpr std::chrono::seconds typingEvery{1};

QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

QString notFoundOr(const char *what)
{
    return QStringLiteral("Alert not found or cannot be %1").arg(QLatin1String(what));
}
} // namespace

void Inbound::receive(Socket &socket, const QByteArray &utf8)
{
    ++m_received;
    const auto parsed = parseJsonObject(utf8, m_parts.options.json);
    if (std::holds_alternative<FieldError>(parsed)) {
        if (admit(socket))
            m_parts.outbound.error(socket, {{}, text("Invalid JSON message")});
        return;
    }
    const QJsonObject &frame = std::get<QJsonObject>(parsed);
    const QJsonValue type = frame.value(QLatin1String("type"));
    const Rules *rule = type.isString() ? findMessage(messages, type.toString()) : nullptr;
    const bool understood = rule != nullptr && (rule->sockets & bitOf(socket.kind)) != 0;
    if ((!understood || rule->extra == Counts::Yes) && !admit(socket))
        return;
    if (!understood) {
        const QString named = type.isString() ? type.toString().left(64) : text("None");
        m_parts.outbound.error(socket, {text("type"), QStringLiteral("Unknown message type: %1").arg(named)});
        return;
    }
    if (!permits(socket, rule->rule)) {
        m_parts.outbound.error(socket, {{}, text("Access denied")});
        return;
    }
    handle(socket, rule->message, frame);
}

bool Inbound::permits(const Socket &socket, const Rule &rule) const
{
    if (!rule.goesByRight())
        return true;
    // What the desk does about a panic its own person does not.
    const QString person = rule.names() == Names::Path ? socket.person : QString();
    return isAllowed(Posture::Secure, socket.who(), rule.act(), {person, {}});
}

void Inbound::refuseBinary(Socket &socket)
{
    ++m_received;
    if (admit(socket))
        m_parts.outbound.error(socket, {{}, text("Invalid JSON message")});
}

bool Inbound::admit(Socket &socket)
{
    const auto wait = m_parts.addresses.admit(socket.limit, socket.session->peerAddress(), m_parts.options.clock());
    if (!wait)
        return true;
    const qint64 ms = std::chrono::ceil<std::chrono::milliseconds>(*wait).count();
    m_parts.outbound.error(socket, {{}, QStringLiteral("Too many messages, try again in %1 ms").arg(ms)}, ms);
    return false;
}

void Inbound::handle(Socket &socket, Message message, const QJsonObject &frame)
{
    switch (message) {
    case Message::Auth: // it has said who it is, or came with a token
    case Message::Silence:
        break;
    case Message::Ping:
        m_parts.outbound.send(socket, emergency::frame(text("pong"), {}, m_parts.options.clock()));
        break;
    case Message::GetStatus:
        m_parts.outbound.sendStatus(socket);
        break;
    case Message::GetActive:
        m_parts.outbound.sendActive(socket);
        break;
    case Message::GetStats:
        m_parts.outbound.sendStats(socket);
        break;
    case Message::Cancel:
        cancel(socket, frame);
        break;
    case Message::Acknowledge:
        acknowledge(socket, frame);
        break;
    case Message::Resolve:
        resolve(socket, frame);
        break;
    case Message::Seen:
        markSeen(socket, frame);
        break;
    case Message::Location:
        takeLocation(socket, frame);
        break;
    case Message::Chat:
        takeChat(socket, frame);
        break;
    case Message::Typing:
        takeTyping(socket);
        break;
    }
}

DeskWork::Done Inbound::answer(Socket &socket, const QString &done, const QString &refused)
{
    // The socket may be gone when the desk answers.
    return [this, number = socket.number, done, refused](const Outcome &outcome) {
        Socket *asker = m_parts.sockets.find(number);
        if (asker == nullptr)
            return;
        const bool later =
            outcome.code == QLatin1String("overloaded") || outcome.code == QLatin1String("storage_failed");
        const bool pin = outcome.code == QLatin1String("pin_invalid");
        if (!outcome.ok)
            m_parts.outbound.error(
                *asker, {pin ? text("pin") : QString(), later || pin || refused.isEmpty() ? outcome.message : refused});
        else if (!done.isEmpty())
            m_parts.outbound.success(*asker, done);
    };
}

void Inbound::cancel(Socket &socket, const QJsonObject &frame)
{
    socket.session->setUrgent();
    m_parts.desk.cancel(socket.subject, readId(frame.value(QLatin1String("pin"))), actorOf(socket),
                        answer(socket, text("Alert canceled successfully"), notFoundOr("canceled")));
}

void Inbound::acknowledge(Socket &socket, const QJsonObject &frame)
{
    const QString alertId = readId(frame.value(QLatin1String("alert_id")));
    if (alertId.isEmpty())
        return m_parts.outbound.error(socket, {text("alert_id"), text("Alert ID is required")});
    m_parts.desk.acknowledge(alertId, frame.value(QLatin1String("comment")).toString(), actorOf(socket),
                             answer(socket, text("Alert acknowledged successfully"), notFoundOr("acknowledged")));
}

void Inbound::resolve(Socket &socket, const QJsonObject &frame)
{
    const QString alertId = readId(frame.value(QLatin1String("alert_id")));
    if (alertId.isEmpty())
        return m_parts.outbound.error(socket, {text("alert_id"), text("Alert ID is required")});
    const auto closing = readClosing(frame);
    if (const auto *wrong = std::get_if<FieldError>(&closing))
        return m_parts.outbound.error(socket, *wrong);
    m_parts.desk.resolve(alertId, std::get<Closing>(closing), actorOf(socket),
                         answer(socket, text("Alert resolved successfully"), notFoundOr("resolved")));
}

void Inbound::markSeen(Socket &socket, const QJsonObject &frame)
{
    QString alertId = readId(frame.value(QLatin1String("alert_id")));
    if (alertId.isEmpty() && socket.kind == Socket::Kind::Alert)
        alertId = socket.subject;
    if (alertId.isEmpty())
        return m_parts.outbound.error(socket, {text("alert_id"), text("Alert ID is required")});
    m_parts.desk.markSeen(alertId, actorOf(socket), answer(socket, {}, text("Alert not found")));
}

void Inbound::takeLocation(Socket &socket, const QJsonObject &frame)
{
    if (socket.who().isStaff())
        return m_parts.outbound.error(socket, {{}, text("Unauthorized: Staff cannot send location updates")});
    auto read = readLocation(frame);
    if (const auto *wrong = std::get_if<FieldError>(&read))
        return m_parts.outbound.error(socket, *wrong);
    m_parts.desk.place(socket.who().id, socket.who().name, std::get<Reading>(std::move(read)));
    m_parts.outbound.success(socket, text("Location updated successfully"));
}

void Inbound::takeChat(Socket &socket, const QJsonObject &frame)
{
    auto read = readChat(frame);
    if (const auto *wrong = std::get_if<FieldError>(&read))
        return m_parts.outbound.error(socket, *wrong);
    // Its own line comes back as all others do; that is the answer.
    m_parts.desk.say(socket.subject, std::get<SendChat>(std::move(read)), actorOf(socket), answer(socket, {}, {}));
}

void Inbound::takeTyping(Socket &socket)
{
    const TimePoint now = m_parts.options.clock();
    if (now - socket.typedAt < typingEvery)
        return;
    socket.typedAt = now;
    const Actor actor = actorOf(socket);
    const TypingNotice notice{chatThreadOfIncident(socket.subject), actor.id, actor.name, now};
    m_parts.outbound.publishTyping(notice, actor.kind == Actor::Kind::Operator, socket.session);
    Q_EMIT typed(notice);
}

} // namespace tocsin::emergency
