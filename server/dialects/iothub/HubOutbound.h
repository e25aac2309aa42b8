// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/VehicleDirectory.h"
#include "server/dialects/iothub/HubSockets.h"
#include "server/net/FanOut.h"

#include <QJsonObject>
#include <QObject>

namespace tocsin {

/// What dialect 2 tells its clients. Each message is encoded once for all who get it, and goes to no socket twice under one name. Server
/// thread.
///
/// `telemetry_update` goes to those who registered the device and those who subscribed to one of its owners; `telemetry_broadcast` to every
/// socket in the open posture, in the secure one to those whose account may watch the device. Alerts go to the device's and its users'
/// subscribers when they are raised, rise, or are told again.
class HubOutbound : public QObject
{
    Q_OBJECT
public:
    HubOutbound(const DialectOptions &options, const DialectServices &services, const VehicleDirectory &directory,
                QObject *parent = nullptr);

    void connected(const HubSocket &socket);
    void disconnected(const HubSocket &socket);
    void watchDevice(const HubSocket &socket, const QString &imei);
    void watchUser(const HubSocket &socket, const QString &userId);

    void publish(const QList<Reading> &readings);
    void publishAlert(const AlertChange &change);

    /// A staff member's own event. How many sockets it was sent to.
    int toEverybody(const QString &event, const QJsonValue &data);
    int toDevice(const QString &imei, const QString &event, const QJsonValue &data);
    int toUser(const QString &userId, const QString &event, const QJsonValue &data);

    void send(HubSocket &socket, const QByteArray &message);
    void emitEvent(HubSocket &socket, const QString &event, const QJsonObject &payload);
    /// The `error` event: `message` is one of the dialect's sentences, `why` what is wrong.
    void error(HubSocket &socket, const QString &message, const FieldError &why,
               std::optional<qint64> retryAfterMs = {});

    /// What is known of a device, with plain names.
    [[nodiscard]] QJsonObject dataOf(const QString &imei) const;

    [[nodiscard]] QStringList subscriptionsOf(const net::Session *session) const { return m_fanOut.topicsOf(session); }
    [[nodiscard]] qint64 errorsSent() const { return m_errors; }
    [[nodiscard]] qint64 framesSent() const { return m_frames; }
    [[nodiscard]] int groups() const; ///< devices and users that somebody listens to

private:
    int publishOnce(const QStringList &topics, const net::FanOut::Encode &encode, net::Delivery delivery,
                    const QString &key = {}, const net::FanOut::Filter &may = {});
    [[nodiscard]] QStringList broadcastTopicsOf(const QString &imei, const QStringList &owners) const;

    const DialectOptions &m_options;
    DialectServices m_services;
    const VehicleDirectory &m_directory;
    net::FanOut m_fanOut;
    QHash<QString, LatestReading> m_known; ///< while anybody listens
    int m_listeners = 0;
    qint64 m_errors = 0;
    qint64 m_frames = 0;
};

} // namespace tocsin
