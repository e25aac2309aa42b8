// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ChannelBands.h"

#include "models/domain/Channels.h"

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
