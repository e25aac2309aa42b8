// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/FanOut.h"

namespace tocsin::net {

bool FanOut::subscribe(Session *session, const QString &topic)
{
    if (!session->isOpen() || isSubscribed(session, topic))
        return false;
    if (!m_members.contains(session)) {
        Member member;
        const auto leave = [this, session] { unsubscribeAll(session); };
        member.closed = connect(session, &Session::closed, this, leave);
        member.destroyed = connect(session, &QObject::destroyed, this, leave);
        m_members.insert(session, member);
    }
    m_members[session].topics.append(topic);
    m_topics[topic].append(session);
    return true;
}

bool FanOut::unsubscribe(Session *session, const QString &topic)
{
    const auto member = m_members.find(session);
    if (member == m_members.end() || member->topics.removeAll(topic) == 0)
        return false;
    remove(session, topic);
    if (member->topics.isEmpty())
        unsubscribeAll(session);
    return true;
}

void FanOut::unsubscribeAll(Session *session)
{
    const auto member = m_members.constFind(session);
    if (member == m_members.constEnd())
        return;
    disconnect(member->closed);
    disconnect(member->destroyed);
    const QStringList topics = member->topics;
    m_members.erase(member);
    for (const QString &topic : topics)
        remove(session, topic);
}

void FanOut::remove(const Session *session, const QString &topic)
{
    const auto subscribers = m_topics.find(topic);
    if (subscribers == m_topics.end())
        return;
    subscribers->removeAll(const_cast<Session *>(session));
    if (subscribers->isEmpty())
        m_topics.erase(subscribers);
}

int FanOut::publish(const QString &topic, const Encode &encode, Delivery delivery, const QString &conflationKey,
                    const Filter &filter)
{
    // A copy (shared, not deep): a filter or a session may change the subscriptions while we go round.
    const QList<Session *> subscribers = m_topics.value(topic);
    Frame frame;
    int count = 0;
    for (Session *session : subscribers) {
        if (!m_members.contains(session) || !session->isOpen() || (filter && !filter(session)))
            continue;
        if (frame.isEmpty())
            frame = encode();
        if (frame.isEmpty())
            return 0;
        session->send(frame, delivery, conflationKey);
        ++count;
    }
    return count;
}

int FanOut::publish(const QString &topic, const Frame &frame, Delivery delivery, const QString &conflationKey,
                    const Filter &filter)
{
    return publish(topic, [&frame] { return frame; }, delivery, conflationKey, filter);
}

int FanOut::subscriberCount(const QString &topic) const
{
    return static_cast<int>(m_topics.value(topic).size());
}

bool FanOut::isSubscribed(const Session *session, const QString &topic) const
{
    const auto member = m_members.constFind(session);
    return member != m_members.constEnd() && member->topics.contains(topic);
}

QStringList FanOut::topicsOf(const Session *session) const
{
    return m_members.value(session).topics;
}

QHash<QString, int> FanOut::subscriptionCounts() const
{
    QHash<QString, int> counts;
    for (auto at = m_topics.constBegin(); at != m_topics.constEnd(); ++at)
        counts.insert(at.key(), static_cast<int>(at->size()));
    return counts;
}

} // namespace tocsin::net
