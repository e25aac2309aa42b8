// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/RulesFile.h"

#include "server/desk/JsonLines.h"
#include "server/desk/RuleReader.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

namespace tocsin {

namespace {
RulesResult wrong(int line, const QString &reason)
{
    return {{}, {RulesError{line, -1, {}, {}, reason}}};
}

} // namespace

RulesResult parseRules(const QByteArray &json)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (error.error != QJsonParseError::NoError)
        return wrong(JsonLines::lineAt(json, error.offset), QStringLiteral("not JSON: %1").arg(error.errorString()));
    if (!document.isObject())
        return wrong(1, QStringLiteral("must be an object with \"rules\""));
    return RuleReader(json).read(document.object());
}

RulesResult parseRule(const QByteArray &json)
{
    // In front on the first line, so that the lines are those of `json`.
    const QByteArray file = "{\"rules\":[" + json + "\n]}";
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(file, &error);
    if (error.error != QJsonParseError::NoError)
        return wrong(JsonLines::lineAt(file, error.offset), QStringLiteral("not JSON: %1").arg(error.errorString()));
    RuleReader reader(file);
    reader.setAlone(true);
    RulesResult result = reader.read(document.object());
    if (result.ok() && result.rules.size() != 1)
        return wrong(1, QStringLiteral("must be one rule"));
    return result;
}

RulesResult loadRulesFile(const QString &path, QByteArray *text)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return wrong(0, QStringLiteral("cannot be read: %1").arg(file.errorString()));
    if (file.size() > largestRulesFile)
        return wrong(0, QStringLiteral("is larger than 4 MiB"));
    const QByteArray all = file.readAll();
    if (text)
        *text = all;
    return parseRules(all);
}

namespace {
QByteArray shipped(const QString &name)
{
    QFile file(QStringLiteral(":/tocsin/rules/") + name);
    const bool there = file.open(QIODevice::ReadOnly);
    Q_ASSERT(there); // it is part of the program
    return there ? file.readAll() : QByteArray();
}
} // namespace

QByteArray builtInRulesText()
{
    return shipped(QStringLiteral("default.json"));
}

/// The lists are put together as text, so that both stay as they were written.
QByteArray demoRulesText()
{
    QByteArray text = builtInRulesText();
    const QByteArray more = shipped(QStringLiteral("demo.json"));
    const qsizetype begin = more.indexOf('[') + 1;
    const QByteArray rules = more.mid(begin, more.lastIndexOf(']') - begin);
    const qsizetype end = text.lastIndexOf('}', text.lastIndexOf(']')) + 1; // of the last rule
    return text.insert(end, ',' + QByteArray(rules).trimmed().prepend("\n    "));
}

QList<AlertRule> builtInRules()
{
    const RulesResult result = parseRules(builtInRulesText());
    Q_ASSERT(result.ok()); // a test reads the same file
    return result.rules;
}

} // namespace tocsin
