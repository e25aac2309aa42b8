// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/DeskSchema.h"

#include "models/domain/Streams.h"
#include "server/store/DeskTables.h"
#include "server/store/EventRow.h"
#include "server/store/Logging.h"
#include "server/store/RequestTable.h"
#include "server/store/StreamTables.h"

#include <QHash>

#include <vector>

namespace tocsin {

namespace {
constexpr int page = 1000;
constexpr int chainedVersion = 3;

QString appendOnly()
{
    return QStringLiteral("CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN"
                          " SELECT RAISE(ABORT, 'the event log is append-only'); END");
}

QStringList firstVersion()
{
    return {
        QStringLiteral("CREATE TABLE events (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, stream TEXT NOT NULL,"
                       " kind TEXT NOT NULL, actor_kind TEXT NOT NULL, actor_id TEXT NOT NULL,"
                       " actor_name TEXT NOT NULL, actor_session TEXT NOT NULL, request_id TEXT NOT NULL,"
                       " body TEXT NOT NULL)"),
        appendOnly(),
        QStringLiteral("CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN"
                       " SELECT RAISE(ABORT, 'the event log is append-only'); END"),
        QStringLiteral("CREATE TRIGGER events_no_gap BEFORE INSERT ON events"
                       " WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM events) BEGIN"
                       " SELECT RAISE(ABORT, 'the event log has no gaps'); END"),
        QStringLiteral("CREATE TABLE devices (id TEXT PRIMARY KEY, kind TEXT NOT NULL, simulated INTEGER NOT NULL,"
                       " seq INTEGER NOT NULL REFERENCES events(seq), body TEXT NOT NULL) WITHOUT ROWID"),
        // The body holds every fact of the alert; the columns are those that are searched for.
        QStringLiteral("CREATE TABLE alerts (id TEXT PRIMARY KEY, source TEXT NOT NULL, code TEXT NOT NULL,"
                       " instance TEXT NOT NULL, user_id TEXT NOT NULL, kind TEXT NOT NULL, level TEXT NOT NULL,"
                       " cond TEXT NOT NULL, state TEXT NOT NULL, open INTEGER NOT NULL, acked INTEGER NOT NULL,"
                       " occurrence INTEGER NOT NULL, revision INTEGER NOT NULL, raised_at INTEGER NOT NULL,"
                       " last_seen_at INTEGER NOT NULL, cleared_at INTEGER, acked_at INTEGER,"
                       " seq INTEGER NOT NULL REFERENCES events(seq), body TEXT NOT NULL)"),
        QStringLiteral("CREATE INDEX alerts_open ON alerts(open, raised_at)"),
        QStringLiteral("CREATE INDEX alerts_source ON alerts(source, raised_at)"),
        QStringLiteral("CREATE INDEX alerts_user ON alerts(user_id, raised_at)"),
        QStringLiteral("CREATE INDEX alerts_raised ON alerts(raised_at)"),
        QStringLiteral("CREATE INDEX alerts_seq ON alerts(seq)"),
        QStringLiteral("CREATE TABLE chat_messages (seq INTEGER PRIMARY KEY REFERENCES events(seq),"
                       " id TEXT NOT NULL, thread TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL)"),
        QStringLiteral("CREATE INDEX chat_thread ON chat_messages(thread, seq)"),
    };
}

/// Followed by numberAndChain(), which closes the log against updates again.
QStringList streamsAndChain()
{
    return {
        QStringLiteral("DROP TRIGGER events_no_update"),
        QStringLiteral("ALTER TABLE events ADD COLUMN streams TEXT NOT NULL DEFAULT ''"),
        QStringLiteral("ALTER TABLE events ADD COLUMN hash BLOB NOT NULL DEFAULT x''"),
        QStringLiteral("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"),
        QStringLiteral("INSERT INTO meta VALUES ('epoch', lower(hex(randomblob(8))))"),
        QStringLiteral("CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
                       " head INTEGER NOT NULL)"),
        QStringLiteral("CREATE TABLE stream_events (stream INTEGER NOT NULL, seq INTEGER NOT NULL,"
                       " event_seq INTEGER NOT NULL, PRIMARY KEY (stream, seq)) WITHOUT ROWID"),
        RequestTable::table(),
        QStringLiteral("CREATE INDEX requests_by_age ON requests(at)"),
        // Where the log ends, as the server last left it.
        QStringLiteral("CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL,"
                       " hash BLOB NOT NULL, requests BLOB NOT NULL, at INTEGER NOT NULL, signature BLOB NOT NULL)"),
    };
}

/// Gives the older events their streams, numbers and hashes.
bool numberAndChain(Database &db)
{
    StreamTables tables(db);
    Statement read = db.prepare(
        QStringLiteral("SELECT %1 FROM events WHERE seq > ? ORDER BY seq LIMIT %2").arg(eventColumns()).arg(page));
    Statement write = db.prepare(QStringLiteral("UPDATE events SET streams=?, hash=? WHERE seq=?"));
    QHash<QString, qint64> heads;
    QByteArray hash = firstHash();
    qint64 last = 0;
    qint64 at = 0;
    for (bool more = true; more;) {
        read.bind(0, last);
        if (!db.run(read))
            return false;
        std::vector<EventRow> rows;
        while (db.next(read))
            rows.push_back(EventRow::read(read));
        if (read.failed())
            return false;
        for (EventRow &row : rows) {
            QString error;
            QList<StreamPosition> positions;
            if (const auto event = row.event(&error)) {
                for (const QString &stream : streamsOf(event->body))
                    positions.append({stream, ++heads[stream]});
            } else {
                qCWarning(lcStore).noquote() << "left out of every stream:" << error;
            }
            row.streams = encodeStreams(positions);
            row.hash = hash = row.chained(hash);
            write.bindText(0, row.streams);
            write.bindBlob(1, row.hash);
            write.bind(2, row.seq);
            if (!db.run(write) || !tables.add(positions, row.seq))
                return false;
            last = row.seq;
            at = row.at;
        }
        more = rows.size() == page;
    }
    Statement head = db.prepare(QStringLiteral("INSERT INTO head VALUES (1,?,?,?,?,?)"));
    head.bind(0, last);
    head.bindBlob(1, hash);
    head.bindBlob(2, firstHash());
    head.bind(3, at);
    head.bindBlob(4, {});
    return tables.writeHeads() && db.run(head) && db.exec(appendOnly());
}
} // namespace

Database::Options deskFileOptions()
{
    Database::Options options;
    options.durability = Database::Durability::Full;
    options.cacheKiB = 16 * 1024;   // what one large transaction changes, without writing it early or reading it again
    options.checkpointPages = 8192; // 32 MiB: the same pages change in commit after commit and are carried over once
    options.migrations = {firstVersion(), DeskTables::versionTwo(), streamsAndChain()};
    options.migrated = [](Database &db, int version) { return version != chainedVersion || numberAndChain(db); };
    return options;
}

int deskSchemaVersion()
{
    return int(deskFileOptions().migrations.size());
}

} // namespace tocsin
