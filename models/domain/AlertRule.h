// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"
#include "models/domain/AlertSchedule.h"
#include "models/domain/AlertTimers.h"
#include "models/domain/Device.h"

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace tocsin {

/// Between includes both limits; Outside means below the lower or above the upper one. AnyItem looks at
/// each item of a list (trouble codes) and compares how it begins.
enum class Comparison { Greater, GreaterOrEqual, Less, LessOrEqual, Equal, NotEqual, Between, Outside, AnyItem };

/// What of the metric is compared, in which unit. All but Value are told apart from the metric's own value in messages.
enum class Measure {
    Value,       ///< itself
    Rate,        ///< its change per second, by regression over AlertRule::window
    TimeToLimit, ///< seconds until AlertRule::target holds, at its trend over the window; infinite when it goes another way
    Silence      ///< seconds since the device last told it
};

/// What AlertRule::inhibitedBy calls the alert that a device is silent, which no rule decides: "DEVICE_STALE".
[[nodiscard]] QString deviceSilentRule();

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
    Measure measure = Measure::Value;
    Duration window{};               ///< Rate and TimeToLimit
    std::optional<AlertTest> target; ///< TimeToLimit: where the metric is not to come
    Comparison comparison = Comparison::Greater;
    QList<AlertBand> bands;         ///< at least one, most urgent first
    std::optional<AlertTest> clear; ///< where it is good again; none: where no band is violated, less the deadband
    double deadband = 0;            ///< how far past its limit a value must come before a band lets go
    std::optional<AlertUnless> unless;
    Duration onDelay{}; ///< how long it must be bad before it is raised
    int count = 0; ///< or so many violations within countWindow; without an onDelay these alone. 0: it goes by time
    Duration countWindow{};
    Duration offDelay{};                   ///< how long it must be good before it returns
    bool autoClear = false;                ///< info only: returns to NORMAL without an acknowledge
    bool latch = false;                    ///< once over and acknowledged it waits for a reset
    std::optional<AlertSchedule> schedule; ///< outside it the rule's alerts are suppressed, emergencies excepted
    QStringList
        inhibitedBy; ///< rules: while one of them is active at the same source, this one's alerts are suppressed
    bool ackComment = false; ///< an acknowledge has to say something
    CareOverride care;
    QString
        message; ///< {value} {limit} {upper} {unit} {item} {device} {code} {level} {rate} {target} {time_to_limit} {silence}
                 ///< {count}
    QString unit;
    QStringList actions; ///< recommended to whoever reads the alert
    QString guidance;    ///< for the operator, at length
    QString comment;     ///< for whoever keeps the rules

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

/// What there is to say of a violation.
struct ViolationWords
{
    std::optional<double> measured{}; ///< what was compared; none for items
    std::optional<double> value{};    ///< of the metric itself; none: as `measured`
    int count = 1;                    ///< violations
    QString item{};
    QString deviceName{};
};
/// What the operator reads: "4 180 rpm, limit 4 000". Digits as the channel wants, more where the value would
/// look like its limit.
[[nodiscard]] QString alertMessage(const AlertRule &rule, int band, const ViolationWords &words);
/// The limit of `band` that `value` is beyond; nothing for items.
[[nodiscard]] std::optional<double> violatedLimit(const AlertRule &rule, int band, double value);
/// A number for people: point as decimal mark, a narrow no-break space between groups of three digits.
[[nodiscard]] QString numberText(double value, int decimals);
/// Unit and message of a rule that names none.
[[nodiscard]] QString usualUnit(const AlertRule &rule);
[[nodiscard]] QString usualMessage(const AlertRule &rule);
/// Names in {braces} of a message template that alertMessage() does not know.
[[nodiscard]] QStringList unknownPlaceholders(const QString &message);
/// Whether a reading of the metric alone decides: it is judged from a trend, a silence or a count else.
[[nodiscard]] bool looksBack(const AlertRule &rule);

/// offDelay of a rule that names none (ALERTS.md, defaults).
[[nodiscard]] Duration defaultOffDelay(AlertLevel level, AlertKind kind);

[[nodiscard]] QString toString(Comparison comparison); ///< ">", ">=", …, "between", "outside", "any_item"
[[nodiscard]] std::optional<Comparison> comparisonFromString(QStringView text);
[[nodiscard]] QString toString(Measure measure); ///< "value", "rate", "time_to_limit", "silence"
[[nodiscard]] std::optional<Measure> measureFromString(QStringView text);
/// A span for people: "45 s", "4 min", "1 h 20 min".
[[nodiscard]] QString spanText(double seconds);

} // namespace tocsin
