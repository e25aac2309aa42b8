// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/monitor/MonitorHub.h"

#include "server/dialects/monitor/MonitorFrames.h"

#include <QSet>
#include <QUuid>

#include <algorithm>
#include <numeric>

namespace tocsin {

using monitor::Topic;
using monitor::TopicKind;

namespace {
// Beside the topics, of which none has such a key.
const QString everybody = QStringLiteral("all");

QString keyOfUser(const QString &id)
{
    return QStringLiteral("user/") + id;
}
} // namespace

int MonitorHub::Counts::subscriptions() const
{
    return std::accumulate(topics.cbegin(), topics.cend(), 0);
}

MonitorHub::MonitorHub(const DialectOptions &options, const DialectServices &services, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_services(services)
    , m_fanOut(this)
    , m_beats(options, [this](const QList<quint64> &due, TimePoint now) { beat(due, now); }, this)
{
}

MonitorHub::Socket MonitorHub::open(net::Session *session)
{
    constexpr qsizetype longestId = 128;
    auto socket = std::make_shared<MonitorSocket>();
    socket->number = ++m_last;
    socket->session = session;
    socket->clientId = session->query().queryItemValue(QStringLiteral("client_id"), QUrl::FullyDecoded).left(longestId);
    if (socket->clientId.isEmpty())
        socket->clientId = QUuid::createUuid().toString(QUuid::WithoutBraces);
    socket->limit = RateLimit(m_options.messagesPerWindow);
    m_sockets.emplace(socket->number, socket);
    m_fanOut.subscribe(session, everybody);
    if (const Principal &who = session->principal(); !who.anonymous && !who.id.isEmpty())
        m_fanOut.subscribe(session, keyOfUser(who.id));
    m_beats.add(socket->number);
    return socket;
}

void MonitorHub::close(const Socket &socket)
{
    m_fanOut.unsubscribeAll(socket->session);
    m_beats.remove(socket->number);
    m_sockets.erase(socket->number);
    socket->session = nullptr;
}

bool MonitorHub::join(MonitorSocket &socket, const Topic &topic)
{
    const bool joined = socket.session && m_fanOut.subscribe(socket.session, topic.key());
    socket.topics += joined ? 1 : 0;
    return joined;
}

bool MonitorHub::leave(MonitorSocket &socket, const Topic &topic)
{
    const bool left = socket.session && m_fanOut.unsubscribe(socket.session, topic.key());
    socket.topics -= left ? 1 : 0;
    return left;
}

bool MonitorHub::listens(const MonitorSocket &socket, const Topic &topic) const
{
    return socket.session && m_fanOut.isSubscribed(socket.session, topic.key());
}

void MonitorHub::reconsider(const QString &deviceId)
{
    const Topic topics[] = {monitor::topicOf(TopicKind::Device, deviceId),
                            monitor::topicOf(TopicKind::Metrics, deviceId)};
    for (const Topic &topic : topics) {
        if (listeners(topic) == 0)
            continue;
        for (const auto &[number, socket] : m_sockets) {
            if (m_fanOut.isSubscribed(socket->session, topic.key()) &&
                !monitor::mayHear(m_options.posture, socket->session->principal(), topic, m_services.mirror))
                leave(*socket, topic);
        }
    }
}

void MonitorHub::send(MonitorSocket &socket, const QByteArray &utf8)
{
    if (socket.session && socket.session->isOpen())
        socket.session->sendText(utf8);
}

int MonitorHub::publish(const Topic &topic, const Encode &encode, net::Delivery delivery, const QString &key,
                        const Hears &hears, const std::optional<Topic> &unless)
{
    net::FanOut::Filter filter;
    if (hears || unless) {
        filter = [&](const net::Session *session) {
            return (!hears || hears(session->principal())) &&
                   (!unless || !m_fanOut.isSubscribed(session, unless->key()));
        };
    }
    return m_fanOut.publish(topic.key(), [&encode] { return net::Frame::text(encode()); }, delivery, key, filter);
}

int MonitorHub::sendToUser(const QString &userId, const QByteArray &utf8)
{
    return m_fanOut.publish(keyOfUser(userId), net::Frame::text(utf8));
}

int MonitorHub::sendToAll(const QByteArray &utf8)
{
    return m_fanOut.publish(everybody, net::Frame::text(utf8));
}

MonitorHub::Counts MonitorHub::counts() const
{
    Counts counts;
    counts.open = static_cast<int>(m_sockets.size());
    counts.ever = static_cast<qint64>(m_last);
    const auto listening = m_fanOut.subscriptionCounts();
    const QString users = keyOfUser({});
    for (auto it = listening.cbegin(); it != listening.cend(); ++it) {
        if (it.key().startsWith(users))
            ++counts.users;
        else if (it.key() != everybody)
            counts.topics[monitor::nameOfKey(it.key())] += it.value();
    }
    return counts;
}

void MonitorHub::beat(const QList<quint64> &due, TimePoint now)
{
    const net::Frame frame = net::Frame::text(
        monitor::envelope(QStringLiteral("heartbeat"), {{QStringLiteral("status"), QStringLiteral("alive")}}, now));
    for (const quint64 number : due) {
        const auto it = m_sockets.find(number);
        if (it != m_sockets.end() && it->second->session->isOpen())
            it->second->session->send(frame, net::Delivery::B, QStringLiteral("heartbeat"));
    }
}

} // namespace tocsin
