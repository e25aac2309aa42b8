// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/Database.h"

#include "server/store/DataDirectory.h"
#include "server/store/Logging.h"

#include <QDir>
#include <QVariant>

#include <atomic>

namespace tocsin {

Database::Database() = default;

Database::~Database()
{
    close();
}

Database::OpenResult Database::open(const QString &path, const Options &options)
{
    static std::atomic<int> counter{0};
    close();
    m_path = path;
    m_error = QSqlError();
    if (!makePrivateFile(path))
        return {Failure::Other, QStringLiteral("The file %1 cannot be created.").arg(path)};
    m_connection = QStringLiteral("tocsin-%1").arg(++counter);
    m_db = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), m_connection);
    if (!m_db.isValid())
        return {Failure::Other, QStringLiteral("The SQLite driver of Qt SQL is not installed.")};
    m_db.setDatabaseName(path);
    m_db.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=2000"));
    if (!m_db.open()) {
        m_error = m_db.lastError();
        return failed();
    }
    // auto_vacuum counts only before the first page is written. fullfsync makes macOS flush the drive too.
    if (options.reclaimsSpace && !exec(QStringLiteral("PRAGMA auto_vacuum=INCREMENTAL")))
        return failed();
    const int level = static_cast<int>(options.durability);
    for (const QString &pragma :
         {QStringLiteral("PRAGMA fullfsync=%1").arg(level == 2 ? 1 : 0), QStringLiteral("PRAGMA foreign_keys=1"),
          QStringLiteral("PRAGMA recursive_triggers=1"), QStringLiteral("PRAGMA synchronous=%1").arg(level)}) {
        if (!exec(pragma))
            return failed();
    }
    const QVariant journal = value(QStringLiteral("PRAGMA journal_mode=WAL"));
    if (!journal.isValid())
        return failed();
    if (journal.toString() != QLatin1String("wal"))
        return {Failure::Other,
                QStringLiteral("The file %1 cannot use a write-ahead log on this file system.").arg(path)};
    if (value(QStringLiteral("PRAGMA synchronous")).toInt() != level ||
        value(QStringLiteral("PRAGMA foreign_keys")).toInt() != 1)
        return {Failure::Other, QStringLiteral("SQLite refused the durability that %1 needs.").arg(path)};
    return migrate(options.migrations);
}

Database::OpenResult Database::migrate(const QList<QStringList> &migrations)
{
    const int known = int(migrations.size());
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
    bool ok = true;
    for (int step = version; step < known && ok; ++step) {
        for (const QString &statement : migrations.at(step))
            ok = ok && exec(statement);
    }
    ok = ok && (version == known || exec(QStringLiteral("PRAGMA user_version=%1").arg(known))) && commit();
    if (!ok) {
        rollback();
        return failed();
    }
    if (version > 0 && version < known)
        qCInfo(lcStore).noquote() << m_path << "brought from schema version" << version << "to" << known;
    return {};
}

void Database::close()
{
    if (m_connection.isEmpty())
        return;
    m_db.close();
    m_db = QSqlDatabase();
    QSqlDatabase::removeDatabase(m_connection);
    m_connection.clear();
}

bool Database::exec(const QString &sql)
{
    QSqlQuery query(m_db);
    if (query.exec(sql))
        return true;
    m_error = query.lastError();
    return false;
}

bool Database::run(QSqlQuery &query)
{
    if (query.exec())
        return true;
    m_error = query.lastError();
    return false;
}

bool Database::next(QSqlQuery &query)
{
    if (query.next())
        return true;
    if (query.lastError().isValid())
        m_error = query.lastError();
    return false;
}

QSqlQuery Database::prepare(const QString &sql)
{
    QSqlQuery query(m_db);
    query.setForwardOnly(true);
    if (!query.prepare(sql)) {
        m_error = query.lastError();
        qCWarning(lcStore).noquote() << "cannot prepare a statement for" << m_path << ":" << lastError();
    }
    return query;
}

void Database::rollback()
{
    // After some errors SQLite has rolled back already and says so: that is no error of ours.
    QSqlQuery query(m_db);
    query.exec(QStringLiteral("ROLLBACK"));
}

QVariant Database::value(const QString &sql)
{
    QSqlQuery query(m_db);
    if (!query.exec(sql)) {
        m_error = query.lastError();
        return {};
    }
    return next(query) ? query.value(0) : QVariant();
}

QString Database::lastError() const
{
    const QString text = m_error.databaseText().isEmpty() ? m_error.driverText() : m_error.databaseText();
    return text.isEmpty() ? QStringLiteral("unknown error") : text;
}

Database::Failure Database::lastFailure() const
{
    if (!m_error.isValid())
        return Failure::None;
    constexpr int primaryMask = 0xff; // extended result codes keep the primary one in the low byte
    switch (m_error.nativeErrorCode().toInt() & primaryMask) {
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
        return Failure::Corrupt;
    case 14: // SQLITE_CANTOPEN
        return Failure::Unopenable;
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
        return Failure::Busy;
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
