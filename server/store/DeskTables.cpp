// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/DeskTables.h"

#include "models/wire/EventCodec.h"

#include <algorithm>

namespace tocsin {

namespace {
constexpr int closedAlertsInSnapshot = 500;
constexpr int messagesPerThreadInSnapshot = 200;
constexpr int threadsInSnapshot = 1000;
constexpr int closedCommandsInSnapshot = 200;
constexpr int receiptsInSnapshot = 10'000;
constexpr int alertsLimit = 1000;
constexpr int messagesLimit = 500;

void bindOne(Statement &statement, int parameter, const std::optional<TimePoint> &at)
{
    if (at)
        statement.bind(parameter, toEpochMicros(*at));
    else
        statement.bindNull(parameter);
}
void bindOne(Statement &statement, int parameter, TimePoint at)
{
    statement.bind(parameter, toEpochMicros(at));
}
void bindOne(Statement &statement, int parameter, const QByteArray &utf8)
{
    statement.bindText(parameter, utf8);
}
template<class T>
void bindOne(Statement &statement, int parameter, const T &value)
{
    statement.bind(parameter, value);
}

/// All parameters, in their order.
template<class... Values>
Statement &bound(Statement &statement, const Values &...values)
{
    int parameter = 0;
    (bindOne(statement, parameter++, values), ...);
    return statement;
}

QString whereSource(const QString &source)
{
    return source.isEmpty() ? QString() : QStringLiteral(" AND (source = :source OR user_id = :source)");
}
template<class... Ts>
struct Overloaded : Ts...
{
    using Ts::operator()...;
};

} // namespace

struct DeskTables::Statements
{
    explicit Statements(Database &db)
        : device(db.prepare(QStringLiteral("INSERT INTO devices VALUES (?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET"
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
        , receipt(db.prepare(QStringLiteral("INSERT INTO chat_receipts VALUES (?,?,?,?,?,?) ON CONFLICT(key) DO UPDATE"
                                            " SET message_id=excluded.message_id, at=excluded.at, seq=excluded.seq,"
                                            " body=excluded.body")))
        , command(
              db.prepare(QStringLiteral("INSERT INTO commands VALUES (?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET"
                                        " device_id=excluded.device_id, state=excluded.state, open=excluded.open,"
                                        " issued_at=excluded.issued_at, finished_at=excluded.finished_at,"
                                        " seq=excluded.seq, body=excluded.body")))
        , attachment(db.prepare(QStringLiteral("INSERT INTO chat_attachments VALUES (?,?,?) ON CONFLICT(id, thread)"
                                               " DO UPDATE SET seq=excluded.seq")))
        , audit(db.prepare(QStringLiteral("INSERT INTO audit VALUES (?,?,?,?,?,?,?)")))
    {
    }
    Statement device;
    Statement alert;
    Statement chat;
    Statement receipt;
    Statement command;
    Statement attachment;
    Statement audit;
};

DeskTables::DeskTables(Database &db) : m_db(db), m_statements(std::make_unique<Statements>(db))
{
}

DeskTables::~DeskTables() = default;

QStringList DeskTables::versionTwo()
{
    return {
        QStringLiteral(
            "CREATE TABLE chat_receipts (key TEXT PRIMARY KEY, thread TEXT NOT NULL, message_id TEXT NOT NULL,"
            " at INTEGER NOT NULL, seq INTEGER NOT NULL REFERENCES events(seq), body TEXT NOT NULL)"),
        QStringLiteral("CREATE INDEX receipts_thread ON chat_receipts(thread, seq)"),
        QStringLiteral("CREATE INDEX receipts_seq ON chat_receipts(seq)"),
        QStringLiteral("CREATE TABLE commands (id TEXT PRIMARY KEY, device_id TEXT NOT NULL, state TEXT NOT NULL,"
                       " open INTEGER NOT NULL, issued_at INTEGER NOT NULL, finished_at INTEGER,"
                       " seq INTEGER NOT NULL REFERENCES events(seq), body TEXT NOT NULL)"),
        QStringLiteral("CREATE INDEX commands_open ON commands(open, issued_at)"),
        QStringLiteral("CREATE INDEX commands_device ON commands(device_id, issued_at)"),
        QStringLiteral("CREATE INDEX commands_seq ON commands(seq)"),
        QStringLiteral("CREATE TABLE audit (seq INTEGER PRIMARY KEY REFERENCES events(seq), at INTEGER NOT NULL,"
                       " action TEXT NOT NULL, object TEXT NOT NULL, actor_id TEXT NOT NULL, ok INTEGER NOT NULL,"
                       " body TEXT NOT NULL)"),
        QStringLiteral("CREATE INDEX audit_action ON audit(action, at)"),
        QStringLiteral("CREATE INDEX chat_id ON chat_messages(id)"),
        QStringLiteral("CREATE TABLE chat_attachments (id TEXT NOT NULL, thread TEXT NOT NULL,"
                       " seq INTEGER NOT NULL REFERENCES events(seq), PRIMARY KEY (id, thread)) WITHOUT ROWID"),
        QStringLiteral("CREATE INDEX attachments_seq ON chat_attachments(seq)"),
        QStringLiteral("CREATE TABLE retention (id INTEGER PRIMARY KEY CHECK (id = 1), before INTEGER NOT NULL)"),
    };
}

/// Only an alert is told in the log with more than its own body: with what happened to it.
bool DeskTables::project(const Event &event, const QByteArray &body)
{
    Statements &into = *m_statements;
    return std::visit(
        Overloaded{
            [&](const AlertChange &change) {
                const Alert &a = change.alert;
                return m_db.run(bound(into.alert, a.id, a.source, a.code, a.instance, a.userId, toString(a.kind),
                                      toString(a.level), toString(a.cond), toString(stateOf(a)), isOpen(a), a.acked,
                                      a.occurrence, a.revision, a.raisedAt, a.lastSeenAt, a.clearedAt, a.ackedAt,
                                      event.seq, encodeAlert(a)));
            },
            [&](const ChatMessage &m) {
                return m_db.run(bound(into.chat, event.seq, m.id, m.thread, m.at, body)) &&
                       std::all_of(m.attachments.cbegin(), m.attachments.cend(), [&](const QString &id) {
                           return m_db.run(bound(into.attachment, id, m.thread, event.seq));
                       });
            },
            [&](const Device &d) {
                return m_db.run(bound(into.device, d.id, toString(d.kind), d.simulated, event.seq, body));
            },
            [&](const ChatReceipt &r) {
                return m_db.run(bound(into.receipt, receiptKey(r), r.thread, r.messageId, r.at, event.seq, body));
            },
            [&](const Command &c) {
                return m_db.run(bound(into.command, c.id, c.deviceId, toString(c.state), isOpen(c), c.issuedAt,
                                      c.finishedAt, event.seq, body));
            },
            [&](const AuditRecord &r) {
                return m_db.run(bound(into.audit, event.seq, event.at, r.action, r.object, event.actor.id, r.ok, body));
            }},
        event.body);
}

template<class T, class Decode>
QList<T> DeskTables::bodies(Database &db, Statement &query, Decode decode, QString *error)
{
    QList<T> list;
    if (!db.run(query)) {
        *error = QStringLiteral("The file %1 cannot be read: %2.").arg(db.path(), db.lastError());
        return list;
    }
    while (db.next(query)) {
        QString why;
        const auto item = decode(query.bytes(0), &why);
        if (!item) {
            *error = QStringLiteral("The file %1 holds a row that cannot be read: %2").arg(db.path(), why);
            return list;
        }
        list.append(*item);
    }
    if (query.failed())
        *error = QStringLiteral("The file %1 cannot be read: %2.").arg(db.path(), db.lastError());
    return list;
}

QString DeskTables::load(Database &db, DeskSnapshot &snapshot)
{
    QString error;
    const auto all = [&db, &error]<class T>(QList<T> &into, const QString &sql, auto decode) {
        Statement query = db.prepare(sql);
        into += bodies<T>(db, query, decode, &error);
    };
    all(snapshot.devices, QStringLiteral("SELECT body FROM devices ORDER BY id"), decodeDevice);
    all(snapshot.alerts, QStringLiteral("SELECT body FROM alerts WHERE open=1 ORDER BY raised_at DESC, seq DESC"),
        decodeAlert);
    all(snapshot.alerts,
        QStringLiteral("SELECT body FROM alerts WHERE open=0 ORDER BY raised_at DESC, seq DESC LIMIT %1")
            .arg(closedAlertsInSnapshot),
        decodeAlert);
    // The newest of each thread of the newest threads, then all in order. The threads are found by stepping through the index,
    // not by reading every message.
    all(snapshot.messages,
        QStringLiteral("WITH RECURSIVE names(thread) AS (SELECT min(thread) FROM chat_messages UNION ALL"
                       " SELECT (SELECT min(thread) FROM chat_messages WHERE thread > names.thread) FROM names"
                       " WHERE names.thread IS NOT NULL),"
                       " newest(thread) AS (SELECT thread FROM names WHERE thread IS NOT NULL ORDER BY"
                       " (SELECT max(seq) FROM chat_messages c WHERE c.thread = names.thread) DESC LIMIT %1)"
                       " SELECT m.body FROM newest t JOIN chat_messages m ON m.seq IN"
                       " (SELECT seq FROM chat_messages WHERE thread = t.thread ORDER BY seq DESC LIMIT %2)"
                       " ORDER BY m.seq")
            .arg(threadsInSnapshot)
            .arg(messagesPerThreadInSnapshot),
        decodeChat);
    all(snapshot.receipts,
        QStringLiteral("SELECT body FROM (SELECT seq, body FROM chat_receipts ORDER BY seq DESC LIMIT %1) ORDER BY seq")
            .arg(receiptsInSnapshot),
        decodeReceipt);
    all(snapshot.commands, QStringLiteral("SELECT body FROM commands WHERE open=1 ORDER BY issued_at, seq"),
        decodeCommand);
    all(snapshot.commands,
        QStringLiteral("SELECT body FROM commands WHERE open=0 ORDER BY seq DESC LIMIT %1")
            .arg(closedCommandsInSnapshot),
        decodeCommand);
    return error;
}

AlertsResult DeskTables::alerts(Database &db, const AlertsQuery &query)
{
    AlertsResult result;
    const QString where =
        QStringLiteral("FROM alerts WHERE %1%2%3%4")
            .arg(query.openOnly     ? QStringLiteral("open=1")
                 : query.closedOnly ? QStringLiteral("open=0")
                                    : QStringLiteral("1"),
                 whereSource(query.source), query.incidentsOnly ? QStringLiteral(" AND kind='incident'") : QString(),
                 query.alertId.isEmpty() ? QString() : QStringLiteral(" AND id=:id"));
    const QString behind =
        query.before.isEmpty()
            ? QString()
            : QStringLiteral(" AND (raised_at, seq) < (SELECT raised_at, seq FROM alerts WHERE id=:before)");
    const auto prepared = [&](const QString &sql) {
        Statement q = db.prepare(sql);
        if (!query.source.isEmpty())
            q.bindNamed(":source", query.source);
        if (!query.alertId.isEmpty())
            q.bindNamed(":id", query.alertId);
        return q;
    };
    Statement q = prepared(QStringLiteral("SELECT body %1%2 ORDER BY raised_at DESC, seq DESC LIMIT %3")
                               .arg(where, behind)
                               .arg(std::clamp(query.limit, 0, alertsLimit)));
    if (!query.before.isEmpty())
        q.bindNamed(":before", query.before);
    result.alerts = bodies<Alert>(db, q, decodeAlert, &result.error);
    if (query.countAll && result.error.isEmpty()) {
        Statement count = prepared(QStringLiteral("SELECT count(*) %1").arg(where));
        if (db.run(count) && db.next(count))
            result.total = count.integer(0);
        else
            result.error = QStringLiteral("The alerts could not be counted.");
    }
    return result;
}

ChatResult DeskTables::messages(Database &db, const ChatQuery &query)
{
    ChatResult result;
    const int limit = std::clamp(query.limit, 1, messagesLimit);
    const bool onwards = !query.after.isEmpty();
    const QString anchor = onwards ? query.after : query.before;
    QString where = QStringLiteral("thread = :thread");
    if (!anchor.isEmpty())
        where += QStringLiteral(" AND seq %1 coalesce((SELECT max(seq) FROM chat_messages WHERE id = :anchor"
                                " AND thread = :thread), %2)")
                     .arg(onwards ? QStringLiteral(">") : QStringLiteral("<"),
                          onwards ? QStringLiteral("0") : QStringLiteral("9223372036854775807"));
    Statement q = db.prepare(QStringLiteral("SELECT body FROM chat_messages WHERE %1 ORDER BY seq %2 LIMIT %3")
                                 .arg(where, onwards ? QStringLiteral("ASC") : QStringLiteral("DESC"))
                                 .arg(limit + 1));
    q.bindNamed(":thread", query.thread);
    if (!anchor.isEmpty())
        q.bindNamed(":anchor", anchor);
    result.messages = bodies<ChatMessage>(db, q, decodeChat, &result.error);
    result.more = result.messages.size() > limit;
    if (result.more)
        result.messages.removeLast();
    if (!onwards)
        std::reverse(result.messages.begin(), result.messages.end());
    return result;
}

std::optional<QStringList> DeskTables::attachmentThreads(Database &db, const QString &id)
{
    Statement q = db.prepare(QStringLiteral("SELECT thread FROM chat_attachments WHERE id = :id ORDER BY thread"));
    q.bindNamed(":id", id);
    QStringList threads;
    for (bool more = db.run(q) && db.next(q); more; more = db.next(q))
        threads.append(q.text(0));
    return q.failed() ? std::nullopt : std::optional<QStringList>(threads);
}

bool DeskTables::prune(TimePoint before)
{
    const QString at = QString::number(toEpochMicros(before));
    // The conversations of people whose incident is open.
    const QString open = QStringLiteral("SELECT 'incident/' || id FROM alerts WHERE open=1 UNION"
                                        " SELECT 'user/' || user_id FROM alerts WHERE open=1 AND user_id <> '' UNION"
                                        " SELECT 'user/' || source FROM alerts WHERE open=1 AND kind='incident'");
    const QString owed = QStringLiteral(
        "EXISTS (SELECT 1 FROM json_each(m.body, '$.asked') a WHERE NOT EXISTS (SELECT 1 FROM chat_receipts r"
        " WHERE r.key = m.thread || char(31) || a.value || char(31) || 'acknowledged' || char(31) || m.id))");
    for (const QString &sql : {
             QStringLiteral("INSERT INTO retention VALUES (1, %1) ON CONFLICT(id) DO UPDATE SET"
                            " before=max(before, excluded.before)")
                 .arg(at),
             QStringLiteral("DELETE FROM chat_messages AS m WHERE at < %1 AND thread NOT IN (%2) AND NOT %3")
                 .arg(at, open, owed),
             QStringLiteral(
                 "DELETE FROM chat_receipts WHERE at < %1 AND message_id NOT IN (SELECT id FROM chat_messages)")
                 .arg(at),
             QStringLiteral("DELETE FROM chat_attachments WHERE NOT EXISTS (SELECT 1 FROM chat_messages m, json_each("
                            "m.body, '$.attachments') a WHERE m.thread = chat_attachments.thread"
                            " AND a.value = chat_attachments.id)"),
             QStringLiteral("DELETE FROM commands WHERE open=0 AND coalesce(finished_at, issued_at) < %1").arg(at),
             QStringLiteral("DELETE FROM alerts WHERE open=0 AND last_seen_at < %1"
                            " AND coalesce(cleared_at, 0) < %1 AND coalesce(acked_at, 0) < %1")
                 .arg(at),
         }) {
        if (!m_db.exec(sql))
            return false;
    }
    return true;
}

QString DeskTables::mayBePruned(const QString &table)
{
    const QString before = QStringLiteral("coalesce((SELECT before FROM main.retention), -9223372036854775807)");
    if (table == QLatin1String("alerts"))
        return QStringLiteral(
                   "a.open=0 AND max(a.last_seen_at, coalesce(a.cleared_at, 0), coalesce(a.acked_at, 0)) < ") +
               before;
    if (table == QLatin1String("commands"))
        return QStringLiteral("a.open=0 AND coalesce(a.finished_at, a.issued_at) < ") + before;
    if (table == QLatin1String("chat_messages") || table == QLatin1String("chat_receipts"))
        return QStringLiteral("a.at < ") + before;
    if (table == QLatin1String("chat_attachments"))
        return QStringLiteral("coalesce((SELECT m.at FROM replay.chat_messages m WHERE m.seq = a.seq), 0) < ") + before;
    return QStringLiteral("0");
}

} // namespace tocsin
