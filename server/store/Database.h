// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/store/Statement.h"

#include <QList>
#include <QString>
#include <QStringList>
#include <QVariant>

#include <functional>

struct sqlite3;

namespace tocsin {

/// One SQLite file on one connection. Opened, used and closed on one thread; owned by that thread's store.
/// Opening sets what we rely on and reads it back: a file system that cannot do it is an error, not a surprise later.
/// On SQLite's own interface: Qt SQL's costs 2.6 times as much per event (bench_commit), and tests put a VFS of their own below.
class Database
{
public:
    /// What a power cut may cost. Full: nothing that was committed (desk.db, accounts.db).
    /// Normal: the last moments, never the file's integrity (history.db, class B).
    enum class Durability { Normal = 1, Full = 2 };

    struct Options
    {
        Durability durability = Durability::Full;
        bool reclaimsSpace = false; ///< auto_vacuum incremental; decided when the file is made
        /// Entry i holds the statements that bring version i to i + 1; all run in one transaction.
        QList<QStringList> migrations;
        /// Runs after the statements that brought the file to `version`, for what SQL cannot say. False: the migration failed.
        std::function<bool(Database &, int version)> migrated;
        /// A reader beside the writer, or of a copy: nothing is made, migrated or written; durability does not matter.
        bool readOnly = false;
        int cacheKiB = 2000; ///< pages kept in memory at most, also those that a transaction has changed
        int checkpointPages =
            1000;    ///< the write-ahead log is carried over into the file when it holds so many; 0: never by itself
        QString vfs; ///< SQLite's name of the file system below; empty: the default. Tests put one that fails here.
    };

    enum class Failure {
        None,
        Corrupt,    ///< not a database, or damaged
        Newer,      ///< written by a later Tocsin
        Unopenable, ///< there, but not as a file that can be opened
        Busy,       ///< another process holds it
        Full,       ///< no room on the disk
        Other,
    };

    struct OpenResult
    {
        Failure failure = Failure::None;
        QString error; ///< a sentence naming the file; empty: open
    };

    Database();
    ~Database();
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    [[nodiscard]] OpenResult open(const QString &path, const Options &options);
    /// Every Statement made from this must be gone before.
    void close();
    [[nodiscard]] bool isOpen() const { return m_db != nullptr; }
    [[nodiscard]] QString path() const { return m_path; }

    /// Runs one statement without a result; false: see lastError().
    bool exec(const QString &sql);
    /// Runs a prepared and bound statement and remembers why it failed.
    bool run(Statement &statement);
    /// The next row of a query that run(); false at the end and on an error, which is remembered too.
    bool next(Statement &statement);
    [[nodiscard]] Statement prepare(const QString &sql);
    bool begin();
    bool commit() { return exec(QStringLiteral("COMMIT")); }
    /// Keeps lastError() as it was.
    void rollback();
    /// First column of the first row; an invalid QVariant when there is none.
    [[nodiscard]] QVariant value(const QString &sql);
    [[nodiscard]] qint64 lastInsertId() const;
    /// The file's schema version, for readers.
    [[nodiscard]] int version();

    /// One consistent copy of a database that others may be writing, in one read transaction: they are not held up. `to` must not
    /// exist. A sentence when it fails; then `to` may be there in part.
    [[nodiscard]] static QString copy(const QString &from, const QString &to);
    /// Reads the whole file (integrity_check), which nobody may have open. One sentence per problem; writes nothing.
    [[nodiscard]] static QStringList check(const QString &path);

    [[nodiscard]] QString lastError() const; ///< "disk I/O error", …
    [[nodiscard]] Failure lastFailure() const;

private:
    OpenResult failed();
    OpenResult prepareToWrite(const Options &options);
    OpenResult migrate(const Options &options);
    bool ok(int code);

    QString m_path;
    sqlite3 *m_db = nullptr;
    int m_code = 0; ///< of the last failure
    QString m_message;
};

} // namespace tocsin
