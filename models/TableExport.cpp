// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TableExport.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace tocsin::tables {

QString csvCell(QString text)
{
    static const QString formula = QStringLiteral("=+-@\t\r");
    if (!text.isEmpty() && formula.contains(text.front()))
        text.prepend(QLatin1Char('\''));
    text.replace(QLatin1Char('"'), QStringLiteral("\"\""));
    return QLatin1Char('"') + text + QLatin1Char('"');
}

QByteArray csv(const QStringList &head, const QList<QStringList> &rows)
{
    const auto line = [](const QStringList &cells) {
        QStringList quoted;
        for (const QString &cell : cells)
            quoted.append(csvCell(cell));
        return (quoted.join(QLatin1Char(',')) + QStringLiteral("\r\n")).toUtf8();
    };
    QByteArray text = line(head);
    for (const QStringList &row : rows)
        text += line(row);
    return text;
}

QByteArray json(const QStringList &head, const QList<QStringList> &rows)
{
    QJsonArray array;
    for (const QStringList &row : rows) {
        QJsonObject object;
        for (qsizetype i = 0; i < std::min(head.size(), row.size()); ++i) {
            if (!row.at(i).isEmpty())
                object.insert(head.at(i), row.at(i));
        }
        array.append(object);
    }
    return QJsonDocument(array).toJson(QJsonDocument::Indented);
}

} // namespace tocsin::tables
