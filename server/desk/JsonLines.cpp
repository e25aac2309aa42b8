// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/JsonLines.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

namespace tocsin {

JsonLines::JsonLines(const QByteArray &text) : m_text(text)
{
    space();
    value(QString());
}

int JsonLines::lineOf(const QString &path) const
{
    QString part = path;
    while (true) {
        const auto it = m_lines.constFind(part);
        if (it != m_lines.cend())
            return *it;
        const qsizetype slash = part.lastIndexOf(QLatin1Char('/'));
        if (slash < 0)
            return 0;
        part.truncate(slash);
    }
}

int JsonLines::lineAt(const QByteArray &text, qsizetype offset)
{
    return 1 + static_cast<int>(text.left(offset).count('\n'));
}

void JsonLines::space()
{
    while (m_at < m_text.size() && (peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n')) {
        if (peek() == '\n')
            ++m_line;
        ++m_at;
    }
}

QString JsonLines::string()
{
    const qsizetype from = m_at++;
    while (m_at < m_text.size() && peek() != '"')
        m_at += peek() == '\\' ? 2 : 1;
    m_at = std::min(m_at + 1, m_text.size());
    const QByteArray quoted = m_text.mid(from, m_at - from);
    return QJsonDocument::fromJson('[' + quoted + ']').array().at(0).toString();
}

// Depth is bounded: QJsonDocument accepted the text, and it stops at 1,024.
void JsonLines::value(const QString &path) // NOLINT(misc-no-recursion)
{
    m_lines.insert(path, m_line);
    const char open = peek();
    if (open == '"') {
        string();
        return;
    }
    if (open != '{' && open != '[') {
        while (m_at < m_text.size() && QByteArrayView(",]} \t\r\n").indexOf(peek()) < 0)
            ++m_at;
        return;
    }
    const char close = open == '{' ? '}' : ']';
    ++m_at;
    space();
    for (int index = 0; m_at < m_text.size() && peek() != close; ++index) {
        QString part = path + QLatin1Char('/');
        const int line = m_line;
        if (open == '{') {
            part += string();
            space();
            ++m_at; // the colon
            space();
        } else {
            part += QString::number(index);
        }
        if (m_lines.contains(part))
            m_duplicates.append({part, line});
        value(part);
        m_lines.insert(part, line);
        space();
        if (peek() == ',')
            ++m_at;
        space();
    }
    ++m_at;
}

} // namespace tocsin
