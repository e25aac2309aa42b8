// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"

namespace tocsin {

class LogStore;
class TelemetryHistory;

/// One ArchivePort over both files: alerts and events from the desk's log, the rest from the history. Any thread. Owns neither; both must
/// outlive it. Their bounds are its bounds: too many waiting queries, or a closed file, are answered at once with an error sentence.
class Archive : public ArchivePort
{
public:
    Archive(LogStore &log, TelemetryHistory &history) : m_log(log), m_history(history) {}

    void history(const HistoryQuery &query, std::function<void(const HistoryResult &)> reply) override;
    void readings(const ReadingsQuery &query, std::function<void(const ReadingsResult &)> reply) override;
    void alerts(const AlertsQuery &query, std::function<void(const AlertsResult &)> reply) override;
    void events(const EventsQuery &query, std::function<void(const EventsResult &)> reply) override;
    void messages(const ChatQuery &query, std::function<void(const ChatResult &)> reply) override;
    void alertLog(const AlertLogQuery &query, std::function<void(const AlertLogResult &)> reply) override;
    void alertEvents(const AlertEventsQuery &query, std::function<void(const AlertEventsResult &)> reply) override;

private:
    LogStore &m_log;
    TelemetryHistory &m_history;
};

} // namespace tocsin
