// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>
#include <variant>

namespace tocsin {

/// What one channel can carry. monostate = the source said explicitly "unknown" (never zero).
using Value = std::variant<std::monostate, double, bool, QString, QStringList>;

/// The finite number in a value (a bool counts as 0 or 1); nothing for text, lists, NaN and infinities.
[[nodiscard]] std::optional<double> number(const Value &value);
/// The value as an operator may read it: "52", "true", "P0420, P0301"; empty when unknown.
[[nodiscard]] QString text(const Value &value);

/// WGS 84. Only latitude and longitude are always known.
struct Position
{
    double latitude = 0;  ///< degrees, −90…90
    double longitude = 0; ///< degrees, −180…180
    std::optional<double> altitudeM;
    std::optional<double> accuracyM;  ///< radius of the 68 % circle
    std::optional<double> headingDeg; ///< degrees true, course over ground
    std::optional<double> speedKmh;

    [[nodiscard]] bool isValid() const; ///< finite and within the ranges above
    bool operator==(const Position &) const = default;
};

/// One value of one channel, e.g. {"engine.rpm", 4180}. Names and units: Channels.h.
struct Sample
{
    QString channel;
    Value value;
    bool operator==(const Sample &) const = default;
};

/// What a device told at one moment: the unit that crosses threads on the telemetry path.
/// Stamped once, at the edge; the source's own time is kept beside it and never trusted for order.
struct Reading
{
    QString deviceId;
    QString source; ///< adapter id or dialect ("dialect1", "serial:gps-1", "sim:vehicle-3")
    TimePoint receivedAt;
    std::optional<TimePoint> sourceTime;
    std::optional<Position> position;
    QList<Sample> samples;

    [[nodiscard]] const Value *find(const QString &channel) const;
    [[nodiscard]] std::optional<double> number(const QString &channel) const;
    bool operator==(const Reading &) const = default;
};

struct TimedValue
{
    Value value;
    TimePoint at; ///< Reading::receivedAt of the reading that brought it
    bool operator==(const TimedValue &) const = default;
};

/// The newest value of every channel of one device; ages differ per channel.
struct LatestReading
{
    QString deviceId;
    QString source;
    TimePoint lastSeen;
    std::optional<TimePoint> sourceTime;
    std::optional<Position> position;
    TimePoint positionAt;
    QHash<QString, TimedValue> channels;

    /// Merges a newer reading of the same device into this one.
    void merge(const Reading &reading);
    [[nodiscard]] std::optional<double> number(const QString &channel) const;
};

} // namespace tocsin
