// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"

#include <QList>

#include <mutex>

namespace tocsin::fake {

/// Keeps every reading. Thread-safe, as the real one.
class Sink : public ReadingSink
{
public:
    void take(const QList<Reading> &readings) override
    {
        const std::scoped_lock lock(m_mutex);
        m_readings += readings;
    }
    [[nodiscard]] QList<Reading> readings() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_readings;
    }

private:
    mutable std::mutex m_mutex;
    QList<Reading> m_readings;
};

/// Keeps every request; answers at once with done, or so many times with a refusal of the given code.
class Desk : public DeskPort
{
public:
    void submit(const Request &request, Reply reply) override
    {
        QString refusal;
        {
            const std::scoped_lock lock(m_mutex);
            m_requests.append(request);
            if (m_refusals > 0) {
                --m_refusals;
                refusal = m_code;
            }
        }
        reply(refusal.isEmpty() ? Outcome::done(request.id) : Outcome::refused(refusal, QStringLiteral("not now")));
    }
    void refuse(int times, const QString &code)
    {
        const std::scoped_lock lock(m_mutex);
        m_refusals = times;
        m_code = code;
    }
    [[nodiscard]] QList<Request> requests() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_requests;
    }
    template<class T>
    [[nodiscard]] QList<T> all() const
    {
        QList<T> found;
        for (const Request &request : requests()) {
            if (const T *body = std::get_if<T>(&request.body))
                found.append(*body);
        }
        return found;
    }

private:
    mutable std::mutex m_mutex;
    QList<Request> m_requests;
    int m_refusals = 0;
    QString m_code;
};

} // namespace tocsin::fake
