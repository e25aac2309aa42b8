// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/LiveTopics.h"

#include <QMap>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
const QString presenceTopic = QStringLiteral("presence");
const QString statsTopic = QStringLiteral("stats");
const QString adaptersTopic = QStringLiteral("adapters");
const QString typingTopic = QStringLiteral("typing");
const QString noticesTopic = QStringLiteral("notices");

/// The readers of each format are a topic of their own, so that each document is encoded once per format.
QString fanOutTopic(const QString &topic, native::Format format)
{
    return topic + (format == native::Format::MessagePack ? QStringLiteral(" msgpack") : QStringLiteral(" json"));
}
} // namespace

LiveTopics::LiveTopics(const DeskMirror &mirror, QObject *parent) : QObject(parent), m_mirror(mirror), m_fanOut(this)
{
    // One frame per device: a newer one takes the place of an older one of the same device alone.
    connect(&mirror, &DeskMirror::presenceChanged, this, [this](const DevicePresence &presence) {
        publish(presenceTopic, QList<DevicePresence>{presence}, presence.deviceId);
    });
}

void LiveTopics::subscribe(net::Session *session, const native::Reader &reader, Format format, const QString &topic)
{
    m_fanOut.subscribe(session, fanOutTopic(topic, format));
    if (topic == typingTopic) {
        m_typingReaders.insert(session, reader);
    } else if (topic == noticesTopic) {
        m_noticeReaders.insert(session, reader);
        tellNoticeReaders();
    } else if (topic == statsTopic) {
        tell(session, format, topic, m_limits);
        if (m_stats)
            tell(session, format, topic, *m_stats);
    } else if (topic == adaptersTopic) {
        tell(session, format, topic, m_adapters);
    } else if (topic == presenceTopic) {
        tell(session, format, topic, m_mirror.presences());
        tell(session, format, topic, m_people);
    }
}

void LiveTopics::unsubscribe(net::Session *session, Format format, const QString &topic)
{
    m_fanOut.unsubscribe(session, fanOutTopic(topic, format));
    if (topic == typingTopic)
        m_typingReaders.remove(session);
    else if (topic == noticesTopic && m_noticeReaders.remove(session) > 0)
        tellNoticeReaders();
}

void LiveTopics::forget(net::Session *session)
{
    m_fanOut.unsubscribeAll(session);
    m_typingReaders.remove(session);
    if (m_noticeReaders.remove(session) > 0)
        tellNoticeReaders();
}

void LiveTopics::tellNoticeReaders()
{
    QMap<QString, OnlinePerson> people;
    for (const native::Reader &reader : std::as_const(m_noticeReaders)) {
        if (!reader.who.id.isEmpty())
            people.insert(reader.who.id, {reader.who.id, reader.who.name, reader.who.role, {}});
    }
    Q_EMIT noticeReadersChanged(people.values());
}

void LiveTopics::tellNotice(const DesktopNotice &notice)
{
    publish(noticesTopic, notice, notice.alertId, [this, &notice](const net::Session *session) {
        const auto reader = m_noticeReaders.constFind(session);
        return reader != m_noticeReaders.cend() && notice.people.contains(reader->who.id);
    });
}

void LiveTopics::tell(net::Session *session, Format format, const QString &topic, const wire::Live::What &what)
{
    session->send(native::frameOf(wire::toJson(wire::Live{topic, what}), format), net::Delivery::A);
}

void LiveTopics::publish(const QString &topic, const wire::Live::What &what, const QString &key,
                         const net::FanOut::Filter &filter)
{
    for (const Format format : {Format::Json, Format::MessagePack}) {
        m_fanOut.publish(
            fanOutTopic(topic, format), [&] { return native::frameOf(wire::toJson(wire::Live{topic, what}), format); },
            net::Delivery::B, topic + QLatin1Char(' ') + key, filter);
    }
}

void LiveTopics::tellStats(const ServerStats &stats)
{
    m_stats = stats;
    publish(statsTopic, stats, {});
}

void LiveTopics::tellAdapters(const QList<AdapterStatus> &adapters)
{
    m_adapters = adapters;
    publish(adaptersTopic, adapters, {});
}

void LiveTopics::tellPeople(const QList<wire::OnlinePerson> &people)
{
    m_sessions = people;
    publishPeople();
}

void LiveTopics::setResidents(const QList<OnlinePerson> &people)
{
    m_residents = people;
    publishPeople();
}

void LiveTopics::publishPeople()
{
    QList<OnlinePerson> all = m_residents;
    for (const OnlinePerson &one : std::as_const(m_sessions)) {
        const auto same = std::find_if(all.begin(), all.end(), [&one](const OnlinePerson &other) {
            return other.id == one.id && other.name == one.name;
        });
        if (same == all.end())
            all.append(one);
        else
            same->since = std::min(same->since, one.since);
    }
    if (all == m_people)
        return;
    m_people = all;
    // Never a device's name: those of devices carry no slash in front.
    publish(presenceTopic, m_people, QStringLiteral("/people"));
    Q_EMIT peopleChanged(m_people);
}

void LiveTopics::setLimits(const QList<ChannelBand> &limits)
{
    m_limits = limits;
    publish(statsTopic, m_limits, QStringLiteral("/limits"));
}

void LiveTopics::tellTyping(const TypingNotice &notice, const net::Session *from)
{
    if (from != nullptr)
        Q_EMIT typed(notice);
    publish(typingTopic, notice, notice.thread + QLatin1Char(' ') + notice.personId,
            [this, &notice, from](const net::Session *session) {
                const auto reader = m_typingReaders.constFind(session);
                return session != from && reader != m_typingReaders.cend() &&
                       native::mayRead(*reader, notice.thread, m_mirror);
            });
}

} // namespace tocsin
