// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/iothub/HubOutbound.h"

#include "server/dialects/iothub/EnginePackets.h"
#include "server/dialects/iothub/HubTelemetry.h"

#include <QJsonArray>

namespace tocsin {

namespace {

const QString everybody = QStringLiteral("everybody");
const QString staff = QStringLiteral("staff");

QString deviceTopic(const QString &imei)
{
    return QStringLiteral("device/") + imei;
}

QString userTopic(const QString &userId)
{
    return QStringLiteral("user/") + userId;
}

/// Where somebody hears of what is theirs, without having subscribed to it.
QString ownTopic(const QString &id)
{
    return QStringLiteral("own/") + id;
}

QByteArray compact(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

/// Any JSON value as text.
QByteArray textOf(const QJsonValue &value)
{
    QByteArray text = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return text.mid(1, text.size() - 2);
}

/// The event under which an alert goes out, which is its `type` as well.
QString eventOf(const Alert &alert)
{
    if (alert.code == QLatin1String("CRASH_DETECTED"))
        return QStringLiteral("crash_detected");
    if (alert.code == QLatin1String("DTC_DETECTED") || alert.category == QLatin1String("diagnostics"))
        return QStringLiteral("health_warning");
    return QStringLiteral("vehicle_alert");
}

/// The hub tells of matches, not of what the desk does with them.
bool isTold(const AlertChange &change)
{
    switch (change.verb) {
    case AlertVerb::Raise:
    case AlertVerb::Repeat:
    case AlertVerb::LevelChange:
        return true;
    default:
        return change.from == AlertState::Normal && change.to != AlertState::Normal;
    }
}

} // namespace

HubOutbound::HubOutbound(const DialectOptions &options, const DialectServices &services,
                         const VehicleDirectory &directory, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_services(services)
    , m_directory(directory)
    , m_fanOut(this)
{
}

void HubOutbound::connected(const HubSocket &socket)
{
    ++m_listeners;
    m_fanOut.subscribe(socket.session, everybody);
    if (m_options.posture == Posture::Open)
        return;
    const Principal &who = socket.session->principal();
    m_fanOut.subscribe(socket.session, reachOf(who.role, Act::WatchVehicle) == Reach::Any ? staff : ownTopic(who.id));
}

void HubOutbound::disconnected(const HubSocket &socket)
{
    if (socket.session)
        m_fanOut.unsubscribeAll(socket.session);
    if (--m_listeners == 0)
        m_known.clear();
}

void HubOutbound::watchDevice(const HubSocket &socket, const QString &imei)
{
    m_fanOut.subscribe(socket.session, deviceTopic(imei));
}

void HubOutbound::watchUser(const HubSocket &socket, const QString &userId)
{
    m_fanOut.subscribe(socket.session, userTopic(userId));
}

/// Whoever listens to several of the topics gets it once.
int HubOutbound::publishOnce(const QStringList &topics, const net::FanOut::Encode &encode, net::Delivery delivery,
                             const QString &key, const net::FanOut::Filter &may)
{
    int sent = 0;
    QStringList before;
    for (const QString &topic : topics) {
        if (m_fanOut.subscriberCount(topic) == 0)
            continue;
        net::FanOut::Filter filter = may;
        if (!before.isEmpty()) {
            filter = [&](const net::Session *session) {
                for (const QString &earlier : std::as_const(before)) {
                    if (m_fanOut.isSubscribed(session, earlier))
                        return false;
                }
                return !may || may(session);
            };
        }
        sent += m_fanOut.publish(topic, encode, delivery, key, filter);
        before.append(topic);
    }
    m_frames += sent;
    return sent;
}

QStringList HubOutbound::broadcastTopicsOf(const QString &imei, const QStringList &owners) const
{
    if (m_options.posture == Posture::Open)
        return {everybody};
    QStringList topics{staff, ownTopic(imei)};
    for (const QString &owner : owners)
        topics.append(ownTopic(owner));
    return topics;
}

void HubOutbound::publish(const QList<Reading> &readings)
{
    if (m_listeners == 0)
        return;
    for (const Reading &reading : readings) {
        const QString &imei = reading.deviceId;
        const Subject vehicle = m_directory.vehicle(imei);
        auto known = m_known.find(imei);
        if (known == m_known.end())
            known = m_known.insert(imei, m_services.latest.find(imei).value_or(LatestReading()));
        known->merge(reading);
        QByteArray object;
        const auto encode = [&](const QString &event) {
            // One object for both events.
            if (object.isEmpty())
                object = compact(
                    {{QStringLiteral("type"), QStringLiteral("telemetry_update")},
                     {QStringLiteral("imei"), imei},
                     {QStringLiteral("timestamp"), toEpochMillis(reading.sourceTime.value_or(reading.receivedAt))},
                     {QStringLiteral("data"), hubData(*known, reading.receivedAt - m_options.onlineWithin)}});
            return net::Frame::text(engine::eventMessage(event, object));
        };
        QStringList topics{deviceTopic(imei)};
        for (const QString &owner : vehicle.owners)
            topics.append(userTopic(owner));
        const auto may = [&](const net::Session *session) {
            return m_directory.mayTouch(session->principal(), Act::WatchVehicle, imei);
        };
        const bool open = m_options.posture == Posture::Open;
        net::Frame update;
        publishOnce(
            topics,
            [&] {
                if (update.isEmpty())
                    update = encode(QStringLiteral("telemetry_update"));
                return update;
            },
            net::Delivery::B, QStringLiteral("update/") + imei,
            open ? net::FanOut::Filter() : net::FanOut::Filter(may));
        net::Frame broadcast;
        publishOnce(
            broadcastTopicsOf(imei, vehicle.owners),
            [&] {
                if (broadcast.isEmpty())
                    broadcast = encode(QStringLiteral("telemetry_broadcast"));
                return broadcast;
            },
            net::Delivery::B, QStringLiteral("broadcast/") + imei);
    }
}

void HubOutbound::publishAlert(const AlertChange &change)
{
    // Whoever subscribed to a user may be looking at that user's phone.
    if (m_listeners == 0 || !isTold(change) || !isOriginators(change))
        return;
    const Alert alert = asOriginatorSees(change.alert);
    net::Frame frame;
    const auto encode = [&] {
        if (frame.isEmpty()) {
            const QString event = eventOf(alert);
            frame = net::Frame::text(engine::eventMessage(
                event,
                QJsonObject{{QStringLiteral("type"), event},
                            {QStringLiteral("imei"), alert.source},
                            {QStringLiteral("timestamp"), toEpochMillis(alert.lastSeenAt)},
                            {QStringLiteral("data"), dataOf(alert.source)},
                            {QStringLiteral("alert"), QJsonObject{{QStringLiteral("level"), wireLevel(alert.level)},
                                                                  {QStringLiteral("message"),
                                                                   alert.title.isEmpty() ? alert.message : alert.title},
                                                                  {QStringLiteral("code"), alert.code}}}}));
        }
        return frame;
    };
    QStringList topics{deviceTopic(alert.source)};
    const QStringList recipients = m_services.mirror.recipientsOf(alert);
    for (const QString &user : recipients)
        topics.append(userTopic(user));
    publishOnce(topics, encode, net::Delivery::Alert);
}

QJsonObject HubOutbound::dataOf(const QString &imei) const
{
    const auto latest = m_services.latest.find(imei);
    return latest ? hubData(*latest, m_options.clock() - m_options.onlineWithin) : QJsonObject();
}

int HubOutbound::toEverybody(const QString &event, const QJsonValue &data)
{
    return publishOnce(
        {everybody}, [&] { return net::Frame::text(engine::eventMessage(event, textOf(data))); }, net::Delivery::A);
}

int HubOutbound::toDevice(const QString &imei, const QString &event, const QJsonValue &data)
{
    return publishOnce(
        {deviceTopic(imei)}, [&] { return net::Frame::text(engine::eventMessage(event, textOf(data))); },
        net::Delivery::A);
}

int HubOutbound::toUser(const QString &userId, const QString &event, const QJsonValue &data)
{
    return publishOnce(
        {userTopic(userId)}, [&] { return net::Frame::text(engine::eventMessage(event, textOf(data))); },
        net::Delivery::A);
}

void HubOutbound::send(HubSocket &socket, const QByteArray &message)
{
    if (!socket.session || !socket.session->isOpen())
        return;
    ++m_frames;
    socket.session->send(net::Frame::text(message), net::Delivery::A, {});
}

void HubOutbound::emitEvent(HubSocket &socket, const QString &event, const QJsonObject &payload)
{
    send(socket, engine::eventMessage(event, payload));
}

void HubOutbound::error(HubSocket &socket, const QString &message, const FieldError &why,
                        std::optional<qint64> retryAfterMs)
{
    ++m_errors;
    QJsonObject payload{{QStringLiteral("message"), message}};
    if (!why.message.isEmpty())
        payload.insert(QStringLiteral("error"), why.message);
    if (!why.field.isEmpty())
        payload.insert(QStringLiteral("field"), why.field);
    if (retryAfterMs)
        payload.insert(QStringLiteral("retry_after_ms"), *retryAfterMs);
    emitEvent(socket, QStringLiteral("error"), payload);
}

int HubOutbound::groups() const
{
    const auto counts = m_fanOut.subscriptionCounts();
    int groups = 0;
    for (auto it = counts.cbegin(); it != counts.cend(); ++it)
        groups += it.key().startsWith(QLatin1String("device/")) || it.key().startsWith(QLatin1String("user/")) ? 1 : 0;
    return groups;
}

} // namespace tocsin
