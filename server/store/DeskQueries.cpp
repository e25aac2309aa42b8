// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/DeskQueries.h"

#include "models/domain/Streams.h"
#include "models/wire/EventCodec.h"
#include "server/store/DeskTables.h"
#include "server/store/EventRow.h"
#include "server/store/RequestTable.h"

#include <algorithm>
#include <limits>

namespace tocsin {

namespace {
constexpr int eventsLimit = 1000;
constexpr int alertEventsLimit = 500;
constexpr qint64 alertEventsScanned = 4096; ///< places of a stream that one page looks at, at most
} // namespace

QString DeskQueries::unreadable() const
{
    return QStringLiteral("The file %1 cannot be read: %2.").arg(m_db.path(), m_db.lastError());
}

DeskQueries::Loaded DeskQueries::load()
{
    Loaded loaded;
    DeskSnapshot &snapshot = loaded.snapshot;
    const QVariant last = m_db.value(QStringLiteral("SELECT coalesce(max(seq), 0) FROM events"));
    snapshot.seq = last.toLongLong();
    snapshot.epoch = epoch();
    snapshot.writtenAt = fromEpochMicros(
        m_db.value(QStringLiteral("SELECT coalesce((SELECT at FROM events ORDER BY seq DESC LIMIT 1), 0)"))
            .toLongLong());
    if (!last.isValid() || snapshot.epoch.isEmpty())
        loaded.error = unreadable();
    Statement streams = m_db.prepare(QStringLiteral("SELECT name, head FROM streams"));
    if (m_db.run(streams)) {
        while (m_db.next(streams))
            snapshot.heads.insert(streams.text(0), streams.integer(1));
    }
    if (streams.failed())
        loaded.error = unreadable();
    if (const QString problem = DeskTables::load(m_db, snapshot); !problem.isEmpty())
        loaded.error = problem;
    loaded.requests = requests(&loaded.error);
    return loaded;
}

RequestHistory DeskQueries::requests(QString *error)
{
    RequestHistory history;
    Statement q = m_db.prepare(QStringLiteral("SELECT %1 FROM requests ORDER BY at DESC LIMIT %2")
                                   .arg(RequestTable::columns())
                                   .arg(RequestTable::newestLoaded + 1));
    if (m_db.run(q)) {
        while (m_db.next(q)) {
            const auto request = RequestTable::read(q);
            if (!request) {
                *error = QStringLiteral("The file %1 holds a request that cannot be read.").arg(m_db.path());
                return history;
            }
            history.newest.append(*request);
        }
    }
    if (q.failed())
        *error = unreadable();
    history.complete = history.newest.size() <= RequestTable::newestLoaded;
    std::reverse(history.newest.begin(), history.newest.end());
    return history;
}

AlertsResult DeskQueries::alerts(const AlertsQuery &query)
{
    return DeskTables::alerts(m_db, query);
}

QString DeskQueries::epoch()
{
    return m_db.value(QStringLiteral("SELECT value FROM meta WHERE name='epoch'")).toString();
}

EventsResult DeskQueries::events(const EventsQuery &query)
{
    EventsResult result;
    const qint64 after = std::max<qint64>(0, query.after);
    const int limit = std::clamp(query.limit, 0, eventsLimit);
    // One moment for all three: what is committed meanwhile is the next page's.
    if (!m_db.exec(QStringLiteral("BEGIN"))) {
        result.error = unreadable();
        return result;
    }
    result.epoch = epoch();
    if (query.stream == deskStream()) {
        result.head = m_db.value(QStringLiteral("SELECT coalesce(max(seq), 0) FROM events")).toLongLong();
        result.events = eventsAfter(after, limit, &result.error);
    } else {
        Statement stream = m_db.prepare(QStringLiteral("SELECT id, head FROM streams WHERE name=?"));
        stream.bind(0, query.stream);
        if (m_db.run(stream) && m_db.next(stream)) {
            result.head = stream.integer(1);
            Statement q = m_db.prepare(QStringLiteral("SELECT %1 FROM events WHERE seq IN (SELECT event_seq FROM"
                                                      " stream_events WHERE stream=? AND seq>? ORDER BY seq LIMIT ?)"
                                                      " ORDER BY seq")
                                           .arg(eventColumns()));
            q.bind(0, stream.integer(0));
            q.bind(1, after);
            q.bind(2, limit);
            result.events = events(q, &result.error);
        } else if (stream.failed()) {
            result.error = unreadable();
        }
    }
    m_db.rollback(); // nothing was written
    return result;
}

/// There is no index of the log by alert: the page is looked for in the narrowest stream that the alert is told in, backwards from
/// its last change, a bounded number of places at a time.
AlertEventsResult DeskQueries::alertEvents(const AlertEventsQuery &query)
{
    AlertEventsResult result;
    if (!m_db.exec(QStringLiteral("BEGIN"))) {
        result.error = unreadable();
        return result;
    }
    [&] {
        Statement known = m_db.prepare(QStringLiteral("SELECT body, seq FROM alerts WHERE id=?"));
        known.bind(0, query.alertId);
        if (!m_db.run(known) || !m_db.next(known)) {
            if (known.failed())
                result.error = unreadable();
            return; // not known (any more): nothing is told of it
        }
        const auto alert = decodeAlert(known.bytes(0), &result.error);
        if (!alert)
            return;
        AlertChange change;
        change.alert = *alert;
        const QString stream = streamsOf(change).constLast();
        Statement place = m_db.prepare(QStringLiteral(
            "SELECT s.id, (SELECT max(e.seq) FROM stream_events e WHERE e.stream=s.id AND e.event_seq<=?)"
            " FROM streams s WHERE s.name=?"));
        place.bind(0, known.integer(1));
        place.bind(1, stream);
        if (!m_db.run(place) || !m_db.next(place)) {
            if (place.failed())
                result.error = unreadable();
            return;
        }
        const int limit = std::clamp(query.limit, 1, alertEventsLimit);
        const qint64 below = query.before > 0 ? query.before : place.integer(1) + 1;
        const qint64 from = std::max<qint64>(1, below - alertEventsScanned);
        Statement q = m_db.prepare(QStringLiteral("SELECT %1 FROM events WHERE seq IN (SELECT event_seq FROM"
                                                  " stream_events WHERE stream=? AND seq>=? AND seq<?) AND kind='alert'"
                                                  " AND json_extract(body, '$.alert.id')=? ORDER BY seq DESC LIMIT ?")
                                       .arg(eventColumns()));
        q.bind(0, place.integer(0));
        q.bind(1, from);
        q.bind(2, below);
        q.bind(3, query.alertId);
        q.bind(4, limit);
        result.events = events(q, &result.error);
        if (!result.error.isEmpty())
            return;
        const bool cut = result.events.size() >= limit;
        const qint64 oldest = result.events.isEmpty() ? 0 : result.events.constLast().seq;
        if (!cut) {
            result.before = from > 1 ? from : 0;
        } else {
            for (const StreamPosition &position : result.events.constLast().streams)
                result.before = position.stream == stream ? position.seq : result.before;
        }
        // The first change of all: nothing can be before it.
        if (!result.events.isEmpty() && std::get<AlertChange>(result.events.constLast().body).alert.revision <= 1)
            result.before = 0;
        // Who was told of it in the same stretch of the log; the streams of alerts do not have that.
        const auto logSeqOf = [&](qint64 position) {
            Statement at = m_db.prepare(QStringLiteral("SELECT event_seq FROM stream_events WHERE stream=? AND seq=?"));
            at.bind(0, place.integer(0));
            at.bind(1, position);
            return m_db.run(at) && m_db.next(at) ? at.integer(0) : 0;
        };
        const qint64 newest = query.before > 0 ? logSeqOf(below) : std::numeric_limits<qint64>::max();
        const qint64 least = result.before == 0 ? 0 : cut ? oldest : logSeqOf(from);
        Statement told = m_db.prepare(
            QStringLiteral(
                "SELECT %1 FROM events WHERE seq IN (SELECT seq FROM audit WHERE action='notify' AND object=?"
                " AND seq>=? AND seq<?) ORDER BY seq DESC LIMIT ?")
                .arg(eventColumns()));
        told.bind(0, query.alertId);
        told.bind(1, least);
        told.bind(2, newest);
        told.bind(3, alertEventsLimit);
        result.events += events(told, &result.error);
        std::stable_sort(result.events.begin(), result.events.end(),
                         [](const Event &a, const Event &b) { return a.seq > b.seq; });
    }();
    m_db.rollback(); // nothing was written
    return result;
}

/// The log has no index by alert: its changes are looked for in the stream of its person or device alone.
AlertLogResult DeskQueries::alertLog(const AlertLogQuery &query)
{
    AlertLogResult result;
    Statement alert = m_db.prepare(QStringLiteral("SELECT user_id, source, kind, open FROM alerts WHERE id=?"));
    alert.bind(0, query.alertId);
    if (!m_db.run(alert) || !m_db.next(alert)) {
        if (alert.failed())
            result.error = unreadable();
        return result; // nothing is known of it
    }
    const QString user = alert.text(0);
    const bool incident = alert.text(2) == QLatin1String("incident");
    const bool open = alert.integer(3) != 0;
    const QString stream = !user.isEmpty() ? userStream(user) : incident ? alertsStream() : deviceStream(alert.text(1));
    alert.finish();
    const QString numbers = QStringLiteral("SELECT event_seq FROM stream_events WHERE stream="
                                           "(SELECT id FROM streams WHERE name=%1)");
    // While it is open, what is said to the person belongs to it.
    Statement q = m_db.prepare(
        QStringLiteral("WITH own AS (SELECT seq FROM events WHERE seq IN (%2) AND kind='alert'"
                       " AND json_extract(body, '$.alert.id')=:id)"
                       " SELECT %1 FROM events WHERE seq > %5 AND seq IN (SELECT seq FROM own"
                       " UNION %3 UNION SELECT event_seq FROM (%4) WHERE event_seq > (SELECT min(seq) FROM own) %6"
                       " UNION SELECT seq FROM audit WHERE action IN ('notify', 'export') AND object=:id)"
                       " AND kind IN ('alert', 'chat', 'audit') ORDER BY seq LIMIT %7")
            .arg(eventColumns(), numbers.arg(QStringLiteral(":stream")), numbers.arg(QStringLiteral(":incident")),
                 numbers.arg(QStringLiteral(":person")))
            .arg(std::max<qint64>(0, query.after))
            .arg(open ? QString() : QStringLiteral("AND event_seq < (SELECT max(seq) FROM own)"))
            .arg(std::clamp(query.limit, 0, eventsLimit)));
    q.bindNamed(":stream", stream);
    q.bindNamed(":incident", chatStream(chatThreadOfIncident(query.alertId)));
    q.bindNamed(":person", incident && !user.isEmpty() ? chatStream(chatThreadOfUser(user)) : QString());
    q.bindNamed(":id", query.alertId);
    result.events = events(q, &result.error);
    return result;
}

QList<Event> DeskQueries::eventsAfter(qint64 seq, int limit, QString *error)
{
    Statement q =
        m_db.prepare(QStringLiteral("SELECT %1 FROM events WHERE seq > ? ORDER BY seq LIMIT ?").arg(eventColumns()));
    q.bind(0, seq);
    q.bind(1, limit);
    return events(q, error);
}

QList<Event> DeskQueries::events(Statement &query, QString *error)
{
    QList<Event> events;
    if (m_db.run(query)) {
        while (m_db.next(query)) {
            const auto event = EventRow::read(query).event(error);
            if (!event)
                return events;
            events.append(*event);
        }
    }
    if (query.failed())
        *error = unreadable();
    return events;
}

RememberedResult DeskQueries::remembered(const QString &sender, const QString &id)
{
    RememberedResult result;
    if (!m_remembered)
        m_remembered = m_db.prepare(
            QStringLiteral("SELECT %1 FROM requests WHERE sender=? AND id=?").arg(RequestTable::columns()));
    Statement &q = *m_remembered;
    q.bind(0, sender);
    q.bind(1, id);
    if (m_db.run(q) && m_db.next(q))
        result.request = RequestTable::read(q);
    if (q.failed())
        result.error = unreadable();
    q.finish();
    if (!result.error.isEmpty())
        m_remembered.reset(); // it may be the statement
    return result;
}

} // namespace tocsin
