// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/Database.h"

#include "server/store/DataDirectory.h"
#include "server/store/Logging.h"

#include <QFile>
#include <QUrl>

#include <sqlite3.h>

#include <utility>

namespace tocsin {

namespace {
constexpr int busyTimeoutMs = 2000;
constexpr int primaryMask = 0xff; // extended result codes keep the primary one in the low byte
} // namespace

Database::Database() = default;

Database::~Database()
{
    close();
}

Database::OpenResult Database::open(const QString &path, const Options &options)
{
    close();
    m_path = path;
    m_code = SQLITE_OK;
    m_message.clear();
    if (!options.readOnly && !makePrivateFile(path))
        return {Failure::Other, QStringLiteral("The file %1 cannot be created.").arg(path)};
    const int flags = (options.readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const QByteArray vfs = options.vfs.toUtf8();
    if (!ok(sqlite3_open_v2(QFile::encodeName(path).constData(), &m_db, flags,
                            vfs.isEmpty() ? nullptr : vfs.constData())))
        return failed();
    sqlite3_busy_timeout(m_db, busyTimeoutMs);
    if (!options.readOnly)
        return prepareToWrite(options);
    // The first read tells whether it is a database at all.
    return value(QStringLiteral("PRAGMA schema_version")).isValid() ? OpenResult() : failed();
}

Database::OpenResult Database::prepareToWrite(const Options &options)
{
    // auto_vacuum counts only before the first page is written. fullfsync makes macOS flush the drive too.
    if (options.reclaimsSpace && !exec(QStringLiteral("PRAGMA auto_vacuum=INCREMENTAL")))
        return failed();
    const int level = static_cast<int>(options.durability);
    for (const QString &pragma :
         {QStringLiteral("PRAGMA fullfsync=%1").arg(level == 2 ? 1 : 0), QStringLiteral("PRAGMA foreign_keys=1"),
          QStringLiteral("PRAGMA recursive_triggers=1"), QStringLiteral("PRAGMA synchronous=%1").arg(level),
          QStringLiteral("PRAGMA cache_size=-%1").arg(options.cacheKiB),
          QStringLiteral("PRAGMA wal_autocheckpoint=%1").arg(options.checkpointPages)}) {
        if (!exec(pragma))
            return failed();
    }
    const QVariant journal = value(QStringLiteral("PRAGMA journal_mode=WAL"));
    if (!journal.isValid())
        return failed();
    if (journal.toString() != QLatin1String("wal"))
        return {Failure::Other,
                QStringLiteral("The file %1 cannot use a write-ahead log on this file system.").arg(m_path)};
    if (value(QStringLiteral("PRAGMA synchronous")).toInt() != level ||
        value(QStringLiteral("PRAGMA foreign_keys")).toInt() != 1)
        return {Failure::Other, QStringLiteral("SQLite refused the durability that %1 needs.").arg(m_path)};
    return migrate(options);
}

Database::OpenResult Database::migrate(const Options &options)
{
    const int known = int(options.migrations.size());
    // Under the write lock, so that two processes that start at once migrate once.
    if (!begin())
        return failed();
    const QVariant stored = value(QStringLiteral("PRAGMA user_version"));
    const int version = stored.toInt();
    if (!stored.isValid() || version > known) {
        rollback();
        if (!stored.isValid())
            return failed();
        return {Failure::Newer, QStringLiteral("The file %1 has schema version %2, this Tocsin knows up to %3: it was "
                                               "written by a newer version.")
                                    .arg(m_path)
                                    .arg(version)
                                    .arg(known)};
    }
    bool good = true;
    for (int step = version; step < known && good; ++step) {
        for (const QString &statement : options.migrations.at(step))
            good = good && exec(statement);
        good = good && (!options.migrated || options.migrated(*this, step + 1));
    }
    good = good && (version == known || exec(QStringLiteral("PRAGMA user_version=%1").arg(known))) && commit();
    if (!good) {
        rollback();
        return failed();
    }
    if (version > 0 && version < known)
        qCInfo(lcStore).noquote() << m_path << "brought from schema version" << version << "to" << known;
    return {};
}

void Database::close()
{
    // _v2: a statement that is left makes it a zombie instead of a crash.
    sqlite3_close_v2(m_db);
    m_db = nullptr;
}

bool Database::ok(int code)
{
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
        return true;
    m_code = code;
    const bool saysWhy = m_db && sqlite3_extended_errcode(m_db) == code;
    m_message = QString::fromUtf8(saysWhy ? sqlite3_errmsg(m_db) : sqlite3_errstr(code));
    return false;
}

bool Database::exec(const QString &sql)
{
    return m_db ? ok(sqlite3_exec(m_db, sql.toUtf8().constData(), nullptr, nullptr, nullptr)) : ok(SQLITE_MISUSE);
}

bool Database::run(Statement &statement)
{
    statement.finish();
    const int code = statement.step();
    statement.m_waitingRow = code == SQLITE_ROW;
    const bool good = ok(code);
    if (code != SQLITE_ROW) {
        statement.m_changes = good ? sqlite3_changes(m_db) : 0;
        sqlite3_reset(statement.m_statement);
    }
    return good;
}

bool Database::next(Statement &statement)
{
    if (std::exchange(statement.m_waitingRow, false))
        return true;
    // After its last row, or before run(), a statement is reset: to step it would run it again.
    if (!statement.m_statement || sqlite3_stmt_busy(statement.m_statement) == 0)
        return false;
    const int code = statement.step();
    const bool good = ok(code);
    if (code != SQLITE_ROW)
        sqlite3_reset(statement.m_statement);
    return good && code == SQLITE_ROW;
}

Statement Database::prepare(const QString &sql)
{
    sqlite3_stmt *statement = nullptr;
    const QByteArray utf8 = sql.toUtf8();
    if (!m_db || !ok(sqlite3_prepare_v2(m_db, utf8.constData(), int(utf8.size()) + 1, &statement, nullptr)))
        qCWarning(lcStore).noquote() << "cannot prepare a statement for" << m_path << ":" << lastError();
    return Statement(statement);
}

bool Database::begin()
{
    // There may have been no memory for the rollback of the one before.
    if (m_db && sqlite3_get_autocommit(m_db) == 0)
        rollback();
    return exec(QStringLiteral("BEGIN IMMEDIATE"));
}

void Database::rollback()
{
    // After some errors SQLite has rolled back already and says so: that is no error of ours.
    if (m_db)
        sqlite3_exec(m_db, "ROLLBACK", nullptr, nullptr, nullptr);
}

QVariant Database::value(const QString &sql)
{
    Statement statement = prepare(sql);
    if (!run(statement) || !next(statement))
        return {};
    return statement.value(0);
}

qint64 Database::lastInsertId() const
{
    return sqlite3_last_insert_rowid(m_db);
}

int Database::version()
{
    return value(QStringLiteral("PRAGMA user_version")).toInt();
}

QString Database::copy(const QString &from, const QString &to)
{
    Database source;
    Options options;
    options.readOnly = true;
    if (const OpenResult opened = source.open(from, options); !opened.error.isEmpty())
        return opened.error;
    if (QFile::exists(to) || !makePrivateFile(to))
        return QStringLiteral("The file %1 cannot be created.").arg(to);
    sqlite3 *target = nullptr;
    int code = sqlite3_open_v2(QFile::encodeName(to).constData(), &target,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    if (code == SQLITE_OK) {
        // In one step: in several, each commit of the server would begin it anew.
        sqlite3_backup *copying = sqlite3_backup_init(target, "main", source.m_db, "main");
        if (copying)
            sqlite3_backup_step(copying, -1);
        code = copying ? sqlite3_backup_finish(copying) : sqlite3_errcode(target);
    }
    const QString reason = QString::fromUtf8(sqlite3_errstr(code));
    sqlite3_close_v2(target);
    return code == SQLITE_OK ? QString() : QStringLiteral("The file %1 cannot be copied: %2.").arg(from, reason);
}

QStringList Database::check(const QString &path)
{
    // "immutable": not even the files that readers share are made beside it.
    const QByteArray name = QUrl::fromLocalFile(path).toEncoded() + "?immutable=1";
    Database db;
    db.m_path = path;
    if (!db.ok(sqlite3_open_v2(name.constData(), &db.m_db,
                               SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                               nullptr)))
        return {db.failed().error};
    Statement rows = db.prepare(QStringLiteral("PRAGMA integrity_check"));
    QStringList problems;
    bool good = db.run(rows);
    while (good && db.next(rows)) {
        if (const QString text = rows.text(0); text != QLatin1String("ok"))
            problems.append(QStringLiteral("The file %1 is damaged: %2.").arg(path, text.simplified()));
    }
    if (!good || rows.failed())
        problems.append(db.failed().error);
    return problems;
}

QString Database::lastError() const
{
    return m_message.isEmpty() ? QStringLiteral("unknown error") : m_message;
}

Database::Failure Database::lastFailure() const
{
    switch (m_code & primaryMask) {
    case SQLITE_OK:
        return Failure::None;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return Failure::Corrupt;
    case SQLITE_CANTOPEN:
        return Failure::Unopenable;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return Failure::Busy;
    case SQLITE_FULL:
        return Failure::Full;
    default:
        return Failure::Other;
    }
}

Database::OpenResult Database::failed()
{
    const Failure failure = lastFailure();
    QString sentence = QStringLiteral("The file %1 cannot be opened: %2.");
    if (failure == Failure::Corrupt)
        sentence = QStringLiteral("The file %1 is damaged: %2.");
    else if (failure == Failure::Busy)
        sentence = QStringLiteral("The file %1 is held by another process: %2.");
    return {failure == Failure::None ? Failure::Other : failure, sentence.arg(m_path, lastError())};
}

} // namespace tocsin
