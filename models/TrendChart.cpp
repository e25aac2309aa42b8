// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TrendChart.h"

#include "models/TrendSource.h"

#include <QAbstractAxis>
#include <QChart>
#include <QLegendMarker>
#include <QLineSeries>

namespace tocsin {

// Qt Charts' line has no gaps: it refuses NaN. A line with breaks is therefore drawn as several series, of which
// QML made the first. The others follow its pen. They stay the chart's own, so that chart and series may go in any order.

namespace {
const char *const continuesProperty = "tocsinContinues";

QList<QLineSeries *> continuationsOf(QXYSeries *series)
{
    QList<QLineSeries *> found;
    if (!series->chart())
        return found;
    for (QAbstractSeries *other : series->chart()->series()) {
        if (other->property(continuesProperty).value<QObject *>() == series)
            found.append(qobject_cast<QLineSeries *>(other));
    }
    return found;
}

QLineSeries *addContinuation(QXYSeries *series)
{
    auto *next = new QLineSeries;
    next->setProperty(continuesProperty, QVariant::fromValue<QObject *>(series));
    series->chart()->addSeries(next);
    for (QAbstractAxis *axis : series->attachedAxes())
        next->attachAxis(axis);
    for (QLegendMarker *marker : series->chart()->legend()->markers(next))
        marker->setVisible(false);
    return next;
}

void removeContinuation(QLineSeries *series)
{
    series->chart()->removeSeries(series);
    delete series;
}

/// A lone value is a short dash: a line of one point would not be seen.
QList<QPointF> visible(TrendBuffer::Segment segment, double dashMs)
{
    if (segment.size() == 1)
        segment.append(QPointF(segment.first().x() + dashMs, segment.first().y()));
    return segment;
}
} // namespace

bool TrendSource::fill(QAbstractSeries *series, int which)
{
    const TrendLine *chosen = line(which);
    if (!chosen)
        return false;
    const double spanMs =
        double(std::chrono::milliseconds(std::chrono::floor<std::chrono::milliseconds>(span())).count());
    return fillSeries(series, chosen->buffer().segments(from(), m_to), spanMs / TrendBuffer::Steps / 2);
}

bool fillSeries(QAbstractSeries *series, const QList<TrendBuffer::Segment> &segments, double dashMs)
{
    auto *xy = qobject_cast<QXYSeries *>(series);
    if (!xy)
        return false;
    xy->replace(segments.isEmpty() ? QList<QPointF>() : visible(segments.first(), dashMs));
    QList<QLineSeries *> more = continuationsOf(xy);
    const qsizetype needed = xy->chart() ? std::max<qsizetype>(0, segments.size() - 1) : 0;
    while (more.size() < needed)
        more.append(addContinuation(xy));
    while (more.size() > needed)
        removeContinuation(more.takeLast());
    for (qsizetype i = 0; i < needed; ++i) {
        more[i]->setPen(xy->pen());
        more[i]->setOpacity(xy->opacity());
        more[i]->setVisible(xy->isVisible());
        more[i]->replace(visible(segments[i + 1], dashMs));
    }
    return true;
}

} // namespace tocsin
