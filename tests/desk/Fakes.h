// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"
#include "server/store/Store.h"

#include <QList>

#include <algorithm>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace tocsin {

/// A store that can stall and fail. Any thread.
class FakeStore : public Store
{
public:
    void append(const Batch &batch, Done done) override
    {
        {
            const std::scoped_lock lock(m_mutex);
            ++m_attempts;
            if (m_stalled) {
                m_waiting.push_back({batch, std::move(done)});
                return;
            }
        }
        settle(batch, done);
    }
    /// Answers at once, also what a look-up in memory would have found.
    void remembered(const QString &sender, const QString &id,
                    std::function<void(const RememberedResult &)> reply) override
    {
        RememberedResult result;
        {
            const std::scoped_lock lock(m_mutex);
            ++m_lookups;
            if (m_lookupsStalled) {
                m_lookupsWaiting.push_back([this, sender, id, reply] { remembered(sender, id, reply); });
                return;
            }
            result.error = m_lookupError;
            for (const RememberedRequest &request : std::as_const(m_requests)) {
                if (request.sender == sender && request.id == id)
                    result.request = request;
            }
        }
        reply(result);
    }
    void stallLookups()
    {
        const std::scoped_lock lock(m_mutex);
        m_lookupsStalled = true;
    }
    void releaseLookups()
    {
        std::deque<std::function<void()>> waiting;
        {
            const std::scoped_lock lock(m_mutex);
            m_lookupsStalled = false;
            waiting = std::exchange(m_lookupsWaiting, {});
        }
        for (const auto &again : waiting)
            again();
    }
    void failLookups(const QString &error)
    {
        const std::scoped_lock lock(m_mutex);
        m_lookupError = error;
    }
    [[nodiscard]] int lookups() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_lookups;
    }
    [[nodiscard]] QList<RememberedRequest> requests() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_requests;
    }
    void stall()
    {
        const std::scoped_lock lock(m_mutex);
        m_stalled = true;
    }
    /// Goes on; what waited is decided now.
    void release()
    {
        std::deque<std::pair<Batch, Done>> waiting;
        {
            const std::scoped_lock lock(m_mutex);
            m_stalled = false;
            waiting = std::exchange(m_waiting, {});
        }
        for (const auto &[batch, done] : waiting)
            settle(batch, done);
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
    void settle(const Batch &batch, const Done &done)
    {
        CommitResult result{true, {}};
        {
            const std::scoped_lock lock(m_mutex);
            if (!m_end) // where the desk begins
                m_end = batch.events.isEmpty() ? batch.requests.value(0).seq : batch.events.constFirst().seq - 1;
            if (m_failures > 0) {
                --m_failures;
                result = {false, QStringLiteral("disk full")};
            } else if (!follows(batch)) {
                result = {false, QStringLiteral("does not follow")};
            } else {
                m_stored += batch.events;
                *m_end += batch.events.size();
                m_requests += batch.requests;
            }
        }
        done(result);
    }
    /// As in the log: numbers without a gap, and no answer that tells of something which is not stored.
    [[nodiscard]] bool follows(const Batch &batch)
    {
        const qint64 end = *m_end + batch.events.size();
        return (batch.events.isEmpty() || batch.events.constFirst().seq == *m_end + 1) &&
               std::all_of(batch.requests.cbegin(), batch.requests.cend(),
                           [end](const RememberedRequest &request) { return request.seq <= end; });
    }
    mutable std::mutex m_mutex;
    bool m_stalled = false;
    int m_failures = 0;
    int m_attempts = 0;
    std::deque<std::pair<Batch, Done>> m_waiting;
    QList<Event> m_stored;
    std::optional<qint64> m_end; ///< seq of the last stored event
    QList<RememberedRequest> m_requests;
    int m_lookups = 0;
    bool m_lookupsStalled = false;
    QString m_lookupError;
    std::deque<std::function<void()>> m_lookupsWaiting;
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
inline Request reportBy(const QString &source, const QString &alertId)
{
    ReportAlert report;
    report.alertId = alertId;
    report.source = source;
    report.code = QStringLiteral("BREAKDOWN");
    report.title = QStringLiteral("Breakdown");
    report.level = AlertLevel::Critical;
    return {{}, {Actor::Kind::Device, source, source, {}}, report};
}
inline Request chatBy(const QString &user, const QString &text, const QString &clientId = {})
{
    return {{}, userOf(user), SendChat{chatThreadOfUser(user), text, clientId, false, false}};
}

} // namespace tocsin
