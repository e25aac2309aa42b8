// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

namespace tocsin {

/// What is wrong with a table that somebody wants to import.
struct ImportProblem
{
    int line = 0;   ///< of the file, from 1; 0: the whole file
    QString column; ///< its name; empty: the whole line
    QString message;
    bool operator==(const ImportProblem &) const = default;
};

struct CsvLimits
{
    qsizetype bytes = 10'485'760;
    qsizetype rows = 20'000;
    qsizetype cell = 4096; ///< characters
};

/// A table as text (RFC 4180): UTF-8 with or without a byte order mark, lines end in CRLF or LF, the separator is the comma or the
/// semicolon, whichever stands first in the first line outside quotes. Quoted cells may contain separators, line ends and, doubled,
/// quotes. Empty lines are passed over. The first line names the columns, in any order and any case. Plain value, any thread.
struct CsvTable
{
    struct Row
    {
        int line = 0; ///< where it begins
        QStringList cells;
    };
    QStringList columns; ///< lower case
    QList<Row> rows;
    QList<ImportProblem> problems; ///< at most `mostProblems`

    static constexpr qsizetype mostProblems = 1000;

    /// `known` are the columns there may be, `needed` those that must be. Rows that are wrong are left out.
    [[nodiscard]] static CsvTable read(const QByteArray &utf8, const QStringList &known, const QStringList &needed,
                                       const CsvLimits &limits = {});
    [[nodiscard]] bool has(const QString &column) const { return columns.contains(column); }
    /// Without blanks around it; empty when there is no such column.
    [[nodiscard]] QString cell(const Row &row, const QString &column) const;
};

} // namespace tocsin
