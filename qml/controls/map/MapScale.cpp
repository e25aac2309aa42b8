// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/MapScale.h"

#include <QLocale>

#include <cmath>

namespace tocsin::map {

namespace {

/// The largest of 1, 2, 5 × 10^n that is not larger than `limit`.
double roundBelow(double limit)
{
    const double power = std::pow(10, std::floor(std::log10(limit)));
    const double rest = limit / power;
    return power * (rest >= 5 ? 5 : rest >= 2 ? 2 : 1);
}

} // namespace

void MapScale::setMetresPerPixel(double metres)
{
    if (metres == m_metresPerPixel)
        return;
    m_metresPerPixel = metres;
    measure();
}

void MapScale::setMaximumLength(double pixels)
{
    if (pixels == m_maximumLength)
        return;
    m_maximumLength = pixels;
    measure();
}

void MapScale::setUnits(Units units)
{
    if (units == m_units)
        return;
    m_units = units;
    measure();
}

void MapScale::measure()
{
    const double limit = m_metresPerPixel * m_maximumLength;
    m_length = 0;
    m_text.clear();
    if (std::isfinite(limit) && limit > 0) {
        constexpr double Foot = 0.3048;
        constexpr double Mile = 1609.344;
        constexpr double NauticalMile = 1852;
        double unit = 1;
        QString name = tr("m");
        if (m_units == Imperial) {
            unit = limit < Mile ? Foot : Mile;
            name = limit < Mile ? tr("ft") : tr("mi");
        } else if (m_units == Nautical && limit >= NauticalMile) {
            unit = NauticalMile;
            name = tr("nmi");
        } else if (m_units == Metric && limit >= 1000) {
            unit = 1000;
            name = tr("km");
        }
        const double value = roundBelow(limit / unit);
        m_length = value * unit / m_metresPerPixel;
        const int decimals = value < 1 ? int(std::ceil(-std::log10(value))) : 0;
        m_text = QLocale().toString(value, 'f', decimals) + QChar(0x00A0) + name;
    }
    Q_EMIT changed();
}

} // namespace tocsin::map
