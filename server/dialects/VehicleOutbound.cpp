// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/VehicleOutbound.h"

#include <algorithm>

namespace tocsin {

using Kind = VehicleSocket::Kind;

VehicleOutbound::VehicleOutbound(const DialectOptions &options, const DialectServices &services,
                                 VehicleSockets &sockets, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_services(services)
    , m_sockets(sockets)
    , m_beats(options.heartbeat)
    , m_timer(this)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::CoarseTimer);
    connect(&m_timer, &QTimer::timeout, this, &VehicleOutbound::beat);
}

void VehicleOutbound::opened(const VehicleSocket &socket)
{
    m_beats.add(socket.number, m_options.clock());
    arm();
}

void VehicleOutbound::closed(const VehicleSocket &socket)
{
    m_beats.remove(socket.number);
    if (socket.kind == Kind::Telemetry && !m_sockets.hasReaders(Kind::Telemetry, socket.subject))
        m_known.remove(socket.subject);
}

void VehicleOutbound::becameProducer(const VehicleSocket &socket)
{
    closed(socket);
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
        if (!m_sockets.hasReaders(Kind::Telemetry, reading.deviceId))
            continue;
        auto known = m_known.find(reading.deviceId);
        if (known == m_known.end())
            known =
                m_known.insert(reading.deviceId, m_services.latest.find(reading.deviceId).value_or(LatestReading()));
        known->merge(reading);
        const QJsonObject data = vehicle::telemetryObject(*known, reading.sourceTime.value_or(reading.receivedAt),
                                                          reading.receivedAt - m_options.onlineWithin);
        // Encoded once for all who listen.
        const net::Frame frame =
            net::Frame::text(vehicle::envelope(QStringLiteral("telemetry_update"), data, m_options.clock()));
        const QString key = QStringLiteral("telemetry/") + reading.deviceId;
        const QList<VehicleSocket *> listeners = m_sockets.listeners(Kind::Telemetry, reading.deviceId);
        for (VehicleSocket *socket : listeners) {
            if (!socket->producer)
                sendFrame(*socket, frame, net::Delivery::B, key);
        }
    }
}

QByteArray VehicleOutbound::alertFrame(const Alert &alert) const
{
    const QStringList recipients = m_services.mirror.recipientsOf(alert);
    return vehicle::envelope(QStringLiteral("alert"), vehicle::alertObject(alert, recipients.value(0), words(alert.id)),
                             m_options.clock());
}

void VehicleOutbound::publishAlert(const AlertChange &change)
{
    const Alert &alert = change.alert;
    switch (change.verb) {
    case AlertVerb::Raise:
    case AlertVerb::Acknowledge:
    case AlertVerb::LevelChange:
    case AlertVerb::Return:
    case AlertVerb::Cancel:
        break;
    case AlertVerb::Repeat:
        // A rule repeats with every sample; a sender who reports again wants to be heard again.
        if (!alert.ruleId.isEmpty() && change.from == change.to)
            return;
        break;
    case AlertVerb::Clearing:
    case AlertVerb::Reactivate:
    case AlertVerb::Stale:
    case AlertVerb::Fresh:
        if (change.from == change.to)
            return;
        break;
    }
    QList<VehicleSocket *> targets = m_sockets.listeners(Kind::Telemetry, alert.source);
    const QStringList recipients = m_services.mirror.recipientsOf(alert);
    for (const QString &user : recipients)
        targets.append(m_sockets.listeners(Kind::Alerts, user));
    if (recipients.isEmpty()) {
        const QList<VehicleSocket *> everybody = m_sockets.all(Kind::Alerts);
        for (VehicleSocket *socket : everybody) {
            if (socket->session && (m_options.posture == Posture::Open || socket->session->principal().isStaff()))
                targets.append(socket);
        }
    }
    if (targets.isEmpty())
        return;
    const net::Frame frame = net::Frame::text(alertFrame(alert));
    for (VehicleSocket *socket : std::as_const(targets)) {
        if (!socket->producer)
            sendFrame(*socket, frame, net::Delivery::A);
    }
}

void VehicleOutbound::publishChat(const ChatMessage &message)
{
    const QString user = userOfChatThread(message.thread);
    if (user.isEmpty() || (!message.fromDesk && !message.automatic))
        return;
    const QList<VehicleSocket *> listeners = m_sockets.listeners(Kind::Chat, user);
    if (listeners.isEmpty())
        return;
    const net::Frame frame = net::Frame::text(vehicle::chatReply(message));
    for (VehicleSocket *socket : listeners) {
        if (!socket->producer)
            sendFrame(*socket, frame, net::Delivery::A);
    }
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

void VehicleOutbound::beat()
{
    const TimePoint now = m_options.clock();
    const QList<quint64> due = m_beats.takeDue(now);
    if (!due.isEmpty()) {
        const QJsonObject data{{QStringLiteral("timestamp"), toIso8601(now)},
                               {QStringLiteral("server_status"), QStringLiteral("healthy")}};
        const net::Frame frame = net::Frame::text(vehicle::envelope(QStringLiteral("heartbeat"), data, now));
        for (const quint64 number : due) {
            VehicleSocket *socket = m_sockets.find(number);
            if (socket && !socket->producer)
                sendFrame(*socket, frame, net::Delivery::B, QStringLiteral("heartbeat"));
        }
    }
    arm();
}

void VehicleOutbound::arm()
{
    const auto next = m_beats.next();
    if (!next) {
        m_timer.stop();
        return;
    }
    if (m_timer.isActive())
        return; // it is set for an earlier one
    using std::chrono::milliseconds;
    const auto wait = std::chrono::ceil<milliseconds>(*next - m_options.clock());
    // Looking again after a minute at the latest survives a clock that was set back.
    m_timer.start(std::clamp(wait, milliseconds(0), milliseconds(60000)));
}

} // namespace tocsin
