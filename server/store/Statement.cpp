// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/Statement.h"

#include <sqlite3.h>

#include <utility>

namespace tocsin {

Statement::Statement(Statement &&other) noexcept
    : m_statement(std::exchange(other.m_statement, nullptr))
    , m_waitingRow(other.m_waitingRow)
    , m_failed(other.m_failed)
    , m_bound(other.m_bound)
    , m_changes(other.m_changes)
    , m_kept(std::move(other.m_kept))
{
}

Statement &Statement::operator=(Statement &&other) noexcept
{
    std::swap(m_statement, other.m_statement);
    std::swap(m_waitingRow, other.m_waitingRow);
    std::swap(m_failed, other.m_failed);
    std::swap(m_bound, other.m_bound);
    std::swap(m_changes, other.m_changes);
    std::swap(m_kept, other.m_kept);
    return *this;
}

Statement::~Statement()
{
    sqlite3_finalize(m_statement);
}

void Statement::bind(int parameter, qint64 value)
{
    took(sqlite3_bind_int64(m_statement, parameter + 1, value));
}

void Statement::bind(int parameter, double value)
{
    took(sqlite3_bind_double(m_statement, parameter + 1, value));
}

void Statement::bind(int parameter, const QString &text)
{
    bindText(parameter, text.toUtf8());
}

void Statement::bindText(int parameter, const QByteArray &utf8)
{
    keep(parameter, utf8);
    took(sqlite3_bind_text64(m_statement, parameter + 1, utf8.constData(), sqlite3_uint64(utf8.size()), SQLITE_STATIC,
                             SQLITE_UTF8));
}

void Statement::bindBlob(int parameter, const QByteArray &bytes)
{
    keep(parameter, bytes);
    took(sqlite3_bind_blob64(m_statement, parameter + 1, bytes.constData(), sqlite3_uint64(bytes.size()),
                             SQLITE_STATIC));
}

void Statement::bindNull(int parameter)
{
    took(sqlite3_bind_null(m_statement, parameter + 1));
}

void Statement::bindNamed(const char *name, const QString &text)
{
    bind(sqlite3_bind_parameter_index(m_statement, name) - 1, text);
}

bool Statement::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

bool Statement::isInteger(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_INTEGER;
}

qint64 Statement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

double Statement::real(int column) const
{
    return sqlite3_column_double(m_statement, column);
}

QString Statement::text(int column) const
{
    return QString::fromUtf8(bytes(column));
}

QByteArray Statement::bytes(int column) const
{
    const void *data = sqlite3_column_blob(m_statement, column); // first: it decides the form that the size is told of
    return {static_cast<const char *>(data), sqlite3_column_bytes(m_statement, column)};
}

QVariant Statement::value(int column) const
{
    switch (sqlite3_column_type(m_statement, column)) {
    case SQLITE_INTEGER:
        return integer(column);
    case SQLITE_FLOAT:
        return real(column);
    case SQLITE_TEXT:
        return text(column);
    case SQLITE_BLOB:
        return bytes(column);
    default:
        return {};
    }
}

int Statement::columns() const
{
    return sqlite3_column_count(m_statement);
}

void Statement::finish()
{
    m_waitingRow = false;
    sqlite3_reset(m_statement);
}

/// A share of the bytes, until the parameter is bound anew. What a running statement still reads is not given up: SQLite refuses to
/// bind then.
void Statement::keep(int parameter, const QByteArray &bytes)
{
    if (parameter < 0 || sqlite3_stmt_busy(m_statement) != 0)
        return;
    if (m_kept.size() <= std::size_t(parameter))
        m_kept.resize(std::size_t(parameter) + 1);
    m_kept[std::size_t(parameter)] = bytes;
}

void Statement::took(int code)
{
    if (m_bound == SQLITE_OK)
        m_bound = code;
}

int Statement::step()
{
    // A parameter that was not bound is NULL: where that is allowed, the row would be another one.
    const int bound = std::exchange(m_bound, SQLITE_OK);
    const int code = !m_statement ? SQLITE_MISUSE : bound != SQLITE_OK ? bound : sqlite3_step(m_statement);
    m_failed = code != SQLITE_ROW && code != SQLITE_DONE;
    return code;
}

} // namespace tocsin
