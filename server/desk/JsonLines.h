// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QString>

#include <utility>

namespace tocsin {

/// Where the parts of a JSON text stand, which QJsonDocument does not tell: the line of every key and array
/// element by its path ("/rules/3/limit"), and keys that an object has twice (QJson silently keeps the last).
/// For text that QJsonDocument accepted. A value.
class JsonLines
{
public:
    explicit JsonLines(const QByteArray &text);

    [[nodiscard]] int lineOf(const QString &path) const; ///< from 1; of the nearest known parent; 0: unknown
    [[nodiscard]] const QList<std::pair<QString, int>> &duplicates() const { return m_duplicates; } ///< path, line

    /// The line in which byte `offset` stands, from 1.
    [[nodiscard]] static int lineAt(const QByteArray &text, qsizetype offset);

private:
    void value(const QString &path);
    QString string();
    void space();
    [[nodiscard]] char peek() const { return m_at < m_text.size() ? m_text.at(m_at) : '\0'; }

    const QByteArray m_text;
    qsizetype m_at = 0;
    int m_line = 1;
    QHash<QString, int> m_lines;
    QList<std::pair<QString, int>> m_duplicates;
};

} // namespace tocsin
