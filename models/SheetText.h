// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

/// Tables as files for other programs and for print. Pure functions, any thread.
namespace tocsin::sheet {

/// RFC 4180, UTF-8, CRLF, with its byte order mark. A cell that a spreadsheet would take for a formula gets an apostrophe in front.
[[nodiscard]] QByteArray csv(const QList<QStringList> &rows);

/// A part of a page: a heading, sentences, a table whose first row are its heads. Any of them may be empty.
struct Part
{
    QString heading;
    QStringList sentences;
    QList<QStringList> table;
};
/// One HTML file without anything from elsewhere; all text is escaped.
[[nodiscard]] QByteArray html(const QString &title, const QList<Part> &parts);

} // namespace tocsin::sheet
