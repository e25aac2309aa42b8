// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/RuleReader.h"

#include "models/domain/Channels.h"

#include <QSet>

#include <algorithm>
#include <cmath>

// What every rule has. Trends, schedules, care and who suppresses whom are in RuleReaderMore.cpp.

namespace tocsin {

using namespace std::chrono_literals;

namespace {

constexpr qsizetype longestId = 64;
constexpr double longestDelayS = 86'400;

bool takesPair(Comparison comparison)
{
    return comparison == Comparison::Between || comparison == Comparison::Outside;
}
bool isAbove(Comparison comparison)
{
    return comparison == Comparison::Greater || comparison == Comparison::GreaterOrEqual;
}
bool isBelow(Comparison comparison)
{
    return comparison == Comparison::Less || comparison == Comparison::LessOrEqual;
}

} // namespace

void RuleReader::fail(const QString &key, const QString &reason)
{
    // "bands[1].limit" in the message is "/bands/1/limit" in the text.
    QString path = m_index < 0 ? QString() : QStringLiteral("/rules/%1").arg(m_index);
    if (!key.isEmpty()) {
        QString tail = key;
        tail.replace(QLatin1Char('['), QLatin1Char('/'))
            .remove(QLatin1Char(']'))
            .replace(QLatin1Char('.'), QLatin1Char('/'));
        path += QLatin1Char('/') + tail;
    }
    m_result.errors.append({m_lines.lineOf(path), m_index, m_id, key, reason});
}

void RuleReader::onlyKeys(const QJsonObject &object, const QString &prefix, const QStringList &known)
{
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (!known.contains(it.key()))
            fail(prefix + it.key(), QStringLiteral("is not a key that this version knows"));
    }
}

QString RuleReader::textOf(const QJsonObject &object, const QString &key, const QString &prefix, bool required)
{
    const QJsonValue value = object.value(key);
    if (value.isUndefined() && !required)
        return {};
    if (!value.isString())
        fail(prefix + key, value.isUndefined() ? QStringLiteral("is missing") : QStringLiteral("must be text"));
    else if (required && value.toString().trimmed().isEmpty())
        fail(prefix + key, QStringLiteral("must not be empty"));
    return value.toString();
}

std::optional<double> RuleReader::numberOf(const QJsonObject &object, const QString &key, const QString &prefix)
{
    const QJsonValue value = object.value(key);
    if (value.isUndefined())
        return std::nullopt;
    if (!value.isDouble() || !std::isfinite(value.toDouble())) {
        fail(prefix + key, QStringLiteral("must be a number"));
        return std::nullopt;
    }
    return value.toDouble();
}

QStringList RuleReader::textsOf(const QJsonObject &object, const QString &key, const QString &prefix)
{
    const QJsonValue value = object.value(key);
    if (value.isUndefined())
        return {};
    QStringList texts;
    const QJsonArray array = value.toArray();
    for (const auto &item : array) {
        if (item.isString() && !item.toString().isEmpty())
            texts.append(item.toString());
    }
    if (!value.isArray() || texts.size() != array.size())
        fail(prefix + key, QStringLiteral("must be a list of texts"));
    return texts;
}

std::optional<Duration> RuleReader::secondsOf(const QJsonObject &object, const QString &key, double least, double most,
                                              const QString &prefix)
{
    const std::optional<double> seconds = numberOf(object, key, prefix);
    if (!seconds)
        return std::nullopt;
    if (*seconds < least || *seconds > most) {
        fail(prefix + key, QStringLiteral("must be from %1 to %2 seconds").arg(least).arg(most, 0, 'f', 0));
        return std::nullopt;
    }
    return Duration(std::llround(*seconds * 1e6));
}

bool RuleReader::boolOf(const QJsonObject &object, const QString &key, bool otherwise)
{
    const QJsonValue value = object.value(key);
    if (!value.isUndefined() && !value.isBool())
        fail(key, QStringLiteral("must be true or false"));
    return value.toBool(otherwise);
}

QJsonObject RuleReader::objectOf(const QJsonObject &object, const QString &key, const QStringList &known)
{
    const QJsonValue value = object.value(key);
    if (!value.isObject())
        fail(key, QStringLiteral("must be an object"));
    onlyKeys(value.toObject(), key + QLatin1Char('.'), known);
    return value.toObject();
}

std::optional<Comparison> RuleReader::comparisonOf(const QJsonObject &object, const QString &prefix)
{
    const qsizetype before = m_result.errors.size();
    const QString word = textOf(object, QStringLiteral("condition"), prefix, true);
    if (m_result.errors.size() != before)
        return std::nullopt;
    const std::optional<Comparison> comparison = comparisonFromString(word);
    if (!comparison)
        fail(prefix + QStringLiteral("condition"),
             QStringLiteral("\"%1\" is none of > >= < <= == != between outside any_item").arg(word));
    return comparison;
}

std::optional<AlertLevel> RuleReader::levelOf(const QJsonObject &object, const QString &prefix)
{
    const qsizetype before = m_result.errors.size();
    const QString word = textOf(object, QStringLiteral("level"), prefix, true);
    if (m_result.errors.size() != before)
        return std::nullopt;
    const std::optional<AlertLevel> level = alertLevelFromString(word);
    if (level && word == toString(*level))
        return level;
    fail(prefix + QStringLiteral("level"),
         QStringLiteral("\"%1\" is none of info, warning, critical, emergency").arg(word));
    return std::nullopt;
}

bool RuleReader::limitsOf(const QJsonObject &object, const QString &prefix, Comparison comparison, double &limit,
                          double &upper)
{
    const QString one = QStringLiteral("limit");
    const QString two = QStringLiteral("limits");
    const bool pair = takesPair(comparison);
    const QString &wanted = pair ? two : one;
    const QString &other = pair ? one : two;
    if (object.contains(other)) {
        fail(prefix + other, QStringLiteral("\"%1\" takes \"%2\"").arg(toString(comparison), wanted));
        return false;
    }
    if (!object.contains(wanted)) {
        fail(prefix + wanted, QStringLiteral("is missing"));
        return false;
    }
    if (!pair) {
        const std::optional<double> number = numberOf(object, one, prefix);
        limit = number.value_or(0);
        return number.has_value();
    }
    const QJsonArray array = object.value(two).toArray();
    if (array.size() != 2 || !array.at(0).isDouble() || !array.at(1).isDouble() ||
        array.at(0).toDouble() >= array.at(1).toDouble()) {
        fail(prefix + two, QStringLiteral("must be two numbers, the lower first"));
        return false;
    }
    limit = array.at(0).toDouble();
    upper = array.at(1).toDouble();
    return true;
}

std::optional<AlertTest> RuleReader::testOf(const QJsonObject &object, const QString &prefix)
{
    const std::optional<Comparison> comparison = comparisonOf(object, prefix);
    if (!comparison)
        return std::nullopt;
    if (*comparison == Comparison::AnyItem) {
        fail(prefix + QStringLiteral("condition"), QStringLiteral("any_item cannot be used here"));
        return std::nullopt;
    }
    AlertTest test{*comparison, 0, 0};
    if (!limitsOf(object, prefix, *comparison, test.limit, test.upper))
        return std::nullopt;
    return test;
}

std::optional<AlertBand> RuleReader::bandOf(const QJsonObject &object, const QString &prefix, Comparison comparison)
{
    AlertBand band;
    const std::optional<AlertLevel> level = levelOf(object, prefix);
    bool good = level.has_value();
    if (comparison == Comparison::AnyItem) {
        for (const QString &key : {QStringLiteral("limit"), QStringLiteral("limits")}) {
            if (object.contains(key))
                fail(prefix + key, QStringLiteral("any_item takes \"prefix\""));
        }
        band.prefix = textOf(object, QStringLiteral("prefix"), prefix);
    } else {
        if (object.contains(QStringLiteral("prefix")))
            fail(prefix + QStringLiteral("prefix"), QStringLiteral("is for any_item alone"));
        good = limitsOf(object, prefix, comparison, band.limit, band.upper) && good;
    }
    if (!good)
        return std::nullopt;
    band.level = *level;
    return band;
}

void RuleReader::readMatch(const QJsonObject &object, AlertRule &rule)
{
    const QString key = QStringLiteral("match");
    if (!object.contains(key))
        return;
    if (!object.value(key).isObject()) {
        fail(key, QStringLiteral("must be an object"));
        return;
    }
    const QJsonObject match = object.value(key).toObject();
    const QString prefix = QStringLiteral("match.");
    onlyKeys(match, prefix,
             {QStringLiteral("devices"), QStringLiteral("kinds"), QStringLiteral("classes"), QStringLiteral("tags"),
              QStringLiteral("sources")});
    rule.match.devices = textsOf(match, QStringLiteral("devices"), prefix);
    rule.match.kinds = textsOf(match, QStringLiteral("kinds"), prefix);
    rule.match.classes = textsOf(match, QStringLiteral("classes"), prefix);
    rule.match.tags = textsOf(match, QStringLiteral("tags"), prefix);
    rule.match.sources = textsOf(match, QStringLiteral("sources"), prefix);
}

void RuleReader::readBands(const QJsonObject &object, AlertRule &rule)
{
    const QString key = QStringLiteral("bands");
    if (!object.contains(key)) {
        if (const auto band = bandOf(object, {}, rule.comparison))
            rule.bands.append(*band);
        return;
    }
    for (const QString &single :
         {QStringLiteral("level"), QStringLiteral("limit"), QStringLiteral("limits"), QStringLiteral("prefix")}) {
        if (object.contains(single))
            fail(single, QStringLiteral("stands in the bands, when there are any"));
    }
    const QJsonArray bands = object.value(key).toArray();
    if (bands.isEmpty()) {
        fail(key, QStringLiteral("must be a list of at least one band"));
        return;
    }
    for (qsizetype i = 0; i < bands.size(); ++i) {
        const QString prefix = QStringLiteral("bands[%1].").arg(i);
        if (!bands.at(i).isObject()) {
            fail(QStringLiteral("bands[%1]").arg(i), QStringLiteral("must be an object"));
            continue;
        }
        const QJsonObject band = bands.at(i).toObject();
        onlyKeys(
            band, prefix,
            {QStringLiteral("level"), QStringLiteral("limit"), QStringLiteral("limits"), QStringLiteral("prefix")});
        if (const auto read = bandOf(band, prefix, rule.comparison))
            rule.bands.append(*read);
    }
    std::stable_sort(rule.bands.begin(), rule.bands.end(),
                     [](const AlertBand &a, const AlertBand &b) { return a.level > b.level; });
    checkOrder(rule);
}

void RuleReader::checkOrder(const AlertRule &rule)
{
    for (qsizetype i = 1; i < rule.bands.size(); ++i) {
        const AlertBand &more = rule.bands.at(i - 1);
        const AlertBand &less = rule.bands.at(i);
        if (more.level == less.level)
            fail(QStringLiteral("bands"), QStringLiteral("has two of level %1").arg(toString(more.level)));
        else if ((isAbove(rule.comparison) && more.limit <= less.limit) ||
                 (isBelow(rule.comparison) && more.limit >= less.limit))
            fail(QStringLiteral("bands"),
                 QStringLiteral("%1 must lie beyond %2").arg(toString(more.level), toString(less.level)));
    }
}

void RuleReader::readClear(const QJsonObject &object, AlertRule &rule)
{
    const QString clear = QStringLiteral("clear");
    const QString deadband = QStringLiteral("deadband");
    if (object.contains(clear) && object.contains(deadband))
        fail(deadband, QStringLiteral("cannot stand beside \"clear\""));
    if (rule.comparison == Comparison::AnyItem && (object.contains(clear) || object.contains(deadband))) {
        fail(object.contains(clear) ? clear : deadband, QStringLiteral("is not for any_item: an item clears when the "
                                                                       "list no longer has it"));
        return;
    }
    if (object.contains(clear)) {
        if (!object.value(clear).isObject()) {
            fail(clear, QStringLiteral("must be an object"));
            return;
        }
        const QJsonObject test = object.value(clear).toObject();
        onlyKeys(test, QStringLiteral("clear."),
                 {QStringLiteral("condition"), QStringLiteral("limit"), QStringLiteral("limits")});
        rule.clear = testOf(test, QStringLiteral("clear."));
        if (!rule.clear || rule.bands.isEmpty())
            return;
        const double edge = rule.bands.constLast().limit;
        if ((isAbove(rule.comparison) && (!isBelow(rule.clear->comparison) || rule.clear->limit > edge)) ||
            (isBelow(rule.comparison) && (!isAbove(rule.clear->comparison) || rule.clear->limit < edge)))
            fail(clear, QStringLiteral("must lie on the good side of the limit"));
        return;
    }
    const std::optional<double> band = numberOf(object, deadband);
    if (!band)
        return;
    rule.deadband = *band;
    if (*band < 0)
        fail(deadband, QStringLiteral("must not be negative"));
    else if (rule.comparison == Comparison::Equal || rule.comparison == Comparison::NotEqual)
        fail(deadband, QStringLiteral("means nothing for == and !="));
    for (const AlertBand &b : std::as_const(rule.bands)) {
        if (rule.comparison == Comparison::Outside && 2 * *band >= b.upper - b.limit)
            fail(deadband, QStringLiteral("leaves nothing good between the limits"));
    }
}

void RuleReader::readWords(const QJsonObject &object, AlertRule &rule)
{
    rule.name = textOf(object, QStringLiteral("name"));
    if (rule.name.isEmpty())
        rule.name = rule.id;
    rule.title = textOf(object, QStringLiteral("title"));
    if (rule.title.isEmpty())
        rule.title = rule.name;
    rule.category = textOf(object, QStringLiteral("category"));
    rule.unit = object.contains(QStringLiteral("unit")) ? textOf(object, QStringLiteral("unit")) : usualUnit(rule);
    rule.actions = textsOf(object, QStringLiteral("actions"));
    rule.guidance = textOf(object, QStringLiteral("guidance"));
    rule.comment = textOf(object, QStringLiteral("comment"));
    rule.message = textOf(object, QStringLiteral("message"));
    if (rule.message.isEmpty())
        rule.message = usualMessage(rule);
    const QStringList unknown = unknownPlaceholders(rule.message);
    if (!unknown.isEmpty())
        fail(QStringLiteral("message"), QStringLiteral("{%1} is none of {value} {limit} {upper} {unit} {item} "
                                                       "{device} {code} {level} {rate} {target} {time_to_limit} "
                                                       "{silence} {count}")
                                            .arg(unknown.constFirst()));
}

void RuleReader::readDelays(const QJsonObject &object, AlertRule &rule)
{
    rule.onDelay = secondsOf(object, QStringLiteral("onDelay"), 0, longestDelayS).value_or(0s);
    Duration offDelay{};
    bool allInfo = !rule.bands.isEmpty();
    for (const AlertBand &band : std::as_const(rule.bands)) {
        offDelay = std::max(offDelay, defaultOffDelay(band.level, rule.kind));
        allInfo = allInfo && band.level == AlertLevel::Info;
    }
    rule.offDelay = secondsOf(object, QStringLiteral("offDelay"), 0, longestDelayS).value_or(offDelay);
    rule.latch = boolOf(object, QStringLiteral("latch"), false);
    const QString key = QStringLiteral("autoClear");
    const bool asked = boolOf(object, key, false);
    if (asked && !allInfo && !rule.bands.isEmpty())
        fail(key, QStringLiteral("is for level info alone: anything above must be acknowledged"));
    else if (asked && rule.latch)
        fail(key, QStringLiteral("cannot stand beside \"latch\""));
    rule.autoClear = object.contains(key) ? asked : allInfo && !rule.latch;
}

void RuleReader::readUnless(const QJsonObject &object, AlertRule &rule)
{
    const QString unless = QStringLiteral("unless");
    if (!object.contains(unless))
        return;
    const QJsonObject test = object.value(unless).toObject();
    const QString prefix = QStringLiteral("unless.");
    if (test.isEmpty()) {
        fail(unless, QStringLiteral("must be an object with metric, condition and limit"));
        return;
    }
    onlyKeys(
        test, prefix,
        {QStringLiteral("metric"), QStringLiteral("condition"), QStringLiteral("limit"), QStringLiteral("limits")});
    const QString metric = textOf(test, QStringLiteral("metric"), prefix, true);
    if (const auto read = testOf(test, prefix))
        rule.unless = AlertUnless{metric, *read};
}

AlertRule RuleReader::rule(const QJsonObject &object)
{
    static const QStringList known{
        QStringLiteral("id"),           QStringLiteral("code"),         QStringLiteral("name"),
        QStringLiteral("title"),        QStringLiteral("category"),     QStringLiteral("comment"),
        QStringLiteral("match"),        QStringLiteral("kind"),         QStringLiteral("metric"),
        QStringLiteral("measure"),      QStringLiteral("window"),       QStringLiteral("target"),
        QStringLiteral("condition"),    QStringLiteral("limit"),        QStringLiteral("limits"),
        QStringLiteral("prefix"),       QStringLiteral("level"),        QStringLiteral("bands"),
        QStringLiteral("clear"),        QStringLiteral("deadband"),     QStringLiteral("unless"),
        QStringLiteral("onDelay"),      QStringLiteral("offDelay"),     QStringLiteral("count"),
        QStringLiteral("count_window"), QStringLiteral("autoClear"),    QStringLiteral("latch"),
        QStringLiteral("schedule"),     QStringLiteral("inhibited_by"), QStringLiteral("message"),
        QStringLiteral("unit"),         QStringLiteral("actions"),      QStringLiteral("guidance"),
        QStringLiteral("ack_comment"),  QStringLiteral("ladder"),       QStringLiteral("ack_ttl"),
        QStringLiteral("ack_grace"),    QStringLiteral("max_shelf")};
    onlyKeys(object, {}, known);
    AlertRule rule;
    rule.id = textOf(object, QStringLiteral("id"), {}, true);
    rule.code = textOf(object, QStringLiteral("code"), {}, true);
    for (const QString &key : {QStringLiteral("id"), QStringLiteral("code")}) {
        if (object.value(key).toString().size() > longestId)
            fail(key, QStringLiteral("must not be longer than 64 characters"));
    }
    rule.metric = textOf(object, QStringLiteral("metric"), {}, true);
    readMatch(object, rule);
    const QString kind = textOf(object, QStringLiteral("kind"));
    if (const auto read = alertKindFromString(kind); read && *read != AlertKind::Incident)
        rule.kind = *read;
    else if (!kind.isEmpty())
        fail(QStringLiteral("kind"), QStringLiteral("must be condition or event: incidents are raised by people"));
    if (const auto comparison = comparisonOf(object, {})) {
        rule.comparison = *comparison;
        readMeasure(object, rule);
        readBands(object, rule);
        readClear(object, rule);
    }
    readUnless(object, rule);
    readWords(object, rule);
    readDelays(object, rule);
    readCount(object, rule);
    readCare(object, rule);
    return rule;
}

RulesResult RuleReader::read(const QJsonObject &file)
{
    onlyKeys(file, {}, {QStringLiteral("version"), QStringLiteral("comment"), QStringLiteral("rules")});
    const QJsonValue version = file.value(QStringLiteral("version"));
    if (!version.isUndefined() && version != QJsonValue(1))
        fail(QStringLiteral("version"), QStringLiteral("must be 1"));
    const QJsonValue rules = file.value(QStringLiteral("rules"));
    if (!rules.isArray())
        fail(QStringLiteral("rules"),
             rules.isUndefined() ? QStringLiteral("is missing") : QStringLiteral("must be a list"));
    QSet<QString> ids;
    const QJsonArray list = rules.toArray();
    for (qsizetype i = 0; i < list.size(); ++i) {
        m_index = static_cast<int>(i);
        const QJsonObject object = list.at(i).toObject();
        m_id = object.value(QStringLiteral("id")).toString();
        if (!list.at(i).isObject()) {
            fail({}, QStringLiteral("must be an object"));
            continue;
        }
        const AlertRule read = rule(object);
        if (!read.id.isEmpty() && ids.contains(read.id))
            fail(QStringLiteral("id"), QStringLiteral("is used by an earlier rule"));
        ids.insert(read.id);
        m_result.rules.append(read);
    }
    if (m_result.rules.size() == list.size())
        checkFamily();
    m_result.comment = file.value(QStringLiteral("comment")).toString();
    for (const auto &[path, line] : m_lines.duplicates())
        m_result.errors.append({line, -1, {}, path.mid(1), QStringLiteral("stands there twice")});
    std::stable_sort(m_result.errors.begin(), m_result.errors.end(),
                     [](const RulesError &a, const RulesError &b) { return a.line < b.line; });
    if (!m_result.ok())
        m_result.rules.clear();
    return m_result;
}

} // namespace tocsin
