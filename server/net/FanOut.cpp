// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/FanOut.h"

#include "server/net/FrameBatch.h"

#include <algorithm>
#include <utility>

namespace tocsin::net {

struct FanOut::Member
{
    std::vector<Place> places;
    QMetaObject::Connection closed;
    QMetaObject::Connection destroyed;
};

struct FanOut::Topic
{
    struct Entry
    {
        Session *session = nullptr; ///< null: left while something is being published
        Member *member = nullptr;
        [[nodiscard]] bool listens() const { return session != nullptr && session->isOpen(); }
    };

    QString name;
    std::vector<Entry> entries;
    std::size_t left = 0;              ///< null entries
    std::shared_ptr<FrameBatch> batch; ///< of this turn; goes when the subscriptions change
    int joined = 0;
    std::vector<std::size_t> apart; ///< who did not join it
    int publishing = 0;             ///< depth; entries keep their places meanwhile
    [[nodiscard]] std::size_t count() const { return entries.size() - left; }
};

FanOut::FanOut(QObject *parent) : QObject(parent)
{
}

FanOut::~FanOut() = default;

FanOut::Topic *FanOut::find(const QString &topic) const
{
    const auto found = m_topics.find(topic);
    return found == m_topics.end() ? nullptr : found->second.get();
}

bool FanOut::subscribe(Session *session, const QString &topic)
{
    if (!session->isOpen() || isSubscribed(session, topic))
        return false;
    std::unique_ptr<Member> &member = m_members[session];
    if (!member) {
        member = std::make_unique<Member>();
        const auto leave = [this, session] { unsubscribeAll(session); };
        member->closed = connect(session, &Session::closed, this, leave);
        member->destroyed = connect(session, &QObject::destroyed, this, leave);
    }
    std::unique_ptr<Topic> &listened = m_topics[topic];
    if (!listened) {
        listened = std::make_unique<Topic>();
        listened->name = topic;
    }
    member->places.push_back({listened.get(), listened->entries.size()});
    listened->entries.push_back({session, member.get()});
    listened->batch.reset(); // what it holds is not for the new one
    return true;
}

bool FanOut::unsubscribe(Session *session, const QString &topic)
{
    const auto found = m_members.find(session);
    if (found == m_members.end())
        return false;
    std::vector<Place> &places = found->second->places;
    const auto place =
        std::find_if(places.begin(), places.end(), [&topic](const Place &at) { return at.topic->name == topic; });
    if (place == places.end())
        return false;
    if (places.size() == 1) {
        unsubscribeAll(session);
        return true;
    }
    const Place at = *place;
    places.erase(place);
    leave(at);
    return true;
}

void FanOut::unsubscribeAll(Session *session)
{
    const auto found = m_members.find(session);
    if (found == m_members.end())
        return;
    const std::unique_ptr<Member> member = std::move(found->second);
    m_members.erase(found);
    disconnect(member->closed);
    disconnect(member->destroyed);
    for (const Place &place : member->places)
        leave(place);
}

void FanOut::leave(Place place)
{
    Topic &topic = *place.topic;
    topic.batch.reset(); // what is published from here on is not for it
    if (topic.publishing > 0) {
        topic.entries[place.index] = {};
        ++topic.left;
        return;
    }
    close(topic, place.index);
    release(topic);
}

/// The last one takes the place of the one that left.
void FanOut::close(Topic &topic, std::size_t index) const
{
    const std::size_t last = topic.entries.size() - 1;
    if (index != last) {
        topic.entries[index] = topic.entries[last];
        for (Place &place : topic.entries[index].member->places) {
            if (place.topic == &topic)
                place.index = index;
        }
    }
    topic.entries.pop_back();
}

/// Closes the places of those that left while something was published; a topic without listeners goes.
void FanOut::release(Topic &topic)
{
    if (topic.publishing > 0)
        return;
    for (std::size_t i = topic.entries.size(); i-- > 0 && topic.left > 0;) {
        if (topic.entries[i].session != nullptr)
            continue;
        close(topic, i);
        --topic.left;
    }
    if (topic.entries.empty())
        m_topics.erase(QString(topic.name));
}

int FanOut::publish(const QString &topic, const Encode &encode, Delivery delivery, const QString &key,
                    const Filter &filter)
{
    Topic *const listened = find(topic);
    if (listened == nullptr)
        return 0;
    ++listened->publishing;
    int count = 0;
    if (filter) {
        count = sendEach(*listened, encode, delivery, key, filter);
    } else if (std::any_of(listened->entries.cbegin(), listened->entries.cend(),
                           [](const Topic::Entry &entry) { return entry.listens(); })) {
        Frame frame = encode();
        if (frame.isEmpty())
            count = 0;
        else if (listened->batch && listened->batch->takes(frame))
            count = extend(*listened, frame, delivery, key);
        else if (FrameBatch::fits(frame))
            count = start(*listened, frame, delivery, key);
        else
            count = sendEach(*listened, [&frame] { return frame; }, delivery, key, {});
    }
    --listened->publishing;
    release(*listened);
    return count;
}

int FanOut::publish(const QString &topic, const Frame &frame, Delivery delivery, const QString &key,
                    const Filter &filter)
{
    return publish(topic, [&frame] { return frame; }, delivery, key, filter);
}

/// The first frame of a turn, or the first after something else was sent to one of the listeners.
int FanOut::start(Topic &topic, const Frame &frame, Delivery delivery, const QString &key) const
{
    const auto batch = std::make_shared<FrameBatch>(frame);
    topic.batch = batch;
    topic.joined = 0;
    topic.apart.clear();
    int count = 0;
    // By index and only those of now: sending may make others leave, or come.
    const std::size_t size = topic.entries.size();
    for (std::size_t i = 0; i < size; ++i) {
        Session *const session = topic.entries[i].session;
        if (!topic.entries[i].listens())
            continue;
        ++count;
        if (session->join(batch)) {
            ++topic.joined;
        } else {
            topic.apart.push_back(i);
            session->send(frame, delivery, key);
        }
    }
    return count;
}

/// A further frame of the same turn: one append for all who have joined.
int FanOut::extend(Topic &topic, const Frame &frame, Delivery delivery, const QString &key) const
{
    topic.batch->append(frame);
    int count = topic.joined;
    for (std::size_t i = 0; i < topic.apart.size(); ++i) {
        const Topic::Entry entry = topic.entries[topic.apart[i]];
        if (!entry.listens())
            continue;
        entry.session->send(frame, delivery, key);
        ++count;
    }
    return count;
}

int FanOut::sendEach(Topic &topic, const Encode &encode, Delivery delivery, const QString &key,
                     const Filter &filter) const
{
    Frame frame;
    int count = 0;
    const std::size_t size = topic.entries.size();
    for (std::size_t i = 0; i < size; ++i) {
        const Topic::Entry entry = topic.entries[i];
        if (!entry.listens() || (filter && !filter(entry.session)) || topic.entries[i].session == nullptr)
            continue;
        if (frame.isEmpty())
            frame = encode();
        if (frame.isEmpty())
            return 0;
        entry.session->send(frame, delivery, key);
        ++count;
    }
    return count;
}

int FanOut::subscriberCount(const QString &topic) const
{
    const Topic *const listened = find(topic);
    return listened == nullptr ? 0 : static_cast<int>(listened->count());
}

bool FanOut::isSubscribed(const Session *session, const QString &topic) const
{
    const auto member = m_members.find(session);
    return member != m_members.end() &&
           std::any_of(member->second->places.cbegin(), member->second->places.cend(),
                       [&topic](const Place &place) { return place.topic->name == topic; });
}

QStringList FanOut::topicsOf(const Session *session) const
{
    QStringList topics;
    const auto member = m_members.find(session);
    if (member == m_members.end())
        return topics;
    for (const Place &place : member->second->places)
        topics.append(place.topic->name);
    return topics;
}

QHash<QString, int> FanOut::subscriptionCounts() const
{
    QHash<QString, int> counts;
    for (const auto &[name, topic] : m_topics) {
        if (topic->count() > 0)
            counts.insert(name, static_cast<int>(topic->count()));
    }
    return counts;
}

} // namespace tocsin::net
