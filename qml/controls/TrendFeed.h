// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QPointF>
#include <QPointer>
#include <QQmlEngine>
#include <QTimer>
#include <QtCharts/QXYSeries>

namespace tocsin {

/// Feeds the points of one trend to a chart line: thinned to what the plot can show, at most four times a second.
///
/// Points are (milliseconds since 1970, value), ascending in time. A NaN value is a gap and is left out.
/// Thinning keeps the lowest and the highest of each step, so no peak is lost. Also tells the range
/// of what it drew, for the axis. GUI thread; the chart owns the series.
class TrendFeed : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QXYSeries *series READ series WRITE setSeries NOTIFY seriesChanged FINAL)
    Q_PROPERTY(QList<QPointF> points READ points WRITE setPoints NOTIFY pointsChanged FINAL)
    Q_PROPERTY(int resolution READ resolution WRITE setResolution NOTIFY resolutionChanged FINAL) ///< pixels of width
    Q_PROPERTY(int drawn READ drawn NOTIFY fed FINAL)      ///< points given to the series the last time
    Q_PROPERTY(qreal lowest READ lowest NOTIFY fed FINAL)  ///< NaN without points
    Q_PROPERTY(qreal highest READ highest NOTIFY fed FINAL)

public:
    explicit TrendFeed(QObject *parent = nullptr);

    [[nodiscard]] QXYSeries *series() const { return m_series; }
    void setSeries(QXYSeries *series);
    [[nodiscard]] QList<QPointF> points() const { return m_points; }
    void setPoints(const QList<QPointF> &points);
    [[nodiscard]] int resolution() const { return m_resolution; }
    void setResolution(int pixels);
    [[nodiscard]] int drawn() const { return m_drawn; }
    [[nodiscard]] qreal lowest() const { return m_lowest; }
    [[nodiscard]] qreal highest() const { return m_highest; }

    /// At most about two points per step of `steps`; the first and the last point stay.
    [[nodiscard]] static QList<QPointF> thinned(const QList<QPointF> &points, int steps);

Q_SIGNALS:
    void seriesChanged();
    void pointsChanged();
    void resolutionChanged();
    void fed();

private:
    void schedule();
    void feed();

    QPointer<QXYSeries> m_series;
    QList<QPointF> m_points;
    QTimer m_pause;
    bool m_waiting = false;
    int m_resolution = 600;
    int m_drawn = 0;
    qreal m_lowest;
    qreal m_highest;
};

} // namespace tocsin
