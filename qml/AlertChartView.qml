// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// The value of an alert over time: its limit as a dashed line, and an upright one where something happened.
Item {
    id: root

    required property AlertChart source
    property color tone: Theme.warning

    Connections {
        target: root.source

        function onRevisionChanged() {
            root.source.fill(chart.firstSeries);
        }
    }

    TrendChart {
        id: chart

        anchors.fill: parent
        hasFirst: root.source.line.hasData
        description: qsTr("%1 around the violation").arg(root.source.line.caption)
        from: root.source.fromMs
        to: root.source.toMs
        fromText: root.source.timeTicks[0]
        middleText: root.source.timeTicks[1]
        toText: root.source.timeTicks[2]
        firstMinimum: root.source.line.minimum
        firstMaximum: root.source.line.maximum
        firstTick: root.source.line.tickInterval
        limit: root.source.line.limit
        limitLabel: root.source.line.limitText
        limitColor: root.tone
        emptyText: root.source.loading ? qsTr("Fetching history …") : root.source.problem.length > 0 ? root.source.problem : qsTr("The archive has no values of this time.")
        Component.onCompleted: root.source.fill(chart.firstSeries)
    }

    Repeater {
        model: root.source.marks

        Item {
            id: mark

            required property int index
            required property double place
            required property string markText
            required property string timeText

            x: Math.round(chart.plotRect.x + chart.plotRect.width * mark.place)
            y: chart.plotRect.y
            width: 1
            height: chart.plotRect.height
            visible: root.source.line.hasData
            Accessible.role: Accessible.StaticText
            Accessible.name: qsTr("%1 at %2").arg(mark.markText).arg(mark.timeText)

            Rectangle {
                width: 1
                height: parent.height
                color: mark.index === 0 ? root.tone : Theme.text2
            }

            Rectangle {
                // On the side that has room; each a line lower, so that near ones do not cover each other.
                x: mark.place > 0.7 ? -width - 2 : 3
                y: mark.index * 15
                width: words.implicitWidth + 6
                height: words.implicitHeight
                color: Theme.bg2
                opacity: 0.85

                TextLabel {
                    id: words

                    x: 3
                    text: mark.markText
                    font.pixelSize: Theme.fontTiny
                    color: mark.index === 0 ? root.tone : Theme.text2
                }
            }
        }
    }
}
