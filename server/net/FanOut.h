// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Session.h"

#include <QHash>
#include <QList>
#include <QSet>

#include <functional>

namespace tocsin::net {

/// Topics and who listens to them. Publishing encodes once, and only if somebody listens; each session writes the same
/// bytes. A session that closes or goes leaves all its topics by itself. Server thread; made anywhere, one per dialect or
/// shared, outlived by nothing that publishes. Topics are plain names; which exist is the dialect's affair.
class FanOut final : public QObject
{
    Q_OBJECT
public:
    using Encode = std::function<Frame()>;
    /// Whether this subscriber is to get this frame, e.g. all but the sender.
    using Filter = std::function<bool(const Session *)>;

    using QObject::QObject;

    /// False when the session had it already or is not open.
    bool subscribe(Session *session, const QString &topic);
    bool unsubscribe(Session *session, const QString &topic);
    void unsubscribeAll(Session *session);

    /// How many sessions it was sent to.
    int publish(const QString &topic, const Encode &encode, Delivery delivery = Delivery::A,
                const QString &conflationKey = {}, const Filter &filter = {});
    int publish(const QString &topic, const Frame &frame, Delivery delivery = Delivery::A,
                const QString &conflationKey = {}, const Filter &filter = {});

    [[nodiscard]] int subscriberCount(const QString &topic) const;
    [[nodiscard]] bool isSubscribed(const Session *session, const QString &topic) const;
    [[nodiscard]] QStringList topicsOf(const Session *session) const; ///< in order of subscription
    [[nodiscard]] QHash<QString, int> subscriptionCounts() const;

private:
    struct Member
    {
        QStringList topics;
        QMetaObject::Connection closed;
        QMetaObject::Connection destroyed;
    };

    void remove(const Session *session, const QString &topic);

    QHash<QString, QList<Session *>> m_topics; ///< no entry without subscribers
    QHash<const Session *, Member> m_members;
};

} // namespace tocsin::net
