// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

namespace tocsin::hardware {

/// A moment that no change of the wall clock moves.
using StreamTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// When one stream sends. Its deadlines are start + n · period, so that they cannot drift, whatever the single frame is late by; start is a
/// multiple of the period, so that streams of one rate are due together.
///
/// New samples do not wait for a deadline: each goes out when it arrives as long as the stream is within its rate. It may be one period
/// ahead, and as far as `burst` behind (what was silent or held up for a moment is not lost when it comes at last). So a stream
/// at the rate of its device carries every sample as soon as it is there, and one of a faster device is spaced as its deadlines are.
/// Deadlines are for what is left: the sample that had to wait, and in the mode *full* the repetition when nothing new came.
/// A late deadline is not made up for: what was missed is counted. Plain value; time is an argument.
class StreamPace
{
public:
    static constexpr Duration burst = std::chrono::seconds(1);

    StreamPace(Duration period, StreamTime now);

    [[nodiscard]] Duration period() const { return m_period; }
    /// Whether a sample of this moment may go out.
    [[nodiscard]] bool admits(StreamTime sampled) const;
    /// It did, or would have if the reader were not slow.
    void admitted(StreamTime sampled);
    /// Deadlines that have passed without a frame; from now on they count as served.
    [[nodiscard]] qint64 takeDue(StreamTime now);
    /// The first deadline that no frame has served yet.
    [[nodiscard]] StreamTime nextUnserved() const { return m_start + (m_frames + 1) * m_period; }
    /// The next deadline of all.
    [[nodiscard]] StreamTime next(StreamTime now) const { return m_start + (periods(now) + 1) * m_period; }

private:
    [[nodiscard]] qint64 periods(StreamTime t) const; ///< full ones since the start

    Duration m_period;
    StreamTime m_start;
    qint64 m_samples = 0; ///< how many periods the samples have used
    qint64 m_frames = 0;  ///< how many frames have gone out or been missed
};

} // namespace tocsin::hardware
