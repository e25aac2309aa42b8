// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QString>
#include <QStringList>

namespace tocsin {

/// One SQLite file on one connection. Opened, used and closed on one thread; owned by that thread's store.
/// Opening sets what we rely on and reads it back: a file system that cannot do it is an error, not a surprise later.
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
    };

    enum class Failure {
        None,
        Corrupt,    ///< not a database, or damaged
        Newer,      ///< written by a later Tocsin
        Unopenable, ///< there, but not as a file that can be opened
        Busy,       ///< another process holds it
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
    /// Every QSqlQuery made from this must be gone before.
    void close();
    [[nodiscard]] bool isOpen() const { return m_db.isOpen(); }
    [[nodiscard]] QString path() const { return m_path; }

    /// Runs one statement without a result; false: see lastError().
    bool exec(const QString &sql);
    /// Runs a prepared and bound query and remembers why it failed.
    bool run(QSqlQuery &query);
    /// The next row of a query; false at the end and on an error, which is remembered too.
    bool next(QSqlQuery &query);
    [[nodiscard]] QSqlQuery prepare(const QString &sql);
    bool begin() { return exec(QStringLiteral("BEGIN IMMEDIATE")); }
    bool commit() { return exec(QStringLiteral("COMMIT")); }
    /// Keeps lastError() as it was.
    void rollback();
    /// First column of the first row; an invalid QVariant when there is none.
    [[nodiscard]] QVariant value(const QString &sql);

    [[nodiscard]] QString lastError() const; ///< "disk I/O error", …
    [[nodiscard]] Failure lastFailure() const;

private:
    OpenResult failed();
    OpenResult migrate(const QList<QStringList> &migrations);

    QString m_path;
    QString m_connection;
    QSqlDatabase m_db;
    QSqlError m_error;
};

} // namespace tocsin
