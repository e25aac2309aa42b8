// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertRule.h"

#include "models/domain/Channels.h"

#include <QLocale>
#include <QRegularExpression>

#include <algorithm>
#include <array>
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

constexpr int maximumDecimals = 6;

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

double rounded(double value, int decimals)
{
    static constexpr std::array<double, maximumDecimals + 1> powers{1, 10, 100, 1e3, 1e4, 1e5, 1e6};
    const double power = powers[static_cast<std::size_t>(decimals)];
    const double scaled = std::round(value * power);
    return std::isfinite(scaled) ? scaled / power : value;
}

/// As few decimals as show `value` without loss, at least `decimals`.
int decimalsToShow(double value, int decimals)
{
    while (decimals < maximumDecimals && std::abs(rounded(value, decimals) - value) > 1e-9)
        ++decimals;
    return decimals;
}

} // namespace

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

QString alertMessage(const AlertRule &rule, int band, std::optional<double> value, const QString &item,
                     const QString &deviceName)
{
    QString message = rule.message;
    const AlertBand b = band >= 0 && band < rule.bands.size() ? rule.bands.at(band) : AlertBand{};
    const std::optional<double> limit = value ? violatedLimit(rule, band, *value) : std::nullopt;
    const int usual = channelInfo(rule.metric).decimals;
    const int limitDecimals = decimalsToShow(limit.value_or(0.0), usual);
    int decimals = usual;
    if (value && limit) {
        // 11.96 below 12.0 must not read "12.0, limit 12.0".
        while (decimals < maximumDecimals && !holds(testOf(rule, b), rounded(*value, decimals)))
            ++decimals;
    }
    const std::pair<QLatin1String, QString> words[] = {
        {QLatin1String("{value}"), value ? numberText(*value, decimals) : QString()},
        {QLatin1String("{limit}"), limit ? numberText(*limit, limitDecimals) : QString()},
        {QLatin1String("{upper}"), numberText(b.upper, decimalsToShow(b.upper, usual))},
        {QLatin1String("{unit}"), rule.unit},
        {QLatin1String("{code}"), rule.code},
        {QLatin1String("{level}"), toString(b.level)},
        // What devices chose comes last, so that a brace in it is not taken for a placeholder.
        {QLatin1String("{item}"), item},
        {QLatin1String("{device}"), deviceName},
    };
    for (const auto &[placeholder, text] : words)
        message.replace(placeholder, text);
    return message;
}

QStringList unknownPlaceholders(const QString &message)
{
    static const QRegularExpression braces(QStringLiteral("\\{([^{}]*)\\}"));
    static const QStringList known{QStringLiteral("value"), QStringLiteral("limit"), QStringLiteral("upper"),
                                   QStringLiteral("unit"),  QStringLiteral("item"),  QStringLiteral("device"),
                                   QStringLiteral("code"),  QStringLiteral("level")};
    QStringList unknown;
    auto it = braces.globalMatch(message);
    while (it.hasNext()) {
        const QString name = it.next().captured(1);
        if (!known.contains(name))
            unknown.append(name);
    }
    return unknown;
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

} // namespace tocsin
