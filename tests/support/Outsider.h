// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QString>
#include <QStringList>

#include <sqlite3.h>

namespace tocsin::test {

/// Another program's hand in a database file: no rules, no schema knowledge.
class Outsider
{
public:
    explicit Outsider(const QString &path) { sqlite3_open(QFile::encodeName(path).constData(), &m_db); }
    Outsider(const Outsider &) = delete;
    Outsider &operator=(const Outsider &) = delete;
    ~Outsider() { sqlite3_close_v2(m_db); }

    /// The error; empty when it worked.
    QString exec(const QString &sql)
    {
        return sqlite3_exec(m_db, sql.toUtf8().constData(), nullptr, nullptr, nullptr) == SQLITE_OK
                   ? QString()
                   : QString::fromUtf8(sqlite3_errmsg(m_db));
    }
    /// The first column of every row, as text.
    QStringList list(const QString &sql)
    {
        QStringList rows;
        sqlite3_stmt *statement = nullptr;
        sqlite3_prepare_v2(m_db, sql.toUtf8().constData(), -1, &statement, nullptr);
        while (sqlite3_step(statement) == SQLITE_ROW)
            rows.append(QString::fromUtf8(reinterpret_cast<const char *>(sqlite3_column_text(statement, 0))));
        sqlite3_finalize(statement);
        return rows;
    }
    [[nodiscard]] int changes() const { return sqlite3_changes(m_db); }

private:
    sqlite3 *m_db = nullptr;
};

} // namespace tocsin::test
