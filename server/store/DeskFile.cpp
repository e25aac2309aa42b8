// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/DeskFile.h"

#include "models/wire/EventCodec.h"

#include <QHash>
#include <QVariant>

#include <algorithm>

namespace tocsin {

namespace {
constexpr int closedAlertsInSnapshot = 500;
constexpr int messagesPerThreadInSnapshot = 200;
constexpr int alertsLimit = 1000;
constexpr int eventPage = 1000;

QList<QStringList> migrations()
{
    return {{
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
    }};
}

void bindMicros(Statement &statement, int parameter, const std::optional<TimePoint> &at)
{
    if (at)
        statement.bind(parameter, toEpochMicros(*at));
    else
        statement.bindNull(parameter);
}

QString whereSource(const QString &source)
{
    return source.isEmpty() ? QString() : QStringLiteral(" AND (source = :source OR user_id = :source)");
}
} // namespace

struct DeskFile::Statements
{
    explicit Statements(Database &db)
        : event(db.prepare(QStringLiteral("INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?)")))
        , device(db.prepare(QStringLiteral("INSERT INTO devices VALUES (?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET"
                                           " kind=excluded.kind, simulated=excluded.simulated, seq=excluded.seq,"
                                           " body=excluded.body")))
        , alert(db.prepare(QStringLiteral(
              "INSERT INTO alerts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET"
              " source=excluded.source, code=excluded.code, instance=excluded.instance, user_id=excluded.user_id,"
              " kind=excluded.kind, level=excluded.level, cond=excluded.cond, state=excluded.state,"
              " open=excluded.open, acked=excluded.acked, occurrence=excluded.occurrence,"
              " revision=excluded.revision, raised_at=excluded.raised_at, last_seen_at=excluded.last_seen_at,"
              " cleared_at=excluded.cleared_at, acked_at=excluded.acked_at, seq=excluded.seq, body=excluded.body")))
        , chat(db.prepare(QStringLiteral("INSERT INTO chat_messages VALUES (?,?,?,?,?)")))
    {
    }
    Statement event;
    Statement device;
    Statement alert;
    Statement chat;
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
    if (!m_db.run(q) || !project(event))
        return fail();
    m_head = event.seq;
    return true;
}

bool DeskFile::project(const Event &event)
{
    if (const auto *change = std::get_if<AlertChange>(&event.body)) {
        const Alert &a = change->alert;
        Statement &q = m_statements->alert;
        q.bind(0, a.id);
        q.bind(1, a.source);
        q.bind(2, a.code);
        q.bind(3, a.instance);
        q.bind(4, a.userId);
        q.bind(5, toString(a.kind));
        q.bind(6, toString(a.level));
        q.bind(7, toString(a.cond));
        q.bind(8, toString(stateOf(a)));
        q.bind(9, isOpen(a));
        q.bind(10, a.acked);
        q.bind(11, a.occurrence);
        q.bind(12, a.revision);
        q.bind(13, toEpochMicros(a.raisedAt));
        q.bind(14, toEpochMicros(a.lastSeenAt));
        bindMicros(q, 15, a.clearedAt);
        bindMicros(q, 16, a.ackedAt);
        q.bind(17, event.seq);
        q.bindText(18, encodeAlert(a));
        return m_db.run(q);
    }
    if (const auto *message = std::get_if<ChatMessage>(&event.body)) {
        Statement &q = m_statements->chat;
        q.bind(0, event.seq);
        q.bind(1, message->id);
        q.bind(2, message->thread);
        q.bind(3, toEpochMicros(message->at));
        q.bindText(4, encodeChat(*message));
        return m_db.run(q);
    }
    const Device &device = std::get<Device>(event.body);
    Statement &q = m_statements->device;
    q.bind(0, device.id);
    q.bind(1, toString(device.kind));
    q.bind(2, device.simulated);
    q.bind(3, event.seq);
    q.bindText(4, encodeDevice(device));
    return m_db.run(q);
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

template<class T, class Decode>
QList<T> DeskFile::bodies(Statement &query, Decode decode, QString *error)
{
    QList<T> list;
    if (!m_db.run(query)) {
        *error = QStringLiteral("The file %1 cannot be read: %2.").arg(m_db.path(), m_db.lastError());
        return list;
    }
    while (m_db.next(query)) {
        QString why;
        const auto item = decode(query.bytes(0), &why);
        if (!item) {
            *error = QStringLiteral("The file %1 holds a row that cannot be read: %2").arg(m_db.path(), why);
            return list;
        }
        list.append(*item);
    }
    if (query.failed())
        *error = QStringLiteral("The file %1 cannot be read: %2.").arg(m_db.path(), m_db.lastError());
    return list;
}

DeskFile::Loaded DeskFile::load()
{
    Loaded loaded;
    DeskSnapshot &snapshot = loaded.snapshot;
    snapshot.seq = m_committedHead;
    Statement devices = m_db.prepare(QStringLiteral("SELECT body FROM devices ORDER BY id"));
    snapshot.devices = bodies<Device>(devices, decodeDevice, &loaded.error);
    Statement open =
        m_db.prepare(QStringLiteral("SELECT body FROM alerts WHERE open=1 ORDER BY raised_at DESC, seq DESC"));
    snapshot.alerts = bodies<Alert>(open, decodeAlert, &loaded.error);
    Statement closed =
        m_db.prepare(QStringLiteral("SELECT body FROM alerts WHERE open=0 ORDER BY raised_at DESC, seq DESC"
                                    " LIMIT %1")
                         .arg(closedAlertsInSnapshot));
    snapshot.alerts += bodies<Alert>(closed, decodeAlert, &loaded.error);
    // The newest of each thread, then all in order.
    Statement chat = m_db.prepare(
        QStringLiteral(
            "SELECT m.body FROM (SELECT DISTINCT thread FROM chat_messages) t JOIN chat_messages m ON m.seq IN"
            " (SELECT seq FROM chat_messages WHERE thread = t.thread ORDER BY seq DESC LIMIT %1)"
            " ORDER BY m.seq")
            .arg(messagesPerThreadInSnapshot));
    snapshot.messages = bodies<ChatMessage>(chat, decodeChat, &loaded.error);
    return loaded;
}

AlertsResult DeskFile::alerts(const AlertsQuery &query)
{
    AlertsResult result;
    Statement q = m_db.prepare(
        QStringLiteral("SELECT body FROM alerts WHERE %1%2 ORDER BY raised_at DESC, seq DESC LIMIT %3")
            .arg(query.openOnly ? QStringLiteral("open=1") : QStringLiteral("1"), whereSource(query.source))
            .arg(std::clamp(query.limit, 0, alertsLimit)));
    if (!query.source.isEmpty())
        q.bindNamed(":source", query.source);
    result.alerts = bodies<Alert>(q, decodeAlert, &result.error);
    return result;
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
    QHash<QString, Device> devices;
    QHash<QString, Alert> alerts;
    QHash<QString, ChatMessage> messages;
    QString error;
    qint64 seq = 0;
    for (QList<Event> page; !(page = eventsAfter(seq, eventPage, &error)).isEmpty();) {
        for (const Event &event : std::as_const(page)) {
            if (event.seq != seq + 1)
                return {QStringLiteral("The log has a gap after event %1.").arg(seq)};
            seq = event.seq;
            if (const auto *change = std::get_if<AlertChange>(&event.body))
                alerts.insert(change->alert.id, change->alert);
            else if (const auto *message = std::get_if<ChatMessage>(&event.body))
                messages.insert(message->id, *message);
            else
                devices.insert(std::get<Device>(event.body).id, std::get<Device>(event.body));
        }
    }
    if (!error.isEmpty())
        return {error};

    QStringList differences;
    const auto compare = [&](auto &expected, const QString &table, auto decode) {
        using T = std::decay_t<decltype(expected.begin().value())>;
        Statement q = m_db.prepare(QStringLiteral("SELECT body FROM %1").arg(table));
        for (const T &row : bodies<T>(q, decode, &error)) {
            const auto it = expected.constFind(row.id);
            if (it == expected.cend() || !(*it == row))
                differences.append(QStringLiteral("%1 \"%2\" differs from the log.").arg(table, row.id));
            expected.remove(row.id);
        }
        for (auto it = expected.cbegin(); it != expected.cend(); ++it)
            differences.append(QStringLiteral("%1 \"%2\" is missing.").arg(table, it.key()));
    };
    compare(devices, QStringLiteral("devices"), decodeDevice);
    compare(alerts, QStringLiteral("alerts"), decodeAlert);
    compare(messages, QStringLiteral("chat_messages"), decodeChat);
    if (!error.isEmpty())
        differences.append(error);
    return differences;
}

} // namespace tocsin
