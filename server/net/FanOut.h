// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Session.h"

#include <QHash>
#include <QStringList>

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace tocsin::net {

/// Topics and who listens to them. Publishing encodes once, and only if somebody listens; each session writes the same
/// bytes, and what one topic publishes in a turn goes out as one piece (FrameBatch). A session that closes or goes leaves
/// all its topics by itself. Server thread; made anywhere, one per dialect or shared, outlived by nothing that publishes.
/// Topics are plain names; which exist is the dialect's affair.
class FanOut final : public QObject
{
    Q_OBJECT
public:
    using Encode = std::function<Frame()>;
    /// Whether this subscriber is to get this frame, e.g. all but the sender.
    using Filter = std::function<bool(const Session *)>;

    explicit FanOut(QObject *parent = nullptr);
    ~FanOut() override;

    /// False when the session had it already or is not open.
    bool subscribe(Session *session, const QString &topic);
    bool unsubscribe(Session *session, const QString &topic);
    void unsubscribeAll(Session *session);

    /// How many sessions it was sent to.
    int publish(const QString &topic, const Encode &encode, Delivery delivery = Delivery::A, const QString &key = {},
                const Filter &filter = {});
    int publish(const QString &topic, const Frame &frame, Delivery delivery = Delivery::A, const QString &key = {},
                const Filter &filter = {});

    [[nodiscard]] int subscriberCount(const QString &topic) const;
    [[nodiscard]] bool isSubscribed(const Session *session, const QString &topic) const;
    [[nodiscard]] QStringList topicsOf(const Session *session) const;
    [[nodiscard]] QHash<QString, int> subscriptionCounts() const;

private:
    struct Topic;
    struct Member;
    /// Where a member stands in the list of a topic; kept right as others leave, so that leaving costs the same however
    /// many there are.
    struct Place
    {
        Topic *topic = nullptr;
        std::size_t index = 0;
    };

    [[nodiscard]] Topic *find(const QString &topic) const;
    void leave(Place place);
    void close(Topic &topic, std::size_t index) const;
    void release(Topic &topic);
    [[nodiscard]] int start(Topic &topic, const Frame &frame, Delivery delivery, const QString &key) const;
    [[nodiscard]] int extend(Topic &topic, const Frame &frame, Delivery delivery, const QString &key) const;
    [[nodiscard]] int sendEach(Topic &topic, const Encode &encode, Delivery delivery, const QString &key,
                               const Filter &filter) const;

    std::unordered_map<QString, std::unique_ptr<Topic>> m_topics; ///< none without subscribers
    std::unordered_map<const Session *, std::unique_ptr<Member>> m_members;
};

} // namespace tocsin::net
