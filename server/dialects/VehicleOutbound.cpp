// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/VehicleOutbound.h"

#include <QSet>

#include <algorithm>

namespace tocsin {

using Kind = VehicleSocket::Kind;

namespace {

/// Where alerts go that belong to nobody. Without a slash, so that no user can have this name.
const QString ownerlessTopic = QStringLiteral("ownerless");

QString prefixOf(Kind kind)
{
    switch (kind) {
    case Kind::Telemetry:
        return QStringLiteral("telemetry/");
    case Kind::Alerts:
        return QStringLiteral("alerts/");
    case Kind::Chat:
        break;
    }
    return QStringLiteral("chat/");
}

QString topicOf(Kind kind, const QString &subject)
{
    return prefixOf(kind) + subject;
}

} // namespace

VehicleOutbound::VehicleOutbound(const DialectOptions &options, const DialectServices &services,
                                 VehicleSockets &sockets, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_services(services)
    , m_sockets(sockets)
    , m_fanOut(this)
    , m_beats(options, [this](const QList<quint64> &due, TimePoint now) { beat(due, now); }, this)
{
}

QStringList VehicleOutbound::topicsOf(const VehicleSocket &socket) const
{
    QStringList topics{topicOf(socket.kind, socket.subject)};
    if (socket.kind == Kind::Alerts && hearsAll(socket))
        topics.append(ownerlessTopic);
    return topics;
}

bool VehicleOutbound::hearsAll(const VehicleSocket &socket) const
{
    return m_options.posture == Posture::Open || socket.session->principal().isStaff();
}

void VehicleOutbound::listen(const VehicleSocket &socket)
{
    const QStringList topics = topicsOf(socket);
    for (const QString &topic : topics)
        m_fanOut.subscribe(socket.session, topic);
}

void VehicleOutbound::opened(const VehicleSocket &socket)
{
    m_beats.add(socket.number);
}

void VehicleOutbound::closed(const VehicleSocket &socket)
{
    forget(socket);
}

void VehicleOutbound::becameProducer(const VehicleSocket &socket)
{
    forget(socket);
}

void VehicleOutbound::forget(const VehicleSocket &socket)
{
    m_fanOut.unsubscribeAll(socket.session);
    m_beats.remove(socket.number);
    const QString topic = topicOf(socket.kind, socket.subject);
    if (socket.kind == Kind::Telemetry && m_fanOut.subscriberCount(topic) == 0)
        m_known.remove(socket.subject);
}

void VehicleOutbound::sendFrame(VehicleSocket &socket, const net::Frame &frame, net::Delivery delivery,
                                const QString &key)
{
    if (!socket.session || !socket.session->isOpen())
        return;
    ++m_frames;
    socket.session->send(frame, delivery, key);
}

void VehicleOutbound::send(VehicleSocket &socket, const QByteArray &utf8)
{
    if (!socket.producer)
        sendFrame(socket, net::Frame::text(utf8), net::Delivery::A);
}

void VehicleOutbound::error(VehicleSocket &socket, const QString &code, const FieldError &error,
                            std::optional<qint64> retryAfterMs)
{
    ++m_errors;
    if (socket.producer && ++socket.framesToProducer > maxFramesToProducer)
        return;
    const TimePoint now = m_options.clock();
    const QByteArray text = socket.kind == Kind::Chat ? vehicle::chatError(error, now, retryAfterMs)
                                                      : vehicle::errorFrame(code, error, now, retryAfterMs);
    sendFrame(socket, net::Frame::text(text), net::Delivery::A);
}

void VehicleOutbound::publish(const QList<Reading> &readings)
{
    for (const Reading &reading : readings) {
        const QString topic = topicOf(Kind::Telemetry, reading.deviceId);
        // Made once for all who listen, and not at all for nobody.
        const auto encode = [&] {
            auto known = m_known.find(reading.deviceId);
            if (known == m_known.end()) {
                const auto latest = m_services.latest.find(reading.deviceId);
                known = m_known.insert(reading.deviceId, latest.value_or(LatestReading()));
            }
            known->merge(reading);
            const QJsonObject data = vehicle::telemetryObject(*known, reading.sourceTime.value_or(reading.receivedAt),
                                                              reading.receivedAt - m_options.onlineWithin);
            return net::Frame::text(vehicle::envelope(QStringLiteral("telemetry_update"), data, m_options.clock()));
        };
        m_frames += m_fanOut.publish(topic, encode, net::Delivery::B, topic);
    }
}

QByteArray VehicleOutbound::alertFrame(const Alert &alert) const
{
    const QStringList recipients = m_services.mirror.recipientsOf(alert);
    return vehicle::envelope(QStringLiteral("alert"), vehicle::alertObject(alert, recipients.value(0), words(alert.id)),
                             m_options.clock());
}

bool VehicleOutbound::isTold(const AlertChange &change)
{
    const Alert &alert = change.alert;
    switch (change.verb) {
    case AlertVerb::Raise:
    case AlertVerb::Acknowledge:
    case AlertVerb::LevelChange:
    case AlertVerb::Return:
    case AlertVerb::Cancel:
    case AlertVerb::Duress: // for its phone a cancel
    case AlertVerb::Close:
        break;
    case AlertVerb::Repeat:
        // A rule repeats with every sample; a sender who reports again wants to be heard again.
        if (!alert.ruleId.isEmpty() && change.from == change.to)
            return false;
        break;
    case AlertVerb::Clearing:
    case AlertVerb::Reactivate:
    case AlertVerb::Stale:
    case AlertVerb::Fresh:
    case AlertVerb::Seen:
    case AlertVerb::Stage:
    case AlertVerb::Reopen:
    case AlertVerb::Unacknowledge:
    case AlertVerb::Silence:
    case AlertVerb::Claim:
    case AlertVerb::Release:
    case AlertVerb::Transfer:
    case AlertVerb::Comment:
    case AlertVerb::Shelve:
    case AlertVerb::Unshelve:
    case AlertVerb::Suppress:
    case AlertVerb::Unsuppress:
    case AlertVerb::OutOfService:
    case AlertVerb::ReturnToService:
    case AlertVerb::Reset:
    case AlertVerb::Escalate:
    case AlertVerb::Remind:
    case AlertVerb::ContactLost:
    case AlertVerb::ContactBack:
    case AlertVerb::Welfare:
        if (change.from == change.to)
            return false;
        break;
    }
    return true;
}

void VehicleOutbound::publishAlert(const AlertChange &change)
{
    if (!isTold(change) || !isOriginators(change))
        return;
    const Alert &alert = change.alert;
    net::Frame frame;
    const auto encode = [&] {
        if (frame.isEmpty())
            frame = net::Frame::text(alertFrame(alert));
        return frame;
    };
    const QStringList recipients = m_services.mirror.recipientsOf(alert);
    QStringList topics{topicOf(Kind::Telemetry, alert.source)};
    for (const QString &user : recipients)
        topics.append(topicOf(Kind::Alerts, user));
    if (recipients.isEmpty())
        topics.append(ownerlessTopic);
    for (const QString &topic : std::as_const(topics))
        m_frames += m_fanOut.publish(topic, encode, net::Delivery::Alert);
    Q_EMIT told(topics);
}

bool VehicleOutbound::tell(VehicleSocket &socket, const AlertChange &change)
{
    const QStringList recipients = m_services.mirror.recipientsOf(change.alert);
    const bool concerned = recipients.isEmpty() ? hearsAll(socket) : recipients.contains(socket.subject);
    if (!concerned || !isTold(change) || !isOriginators(change))
        return false;
    sendFrame(socket, net::Frame::text(alertFrame(change.alert)), net::Delivery::Alert);
    return true;
}

bool VehicleOutbound::isTold(const ChatMessage &message)
{
    return !userOfChatThread(message.thread).isEmpty() && (message.fromDesk || message.automatic);
}

bool VehicleOutbound::tell(VehicleSocket &socket, const ChatMessage &message)
{
    if (userOfChatThread(message.thread) != socket.subject || !isTold(message))
        return false;
    sendFrame(socket, net::Frame::text(vehicle::chatReply(message)), net::Delivery::A);
    return true;
}

void VehicleOutbound::publishChat(const ChatMessage &message)
{
    if (!isTold(message))
        return;
    const QString topic = topicOf(Kind::Chat, userOfChatThread(message.thread));
    m_frames += m_fanOut.publish(topic, [&message] { return net::Frame::text(vehicle::chatReply(message)); });
    Q_EMIT told({topic});
}

int VehicleOutbound::groups() const
{
    const auto counts = m_fanOut.subscriptionCounts();
    return static_cast<int>(counts.size() - (counts.contains(ownerlessTopic) ? 1 : 0));
}

int VehicleOutbound::users() const
{
    QSet<QString> users;
    const auto counts = m_fanOut.subscriptionCounts();
    for (auto it = counts.cbegin(); it != counts.cend(); ++it) {
        if (!it.key().startsWith(prefixOf(Kind::Telemetry)) && it.key() != ownerlessTopic)
            users.insert(it.key().section(QLatin1Char('/'), 1));
    }
    return static_cast<int>(users.size());
}

void VehicleOutbound::rememberWords(const QString &alertId, const SentWords &words)
{
    if (!m_words.contains(alertId))
        m_wordsOrder.push_back(alertId);
    m_words.insert(alertId, words);
    while (m_wordsOrder.size() > maxSentWords) {
        m_words.remove(m_wordsOrder.front());
        m_wordsOrder.pop_front();
    }
}

std::optional<SentWords> VehicleOutbound::words(const QString &alertId) const
{
    const auto it = m_words.constFind(alertId);
    return it == m_words.cend() ? std::nullopt : std::optional<SentWords>(*it);
}

void VehicleOutbound::beat(const QList<quint64> &due, TimePoint now)
{
    const QJsonObject data{{QStringLiteral("timestamp"), toIso8601(now)},
                           {QStringLiteral("server_status"), QStringLiteral("healthy")}};
    const net::Frame frame = net::Frame::text(vehicle::envelope(QStringLiteral("heartbeat"), data, now));
    for (const quint64 number : due) {
        VehicleSocket *socket = m_sockets.find(number);
        if (socket && !socket->producer)
            sendFrame(*socket, frame, net::Delivery::B, QStringLiteral("heartbeat"));
    }
}

} // namespace tocsin
