// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/SheetText.h"

namespace tocsin::sheet {

namespace {
QString csvCell(const QString &text)
{
    QString cell = text;
    const bool formula = !cell.isEmpty() && QStringLiteral("=+-@\t\r").contains(cell.front());
    if (formula)
        cell.prepend(QLatin1Char('\''));
    cell.replace(QLatin1Char('"'), QStringLiteral("\"\""));
    return QLatin1Char('"') + cell + QLatin1Char('"');
}

QString rowHtml(const QStringList &cells, const QString &tag)
{
    QString row = QStringLiteral("<tr>");
    for (const QString &cell : cells)
        row += QStringLiteral("<%1>%2</%1>").arg(tag, cell.toHtmlEscaped());
    return row + QStringLiteral("</tr>\n");
}
} // namespace

QByteArray csv(const QList<QStringList> &rows)
{
    QByteArray text("\xEF\xBB\xBF");
    for (const QStringList &row : rows) {
        QStringList cells;
        for (const QString &cell : row)
            cells.append(csvCell(cell));
        text += cells.join(QLatin1Char(',')).toUtf8() + "\r\n";
    }
    return text;
}

QByteArray html(const QString &title, const QList<Part> &parts)
{
    QString page = QStringLiteral("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>%1</title>\n<style>"
                                  "body{font:14px/1.4 sans-serif;margin:2em;color:#111}"
                                  "table{border-collapse:collapse;width:100%}"
                                  "th,td{border:1px solid #999;padding:4px 8px;text-align:left;vertical-align:top}"
                                  "th{background:#eee}</style></head><body>\n<h1>%1</h1>\n")
                       .arg(title.toHtmlEscaped());
    for (const Part &part : parts) {
        if (!part.heading.isEmpty())
            page += QStringLiteral("<h2>%1</h2>\n").arg(part.heading.toHtmlEscaped());
        for (const QString &sentence : part.sentences)
            page += QStringLiteral("<p>%1</p>\n").arg(sentence.toHtmlEscaped());
        if (part.table.isEmpty())
            continue;
        page += QStringLiteral("<table>\n") + rowHtml(part.table.constFirst(), QStringLiteral("th"));
        for (qsizetype row = 1; row < part.table.size(); ++row)
            page += rowHtml(part.table[row], QStringLiteral("td"));
        page += QStringLiteral("</table>\n");
    }
    return (page + QStringLiteral("</body></html>\n")).toUtf8();
}

} // namespace tocsin::sheet
