// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"
#include "server/store/Store.h"

#include <QList>

#include <deque>
#include <mutex>
#include <utility>

namespace tocsin {

/// A store that can stall and fail. Any thread.
class FakeStore : public Store
{
public:
    void append(const QList<Event> &events, Done done) override
    {
        {
            const std::scoped_lock lock(m_mutex);
            ++m_attempts;
            if (m_stalled) {
                m_waiting.push_back({events, std::move(done)});
                return;
            }
        }
        settle(events, done);
    }
    void stall()
    {
        const std::scoped_lock lock(m_mutex);
        m_stalled = true;
    }
    /// Goes on; what waited is decided now.
    void release()
    {
        std::deque<std::pair<QList<Event>, Done>> waiting;
        {
            const std::scoped_lock lock(m_mutex);
            m_stalled = false;
            waiting = std::exchange(m_waiting, {});
        }
        for (const auto &[events, done] : waiting)
            settle(events, done);
    }
    void failNext(int times)
    {
        const std::scoped_lock lock(m_mutex);
        m_failures = times;
    }
    [[nodiscard]] QList<Event> stored() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_stored;
    }
    [[nodiscard]] int attempts() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_attempts;
    }

private:
    void settle(const QList<Event> &events, const Done &done)
    {
        CommitResult result{true, {}};
        {
            const std::scoped_lock lock(m_mutex);
            if (m_failures > 0) {
                --m_failures;
                result = {false, QStringLiteral("disk full")};
            } else {
                m_stored += events;
            }
        }
        done(result);
    }
    mutable std::mutex m_mutex;
    bool m_stalled = false;
    int m_failures = 0;
    int m_attempts = 0;
    std::deque<std::pair<QList<Event>, Done>> m_waiting;
    QList<Event> m_stored;
};

class FakeArchive : public ReadingArchive
{
public:
    void record(const QList<Reading> &readings) override
    {
        const std::scoped_lock lock(m_mutex);
        m_count += readings.size();
    }
    [[nodiscard]] qsizetype count() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_count;
    }

private:
    mutable std::mutex m_mutex;
    qsizetype m_count = 0;
};

inline Reading readingOf(const QString &device, const QString &channel, const Value &value, TimePoint at)
{
    Reading reading;
    reading.deviceId = device;
    reading.source = QStringLiteral("dialect1");
    reading.receivedAt = at;
    reading.samples = {{channel, value}};
    return reading;
}

inline Actor operatorOf(const QString &name)
{
    return {Actor::Kind::Operator, name.toLower(), name, {}};
}
inline Actor userOf(const QString &id)
{
    return {Actor::Kind::User, id, id, {}};
}
inline Request panicBy(const QString &user, const QString &clientId = {})
{
    RaisePanic panic;
    panic.userId = user;
    panic.clientAlertId = clientId;
    return {{}, userOf(user), panic};
}
inline Request chatBy(const QString &user, const QString &text, const QString &clientId = {})
{
    return {{}, userOf(user), SendChat{chatThreadOfUser(user), text, clientId, false, false}};
}

} // namespace tocsin
