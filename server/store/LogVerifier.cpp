// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/LogVerifier.h"

#include "server/store/Database.h"
#include "server/store/DeskSchema.h"
#include "server/store/DeskTables.h"
#include "server/store/EventRow.h"
#include "server/store/RequestTable.h"
#include "server/store/StreamTables.h"

#include <QFileInfo>
#include <QHash>
#include <QTemporaryDir>

namespace tocsin {

namespace {
/// Tables that a replay of the log does not make.
const QStringList ownTables{QStringLiteral("events"), QStringLiteral("meta"), QStringLiteral("head"),
                            QStringLiteral("requests"), QStringLiteral("retention")};

QString quoted(const QString &name)
{
    return QLatin1Char('"') + name + QLatin1Char('"'); // our own names: none holds a quote
}

QStringList column(Database &db, const QString &sql)
{
    QStringList values;
    Statement q = db.prepare(sql);
    for (bool more = db.run(q) && db.next(q); more; more = db.next(q))
        values.append(q.text(0));
    return values;
}

class Check
{
public:
    explicit Check(const LogVerifier::Options &options) : m_options(options) {}
    [[nodiscard]] VerifyReport run();

private:
    [[nodiscard]] QString open();
    void checkFile();
    void walkLog(Database &scratch);
    void checkRow(const EventRow &row, DeskTables &tables, StreamTables &streams);
    void checkRequests();
    void checkHead();
    void checkCopiedHead();
    void compareTables(const QString &scratchPath);
    void compareTable(const QString &table);
    void compareRows(const QString &table, const QStringList &columns, const QStringList &keys);
    void compareNames();
    void add(const QString &table, const QString &key, const QString &what);
    void unreadable(const QString &table);

    const LogVerifier::Options &m_options;
    Database m_db;
    VerifyReport m_report;
    qint64 m_lastSeq = 0;
    QByteArray m_lastHash = firstHash();
    QByteArray m_copiedHash; ///< of the event that the copied head names, as it is now
    QByteArray m_requests = firstHash();
    QHash<QString, qint64> m_heads;
};

void Check::add(const QString &table, const QString &key, const QString &what)
{
    if (m_report.found.size() < VerifyReport::most)
        m_report.found.append({table, key, what});
}

void Check::unreadable(const QString &table)
{
    add(table, {}, QStringLiteral("cannot be read to its end: ") + m_db.lastError());
}

QString Check::open()
{
    if (!QFileInfo(m_options.path).isFile())
        return QStringLiteral("There is no file %1.").arg(m_options.path);
    Database::Options how;
    how.readOnly = true;
    if (const auto result = m_db.open(m_options.path, how); !result.error.isEmpty())
        return result.error;
    if (const int version = m_db.version(); version != deskSchemaVersion())
        return QStringLiteral(
                   "The file %1 has schema version %2, this Tocsin checks version %3: start its server once.")
            .arg(m_options.path)
            .arg(version)
            .arg(deskSchemaVersion());
    return m_db.exec(QStringLiteral("BEGIN")) ? QString() : m_db.lastError();
}

VerifyReport Check::run()
{
    const QTemporaryDir scratchDir;
    const QString scratchPath = scratchDir.filePath(QStringLiteral("replay.db"));
    m_report.error = open();
    if (!m_report.error.isEmpty())
        return m_report;
    checkFile();
    {
        Database scratch;
        Database::Options how = deskFileOptions();
        how.durability = Database::Durability::Normal;
        // The tables refer to the events, which are not copied.
        if (!scratch.open(scratchPath, how).error.isEmpty() || !scratch.exec(QStringLiteral("PRAGMA foreign_keys=0")) ||
            !scratch.exec(QStringLiteral("PRAGMA synchronous=0")) || !scratch.begin()) {
            m_report.error =
                QStringLiteral("The replay cannot be made in %1: %2.").arg(scratchPath, scratch.lastError());
            return m_report;
        }
        walkLog(scratch);
        if (!scratch.commit()) {
            m_report.error =
                QStringLiteral("The replay cannot be made in %1: %2.").arg(scratchPath, scratch.lastError());
            return m_report;
        }
    }
    checkRequests();
    checkHead();
    checkCopiedHead();
    compareTables(scratchPath);
    return m_report;
}

void Check::checkFile()
{
    for (const QString &line : column(m_db, QStringLiteral("PRAGMA quick_check(20)"))) {
        if (line != QLatin1String("ok"))
            add({}, {}, QStringLiteral("the file is damaged: ") + line.simplified());
    }
}

void Check::walkLog(Database &scratch)
{
    DeskTables tables(scratch);
    StreamTables streams(scratch);
    Statement q = m_db.prepare(QStringLiteral("SELECT %1 FROM events ORDER BY seq").arg(eventColumns()));
    for (bool more = m_db.run(q) && m_db.next(q); more; more = m_db.next(q)) {
        if (!q.isInteger(1))
            add(QStringLiteral("events"), q.text(0), QStringLiteral("its time is not a number"));
        checkRow(EventRow::read(q), tables, streams);
    }
    if (q.failed())
        unreadable(QStringLiteral("events"));
    if (!streams.writeHeads())
        add(QStringLiteral("streams"), {}, QStringLiteral("cannot be replayed: ") + scratch.lastError());
}

void Check::checkRow(const EventRow &row, DeskTables &tables, StreamTables &streams)
{
    const QString table = QStringLiteral("events");
    const QString key = QString::number(row.seq);
    ++m_report.events;
    for (qint64 missing = m_lastSeq + 1; missing < row.seq && missing <= m_lastSeq + 10; ++missing)
        add(table, QString::number(missing), QStringLiteral("is missing"));
    if (row.seq <= m_lastSeq)
        add(table, key, QStringLiteral("is not a place in the log"));
    if (row.chained(m_lastHash) != row.hash)
        add(table, key, QStringLiteral("its hash does not fit its content and the event before it"));
    m_lastSeq = row.seq;
    m_lastHash = row.hash;
    if (m_options.copied && m_options.copied->seq == row.seq)
        m_copiedHash = row.hash;
    QString error;
    const auto event = row.event(&error);
    if (!event) {
        add(table, key, error);
        return;
    }
    if (!tables.project(*event, row.body))
        add(table, key, QStringLiteral("cannot be replayed"));
    for (const StreamPosition &position : event->streams) {
        qint64 &head = m_heads[position.stream];
        if (position.seq != head + 1)
            add(table, key,
                QStringLiteral("is number %1 of the stream \"%2\" after number %3")
                    .arg(position.seq)
                    .arg(position.stream)
                    .arg(head));
        else if (!streams.add({position}, row.seq))
            add(table, key, QStringLiteral("cannot be put into the stream \"%1\"").arg(position.stream));
        head = position.seq;
    }
}

void Check::checkRequests()
{
    const QString table = QStringLiteral("requests");
    Statement q = m_db.prepare(QStringLiteral("SELECT %1 FROM requests").arg(RequestTable::columns()));
    for (bool more = m_db.run(q) && m_db.next(q); more; more = m_db.next(q)) {
        const QByteArray hash = RequestTable::rowHash(q);
        if (hash != q.bytes(6) || !q.isInteger(4) || !q.isInteger(5) || !RequestTable::read(q))
            add(table, q.text(0) + QLatin1Char(' ') + q.text(1), QStringLiteral("its hash does not fit its content"));
        RequestTable::mixIn(m_requests, hash);
    }
    if (q.failed())
        unreadable(table);
}

void Check::checkHead()
{
    const QString table = QStringLiteral("head");
    QHash<QString, QString> meta;
    Statement m = m_db.prepare(QStringLiteral("SELECT name, value FROM meta"));
    for (bool more = m_db.run(m) && m_db.next(m); more; more = m_db.next(m))
        meta.insert(m.text(0), m.text(1));
    for (auto it = meta.cbegin(); it != meta.cend(); ++it) {
        if (it.key() != QLatin1String("epoch") && it.key() != QLatin1String("head_key"))
            add(QStringLiteral("meta"), it.key(), QStringLiteral("is none of ours"));
    }
    if (meta.value(QStringLiteral("epoch")).isEmpty())
        add(QStringLiteral("meta"), QStringLiteral("epoch"), QStringLiteral("is missing"));
    const QByteArray fileKey = QByteArray::fromHex(meta.value(QStringLiteral("head_key")).toLatin1());

    Statement q = m_db.prepare(QStringLiteral("SELECT id, seq, hash, requests, at, signature FROM head"));
    if (!m_db.run(q) || !m_db.next(q)) {
        add(table, QStringLiteral("1"), QStringLiteral("is missing"));
        return;
    }
    SignedHead head{
        meta.value(QStringLiteral("epoch")), q.integer(1), q.bytes(2), q.bytes(3), q.integer(4), fileKey, q.bytes(5)};
    const QString key = QString::number(q.integer(0));
    if (!q.isInteger(1) || !q.isInteger(4))
        add(table, key, QStringLiteral("its seq or its time is not a number"));
    if (head.seq != m_lastSeq)
        add(table, key, QStringLiteral("the log ends at event %1, its head says %2").arg(m_lastSeq).arg(head.seq));
    else if (head.hash != m_lastHash)
        add(table, key, QStringLiteral("the last event does not have the hash that the head says"));
    if (head.requests != m_requests)
        add(QStringLiteral("requests"), {},
            QStringLiteral("a row was changed, added or removed: they are not those that the"
                           " head was made over"));
    if (meta.value(QStringLiteral("head_key")) != QString::fromLatin1(fileKey.toHex()))
        add(QStringLiteral("meta"), QStringLiteral("head_key"), QStringLiteral("is not a key"));
    else if (!m_options.publicKey.isEmpty() && fileKey != m_options.publicKey)
        add(QStringLiteral("meta"), QStringLiteral("head_key"), QStringLiteral("is not the server's key"));
    const bool mustBeSigned = !fileKey.isEmpty() || !m_options.publicKey.isEmpty() || !head.signature.isEmpty();
    if (!m_options.publicKey.isEmpty())
        head.publicKey = m_options.publicKey;
    if (mustBeSigned && !head.isGenuine()) {
        // The epoch and the key are part of what is signed, so the damage may be in meta.
        add(table, key,
            QStringLiteral("its signature does not fit (seq, hash, requests, at, or meta: epoch, head_key)"));
    }
}

void Check::checkCopiedHead()
{
    if (!m_options.copied)
        return;
    const SignedHead &copied = *m_options.copied;
    const QString what = QStringLiteral("the head that was copied out ");
    m_report.copiedSeq = copied.seq;
    if (!copied.isGenuine() || (!m_options.publicKey.isEmpty() && copied.publicKey != m_options.publicKey))
        add({}, {}, what + QStringLiteral("was not signed by this server"));
    else if (copied.epoch != m_db.value(QStringLiteral("SELECT value FROM meta WHERE name='epoch'")).toString())
        add({}, {}, what + QStringLiteral("is of another epoch (a backup was restored after it)"));
    else if (copied.seq > m_lastSeq)
        add({}, {}, what + QStringLiteral("knows %1 events, the log ends at %2").arg(copied.seq).arg(m_lastSeq));
    else if (copied.seq > 0 && copied.hash != m_copiedHash)
        add(QStringLiteral("events"), QString::number(copied.seq),
            QStringLiteral("it or one before it is not the one that ") + what + QStringLiteral("vouches for"));
}

void Check::compareTables(const QString &scratchPath)
{
    Statement attach = m_db.prepare(QStringLiteral("ATTACH ? AS replay"));
    attach.bind(0, scratchPath);
    if (!m_db.run(attach)) {
        m_report.error = QStringLiteral("The replay in %1 cannot be read: %2.").arg(scratchPath, m_db.lastError());
        return;
    }
    compareNames();
    for (const QString &table : column(m_db, QStringLiteral("SELECT name FROM replay.sqlite_master WHERE type='table'"
                                                            " AND name NOT LIKE 'sqlite_%' ORDER BY name"))) {
        if (!ownTables.contains(table))
            compareTable(table);
    }
}

/// Tables, indexes and triggers: the log's own guards must be there.
void Check::compareNames()
{
    Statement q = m_db.prepare(QStringLiteral(
        "SELECT type, name, 'is missing' FROM replay.sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name NOT IN"
        " (SELECT name FROM main.sqlite_master) UNION ALL SELECT type, name, 'is none of ours' FROM main.sqlite_master"
        " WHERE name NOT LIKE 'sqlite_%' AND name NOT IN (SELECT name FROM replay.sqlite_master)"));
    for (bool more = m_db.run(q) && m_db.next(q); more; more = m_db.next(q))
        add({}, {}, QStringLiteral("the %1 \"%2\" %3").arg(q.text(0), q.text(1), q.text(2)));
}

void Check::compareTable(const QString &table)
{
    QStringList columns;
    QStringList keys;
    Statement q = m_db.prepare(QStringLiteral("SELECT name, pk FROM pragma_table_info(?, 'replay') ORDER BY cid"));
    q.bind(0, table);
    for (bool more = m_db.run(q) && m_db.next(q); more; more = m_db.next(q)) {
        columns.append(q.text(0));
        if (q.integer(1) > 0)
            keys.append(q.text(0));
    }
    compareRows(table, columns, keys);
}

void Check::compareRows(const QString &table, const QStringList &columns, const QStringList &keys)
{
    QStringList same;
    QStringList key;
    QStringList differs;
    for (const QString &name : keys) {
        same.append(QStringLiteral("a.%1 IS b.%1").arg(quoted(name)));
        key.append(QStringLiteral("a.%1").arg(quoted(name)));
    }
    for (const QString &name : columns)
        differs.append(QStringLiteral("iif(a.%1 IS b.%1, '', ' %2')").arg(quoted(name), name));
    const QString named = key.join(QLatin1String(" || ' ' || "));
    const QString on = same.join(QLatin1String(" AND "));
    const auto list = [&](const QString &sql, auto what) {
        Statement q = m_db.prepare(sql);
        for (bool more = m_db.run(q) && m_db.next(q); more; more = m_db.next(q))
            add(table, q.text(0), what(q));
        if (q.failed())
            unreadable(table);
    };
    const auto onlyIn = [&](const QString &one, const QString &other, const QString &excused) {
        return QStringLiteral("SELECT %1 FROM %2.%4 a LEFT JOIN %3.%4 b ON %5 WHERE b.%6 IS NULL AND NOT (%7) LIMIT %8")
            .arg(named, one, other, quoted(table), on, quoted(keys.constFirst()), excused,
                 QString::number(VerifyReport::most));
    };
    const QString main = QStringLiteral("main");
    const QString replay = QStringLiteral("replay");
    list(onlyIn(replay, main, DeskTables::mayBePruned(table)),
         [](const Statement &) { return QStringLiteral("is missing"); });
    list(onlyIn(main, replay, QStringLiteral("0")),
         [](const Statement &) { return QStringLiteral("is not in the log"); });
    list(QStringLiteral(
             "SELECT * FROM (SELECT %1, %2 AS d FROM main.%3 a JOIN replay.%3 b ON %4) WHERE d <> '' LIMIT %5")
             .arg(named, differs.join(QLatin1String(" || ")), quoted(table), on)
             .arg(VerifyReport::most),
         [](const Statement &q) {
             return QStringLiteral("differs from the log in ") +
                    q.text(1).trimmed().split(QLatin1Char(' ')).join(QLatin1String(", "));
         });
}
} // namespace

QString Damage::text() const
{
    if (table.isEmpty())
        return what;
    return key.isEmpty() ? QStringLiteral("%1: %2").arg(table, what)
                         : QStringLiteral("%1 %2: %3").arg(table, key, what);
}

VerifyReport LogVerifier::verify(const Options &options)
{
    return Check(options).run();
}

LogVerifier::Rebuilt LogVerifier::rebuild(const QString &path)
{
    Rebuilt result;
    Database db;
    result.error = db.open(path, deskFileOptions()).error;
    if (!result.error.isEmpty())
        return result;
    const auto failed = [&] {
        result.error = QStringLiteral("Nothing was changed in %1: %2.").arg(path, db.lastError());
        db.rollback();
        return result;
    };
    if (!db.begin())
        return failed();
    result.tables = column(db, QStringLiteral("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE"
                                              " 'sqlite_%' ORDER BY name"));
    result.tables.removeIf([](const QString &table) { return ownTables.contains(table); });
    for (const QString &table : std::as_const(result.tables)) {
        if (!db.exec(QStringLiteral("DELETE FROM ") + quoted(table)))
            return failed();
    }
    DeskTables tables(db);
    StreamTables streams(db);
    Statement q = db.prepare(QStringLiteral("SELECT %1 FROM events ORDER BY seq").arg(eventColumns()));
    for (bool more = db.run(q) && db.next(q); more; more = db.next(q)) {
        QString error;
        const EventRow row = EventRow::read(q);
        const auto event = row.event(&error);
        if (!event || !tables.project(*event, row.body) || !streams.add(event->streams, event->seq)) {
            if (event)
                error = streams.error().isEmpty() ? db.lastError() : streams.error();
            result.error = QStringLiteral("Nothing was changed in %1: %2").arg(path, error);
            db.rollback();
            return result;
        }
        ++result.events;
    }
    if (q.failed() || !streams.writeHeads())
        return failed();
    q.finish();
    return db.commit() ? result : failed();
}

} // namespace tocsin
