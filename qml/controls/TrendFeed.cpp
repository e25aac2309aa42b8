// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/TrendFeed.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace tocsin {

namespace {

constexpr auto Interval = std::chrono::milliseconds(250);
constexpr qreal Unknown = std::numeric_limits<qreal>::quiet_NaN();

} // namespace

TrendFeed::TrendFeed(QObject *parent) : QObject(parent), m_lowest(Unknown), m_highest(Unknown)
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(Interval);
    connect(&m_pause, &QTimer::timeout, this, [this] {
        if (m_waiting)
            feed();
    });
}

void TrendFeed::setSeries(QXYSeries *series)
{
    if (series == m_series)
        return;
    m_series = series;
    Q_EMIT seriesChanged();
    schedule();
}

void TrendFeed::setPoints(const QList<QPointF> &points)
{
    m_points = points;
    Q_EMIT pointsChanged();
    schedule();
}

void TrendFeed::setResolution(int pixels)
{
    pixels = std::max(pixels, 1);
    if (pixels == m_resolution)
        return;
    m_resolution = pixels;
    Q_EMIT resolutionChanged();
    schedule();
}

QList<QPointF> TrendFeed::thinned(const QList<QPointF> &points, int steps)
{
    QList<QPointF> known;
    known.reserve(points.size());
    std::copy_if(points.cbegin(), points.cend(), std::back_inserter(known),
                 [](const QPointF &point) { return std::isfinite(point.x()) && std::isfinite(point.y()); });
    if (steps < 1 || known.size() <= 2 * static_cast<qsizetype>(steps))
        return known;
    const qreal start = known.constFirst().x();
    const qreal width = (known.constLast().x() - start) / steps;
    if (!(width > 0))
        return known;

    const auto byValue = [](const QPointF &a, const QPointF &b) { return a.y() < b.y(); };
    QList<QPointF> kept;
    kept.reserve(2 * static_cast<qsizetype>(steps) + 2);
    kept.append(known.constFirst());
    auto step = known.cbegin() + 1;
    const auto last = known.cend() - 1;
    while (step < last) {
        const qreal end = start + width * (std::floor((step->x() - start) / width) + 1);
        auto next = std::find_if(step, last, [end](const QPointF &point) { return point.x() >= end; });
        if (next == step)
            ++next;
        const auto [low, high] = std::minmax_element(step, next, byValue);
        kept.append(*std::min(low, high));
        if (low != high)
            kept.append(*std::max(low, high));
        step = next;
    }
    kept.append(known.constLast());
    return kept;
}

void TrendFeed::schedule()
{
    if (m_pause.isActive())
        m_waiting = true;
    else
        feed();
}

void TrendFeed::feed()
{
    m_waiting = false;
    if (!m_series)
        return;
    const QList<QPointF> shown = thinned(m_points, m_resolution);
    m_lowest = Unknown;
    m_highest = Unknown;
    for (const QPointF &point : shown) {
        m_lowest = std::fmin(m_lowest, point.y());
        m_highest = std::fmax(m_highest, point.y());
    }
    m_drawn = static_cast<int>(shown.size());
    m_series->replace(shown);
    m_pause.start();
    Q_EMIT fed();
}

} // namespace tocsin
