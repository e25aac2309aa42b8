// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/HistoryRequest.h"

#include <utility>

namespace tocsin {

void HistoryRequest::ask(const HistoryQuery &query, TimePoint now)
{
    using namespace std::chrono_literals;
    const Duration waited = now - m_askedAt;
    if (m_id && waited >= 0s && waited < 5s)
        m_next = query;
    else
        send(query, now);
}

void HistoryRequest::cancel()
{
    m_canceled = true;
    m_next.reset();
}

HistoryRequest::Taken HistoryRequest::take(quint64 id, TimePoint now)
{
    if (m_id != id)
        return Taken::NotMine;
    m_id.reset();
    if (m_next) {
        send(*std::exchange(m_next, std::nullopt), now);
        return Taken::Obsolete;
    }
    return m_canceled ? Taken::Obsolete : Taken::Current;
}

void HistoryRequest::send(const HistoryQuery &query, TimePoint now)
{
    m_canceled = false;
    m_next.reset();
    m_askedAt = now;
    m_id = m_link.requestHistory(query);
}

} // namespace tocsin
