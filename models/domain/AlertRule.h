// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"
#include "models/domain/Device.h"

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace tocsin {

/// Between includes both limits; Outside means below the lower or above the upper one. AnyItem looks at
/// each item of a list (trouble codes) and compares how it begins.
enum class Comparison { Greater, GreaterOrEqual, Less, LessOrEqual, Equal, NotEqual, Between, Outside, AnyItem };

/// Which sources a rule is for. Each list holds patterns (`*` and `?`, case ignored); an empty list admits all.
struct AlertMatch
{
    QStringList devices; ///< device ids
    QStringList kinds;   ///< "vehicle", "phone", …
    QStringList classes; ///< Device::deviceClass
    QStringList tags;    ///< one of the device's tags is enough
    QStringList sources; ///< what introduced the device: "serial:*", "dialect1"

    [[nodiscard]] bool matches(const Device &device) const;
    bool operator==(const AlertMatch &) const = default;
};

/// A comparison with its limits, in the metric's own unit.
struct AlertTest
{
    Comparison comparison = Comparison::Greater;
    double limit = 0; ///< the lower one of Between and Outside
    double upper = 0; ///< Between and Outside only
    bool operator==(const AlertTest &) const = default;
};

/// One threshold of a rule and the urgency beyond it.
struct AlertBand
{
    AlertLevel level = AlertLevel::Warning;
    double limit = 0;
    double upper = 0;
    QString prefix; ///< AnyItem: how the item begins; empty: any item
    bool operator==(const AlertBand &) const = default;
};

/// "Not now": while the same reading carries `metric` and the test holds, the rule counts the reading as good.
/// A reading without the metric is judged as if there were no such clause.
struct AlertUnless
{
    QString metric;
    AlertTest test;
    bool operator==(const AlertUnless &) const = default;
};

/// When an alert is raised and when it returns to normal. A value; the words are those of the rules file
/// (server/desk/RulesFile.h), the meaning that of ALERTS.md. Several bands are one alert whose level moves.
struct AlertRule
{
    QString id;
    QString code;
    QString name;
    QString title; ///< Alert::title
    QString category;
    AlertMatch match;
    AlertKind kind = AlertKind::Condition;
    QString metric; ///< the channel
    Comparison comparison = Comparison::Greater;
    QList<AlertBand> bands;         ///< at least one, most urgent first
    std::optional<AlertTest> clear; ///< where it is good again; none: where no band is violated, less the deadband
    double deadband = 0;            ///< how far past its limit a value must come before a band lets go
    std::optional<AlertUnless> unless;
    Duration onDelay{};     ///< how long it must be bad before it is raised
    Duration offDelay{};    ///< how long it must be good before it returns
    bool autoClear = false; ///< info only: returns to NORMAL without an acknowledge
    QString message;        ///< {value} {limit} {upper} {unit} {item} {device} {code} {level}
    QString unit;
    QStringList actions; ///< recommended to whoever reads the alert
    QString guidance;    ///< for the operator, at length
    QList<Duration>
        ladder; ///< when each step of the escalation is due, since it was raised; empty: as its level has it

    bool operator==(const AlertRule &) const = default;
};

/// Whether `value` meets the test. NaN meets none.
[[nodiscard]] bool holds(const AlertTest &test, double value);
/// The most urgent band that `value` violates; −1: none.
[[nodiscard]] int violatedBand(const AlertRule &rule, double value);
/// The same for one item of a list.
[[nodiscard]] int violatedBand(const AlertRule &rule, QStringView item);
/// The most urgent band that does not let `value` go yet (violated, or within the deadband); −1: none.
[[nodiscard]] int heldBand(const AlertRule &rule, double value);
/// Whether `value` is good: meets the clear test, or without one is held by no band. Bad and good leave a gap
/// between them: there everything stays as it is.
[[nodiscard]] bool isGood(const AlertRule &rule, double value);

/// What the operator reads: "4 180 rpm, limit 4 000". Digits as the channel wants, more where the value would
/// look like its limit.
[[nodiscard]] QString alertMessage(const AlertRule &rule, int band, std::optional<double> value, const QString &item,
                                   const QString &deviceName);
/// The limit of `band` that `value` is beyond; nothing for items.
[[nodiscard]] std::optional<double> violatedLimit(const AlertRule &rule, int band, double value);
/// A number for people: point as decimal mark, a narrow no-break space between groups of three digits.
[[nodiscard]] QString numberText(double value, int decimals);
/// Names in {braces} of a message template that alertMessage() does not know.
[[nodiscard]] QStringList unknownPlaceholders(const QString &message);

/// offDelay of a rule that names none (ALERTS.md, defaults).
[[nodiscard]] Duration defaultOffDelay(AlertLevel level, AlertKind kind);

[[nodiscard]] QString toString(Comparison comparison); ///< ">", ">=", …, "between", "outside", "any_item"
[[nodiscard]] std::optional<Comparison> comparisonFromString(QStringView text);

} // namespace tocsin
