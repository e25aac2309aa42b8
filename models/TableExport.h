// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonArray>
#include <QString>
#include <QStringList>

/// Tables as files. Pure functions, any thread.
namespace tocsin::tables {

/// RFC 4180; a cell that a spreadsheet would run as a formula gets an apostrophe.
[[nodiscard]] QString csvCell(QString text);
[[nodiscard]] QByteArray csv(const QStringList &head, const QList<QStringList> &rows);
/// A list of objects, indented; what is empty is left out.
[[nodiscard]] QByteArray json(const QStringList &head, const QList<QStringList> &rows);

} // namespace tocsin::tables
