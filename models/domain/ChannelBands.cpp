// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/ChannelBands.h"

#include "models/domain/Channels.h"

#include <algorithm>
#include <cmath>

namespace tocsin {

ChannelBands::ChannelBands(const QList<ChannelBand> &bands)
{
    for (const ChannelBand &band : bands)
        m_bands.insert(band.channel, band);
}

ChannelBands ChannelBands::defaults()
{
    const auto none = std::nullopt;
    return ChannelBands({
        // channel, warning below, warning above, critical below, critical above
        {channel::EngineTemperature, none, 105, none, 115},
        {channel::OilPressure, 25, none, 15, none},
        {channel::BatteryLevel, 20, none, 10, none},
        {channel::FuelLevel, 5, none, none, none},
        {channel::BatteryVoltage, 12.0, none, none, none},
        {channel::EngineRpm, none, 4000, none, none},
        {channel::Crash, none, none, none, 0},
        {channel::TroubleCount, none, 0, none, none},
    });
}

ChannelBands ChannelBands::fromRules(const QList<AlertRule> &rules)
{
    const auto lower = [](std::optional<double> &limit, double value) {
        limit = std::min(limit.value_or(value), value);
    };
    const auto higher = [](std::optional<double> &limit, double value) {
        limit = std::max(limit.value_or(value), value);
    };
    ChannelBands result;
    for (const AlertRule &rule : rules) {
        const AlertMatch &match = rule.match;
        if (rule.measure != Measure::Value)
            continue;
        if (!match.devices.isEmpty() || !match.classes.isEmpty() || !match.tags.isEmpty() || !match.sources.isEmpty())
            continue;
        const Comparison comparison = rule.comparison;
        const bool outside = comparison == Comparison::Outside;
        const bool above = outside || comparison == Comparison::Greater || comparison == Comparison::GreaterOrEqual;
        const bool below = outside || comparison == Comparison::Less || comparison == Comparison::LessOrEqual;
        for (const AlertBand &limit : rule.bands) {
            if ((!above && !below) || limit.level == AlertLevel::Info || !std::isfinite(limit.limit))
                continue;
            ChannelBand &band = result.m_bands[rule.metric];
            band.channel = rule.metric;
            const bool warning = limit.level == AlertLevel::Warning;
            if (above)
                lower(warning ? band.warnHigh : band.criticalHigh, outside ? limit.upper : limit.limit);
            if (below)
                higher(warning ? band.warnLow : band.criticalLow, limit.limit);
        }
    }
    return result;
}

QList<ChannelBand> ChannelBands::all() const
{
    QList<ChannelBand> bands = m_bands.values();
    std::sort(bands.begin(), bands.end(),
              [](const ChannelBand &a, const ChannelBand &b) { return a.channel < b.channel; });
    return bands;
}

ChannelBand ChannelBands::find(const QString &channel) const
{
    ChannelBand none;
    none.channel = channel;
    return m_bands.value(channel, none);
}

ChannelBands::Band bandOf(const ChannelBand &band, double value)
{
    if (std::isnan(value))
        return ChannelBands::Band::Normal;
    const auto below = [value](std::optional<double> limit) { return limit && value < *limit; };
    const auto above = [value](std::optional<double> limit) { return limit && value > *limit; };
    if (below(band.criticalLow) || above(band.criticalHigh))
        return ChannelBands::Band::Critical;
    return below(band.warnLow) || above(band.warnHigh) ? ChannelBands::Band::Warning : ChannelBands::Band::Normal;
}

} // namespace tocsin
