// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/emergency/EmergencyIncidents.h"
#include "server/dialects/emergency/EmergencySockets.h"
#include "server/dialects/emergency/EmergencyStats.h"
#include "server/net/FanOut.h"

#include <QObject>

namespace tocsin::emergency {

/// What dialect 5 tells its clients: how a panic stands, where its phone is, what is written. Server thread.
///
/// A panic's own sockets are told in two ways: its phone sees what it may see, the desk sees all (View). Where both are the same person, it is
/// the phone.
class Outbound : public QObject
{
    Q_OBJECT
public:
    struct Parts
    {
        const DialectOptions &options;
        DialectServices services;
        Sockets &sockets;
        Incidents &incidents;
        Stats &stats;
    };
    explicit Outbound(const Parts &parts, QObject *parent = nullptr);

    /// What a socket of this kind is told first.
    void greet(Socket &socket);
    void listen(const Socket &socket);
    void closed(const Socket &socket); ///< while it still has its session
    /// What it listens to that is kept in the log; empty: nothing of it is.
    [[nodiscard]] QStringList topicsOf(const Socket &socket) const;

    /// All that a session has subscribed to.
    [[nodiscard]] QStringList subscriptionsOf(const net::Session *session) const { return m_fanOut.topicsOf(session); }

    void publishAlert(const AlertChange &change);
    void publishLine(const ChatMessage &message);
    void publishPlace(const QString &alertId, const Place &place);
    /// `from` is not told its own; null: somebody on another dialect.
    void publishTyping(const TypingNotice &notice, bool isStaff, const net::Session *from);
    void publishStats(const QJsonObject &stats);

    /// Tells one socket of something that happened earlier; false: it is not for it.
    bool tell(Socket &socket, const Event &event);

    void send(Socket &socket, const QByteArray &utf8);
    void error(Socket &socket, const FieldError &error, std::optional<qint64> retryAfterMs = {});
    void success(Socket &socket, const QString &message);
    void sendStatus(Socket &socket);
    void sendActive(Socket &socket);
    void sendStats(Socket &socket);

    [[nodiscard]] qint64 errorsSent() const { return m_errors; }

Q_SIGNALS:
    /// Those who listen to these were sent something of class A.
    void told(const QStringList &topics);

private:
    /// A panic as it is told.
    struct Told
    {
        QJsonObject phone;
        QJsonObject staff;
    };
    [[nodiscard]] Told objectsOf(const Alert &alert) const;
    [[nodiscard]] static Told lasting(Told told); ///< without what changes by itself
    [[nodiscard]] View viewOf(const Socket &socket) const;
    void tellStaff(const QJsonObject &object, bool isOpen, const QString &before);
    void publish(const QString &topic, const QString &type, const QJsonObject &body,
                 net::Delivery delivery = net::Delivery::A, const QString &key = {});

    const Parts m_parts;
    net::FanOut m_fanOut;
    QHash<QString, Told> m_told; ///< of open panics, as they were told last
    qint64 m_errors = 0;
};

} // namespace tocsin::emergency
