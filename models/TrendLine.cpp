// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TrendLine.h"

#include "models/Format.h"

#include <algorithm>
#include <limits>

namespace tocsin {

TrendLine::TrendLine(QObject *parent) : QObject(parent), m_buffer(std::chrono::minutes(5))
{
}

void TrendLine::setChannel(const QString &channel)
{
    if (channel == m_channel)
        return;
    m_channel = channel;
    m_info = channel.isEmpty() ? ChannelInfo() : channelInfo(channel);
    Q_EMIT channelChanged();
}

QString TrendLine::caption() const
{
    return m_info.unit.isEmpty() ? m_info.label : m_info.label + QStringLiteral(", ") + m_info.unit;
}

double TrendLine::limit() const
{
    return m_limit.value_or(std::numeric_limits<double>::quiet_NaN());
}

QString TrendLine::limitText() const
{
    return m_limit ? tr("limit %1").arg(format::number(*m_limit, m_info.decimals)) : QString();
}

void TrendLine::setBand(const ChannelBand &band)
{
    // The limit that is met first; there is room for one.
    std::optional<double> limit;
    for (const auto &candidate : {band.warnHigh, band.criticalHigh, band.warnLow, band.criticalLow}) {
        if (!limit)
            limit = candidate;
    }
    if (limit == m_limit)
        return;
    m_limit = limit;
    Q_EMIT limitChanged();
}

void TrendLine::clear(Duration window)
{
    m_buffer = TrendBuffer(window);
}

void TrendLine::refresh(TimePoint from, TimePoint to)
{
    double least = std::numeric_limits<double>::infinity();
    double greatest = -least;
    bool any = false;
    for (const TrendBuffer::Segment &segment : m_buffer.segments(from, to)) {
        for (const QPointF &point : segment) {
            least = std::min(least, point.y());
            greatest = std::max(greatest, point.y());
            any = true;
        }
    }
    // A known range stays put, so that a line's height means the same on every device; data beyond it widen it.
    if (m_info.hasRange()) {
        least = std::min(least, m_info.minimum);
        greatest = std::max(greatest, m_info.maximum);
    }
    const AxisRange range = niceRange(least, greatest);
    if (range != m_range) {
        m_range = range;
        Q_EMIT rangeChanged();
    }
    if (any != m_hasData) {
        m_hasData = any;
        Q_EMIT hasDataChanged();
    }
}

} // namespace tocsin
