// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/DeskFile.h"

#include "models/wire/EventCodec.h"
#include "server/store/DeskTables.h"

#include <QVariant>

namespace tocsin {

namespace {
constexpr int eventPage = 1000;

QList<QStringList> migrations()
{
    const QStringList versionOne{
        QStringLiteral("CREATE TABLE events (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, stream TEXT NOT NULL,"
                       " kind TEXT NOT NULL, actor_kind TEXT NOT NULL, actor_id TEXT NOT NULL,"
                       " actor_name TEXT NOT NULL, actor_session TEXT NOT NULL, request_id TEXT NOT NULL,"
                       " body TEXT NOT NULL)"),
        QStringLiteral("CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN"
                       " SELECT RAISE(ABORT, 'the event log is append-only'); END"),
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
    return {versionOne, DeskTables::versionTwo()};
}
} // namespace

struct DeskFile::Statements
{
    explicit Statements(Database &db)
        : event(db.prepare(QStringLiteral("INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?)")))
        , tables(db)
    {
    }
    Statement event;
    DeskTables tables;
};

DeskFile::DeskFile() = default;

DeskFile::~DeskFile()
{
    close();
}

QString DeskFile::open(const QString &path)
{
    close();
    Database::Options options;
    options.durability = Database::Durability::Full;
    options.migrations = migrations();
    if (const auto result = m_db.open(path, options); !result.error.isEmpty()) {
        m_db.close();
        return result.error;
    }
    const QString health = m_db.value(QStringLiteral("PRAGMA quick_check(1)")).toString();
    if (health != QLatin1String("ok")) {
        const QString reason = health.isEmpty() ? m_db.lastError() : health;
        m_db.close();
        return QStringLiteral("The file %1 is damaged (%2): restore it from a backup or move it away.")
            .arg(path, reason.simplified());
    }
    const QVariant head = m_db.value(QStringLiteral("SELECT coalesce(max(seq), 0) FROM events"));
    const QVariant count = m_db.value(QStringLiteral("SELECT count(*) FROM events"));
    if (!head.isValid() || head != count) {
        m_db.close();
        return QStringLiteral("The file %1 is damaged: its event log has gaps.").arg(path);
    }
    m_head = m_committedHead = head.toLongLong();
    m_statements = std::make_unique<Statements>(m_db);
    return {};
}

void DeskFile::close()
{
    m_statements.reset();
    m_db.close();
    m_head = m_committedHead = 0;
}

bool DeskFile::fail()
{
    m_error = m_db.lastError();
    return false;
}

QString DeskFile::doesNotFollow(qint64 seq, qint64 head)
{
    return QStringLiteral("event %1 does not follow event %2").arg(seq).arg(head);
}

bool DeskFile::insert(const Event &event)
{
    if (event.seq != m_head + 1) {
        m_error = doesNotFollow(event.seq, m_head);
        return false;
    }
    const EncodedEvent encoded = encodeEvent(event.body);
    Statement &q = m_statements->event;
    q.bind(0, event.seq);
    q.bind(1, toEpochMicros(event.at));
    q.bind(2, encoded.stream);
    q.bind(3, encoded.kind);
    q.bind(4, actorKindName(event.actor.kind));
    q.bind(5, event.actor.id);
    q.bind(6, event.actor.name);
    q.bind(7, event.actor.session);
    q.bind(8, event.requestId);
    q.bindText(9, encoded.body);
    if (!m_db.run(q) || !m_statements->tables.project(event))
        return fail();
    m_head = event.seq;
    return true;
}

bool DeskFile::commit()
{
    if (!m_db.commit())
        return fail();
    m_committedHead = m_head;
    return true;
}

void DeskFile::rollback()
{
    m_db.rollback();
    m_head = m_committedHead;
}

DeskFile::Loaded DeskFile::load()
{
    Loaded loaded;
    loaded.snapshot.seq = m_committedHead;
    loaded.error = m_statements->tables.load(loaded.snapshot);
    return loaded;
}

AlertsResult DeskFile::alerts(const AlertsQuery &query)
{
    return m_statements->tables.alerts(query);
}

QList<Event> DeskFile::eventsAfter(qint64 seq, int limit, QString *error)
{
    QList<Event> events;
    Statement q = m_db.prepare(QStringLiteral("SELECT seq, at, kind, actor_kind, actor_id, actor_name, actor_session,"
                                              " request_id, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?"));
    q.bind(0, seq);
    q.bind(1, limit);
    if (!m_db.run(q)) {
        *error = QStringLiteral("The file %1 cannot be read: %2.").arg(m_db.path(), m_db.lastError());
        return events;
    }
    while (m_db.next(q)) {
        Event event;
        event.seq = q.integer(0);
        event.at = fromEpochMicros(q.integer(1));
        const auto actorKind = actorKindNamed(q.text(3));
        QString why;
        const auto body = decodeEvent(q.text(2), q.bytes(8), &why);
        if (!body || !actorKind) {
            *error = QStringLiteral("Event %1 cannot be read: %2")
                         .arg(event.seq)
                         .arg(body ? QStringLiteral("its actor is not known.") : why);
            return events;
        }
        event.actor = {*actorKind, q.text(4), q.text(5), q.text(6)};
        event.requestId = q.text(7);
        event.body = *body;
        events.append(event);
    }
    return events;
}

QStringList DeskFile::checkProjections()
{
    DeskTables::Expected expected;
    QString error;
    qint64 seq = 0;
    for (QList<Event> page; !(page = eventsAfter(seq, eventPage, &error)).isEmpty();) {
        for (const Event &event : std::as_const(page)) {
            if (event.seq != seq + 1)
                return {QStringLiteral("The log has a gap after event %1.").arg(seq)};
            seq = event.seq;
            expected.apply(event);
        }
    }
    return error.isEmpty() ? m_statements->tables.differences(expected) : QStringList{error};
}

} // namespace tocsin
