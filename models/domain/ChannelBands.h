// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRule.h"

#include <QHash>
#include <QList>
#include <QString>

#include <optional>

namespace tocsin {

/// The limits of one channel, in its unit. Beyond (not at) a limit the value is in that band, as the rules compare.
struct ChannelBand
{
    QString channel;
    std::optional<double> warnLow;
    std::optional<double> warnHigh;
    std::optional<double> criticalLow;
    std::optional<double> criticalHigh;
    bool operator==(const ChannelBand &) const = default;
};

/// The one table of limits that gauges and trends draw. A value. Default: those of the built-in rules
/// (dialects 1 and 2); the desk tells those of its own.
class ChannelBands
{
public:
    enum class Band { Normal, Warning, Critical };
    ChannelBands() = default;
    explicit ChannelBands(const QList<ChannelBand> &bands);
    [[nodiscard]] static ChannelBands defaults();
    /// The limits of rules that hold for every device (or every one of a kind) and compare with a limit; of several,
    /// the one that is met first. Emergency counts as critical; info has no band.
    [[nodiscard]] static ChannelBands fromRules(const QList<AlertRule> &rules);
    [[nodiscard]] QList<ChannelBand> all() const;                 ///< by channel
    [[nodiscard]] ChannelBand find(const QString &channel) const; ///< without limits when there are none

private:
    QHash<QString, ChannelBand> m_bands;
};

/// Where a value lies; NaN is Normal.
[[nodiscard]] ChannelBands::Band bandOf(const ChannelBand &band, double value);

} // namespace tocsin
