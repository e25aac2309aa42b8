// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtCharts
import Tocsin.Models

ChartView {
    id: chart

    required property TrendSource trend
    readonly property int revision: chart.trend.revision

    width: 600
    height: 300
    antialiasing: true
    onRevisionChanged: chart.trend.fill(line, 0)
    Component.onCompleted: chart.trend.fill(line, 0)

    LineSeries {
        id: line
        name: chart.trend.first.caption
        axisX: DateTimeAxis {
            min: chart.trend.fromTime
            max: chart.trend.toTime
            format: "HH:mm"
        }
        axisY: ValuesAxis {
            min: chart.trend.first.minimum
            max: chart.trend.first.maximum
        }
    }
}
