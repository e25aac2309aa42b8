// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/RulesFile.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <chrono>
#include <utility>

// Rules as the text that people read and change: keys in the order of thought, one per line, nothing that goes without saying.

namespace tocsin {

namespace {

using Keys = QList<std::pair<QString, QJsonValue>>;

QByteArray inlined(const QJsonValue &value)
{
    // A document is an object or a list: one around it, taken off again.
    const QByteArray list = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return list.mid(1, list.size() - 2);
}

/// An object on one line, in the order of its keys.
QByteArray lineOf(const Keys &keys)
{
    QByteArray line;
    for (const auto &[key, value] : keys)
        line += (line.isEmpty() ? "\"" : ", \"") + key.toUtf8() + "\": " + inlined(value);
    return "{" + line + "}";
}

double inSeconds(Duration span)
{
    return std::chrono::duration<double>(span).count();
}

bool takesPair(Comparison comparison)
{
    return comparison == Comparison::Between || comparison == Comparison::Outside;
}

void putLimits(Keys &keys, Comparison comparison, double limit, double upper)
{
    if (takesPair(comparison))
        keys.append({QStringLiteral("limits"), QJsonArray{limit, upper}});
    else
        keys.append({QStringLiteral("limit"), limit});
}

Keys keysOf(const AlertTest &test)
{
    Keys keys{{QStringLiteral("condition"), toString(test.comparison)}};
    putLimits(keys, test.comparison, test.limit, test.upper);
    return keys;
}

Keys keysOf(const AlertBand &band, Comparison comparison)
{
    Keys keys{{QStringLiteral("level"), toString(band.level)}};
    if (comparison != Comparison::AnyItem)
        putLimits(keys, comparison, band.limit, band.upper);
    else if (!band.prefix.isEmpty())
        keys.append({QStringLiteral("prefix"), band.prefix});
    return keys;
}

QString timeText(int minute)
{
    return QStringLiteral("%1:%2").arg(minute / 60, 2, 10, QLatin1Char('0')).arg(minute % 60, 2, 10, QLatin1Char('0'));
}

void putSpan(Keys &keys, const AlertSchedule::Span &span)
{
    keys.append({QStringLiteral("from"), timeText(span.from)});
    keys.append({QStringLiteral("to"), timeText(span.to)});
}

/// One rule: a line per key.
class RuleWriter
{
public:
    explicit RuleWriter(const AlertRule &rule) : m_rule(rule)
    {
        putWhat();
        putCondition();
        putTimes();
        putCare();
        putWords();
    }
    [[nodiscard]] QByteArray text() const { return "    {\n" + m_text + "\n    }"; }

private:
    void line(const char *key, const QByteArray &value)
    {
        m_text += (m_text.isEmpty() ? "      \"" : ",\n      \"") + QByteArray(key) + "\": " + value;
    }
    void put(const char *key, const QJsonValue &value) { line(key, inlined(value)); }
    void putIf(const char *key, const QString &text)
    {
        if (!text.isEmpty())
            put(key, text);
    }
    void putIf(const char *key, const std::optional<Duration> &span)
    {
        if (span)
            put(key, inSeconds(*span));
    }
    void putWhat();
    void putCondition();
    void putTimes();
    void putSchedule(const AlertSchedule &schedule);
    void putCare();
    void putWords();

    const AlertRule &m_rule;
    QByteArray m_text;
};

void RuleWriter::putWhat()
{
    put("id", m_rule.id);
    put("code", m_rule.code);
    put("name", m_rule.name);
    put("title", m_rule.title);
    putIf("category", m_rule.category);
    putIf("comment", m_rule.comment);
    Keys match;
    for (const auto &[key, patterns] : {std::pair{"devices", &m_rule.match.devices},
                                        {"kinds", &m_rule.match.kinds},
                                        {"classes", &m_rule.match.classes},
                                        {"tags", &m_rule.match.tags},
                                        {"sources", &m_rule.match.sources}}) {
        if (!patterns->isEmpty())
            match.append({QString::fromLatin1(key), QJsonArray::fromStringList(*patterns)});
    }
    if (!match.isEmpty())
        line("match", lineOf(match));
    if (m_rule.kind != AlertKind::Condition)
        put("kind", toString(m_rule.kind));
}

void RuleWriter::putCondition()
{
    put("metric", m_rule.metric);
    if (m_rule.measure != Measure::Value)
        put("measure", toString(m_rule.measure));
    if (m_rule.window > Duration::zero())
        put("window", inSeconds(m_rule.window));
    if (m_rule.target)
        line("target", lineOf(keysOf(*m_rule.target)));
    put("condition", toString(m_rule.comparison));
    if (m_rule.bands.size() == 1) {
        const Keys keys = keysOf(m_rule.bands.constFirst(), m_rule.comparison);
        for (const auto &[key, value] : keys)
            put(key.toLatin1().constData(), value);
    } else {
        QByteArray bands;
        for (const AlertBand &band : m_rule.bands)
            bands += (bands.isEmpty() ? "\n        " : ",\n        ") + lineOf(keysOf(band, m_rule.comparison));
        line("bands", "[" + bands + "\n      ]");
    }
    if (m_rule.clear)
        line("clear", lineOf(keysOf(*m_rule.clear)));
    else if (m_rule.deadband > 0)
        put("deadband", m_rule.deadband);
    if (m_rule.unless)
        line("unless", lineOf(Keys{{QStringLiteral("metric"), m_rule.unless->metric}} + keysOf(m_rule.unless->test)));
}

void RuleWriter::putTimes()
{
    if (m_rule.onDelay > Duration::zero())
        put("onDelay", inSeconds(m_rule.onDelay));
    Duration usual{};
    bool allInfo = true;
    for (const AlertBand &band : m_rule.bands) {
        usual = std::max(usual, defaultOffDelay(band.level, m_rule.kind));
        allInfo = allInfo && band.level == AlertLevel::Info;
    }
    if (m_rule.offDelay != usual)
        put("offDelay", inSeconds(m_rule.offDelay));
    if (m_rule.count > 0) {
        put("count", m_rule.count);
        put("count_window", inSeconds(m_rule.countWindow));
    }
    if (m_rule.autoClear != (allInfo && !m_rule.latch))
        put("autoClear", m_rule.autoClear);
    if (m_rule.latch)
        put("latch", true);
    if (m_rule.schedule)
        putSchedule(*m_rule.schedule);
    if (!m_rule.inhibitedBy.isEmpty())
        put("inhibited_by", QJsonArray::fromStringList(m_rule.inhibitedBy));
}

void RuleWriter::putSchedule(const AlertSchedule &schedule)
{
    static const char *const dayNames[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    QByteArray times;
    for (const AlertSchedule::Times &one : schedule.times) {
        QJsonArray days;
        for (int day = 0; day < 7; ++day) {
            if ((one.days & (1 << day)) != 0)
                days.append(QString::fromLatin1(dayNames[day]));
        }
        Keys keys{{QStringLiteral("days"), days}};
        putSpan(keys, one.span);
        times += (times.isEmpty() ? "\n          " : ",\n          ") + lineOf(keys);
    }
    QByteArray exceptions;
    for (const AlertSchedule::Exception &one : schedule.exceptions) {
        Keys keys{{QStringLiteral("date"), one.date.toString(Qt::ISODate)}};
        if (one.span)
            putSpan(keys, *one.span);
        exceptions += (exceptions.isEmpty() ? "\n          " : ",\n          ") + lineOf(keys);
    }
    QByteArray text = "{\n        \"name\": " + inlined(schedule.name);
    if (!schedule.zone.isEmpty())
        text += ",\n        \"zone\": " + inlined(QString::fromUtf8(schedule.zone));
    text += ",\n        \"times\": [" + times + "\n        ]";
    if (!exceptions.isEmpty())
        text += ",\n        \"exceptions\": [" + exceptions + "\n        ]";
    line("schedule", text + "\n      }");
}

void RuleWriter::putCare()
{
    if (m_rule.ackComment)
        put("ack_comment", true);
    if (!m_rule.care.ladder.isEmpty()) {
        QJsonArray steps;
        for (const Duration step : m_rule.care.ladder)
            steps.append(inSeconds(step));
        put("ladder", steps);
    }
    putIf("ack_ttl", m_rule.care.ackLives);
    putIf("ack_grace", m_rule.care.ackGrace);
    putIf("max_shelf", m_rule.care.longestShelf);
}

void RuleWriter::putWords()
{
    if (m_rule.message != usualMessage(m_rule))
        put("message", m_rule.message);
    if (m_rule.unit != usualUnit(m_rule))
        put("unit", m_rule.unit);
    if (!m_rule.actions.isEmpty())
        put("actions", QJsonArray::fromStringList(m_rule.actions));
    putIf("guidance", m_rule.guidance);
}

} // namespace

QByteArray toJson(const QList<AlertRule> &rules, const QString &comment)
{
    QByteArray list;
    for (const AlertRule &rule : rules)
        list += (list.isEmpty() ? "" : ",\n") + RuleWriter(rule).text();
    QByteArray text = "{\n  \"version\": 1,\n";
    if (!comment.isEmpty())
        text += "  \"comment\": " + inlined(comment) + ",\n";
    return text + "  \"rules\": [\n" + list + "\n  ]\n}\n";
}

} // namespace tocsin
