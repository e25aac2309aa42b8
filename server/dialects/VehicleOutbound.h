// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/Heartbeats.h"
#include "server/dialects/VehicleFrames.h"
#include "server/dialects/VehicleSockets.h"
#include "server/net/FanOut.h"

#include <QObject>
#include <QTimer>

#include <deque>

namespace tocsin {

/// What dialect 1 tells its clients: telemetry to the vehicle's subscribers, alerts, replies of the desk, heartbeats.
/// Server thread. A producer is told nothing but its own errors, and of these a handful.
///
/// Who gets an alert: the person it belongs to and the owners of the vehicle that raised it, on /ws/alerts/{user}; and every
/// subscriber of the vehicle. An alert that belongs to nobody goes to every /ws/alerts socket in the open posture, and to those
/// of staff in the secure one. Sent at raise, change of level, acknowledge, return, cancel.
class VehicleOutbound : public QObject
{
    Q_OBJECT
public:
    static constexpr int maxFramesToProducer = 5;
    static constexpr std::size_t maxSentWords = 1000;

    VehicleOutbound(const DialectOptions &options, const DialectServices &services, VehicleSockets &sockets,
                    QObject *parent = nullptr);

    void opened(const VehicleSocket &socket);
    /// From here on it is told what happens.
    void listen(const VehicleSocket &socket);
    void closed(const VehicleSocket &socket); ///< while it still has its session
    /// From here on it gets nothing but errors.
    void becameProducer(const VehicleSocket &socket);

    void publish(const QList<Reading> &readings);
    void publishAlert(const AlertChange &change);
    void publishChat(const ChatMessage &message);
    /// Tells one socket of something that happened earlier; false: it is not for it.
    bool tell(VehicleSocket &socket, const AlertChange &change);
    bool tell(VehicleSocket &socket, const ChatMessage &message);
    /// What it listens to, its own first.
    [[nodiscard]] QStringList topicsOf(const VehicleSocket &socket) const;
    /// What it has subscribed to.
    [[nodiscard]] QStringList topicsOf(const net::Session *session) const { return m_fanOut.topicsOf(session); }

    /// Remembers how a sender put it, until the alert comes back from the desk.
    void rememberWords(const QString &alertId, const SentWords &words);
    [[nodiscard]] std::optional<SentWords> words(const QString &alertId) const;
    [[nodiscard]] QByteArray alertFrame(const Alert &alert) const;

    void send(VehicleSocket &socket, const QByteArray &utf8);
    void error(VehicleSocket &socket, const QString &code, const FieldError &error,
               std::optional<qint64> retryAfterMs = {});

    [[nodiscard]] qint64 errorsSent() const { return m_errors; }
    [[nodiscard]] qint64 framesSent() const { return m_frames; }
    [[nodiscard]] int groups() const; ///< vehicles and users that somebody listens to
    [[nodiscard]] int users() const;  ///< distinct users on alerts and chat

Q_SIGNALS:
    /// Those who listen to these were sent something of class A.
    void told(const QStringList &topics);

private:
    [[nodiscard]] static bool isTold(const AlertChange &change);
    [[nodiscard]] static bool isTold(const ChatMessage &message);
    [[nodiscard]] bool hearsAll(const VehicleSocket &socket) const;
    void beat(const QList<quint64> &due, TimePoint now);
    void sendFrame(VehicleSocket &socket, const net::Frame &frame, net::Delivery delivery, const QString &key = {});
    void forget(const VehicleSocket &socket);

    const DialectOptions &m_options;
    DialectServices m_services;
    VehicleSockets &m_sockets;
    net::FanOut m_fanOut;
    Heartbeats m_beats;
    QHash<QString, LatestReading> m_known; ///< of the vehicles that somebody reads
    QHash<QString, SentWords> m_words;
    std::deque<QString> m_wordsOrder;
    qint64 m_errors = 0;
    qint64 m_frames = 0;
};

} // namespace tocsin
