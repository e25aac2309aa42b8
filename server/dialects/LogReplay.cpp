// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/LogReplay.h"

#include "server/dialects/NativeEvents.h"

#include <QTimer>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
constexpr int eventsAtOnce = 256;
constexpr auto askAgainAfter = std::chrono::seconds(1);
} // namespace

LogReplay::LogReplay(const DialectOptions &options, const DialectServices &services, ReplyBox &replies, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_services(services)
    , m_replies(replies)
    , m_startedAt(options.clock())
    , m_startHeads(services.mirror.heads())
{
}

qint64 LogReplay::headOf(const Listener &listener) const
{
    return m_services.mirror.heads().value(listener.stream);
}

void LogReplay::opened(const Listener &listener)
{
    const quint64 number = listener.number;
    const PingBarrier::Start start = m_barrier.open(number, listener.key, headOf(listener));
    connect(listener.session, &net::Session::pongReceived, this,
            [this, number](const QByteArray &payload) { prove(number, payload); });
    connect(listener.session, &net::Session::drained, this, [this, number] { proceed(number); });
    Pending pending{start.after, 0, false};
    if (!start.known && !m_startHeads.isEmpty() && m_options.clock() - m_startedAt < graceAfter) {
        pending.silentTo = m_startHeads.value(listener.stream);
        pending.at = std::max<qint64>(0, pending.silentTo - graceEvents);
        m_barrier.beginAt(number, pending.at);
    }
    m_listeners.insert(number, listener);
    m_pending.insert(number, pending);
    proceed(number);
}

void LogReplay::closed(quint64 number)
{
    const auto listener = m_listeners.constFind(number);
    if (listener == m_listeners.cend())
        return;
    m_pending.remove(number);
    const qint64 head = headOf(*listener);
    if (m_toPing.remove(number)) // told of something, not pinged yet
        (void)m_barrier.sent(number, head);
    for (const QString &name : listener->topics) {
        const auto topic = m_listening.find(name);
        if (topic == m_listening.end())
            continue;
        topic->remove(number);
        if (topic->isEmpty())
            m_listening.erase(topic);
    }
    m_barrier.closed(number, head);
    m_listeners.erase(listener);
}

void LogReplay::proceed(quint64 number)
{
    const auto pending = m_pending.find(number);
    if (pending == m_pending.end() || pending->asking)
        return;
    const Listener listener = m_listeners.value(number);
    if (pending->at >= headOf(listener)) {
        // The mirror stands where the log was read to: from here on it is told as things happen.
        m_barrier.passed(number, pending->at);
        m_pending.erase(pending);
        for (const QString &topic : listener.topics)
            m_listening[topic].insert(number);
        listener.listen();
        return;
    }
    if (listener.session->isBehind())
        return; // drained() follows
    pending->asking = true;
    m_services.archive.events(
        {listener.stream, pending->at, eventsAtOnce},
        m_replies.expect<EventsResult>([this, number](const EventsResult &result) { take(number, result); }));
}

void LogReplay::take(quint64 number, const EventsResult &result)
{
    const auto pending = m_pending.find(number);
    if (pending == m_pending.end())
        return;
    pending->asking = false;
    if (!result.error.isEmpty()) {
        QTimer::singleShot(askAgainAfter, this, [this, number] { proceed(number); });
        return;
    }
    const Listener listener = m_listeners.value(number);
    bool told = false;
    qint64 at = pending->at;
    for (const Event &event : result.events) {
        at = native::seqIn(listener.stream, event);
        const bool silent = at <= pending->silentTo && event.at < m_startedAt - graceBefore;
        if (silent || !listener.tell(event))
            continue;
        told = true;
        if (!m_listeners.contains(number) || !listener.session->isOpen())
            return; // closed by what it was sent
    }
    if (result.events.isEmpty())
        at = std::max(at, headOf(listener)); // there is no more
    pending->at = at;
    if (told)
        listener.session->ping(m_barrier.sent(number, at));
    proceed(number);
}

void LogReplay::told(const QStringList &topics)
{
    const bool idle = m_toPing.isEmpty();
    for (const QString &topic : topics)
        m_toPing.unite(m_listening.value(topic));
    // Once for all that is told in this turn.
    if (idle && !m_toPing.isEmpty())
        QMetaObject::invokeMethod(this, &LogReplay::ping, Qt::QueuedConnection);
}

void LogReplay::ping()
{
    for (const quint64 number : std::exchange(m_toPing, {})) {
        const auto listener = m_listeners.constFind(number);
        if (listener == m_listeners.cend() || !listener->session->isOpen())
            continue;
        const qint64 head = headOf(*listener);
        if (listener->pinged)
            listener->pinged(head);
        listener->session->ping(m_barrier.sent(number, head));
    }
}

void LogReplay::prove(quint64 number, const QByteArray &payload)
{
    const bool anything = m_barrier.proved(number, payload);
    const auto listener = m_listeners.constFind(number);
    if (anything && listener != m_listeners.cend() && listener->proved)
        listener->proved(m_barrier.provedBy(number));
}

} // namespace tocsin
