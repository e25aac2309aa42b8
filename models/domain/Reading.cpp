// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Reading.h"

#include <algorithm>
#include <cmath>

namespace tocsin {

std::optional<double> number(const Value &value)
{
    if (const auto *d = std::get_if<double>(&value))
        return std::isfinite(*d) ? std::optional<double>(*d) : std::nullopt;
    if (const auto *b = std::get_if<bool>(&value))
        return *b ? 1.0 : 0.0;
    return std::nullopt;
}

QString text(const Value &value)
{
    if (const auto *d = std::get_if<double>(&value))
        return std::isfinite(*d) ? QString::number(*d, 'g', 10) : QString();
    if (const auto *b = std::get_if<bool>(&value))
        return *b ? QStringLiteral("true") : QStringLiteral("false");
    if (const auto *s = std::get_if<QString>(&value))
        return *s;
    if (const auto *l = std::get_if<QStringList>(&value))
        return l->join(QLatin1String(", "));
    return {};
}

bool Position::isValid() const
{
    return std::isfinite(latitude) && std::isfinite(longitude) && std::abs(latitude) <= 90 &&
           std::abs(longitude) <= 180;
}

const Value *Reading::find(const QString &channel) const
{
    const auto it =
        std::find_if(samples.cbegin(), samples.cend(), [&](const Sample &s) { return s.channel == channel; });
    return it == samples.cend() ? nullptr : &it->value;
}

std::optional<double> Reading::number(const QString &channel) const
{
    const Value *value = find(channel);
    return value ? tocsin::number(*value) : std::nullopt;
}

void LatestReading::merge(const Reading &reading)
{
    deviceId = reading.deviceId;
    source = reading.source;
    lastSeen = reading.receivedAt;
    if (reading.sourceTime)
        sourceTime = reading.sourceTime;
    if (reading.position) {
        position = reading.position;
        positionAt = reading.receivedAt;
    }
    for (const Sample &sample : reading.samples)
        channels.insert(sample.channel, TimedValue{sample.value, reading.receivedAt});
}

std::optional<double> LatestReading::number(const QString &channel) const
{
    const auto it = channels.constFind(channel);
    return it == channels.cend() ? std::nullopt : tocsin::number(it->value);
}

} // namespace tocsin
