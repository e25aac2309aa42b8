// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"

#include <QList>

#include <vector>

namespace tocsin {

/// Reduces a series to at most `maxPoints` while it streams by: the span is cut into equal steps and each keeps its least and its
/// greatest sample, so that a spike is never lost. Up to `maxPoints` samples pass unchanged.
/// Memory depends on maxPoints alone. Plain value logic: any thread, one at a time. NaN and infinities must be left out before.
class Downsampler
{
public:
    /// `from` … `to`: where samples will lie; what lies outside counts to the first or last step. maxPoints is at least 2.
    Downsampler(TimePoint from, TimePoint to, int maxPoints);

    void add(TimePoint at, double value);
    /// Ascending in time.
    [[nodiscard]] QList<HistoryPoint> points() const;
    [[nodiscard]] qint64 samples() const { return m_samples; }

private:
    struct Step
    {
        HistoryPoint least;
        HistoryPoint greatest;
        bool used = false;
    };
    void fold(const HistoryPoint &point);

    const TimePoint m_from;
    const TimePoint m_to;
    const std::size_t m_maxPoints;
    qint64 m_samples = 0;
    std::vector<HistoryPoint> m_plain; ///< until there are too many
    std::vector<Step> m_steps;         ///< from then on
};

} // namespace tocsin
