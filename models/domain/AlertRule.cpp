// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertRule.h"

#include "models/domain/Channels.h"
#include "models/domain/Decimals.h"

#include <QLocale>
#include <QRegularExpression>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tocsin {

using namespace std::chrono_literals;

namespace {

constexpr std::pair<Comparison, QLatin1String> comparisonNames[] = {
    {Comparison::Greater, QLatin1String(">")},       {Comparison::GreaterOrEqual, QLatin1String(">=")},
    {Comparison::Less, QLatin1String("<")},          {Comparison::LessOrEqual, QLatin1String("<=")},
    {Comparison::Equal, QLatin1String("==")},        {Comparison::NotEqual, QLatin1String("!=")},
    {Comparison::Between, QLatin1String("between")}, {Comparison::Outside, QLatin1String("outside")},
    {Comparison::AnyItem, QLatin1String("any_item")}};

constexpr std::pair<Measure, QLatin1String> measureNames[] = {{Measure::Value, QLatin1String("value")},
                                                              {Measure::Rate, QLatin1String("rate")},
                                                              {Measure::TimeToLimit, QLatin1String("time_to_limit")},
                                                              {Measure::Silence, QLatin1String("silence")}};

bool matchesPattern(const QString &pattern, const QString &text)
{
    const auto expression = QRegularExpression::wildcardToRegularExpression(pattern);
    return QRegularExpression(expression, QRegularExpression::CaseInsensitiveOption).match(text).hasMatch();
}

bool matchesAny(const QStringList &patterns, const QString &text)
{
    return patterns.isEmpty() || std::any_of(patterns.cbegin(), patterns.cend(),
                                             [&text](const QString &p) { return matchesPattern(p, text); });
}

AlertTest testOf(const AlertRule &rule, const AlertBand &band)
{
    return {rule.comparison, band.limit, band.upper};
}

/// The band's test with its limits moved by the deadband towards the good side.
AlertTest widened(const AlertRule &rule, const AlertBand &band)
{
    const double d = rule.deadband;
    switch (rule.comparison) {
    case Comparison::Greater:
    case Comparison::GreaterOrEqual:
        return {rule.comparison, band.limit - d, 0};
    case Comparison::Less:
    case Comparison::LessOrEqual:
        return {rule.comparison, band.limit + d, 0};
    case Comparison::Between:
        return {rule.comparison, band.limit - d, band.upper + d};
    case Comparison::Outside:
        return {rule.comparison, band.limit + d, band.upper - d};
    case Comparison::Equal:
    case Comparison::NotEqual:
    case Comparison::AnyItem:
        break;
    }
    return testOf(rule, band);
}

} // namespace

QString deviceSilentRule()
{
    return QStringLiteral("DEVICE_STALE");
}

bool AlertMatch::matches(const Device &device) const
{
    const bool tagged = tags.isEmpty() || std::any_of(device.tags.cbegin(), device.tags.cend(),
                                                      [this](const QString &tag) { return matchesAny(tags, tag); });
    return tagged && matchesAny(devices, device.id) && matchesAny(kinds, toString(device.kind)) &&
           matchesAny(classes, device.deviceClass) && matchesAny(sources, device.source);
}

bool holds(const AlertTest &test, double value)
{
    if (std::isnan(value))
        return false;
    switch (test.comparison) {
    case Comparison::Greater:
        return value > test.limit;
    case Comparison::GreaterOrEqual:
        return value >= test.limit;
    case Comparison::Less:
        return value < test.limit;
    case Comparison::LessOrEqual:
        return value <= test.limit;
    case Comparison::Equal:
        return value == test.limit;
    case Comparison::NotEqual:
        return value != test.limit;
    case Comparison::Between:
        return value >= test.limit && value <= test.upper;
    case Comparison::Outside:
        return value < test.limit || value > test.upper;
    case Comparison::AnyItem:
        break;
    }
    return false;
}

int violatedBand(const AlertRule &rule, double value)
{
    for (qsizetype i = 0; i < rule.bands.size(); ++i) {
        if (holds(testOf(rule, rule.bands.at(i)), value))
            return static_cast<int>(i);
    }
    return -1;
}

int violatedBand(const AlertRule &rule, QStringView item)
{
    if (rule.comparison != Comparison::AnyItem || item.isEmpty())
        return -1;
    for (qsizetype i = 0; i < rule.bands.size(); ++i) {
        if (item.startsWith(rule.bands.at(i).prefix, Qt::CaseInsensitive))
            return static_cast<int>(i);
    }
    return -1;
}

int heldBand(const AlertRule &rule, double value)
{
    for (qsizetype i = 0; i < rule.bands.size(); ++i) {
        if (holds(widened(rule, rule.bands.at(i)), value))
            return static_cast<int>(i);
    }
    return -1;
}

bool isGood(const AlertRule &rule, double value)
{
    if (std::isnan(value) || violatedBand(rule, value) >= 0)
        return false;
    return rule.clear ? holds(*rule.clear, value) : heldBand(rule, value) < 0;
}

std::optional<double> violatedLimit(const AlertRule &rule, int band, double value)
{
    if (rule.comparison == Comparison::AnyItem || band < 0 || band >= rule.bands.size())
        return std::nullopt;
    const AlertBand &b = rule.bands.at(band);
    return rule.comparison == Comparison::Outside && value > b.upper ? b.upper : b.limit;
}

QString numberText(double value, int decimals)
{
    if (!std::isfinite(value))
        return QStringLiteral("–");
    if (std::abs(value) >= 1e15)
        return QString::number(value, 'g', 6);
    QString digits = QString::number(value, 'f', decimals);
    const qsizetype point = digits.indexOf(QLatin1Char('.'));
    const qsizetype first = digits.startsWith(QLatin1Char('-')) ? 1 : 0;
    for (qsizetype i = (point < 0 ? digits.size() : point) - 3; i > first; i -= 3)
        digits.insert(i, QChar(0x202f)); // narrow no-break space
    return digits;
}

QString spanText(double seconds)
{
    if (!std::isfinite(seconds))
        return QStringLiteral("–");
    const auto whole = static_cast<qint64>(std::clamp(std::round(seconds), 0.0, 1e12));
    if (whole < 120)
        return QStringLiteral("%1 s").arg(whole);
    const qint64 minutes = whole / 60;
    if (minutes < 60)
        return whole % 60 == 0 || minutes >= 10 ? QStringLiteral("%1 min").arg(minutes)
                                                : QStringLiteral("%1 min %2 s").arg(minutes).arg(whole % 60);
    return minutes % 60 == 0 ? QStringLiteral("%1 h").arg(minutes / 60)
                             : QStringLiteral("%1 h %2 min").arg(minutes / 60).arg(minutes % 60);
}

QString alertMessage(const AlertRule &rule, int band, const ViolationWords &words)
{
    QString message = rule.message;
    const AlertBand b = band >= 0 && band < rule.bands.size() ? rule.bands.at(band) : AlertBand{};
    const std::optional<double> measured = words.measured;
    const std::optional<double> limit = measured ? violatedLimit(rule, band, *measured) : std::nullopt;
    const int usual = channelInfo(rule.metric).decimals;
    const int limitDecimals = decimalsToShow(limit.value_or(0.0), usual);
    int decimals = usual;
    if (measured && limit) {
        // 11.96 below 12.0 must not read "12.0, limit 12.0".
        while (decimals < maximumDecimals && !holds(testOf(rule, b), rounded(*measured, decimals)))
            ++decimals;
    }
    const auto shownIf = [&](Measure measure, const auto &show) {
        return measured && rule.measure == measure ? show(*measured) : QString();
    };
    const bool timed = rule.measure == Measure::TimeToLimit || rule.measure == Measure::Silence;
    const auto limitText = [&](double value) {
        return timed ? spanText(value) : numberText(value, decimalsToShow(value, usual));
    };
    QString value;
    if (rule.measure == Measure::Value)
        value = measured ? numberText(*measured, decimals) : QString();
    else
        value = words.value ? numberText(*words.value, usual) : QString();
    const std::pair<QLatin1String, QString> replacements[] = {
        {QLatin1String("{value}"), value},
        {QLatin1String("{limit}"), !limit  ? QString()
                                   : timed ? spanText(*limit)
                                           : numberText(*limit, limitDecimals)},
        {QLatin1String("{upper}"), limitText(b.upper)},
        {QLatin1String("{unit}"), rule.unit},
        {QLatin1String("{rate}"), shownIf(Measure::Rate, [&](double rate) { return numberText(rate, decimals); })},
        {QLatin1String("{time_to_limit}"), shownIf(Measure::TimeToLimit, &spanText)},
        {QLatin1String("{silence}"), shownIf(Measure::Silence, &spanText)},
        {QLatin1String("{target}"),
         rule.target ? numberText(rule.target->limit, decimalsToShow(rule.target->limit, usual)) : QString()},
        {QLatin1String("{count}"), QString::number(words.count)},
        {QLatin1String("{code}"), rule.code},
        {QLatin1String("{level}"), toString(b.level)},
        // What devices chose comes last, so that a brace in it is not taken for a placeholder.
        {QLatin1String("{item}"), words.item},
        {QLatin1String("{device}"), words.deviceName},
    };
    for (const auto &[placeholder, text] : replacements)
        message.replace(placeholder, text);
    return message;
}

QString usualUnit(const AlertRule &rule)
{
    QString unit = channelInfo(rule.metric).unit;
    switch (rule.measure) {
    case Measure::Value:
        return unit;
    case Measure::Rate:
        return unit + QStringLiteral("/s");
    case Measure::TimeToLimit:
    case Measure::Silence:
        break;
    }
    return QStringLiteral("s");
}

QString usualMessage(const AlertRule &rule)
{
    switch (rule.measure) {
    case Measure::Rate:
        return QStringLiteral("{rate} {unit}, limit {limit} {unit}");
    case Measure::TimeToLimit:
        return QStringLiteral("{target} in {time_to_limit}, now {value}");
    case Measure::Silence:
        return QStringLiteral("Not told for {silence}");
    case Measure::Value:
        break;
    }
    if (rule.comparison == Comparison::AnyItem)
        return QStringLiteral("{item}");
    return rule.unit.isEmpty() ? QStringLiteral("{value}, limit {limit}")
                               : QStringLiteral("{value} {unit}, limit {limit} {unit}");
}

QStringList unknownPlaceholders(const QString &message)
{
    static const QRegularExpression braces(QStringLiteral("\\{([^{}]*)\\}"));
    static const QStringList known{
        QStringLiteral("value"),   QStringLiteral("limit"),  QStringLiteral("upper"), QStringLiteral("unit"),
        QStringLiteral("item"),    QStringLiteral("device"), QStringLiteral("code"),  QStringLiteral("level"),
        QStringLiteral("rate"),    QStringLiteral("target"), QStringLiteral("count"), QStringLiteral("time_to_limit"),
        QStringLiteral("silence"),
    };
    QStringList unknown;
    auto it = braces.globalMatch(message);
    while (it.hasNext()) {
        const QString name = it.next().captured(1);
        if (!known.contains(name))
            unknown.append(name);
    }
    return unknown;
}

bool looksBack(const AlertRule &rule)
{
    return rule.measure != Measure::Value || rule.onDelay > Duration::zero() || rule.count > 0;
}

Duration defaultOffDelay(AlertLevel level, AlertKind kind)
{
    if (kind != AlertKind::Condition)
        return 0s;
    switch (level) {
    case AlertLevel::Info:
        return 5s;
    case AlertLevel::Warning:
    case AlertLevel::Critical:
        return 10s;
    case AlertLevel::Emergency:
        break;
    }
    return 0s;
}

QString toString(Comparison comparison)
{
    for (const auto &[candidate, name] : comparisonNames) {
        if (candidate == comparison)
            return name;
    }
    return {};
}

std::optional<Comparison> comparisonFromString(QStringView text)
{
    for (const auto &[candidate, name] : comparisonNames) {
        if (text == name)
            return candidate;
    }
    return std::nullopt;
}

QString toString(Measure measure)
{
    for (const auto &[candidate, name] : measureNames) {
        if (candidate == measure)
            return name;
    }
    return {};
}

std::optional<Measure> measureFromString(QStringView text)
{
    for (const auto &[candidate, name] : measureNames) {
        if (text == name)
            return candidate;
    }
    return std::nullopt;
}

} // namespace tocsin
