// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QVariant>

#include <vector>

struct sqlite3_stmt;

namespace tocsin {

/// A prepared statement of a Database, which runs it. Same thread; must be gone before its database is closed.
/// Parameters and columns are counted from 0. A null QString is bound as '' and a null QByteArray as an empty blob: NULL is said
/// with bindNull(). What a default-made or badly prepared one is asked to run fails, and so does one that had no memory for a parameter.
class Statement
{
public:
    Statement() = default;
    explicit Statement(sqlite3_stmt *statement) : m_statement(statement) {}
    Statement(Statement &&other) noexcept;
    Statement &operator=(Statement &&other) noexcept;
    Statement(const Statement &) = delete;
    Statement &operator=(const Statement &) = delete;
    ~Statement();

    void bind(int parameter, qint64 value);
    void bind(int parameter, int value) { bind(parameter, qint64(value)); }
    void bind(int parameter, quint32 value) { bind(parameter, qint64(value)); }
    void bind(int parameter, bool value) { bind(parameter, qint64(value)); }
    void bind(int parameter, double value);
    void bind(int parameter, const QString &text);
    /// Text that is UTF-8 already.
    void bindText(int parameter, const QByteArray &utf8);
    void bindBlob(int parameter, const QByteArray &bytes);
    void bindNull(int parameter);
    /// "?1", or ":name" wherever it stands.
    void bindNamed(const char *name, const QString &text);

    // The row that Database::next() brought.
    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] bool isInteger(int column) const; ///< and not a text that begins like one
    [[nodiscard]] qint64 integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] QString text(int column) const;
    [[nodiscard]] QByteArray bytes(int column) const; ///< a blob, or a text as UTF-8
    [[nodiscard]] QVariant
    value(int column) const; ///< as SQLite holds it: qint64, double, QString, QByteArray or invalid
    [[nodiscard]] int columns() const;

    /// Ends a query that was not read to its end: until then its read transaction is open and the write-ahead log grows.
    void finish();
    [[nodiscard]] bool failed() const { return m_failed; }  ///< the last run() or next() did
    [[nodiscard]] int changes() const { return m_changes; } ///< rows that run() wrote

private:
    friend class Database;
    void took(int code);
    void keep(int parameter, const QByteArray &bytes);
    /// SQLITE_ROW, SQLITE_DONE or an error.
    int step();

    sqlite3_stmt *m_statement = nullptr;
    bool m_waitingRow = false; ///< run() has found the first row already
    bool m_failed = false;
    int m_bound = 0; ///< SQLite's code for the first parameter since the last step that could not be bound
    int m_changes = 0;
    std::vector<QByteArray> m_kept; ///< what SQLite reads where it stands, by parameter
};

} // namespace tocsin
