// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/DeskMetrics.h"

#include "server/desk/Desk.h"
#include "server/store/LogStore.h"
#include "server/store/TelemetryHistory.h"

namespace tocsin {

namespace {
Metric counter(const char *name, const char *help, double value)
{
    return {QString::fromLatin1(name), QString::fromLatin1(help), Metric::Kind::Counter, value, {}};
}
} // namespace

QList<Metric> deskMetrics(const Desk &desk, const LogStore &log, const TelemetryHistory &history)
{
    const DeskStats stats = desk.stats();
    return {
        counter("tocsin_desk_readings_total", "Readings that the desk judged", double(stats.readings)),
        counter("tocsin_desk_readings_dropped_total", "Readings dropped unjudged", double(stats.readingsDropped)),
        counter("tocsin_desk_requests_refused_total", "Requests refused for want of room",
                double(stats.requestsRefused)),
        counter("tocsin_store_commits_total", "Transactions of the desk's log", double(log.transactions())),
        counter("tocsin_store_failures_total", "Batches that could not be stored", double(log.failures())),
        counter("tocsin_history_readings_total", "Readings written to the history", double(history.recorded())),
        counter("tocsin_history_dropped_total", "Readings the history dropped", double(history.dropped())),
    };
}

} // namespace tocsin
