// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/Archive.h"

#include "server/store/LogStore.h"
#include "server/store/TelemetryHistory.h"

namespace tocsin {

void Archive::history(const HistoryQuery &query, std::function<void(const HistoryResult &)> reply)
{
    m_history.history(query, reply);
}

void Archive::readings(const ReadingsQuery &query, std::function<void(const ReadingsResult &)> reply)
{
    m_history.readings(query, reply);
}

void Archive::alerts(const AlertsQuery &query, std::function<void(const AlertsResult &)> reply)
{
    m_log.alerts(query, reply);
}

void Archive::events(const EventsQuery &query, std::function<void(const EventsResult &)> reply)
{
    m_log.events(query, reply);
}

void Archive::messages(const ChatQuery &query, std::function<void(const ChatResult &)> reply)
{
    m_log.messages(query, reply);
}

void Archive::alertLog(const AlertLogQuery &query, std::function<void(const AlertLogResult &)> reply)
{
    m_log.alertLog(query, reply);
}

void Archive::alertEvents(const AlertEventsQuery &query, std::function<void(const AlertEventsResult &)> reply)
{
    m_log.alertEvents(query, reply);
}

} // namespace tocsin
