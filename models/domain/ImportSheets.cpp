// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/ImportSheets.h"

#include <QHash>
#include <QRegularExpression>

#include <algorithm>

namespace tocsin {

namespace {

constexpr qsizetype longestId = 128;
constexpr qsizetype longestLine = 200;
constexpr qsizetype mostInCell = 100;

/// Checks the cells of one row after the other.
class Checker
{
public:
    Checker(const CsvTable &table, QList<ImportProblem> &problems) : m_table(table), m_problems(problems) {}

    void begin(const CsvTable::Row &row) { m_row = &row; }

    void wrong(const char *column, const QString &message)
    {
        if (m_problems.size() < CsvTable::mostProblems)
            m_problems.append({m_row->line, QLatin1String(column), message});
    }
    [[nodiscard]] QString text(const char *column, qsizetype longest)
    {
        const QString cell = m_table.cell(*m_row, QLatin1String(column));
        if (cell.size() > longest)
            wrong(column, QStringLiteral("is longer than %1 characters").arg(longest));
        else if (std::any_of(cell.begin(), cell.end(), [](QChar c) { return c.category() == QChar::Other_Control; }))
            wrong(column, QStringLiteral("has a control character"));
        return cell;
    }
    /// What identifies the row; the second of a kind is wrong.
    [[nodiscard]] QString key(const char *column, Qt::CaseSensitivity sensitivity)
    {
        const QString cell = text(column, longestId);
        const QString folded = sensitivity == Qt::CaseSensitive ? cell : cell.toLower();
        if (cell.isEmpty())
            wrong(column, QStringLiteral("is missing"));
        else if (const auto there = m_keys.constFind(folded); there != m_keys.cend())
            wrong(column, QStringLiteral("\"%1\" is on line %2 already").arg(cell).arg(*there));
        else
            m_keys.insert(folded, m_row->line);
        return cell;
    }
    [[nodiscard]] std::optional<QString> optionalText(const char *column, qsizetype longest)
    {
        return has(column) ? std::optional(text(column, longest)) : std::nullopt;
    }
    [[nodiscard]] std::optional<QStringList> list(const char *column)
    {
        if (!has(column))
            return std::nullopt;
        static const QRegularExpression separator(QStringLiteral("[;|]"));
        QStringList items;
        const QStringList parts = text(column, 4096).split(separator, Qt::SkipEmptyParts);
        for (const QString &part : parts) {
            const QString item = part.trimmed();
            if (item.size() > longestId)
                wrong(column, QStringLiteral("has an entry that is longer than %1 characters").arg(longestId));
            if (!item.isEmpty() && !items.contains(item))
                items.append(item);
        }
        if (items.size() > mostInCell)
            wrong(column, QStringLiteral("has more than %1 entries").arg(mostInCell));
        return items;
    }
    [[nodiscard]] bool has(const char *column) const { return m_table.has(QLatin1String(column)); }

private:
    const CsvTable &m_table;
    QList<ImportProblem> &m_problems;
    const CsvTable::Row *m_row = nullptr;
    QHash<QString, int> m_keys;
};

QStringList words(std::initializer_list<const char *> list)
{
    QStringList words;
    for (const char *word : list)
        words.append(QLatin1String(word));
    return words;
}

} // namespace

Device DeviceRow::onto(Device known) const
{
    known.id = id;
    if (name)
        known.name = *name;
    if (deviceClass)
        known.deviceClass = *deviceClass;
    if (kind)
        known.kind = *kind;
    if (owners)
        known.owners = *owners;
    if (tags)
        known.tags = *tags;
    if (known.name.isEmpty())
        known.name = known.id;
    return known;
}

DeviceSheet DeviceSheet::read(const QByteArray &utf8)
{
    CsvLimits limits;
    limits.rows = mostRows;
    const CsvTable table =
        CsvTable::read(utf8, words({"id", "name", "class", "kind", "owners", "tags"}), words({"id"}), limits);
    DeviceSheet sheet;
    sheet.problems = table.problems;
    Checker check(table, sheet.problems);
    const QStringList kinds = words({"vehicle", "phone", "hardware", "receiver", "other"});
    for (const CsvTable::Row &line : table.rows) {
        check.begin(line);
        DeviceRow row;
        row.line = line.line;
        row.id = check.key("id", Qt::CaseSensitive);
        if (row.id.contains(QLatin1Char('/')))
            check.wrong("id", QStringLiteral("has a slash"));
        row.name = check.optionalText("name", longestLine);
        row.deviceClass = check.optionalText("class", longestLine);
        if (const auto word = check.optionalText("kind", longestLine)) {
            if (!word->isEmpty() && !kinds.contains(word->toLower()))
                check.wrong("kind", QStringLiteral("\"%1\" is none of %2").arg(*word, kinds.join(QLatin1String(", "))));
            row.kind = deviceKindFromString(word->toLower());
        }
        row.owners = check.list("owners");
        row.tags = check.list("tags");
        sheet.rows.append(row);
    }
    return sheet;
}

UserSheet UserSheet::read(const QByteArray &utf8)
{
    constexpr qsizetype longestPassword = 1024;
    CsvLimits limits;
    limits.rows = mostRows;
    const CsvTable table = CsvTable::read(utf8, words({"name", "email", "role", "first_name", "last_name", "password"}),
                                          words({"name"}), limits);
    UserSheet sheet;
    sheet.problems = table.problems;
    Checker check(table, sheet.problems);
    for (const CsvTable::Row &line : table.rows) {
        check.begin(line);
        UserRow row;
        row.line = line.line;
        row.name = check.key("name", Qt::CaseInsensitive);
        row.email = check.optionalText("email", longestLine);
        if (const auto word = check.optionalText("role", longestLine); word && !word->isEmpty()) {
            row.role = roleFromString(word->toLower());
            if (!row.role)
                check.wrong(
                    "role",
                    QStringLiteral("\"%1\" is none of citizen, device, dispatcher, supervisor, admin").arg(*word));
        }
        row.firstName = check.optionalText("first_name", longestLine);
        row.lastName = check.optionalText("last_name", longestLine);
        row.password = check.text("password", longestPassword);
        sheet.rows.append(row);
    }
    return sheet;
}

} // namespace tocsin
