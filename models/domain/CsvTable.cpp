// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/CsvTable.h"

#include <QStringDecoder>

#include <algorithm>
#include <optional>

namespace tocsin {

namespace {

constexpr QChar quote = QLatin1Char('"');
constexpr QChar lineEnd = QLatin1Char('\n');

std::optional<QString> decoded(const QByteArray &utf8)
{
    QStringDecoder decoder(QStringDecoder::Utf8); // takes the byte order mark away
    QString text = decoder(utf8);
    if (decoder.hasError())
        return std::nullopt;
    return text;
}

QChar separatorOf(const QString &text)
{
    bool quoted = false;
    for (const QChar c : text) {
        if (c == quote)
            quoted = !quoted;
        else if (!quoted && (c == QLatin1Char(',') || c == QLatin1Char(';')))
            return c;
        else if (!quoted && c == lineEnd)
            break;
    }
    return QLatin1Char(',');
}

/// One line of the table after the other.
class Scanner
{
public:
    explicit Scanner(const QString &text) : m_text(text), m_separator(separatorOf(text)) {}

    struct Record
    {
        CsvTable::Row row;
        QString problem;
    };

    /// nullopt at the end. A line whose quotes are wrong is passed over as a whole.
    [[nodiscard]] std::optional<Record> next()
    {
        skipEmptyLines();
        if (m_at >= m_text.size())
            return std::nullopt;
        Record record;
        record.row.line = m_line;
        do {
            record.row.cells.append(cell(&record.problem));
        } while (record.problem.isEmpty() && take(m_separator));
        if (record.problem.isEmpty() && !atLineEnd())
            record.problem = QStringLiteral("has something behind a closing quote");
        skipLine();
        return record;
    }

private:
    [[nodiscard]] bool atLineEnd() const
    {
        return m_at >= m_text.size() || m_text.at(m_at) == lineEnd || m_text.mid(m_at, 2) == QLatin1String("\r\n");
    }
    bool take(QChar c)
    {
        if (m_at >= m_text.size() || m_text.at(m_at) != c)
            return false;
        ++m_at;
        return true;
    }
    void skipLine()
    {
        while (m_at < m_text.size() && m_text.at(m_at) != lineEnd)
            ++m_at;
        if (take(lineEnd))
            ++m_line;
    }
    void skipEmptyLines()
    {
        while (m_at < m_text.size() && atLineEnd())
            skipLine();
    }
    [[nodiscard]] QString cell(QString *problem)
    {
        if (!take(quote)) {
            const qsizetype begin = m_at;
            while (!atLineEnd() && m_text.at(m_at) != m_separator)
                ++m_at;
            const QString plain = m_text.mid(begin, m_at - begin);
            if (plain.contains(quote))
                *problem = QStringLiteral("has a quote inside a cell that does not begin with one");
            return plain;
        }
        QString text;
        const int opened = m_line;
        while (m_at < m_text.size()) {
            const QChar c = m_text.at(m_at++);
            if (c == quote && !take(quote))
                return text;
            if (c == lineEnd)
                ++m_line;
            text.append(c);
        }
        *problem = QStringLiteral("has a quote that is never closed (line %1)").arg(opened);
        return text;
    }

    const QString &m_text;
    const QChar m_separator;
    qsizetype m_at = 0;
    int m_line = 1;
};

} // namespace

CsvTable CsvTable::read(const QByteArray &utf8, const QStringList &known, const QStringList &needed,
                        const CsvLimits &limits)
{
    CsvTable table;
    const auto wrong = [&table](int line, const QString &column, const QString &message) {
        if (table.problems.size() < mostProblems)
            table.problems.append({line, column, message});
    };
    if (utf8.size() > limits.bytes) {
        wrong(0, {}, QStringLiteral("the file has more than %1 bytes").arg(limits.bytes));
        return table;
    }
    const auto text = decoded(utf8);
    if (!text || text->contains(QChar(0))) {
        wrong(0, {}, QStringLiteral("the file is not UTF-8 text"));
        return table;
    }
    Scanner scanner(*text);
    const auto header = scanner.next();
    if (!header || !header->problem.isEmpty()) {
        wrong(1, {}, header ? header->problem : QStringLiteral("the line with the names of the columns is missing"));
        return table;
    }
    const int first = header->row.line;
    for (const QString &cell : header->row.cells) {
        const QString column = cell.trimmed().toLower();
        if (!known.contains(column))
            wrong(first, column,
                  QStringLiteral("there is no such column; known: %1").arg(known.join(QLatin1String(", "))));
        else if (table.columns.contains(column))
            wrong(first, column, QStringLiteral("the column is there twice"));
        table.columns.append(column);
    }
    for (const QString &column : needed) {
        if (!table.columns.contains(column))
            wrong(first, column, QStringLiteral("this column is needed"));
    }
    if (!table.problems.isEmpty())
        return table; // the cells would mean nothing
    qsizetype rows = 0;
    while (auto record = scanner.next()) {
        if (++rows > limits.rows) {
            wrong(record->row.line, {}, QStringLiteral("the file has more than %1 lines").arg(limits.rows));
            break;
        }
        const Row &row = record->row;
        const auto isTooLong = [&limits](const QString &cell) { return cell.size() > limits.cell; };
        const auto longCell = std::find_if(row.cells.cbegin(), row.cells.cend(), isTooLong);
        if (!record->problem.isEmpty())
            wrong(row.line, {}, record->problem);
        else if (row.cells.size() != table.columns.size())
            wrong(
                row.line, {},
                QStringLiteral("has %1 cells, the first line has %2").arg(row.cells.size()).arg(table.columns.size()));
        else if (longCell != row.cells.cend())
            wrong(row.line, table.columns.at(longCell - row.cells.cbegin()),
                  QStringLiteral("is longer than %1 characters").arg(limits.cell));
        else
            table.rows.append(row);
    }
    return table;
}

QString CsvTable::cell(const Row &row, const QString &column) const
{
    return row.cells.value(columns.indexOf(column)).trimmed();
}

} // namespace tocsin
