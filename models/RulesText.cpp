// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/RulesText.h"

#include <QCoreApplication>
#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStringList>

#include <algorithm>

namespace tocsin {

namespace {

constexpr char between[] = ",\n    ";

/// In which order a rule's keys are written; others follow by their names.
const QStringList &usualOrder()
{
    static const QStringList keys{
        QStringLiteral("id"),           QStringLiteral("code"),         QStringLiteral("name"),
        QStringLiteral("title"),        QStringLiteral("category"),     QStringLiteral("kind"),
        QStringLiteral("match"),        QStringLiteral("metric"),       QStringLiteral("measure"),
        QStringLiteral("window"),       QStringLiteral("target"),       QStringLiteral("condition"),
        QStringLiteral("limit"),        QStringLiteral("limits"),       QStringLiteral("prefix"),
        QStringLiteral("level"),        QStringLiteral("bands"),        QStringLiteral("clear"),
        QStringLiteral("deadband"),     QStringLiteral("unless"),       QStringLiteral("onDelay"),
        QStringLiteral("count"),        QStringLiteral("count_window"), QStringLiteral("offDelay"),
        QStringLiteral("autoClear"),    QStringLiteral("latch"),        QStringLiteral("schedule"),
        QStringLiteral("inhibited_by"), QStringLiteral("ack_comment"),  QStringLiteral("ladder"),
        QStringLiteral("ack_ttl"),      QStringLiteral("ack_grace"),    QStringLiteral("max_shelf"),
        QStringLiteral("comment"),      QStringLiteral("message"),      QStringLiteral("unit"),
        QStringLiteral("actions"),      QStringLiteral("guidance")};
    return keys;
}

QString problemAt(const QByteArray &text, const QJsonParseError &error)
{
    const auto line = text.left(error.offset).count('\n') + 1;
    return QCoreApplication::translate("RulesText", "line %1: %2").arg(line).arg(error.errorString());
}

QByteArray inlineText(const QJsonValue &value);

QByteArray joined(const QJsonArray &array)
{
    QByteArrayList items;
    for (const QJsonValueConstRef item : array)
        items.append(inlineText(item));
    return '[' + items.join(", ") + ']';
}

/// On one line, with the spaces that people put.
QByteArray inlineText(const QJsonValue &value)
{
    if (value.isArray())
        return joined(value.toArray());
    if (value.isObject()) {
        const QJsonObject object = value.toObject();
        QStringList keys = object.keys();
        // Words before limits: "level" before "limit", "metric" and "condition" before both.
        static const QStringList first{QStringLiteral("level"), QStringLiteral("metric"), QStringLiteral("condition")};
        std::stable_sort(keys.begin(), keys.end(), [](const QString &a, const QString &b) {
            const auto rank = [](const QString &key) {
                const qsizetype at = first.indexOf(key);
                return at < 0 ? first.size() : at;
            };
            return rank(a) < rank(b);
        });
        QByteArrayList members;
        for (const QString &key : std::as_const(keys))
            members.append(inlineText(key) + ": " + inlineText(object.value(key)));
        return '{' + members.join(", ") + '}';
    }
    const QByteArray list = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return list.mid(1, list.size() - 2);
}

QByteArray memberText(const QJsonValue &value)
{
    const QJsonArray array = value.toArray();
    if (array.isEmpty() || !array.first().isObject())
        return inlineText(value);
    QByteArrayList lines;
    for (const QJsonValueConstRef item : array)
        lines.append("        " + inlineText(item));
    return "[\n" + lines.join(",\n") + "\n      ]";
}

/// Goes through JSON that is known to be sound.
class Scanner
{
public:
    explicit Scanner(const QByteArray &text) : m_text(text) {}

    [[nodiscard]] qsizetype at() const { return m_at; }
    void skipSpace()
    {
        while (m_at < m_text.size() && QByteArrayView(" \t\r\n").contains(m_text[m_at]))
            ++m_at;
    }
    [[nodiscard]] char peek()
    {
        skipSpace();
        return m_at < m_text.size() ? m_text[m_at] : '\0';
    }
    void step() { ++m_at; }
    /// Over one value, whatever it is.
    void skipValue()
    {
        const char first = peek();
        if (first == '"')
            return skipString();
        if (first != '{' && first != '[') {
            while (m_at < m_text.size() && !QByteArrayView(",]} \t\r\n").contains(m_text[m_at]))
                ++m_at;
            return;
        }
        int depth = 0;
        do {
            const char c = m_text[m_at];
            if (c == '"') {
                skipString();
                continue;
            }
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            ++m_at;
        } while (depth > 0 && m_at < m_text.size());
    }
    [[nodiscard]] QByteArray readString()
    {
        const qsizetype from = (skipSpace(), m_at);
        skipString();
        return m_text.mid(from + 1, m_at - from - 2);
    }

private:
    void skipString()
    {
        ++m_at;
        while (m_at < m_text.size() && m_text[m_at] != '"')
            m_at += m_text[m_at] == '\\' ? 2 : 1;
        ++m_at;
    }

    const QByteArray &m_text;
    qsizetype m_at = 0;
};

} // namespace

std::optional<RulesText> RulesText::read(const QByteArray &text, QString *problem)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(text, &error);
    if (error.error != QJsonParseError::NoError) {
        *problem = problemAt(text, error);
        return std::nullopt;
    }
    const QJsonValue list = document.object().value(QLatin1String("rules"));
    const QJsonArray objects = list.toArray();
    if (!list.isArray() ||
        std::any_of(objects.cbegin(), objects.cend(), [](const QJsonValue &one) { return !one.isObject(); })) {
        *problem = QCoreApplication::translate("RulesText", "There is no list \"rules\" of objects.");
        return std::nullopt;
    }
    Scanner scan(text);
    scan.skipSpace();
    scan.step(); // {
    while (scan.peek() == '"') {
        const bool rules = scan.readString() == "rules";
        (void)scan.peek();
        scan.step(); // :
        if (!rules) {
            scan.skipValue();
        } else {
            RulesText read;
            (void)scan.peek();
            scan.step(); // [
            read.m_head = text.left(scan.at());
            while (scan.peek() == '{') {
                const qsizetype from = scan.at();
                scan.skipValue();
                read.m_rules.append(text.mid(from, scan.at() - from));
                if (scan.peek() == ',')
                    scan.step();
            }
            read.m_tail = text.mid(scan.at());
            if (read.m_rules.size() == objects.size())
                return read;
            break; // the name twice: Qt takes the last one
        }
        if (scan.peek() == ',')
            scan.step();
    }
    *problem = QCoreApplication::translate("RulesText", "There is more than one list \"rules\".");
    return std::nullopt;
}

QByteArray RulesText::text() const
{
    if (m_rules.isEmpty())
        return m_head + m_tail;
    return m_head + "\n    " + m_rules.join(between) + "\n  " + m_tail;
}

QString RulesText::idOf(const QByteArray &rule)
{
    return QJsonDocument::fromJson(rule).object().value(QLatin1String("id")).toString();
}

RulesText RulesText::merged(const RulesText &base, const RulesText &mine, const RulesText &theirs, QStringList *both)
{
    const auto byId = [](const RulesText &text) {
        QHash<QString, QByteArray> all;
        for (const QByteArray &rule : text.rules())
            all.insert(idOf(rule), rule);
        return all;
    };
    const QHash<QString, QByteArray> was = byId(base);
    const QHash<QString, QByteArray> now = byId(mine);
    const QHash<QString, QByteArray> other = byId(theirs);
    RulesText result = theirs;
    const auto indexOf = [&result](const QString &id) {
        for (qsizetype i = 0; i < result.m_rules.size(); ++i) {
            if (idOf(result.m_rules[i]) == id)
                return i;
        }
        return qsizetype(-1);
    };
    for (const QByteArray &rule : mine.rules()) {
        const QString id = idOf(rule);
        if (was.value(id) == rule)
            continue;
        if (other.value(id) != was.value(id) && other.value(id) != rule)
            both->append(id);
        if (const qsizetype at = indexOf(id); at >= 0)
            result.m_rules[at] = rule;
        else
            result.m_rules.append(rule);
    }
    for (const QByteArray &rule : base.rules()) {
        const QString id = idOf(rule);
        if (now.contains(id) || indexOf(id) < 0)
            continue;
        if (other.value(id) != rule)
            both->append(id);
        result.m_rules.removeAt(indexOf(id));
    }
    return result;
}

QByteArray ruleToText(const QJsonObject &rule)
{
    QStringList keys;
    for (const QString &key : usualOrder()) {
        if (rule.contains(key))
            keys.append(key);
    }
    for (const QString &key : rule.keys()) {
        if (!keys.contains(key))
            keys.append(key);
    }
    QByteArrayList lines;
    for (const QString &key : std::as_const(keys))
        lines.append("      " + inlineText(key) + ": " + memberText(rule.value(key)));
    return "{\n" + lines.join(",\n") + "\n    }";
}

std::optional<QJsonObject> ruleFromText(const QByteArray &text, QString *problem)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(text, &error);
    if (error.error != QJsonParseError::NoError) {
        *problem = problemAt(text, error);
        return std::nullopt;
    }
    if (!document.isObject()) {
        *problem = QCoreApplication::translate("RulesText", "A rule is an object: { … }.");
        return std::nullopt;
    }
    return document.object();
}

} // namespace tocsin
