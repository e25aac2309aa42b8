// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/hardware/StreamPace.h"

#include <algorithm>

namespace tocsin::hardware {

StreamPace::StreamPace(Duration period, StreamTime now)
    : m_period(period)
    , m_start(now - now.time_since_epoch() % period)
{
}

qint64 StreamPace::periods(StreamTime t) const
{
    return t > m_start ? (t - m_start) / m_period : 0;
}

bool StreamPace::admits(StreamTime sampled) const
{
    return m_samples < periods(sampled) + 2;
}

void StreamPace::admitted(StreamTime sampled)
{
    m_samples = std::max(m_samples, periods(sampled) - burst / m_period) + 1;
    ++m_frames;
}

qint64 StreamPace::takeDue(StreamTime now)
{
    const qint64 passed = periods(now);
    const qint64 due = std::max<qint64>(0, passed - m_frames);
    m_frames = std::max(m_frames, passed);
    return due;
}

} // namespace tocsin::hardware
