// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/Statement.h"

#include <sqlite3.h>

#include <utility>

namespace tocsin {

Statement::Statement(Statement &&other) noexcept
    : m_statement(std::exchange(other.m_statement, nullptr))
    , m_waitingRow(other.m_waitingRow)
    , m_failed(other.m_failed)
    , m_changes(other.m_changes)
{
}

Statement &Statement::operator=(Statement &&other) noexcept
{
    std::swap(m_statement, other.m_statement);
    std::swap(m_waitingRow, other.m_waitingRow);
    std::swap(m_failed, other.m_failed);
    std::swap(m_changes, other.m_changes);
    return *this;
}

Statement::~Statement()
{
    sqlite3_finalize(m_statement);
}

void Statement::bind(int parameter, qint64 value)
{
    sqlite3_bind_int64(m_statement, parameter + 1, value);
}

void Statement::bind(int parameter, double value)
{
    sqlite3_bind_double(m_statement, parameter + 1, value);
}

void Statement::bind(int parameter, const QString &text)
{
    bindText(parameter, text.toUtf8());
}

void Statement::bindText(int parameter, const QByteArray &utf8)
{
    sqlite3_bind_text64(m_statement, parameter + 1, utf8.constData(), sqlite3_uint64(utf8.size()), SQLITE_TRANSIENT,
                        SQLITE_UTF8);
}

void Statement::bindBlob(int parameter, const QByteArray &bytes)
{
    sqlite3_bind_blob64(m_statement, parameter + 1, bytes.constData(), sqlite3_uint64(bytes.size()), SQLITE_TRANSIENT);
}

void Statement::bindNull(int parameter)
{
    sqlite3_bind_null(m_statement, parameter + 1);
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

int Statement::step()
{
    const int code = m_statement ? sqlite3_step(m_statement) : SQLITE_MISUSE;
    m_failed = code != SQLITE_ROW && code != SQLITE_DONE;
    return code;
}

} // namespace tocsin
