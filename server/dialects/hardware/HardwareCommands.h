// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/ReplyBox.h"

#include <QTimer>

namespace tocsin::hardware {

/// The orders that connections of dialect 3 gave and what becomes of them. An order is the desk's: it is durable before it is answered as queued, and its
/// outcome comes as an event, which goes to the connection that asked and to no other. Server thread.
///
/// `timeout` is also the asker's patience: an order that could not even be sent in (retries + 1) × timeout is taken back, so that nothing is
/// done that was told as timed out. Bounded: `mostWaiting` orders at once.
class HardwareCommands : public QObject
{
    Q_OBJECT
public:
    static constexpr qsizetype mostWaiting = 4096;

    HardwareCommands(const DialectOptions &options, const DialectServices &services, QObject *parent = nullptr);

    /// queued() or refused() follow, then finished(); nothing after forget().
    void issue(quint64 session, const Actor &actor, const IssueCommand &order);
    void forget(quint64 session);
    [[nodiscard]] qsizetype waiting() const { return m_orders.size(); }
    /// Takes back what was not sent in time. By a timer; tests call it.
    void tick();

Q_SIGNALS:
    void queued(quint64 session, const QString &deviceId, const QString &commandId);
    void refused(quint64 session, const QString &deviceId, const tocsin::Outcome &outcome);
    /// `status`: success, error or timeout.
    void finished(quint64 session, const QString &deviceId, const QString &commandId, const QString &status,
                  const QJsonValue &response);

private:
    struct Order
    {
        quint64 session = 0;
        Actor actor;
        IssueCommand asked;
        QString commandId; ///< once it is queued
        TimePoint patience;
        bool sent = false;
        bool takenBack = false; ///< that was asked for
    };
    void note(const Event &event);
    void accept(const QString &requestId, const QString &commandId);
    void answer(const QString &requestId, const Outcome &outcome);
    void finish(const Command &command);
    void end(const QString &requestId, const QString &status, const QJsonValue &response);

    const DialectOptions &m_options;
    DialectServices m_services;
    ReplyBox m_replies;
    QHash<QString, Order> m_orders;     ///< by the id of the request
    QHash<QString, QString> m_requests; ///< by the id of the command
    QTimer m_timer;
};

} // namespace tocsin::hardware
