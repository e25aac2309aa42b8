// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtCharts
import QtQuick
import Tocsin.Controls

/// Two lines over the same time, each with an axis of its own (left: first, right: second), and one limit on the
/// first. The plot fills the item. Whoever has the points (milliseconds since 1970, value) thins them, puts them
/// into `firstSeries` and `secondSeries`, and decides how often. Needs QApplication (Qt Charts).
Item {
    id: root

    readonly property alias firstSeries: firstLine
    readonly property alias secondSeries: secondLine
    /// Whether there is anything to draw; without it a line has no axis.
    required property bool hasFirst
    property bool hasSecond: false
    property string description: ""
    /// Ends of the time axis, milliseconds since 1970, and what stands below its start, middle and end.
    required property real from
    required property real to
    property string fromText: ""
    property string middleText: ""
    property string toText: ""
    property real firstMinimum: 0
    property real firstMaximum: 100
    property real secondMinimum: 0
    property real secondMaximum: 100
    /// On the first axis; NaN: none.
    property real limit: NaN
    property string limitLabel: ""
    property color limitColor: Theme.warning
    /// Several limits instead, each {value, label, level: 0 info … 3 emergency}.
    property var limits: []
    readonly property bool limitShown: root.isWithin(root.limit)
    /// A sentence instead of lines while there is nothing to show.
    property string emptyText: ""

    readonly property rect plotRect: Qt.rect(plot.x, plot.y, plot.width, plot.height)
    /// Round steps of each axis; 0: unknown. Both axes share the grid lines, so where they disagree there are two.
    property real firstTick: 0
    property real secondTick: 0

    readonly property int firstCount: root.firstTick > 0 ? Math.round((root.firstMaximum - root.firstMinimum) / root.firstTick) : 2
    readonly property int secondCount: !root.hasSecond ? root.firstCount : root.secondTick > 0 ? Math.round((root.secondMaximum - root.secondMinimum) / root.secondTick) : 2
    readonly property int fullSteps: root.firstCount === root.secondCount ? Math.max(1, root.firstCount) : 2
    readonly property int steps: plot.height >= 24 * root.fullSteps ? root.fullSteps : root.fullSteps % 2 === 0 && plot.height >= 12 * root.fullSteps ? root.fullSteps / 2 : 1

    Accessible.role: Accessible.Chart
    Accessible.name: root.description

    Item {
        id: plot

        x: root.hasFirst ? Math.ceil(leftAxis.widest) + 2 * Theme.grid : 0
        y: 2 * Theme.grid
        width: root.width - x - (root.hasSecond ? Math.ceil(rightAxis.widest) + 2 * Theme.grid : 0)
        height: root.height - y - 5 * Theme.grid
    }

    Repeater {
        model: root.hasFirst || root.hasSecond ? root.steps + 1 : 0

        Rectangle {
            required property int index

            x: plot.x
            y: Math.round(plot.y + plot.height * index / root.steps)
            width: plot.width
            height: 1
            color: Theme.line
            opacity: index === root.steps ? 1 : 0.55
        }
    }

    AxisLabels {
        id: leftAxis

        anchors.right: plot.left
        anchors.rightMargin: 2 * Theme.grid
        y: plot.y
        height: plot.height
        visible: root.hasFirst
        steps: root.steps
        minimum: root.firstMinimum
        maximum: root.firstMaximum
        alignment: Text.AlignRight
    }

    AxisLabels {
        id: rightAxis

        anchors.left: plot.right
        anchors.leftMargin: 2 * Theme.grid
        y: plot.y
        height: plot.height
        visible: root.hasSecond
        steps: root.steps
        minimum: root.secondMinimum
        maximum: root.secondMaximum
        alignment: Text.AlignLeft
    }

    ChartView {
        id: chart

        anchors.fill: parent
        margins.left: 0
        margins.right: 0
        margins.top: 0
        margins.bottom: 0
        antialiasing: true
        legend.visible: false
        backgroundColor: "transparent"
        plotAreaColor: "transparent"
        dropShadowEnabled: false
        plotArea: Qt.rect(plot.x, plot.y, Math.max(1, plot.width), Math.max(1, plot.height))
        animationOptions: ChartView.NoAnimation
        enabled: false

        ValuesAxis {
            id: timeAxis

            min: root.from
            max: root.to
            visible: false
        }

        ValuesAxis {
            id: firstAxis

            min: root.firstMinimum
            max: root.firstMaximum
            visible: false
        }

        ValuesAxis {
            id: secondAxis

            min: root.secondMinimum
            max: root.secondMaximum
            visible: false
        }

        LineSeries {
            id: secondLine

            axisX: timeAxis
            axisYRight: secondAxis
            color: Theme.scheme === Theme.Dark ? Theme.text3 : Qt.rgba(Theme.text.r, Theme.text.g, Theme.text.b, 0.5)
            width: 1.5
        }

        LineSeries {
            id: firstLine

            axisX: timeAxis
            axisY: firstAxis
            color: Theme.text
            width: 1.75
        }
    }

    function isWithin(value: real): bool {
        return !isNaN(value) && value <= root.firstMaximum && value >= root.firstMinimum;
    }

    component LimitLine: Item {
        id: line

        property real value: NaN
        property string label
        property color tone

        x: plot.x
        y: Math.round(plot.y + plot.height * (root.firstMaximum - line.value) / (root.firstMaximum - root.firstMinimum))
        width: plot.width
        visible: root.hasFirst && root.isWithin(line.value)

        DashedLine {
            width: parent.width
            color: line.tone
        }

        Rectangle {
            y: line.y > plot.y + height + 2 ? -height - 1 : 2
            width: text.implicitWidth + 2 * Theme.grid
            height: text.implicitHeight
            visible: line.label.length > 0
            color: Theme.bg2
            opacity: 0.85

            TextLabel {
                id: text

                x: Theme.grid
                text: line.label
                font.pixelSize: Theme.fontTiny
                color: line.tone
            }
        }
    }

    LimitLine {
        value: root.limit
        label: root.limitLabel
        tone: root.limitColor
    }

    Repeater {
        model: root.limits

        LimitLine {
            required property var modelData

            value: modelData.value
            label: modelData.label
            tone: Theme.levelColor(modelData.level + Theme.Info, Theme.scheme)
        }
    }

    Item {
        anchors.top: plot.bottom
        anchors.topMargin: Theme.grid
        anchors.left: plot.left
        anchors.right: plot.right
        visible: root.hasFirst || root.hasSecond

        TextLabel {
            text: root.fromText
            font.pixelSize: Theme.fontTiny
            color: Theme.text3
        }

        TextLabel {
            anchors.horizontalCenter: parent.horizontalCenter
            text: root.middleText
            font.pixelSize: Theme.fontTiny
            color: Theme.text3
        }

        TextLabel {
            anchors.right: parent.right
            text: root.toText
            font.pixelSize: Theme.fontTiny
            color: Theme.text3
        }
    }

    TextLabel {
        anchors.centerIn: parent
        width: Math.min(implicitWidth, parent.width - 4 * Theme.grid)
        visible: !root.hasFirst && !root.hasSecond
        text: root.emptyText
        color: Theme.text3
    }
}
