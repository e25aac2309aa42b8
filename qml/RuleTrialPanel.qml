// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// Tries the rule on what a device has told: when it would have been raised and cleared, over the recorded values.
Item {
    id: root

    required property RuleTrialModel trial

    PanelHeader {
        id: header

        width: parent.width
        title: qsTr("Recorded data")
        detail: root.trial.outdated ? qsTr("changed since") : ""
    }

    Row {
        id: asked

        anchors.top: header.bottom
        anchors.topMargin: 2 * Theme.grid
        x: 3 * Theme.grid
        spacing: 2 * Theme.grid

        SegmentedControl {
            anchors.verticalCenter: parent.verticalCenter
            implicitWidth: 200
            description: qsTr("How far back")
            segments: [...root.trial.spans]
            currentIndex: root.trial.spanIndex
            onPicked: index => root.trial.spanIndex = index
        }

        PushButton {
            kind: PushButton.Primary
            text: root.trial.busy ? qsTr("Cancel") : qsTr("Try")
            description: root.trial.busy ? qsTr("Waits for the trial's result no more") : qsTr("Judges what the device told by the rule as it stands here; nothing is raised")
            enabled: root.trial.device >= 0
            onClicked: root.trial.busy ? root.trial.cancel() : root.trial.run()
        }
    }

    ListView {
        id: devices

        anchors.top: asked.bottom
        anchors.topMargin: 2 * Theme.grid
        x: 3 * Theme.grid
        width: parent.width - 6 * Theme.grid
        height: 30
        orientation: ListView.Horizontal
        spacing: Theme.grid
        clip: true
        model: root.trial.devices
        boundsBehavior: Flickable.StopAtBounds
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Device to try it on")

        delegate: Chip {
            required property string modelData
            required property int index

            text: modelData
            checked: root.trial.device === index
            onClicked: root.trial.device = index
        }
    }

    TextLabel {
        id: summary

        anchors.top: devices.bottom
        anchors.topMargin: 2 * Theme.grid
        x: 3 * Theme.grid
        width: parent.width - 6 * Theme.grid
        wrapMode: Text.Wrap
        maximumLineCount: 3
        text: root.trial.summary.length > 0 ? root.trial.summary : root.trial.device < 0 ? qsTr("Choose a device.") : qsTr("Press Try to see when the rule would have been raised.")
        color: root.trial.outdated ? Theme.text3 : Theme.text
        font.weight: root.trial.done ? Font.DemiBold : Font.Normal
    }

    TrendChart {
        id: chart

        anchors.top: summary.bottom
        anchors.topMargin: 2 * Theme.grid
        x: 3 * Theme.grid
        width: parent.width - 6 * Theme.grid
        height: Math.max(120, Math.min(260, root.height * 0.4))
        opacity: root.trial.outdated ? 0.5 : 1
        description: qsTr("%1, %2").arg(root.trial.line.caption).arg(root.trial.summary)
        hasFirst: root.trial.line.hasData
        from: root.trial.from
        to: root.trial.to
        fromText: root.trial.fromText
        middleText: root.trial.middleText
        toText: root.trial.toText
        firstMinimum: root.trial.line.minimum
        firstMaximum: root.trial.line.maximum
        firstTick: root.trial.line.tickInterval
        limits: root.trial.limits
        emptyText: root.trial.busy ? qsTr("Looking …") : root.trial.done ? qsTr("Nothing was recorded") : ""

        Connections {
            target: root.trial

            function onChanged() {
                root.trial.fill(chart.firstSeries);
            }
        }

        // When it would have been open, and the moments at its ends.
        Repeater {
            model: root.trial

            Item {
                id: moment

                required property int what
                required property int momentLevel
                required property real place
                required property real span

                readonly property color tone: Theme.levelColor(moment.momentLevel + Theme.Info, Theme.scheme)

                x: chart.plotRect.x + moment.place * chart.plotRect.width
                y: chart.plotRect.y
                width: Math.max(1, moment.span * chart.plotRect.width)
                height: chart.plotRect.height

                Rectangle {
                    anchors.fill: parent
                    visible: moment.what === RuleTrialModel.Raised
                    color: moment.tone
                    opacity: 0.16
                }

                Rectangle {
                    width: 1
                    height: parent.height
                    color: moment.what === RuleTrialModel.Cleared ? Theme.text3 : moment.tone
                }

                StateShape {
                    x: -5
                    y: -4
                    width: 10
                    height: 10
                    visible: moment.what !== RuleTrialModel.Cleared
                    level: moment.momentLevel + Theme.Info
                    color: moment.tone
                }
            }
        }
    }

    ListView {
        id: moments

        anchors.top: chart.bottom
        anchors.topMargin: Theme.grid
        anchors.bottom: parent.bottom
        width: parent.width
        clip: true
        model: root.trial
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        Accessible.role: Accessible.List
        Accessible.name: qsTr("What would have happened")

        ScrollBar.vertical: ScrollBar {
        }

        delegate: Item {
            id: row

            required property string whenText
            required property int what
            required property int momentLevel
            required property string momentText

            width: moments.width
            height: 26
            Accessible.role: Accessible.ListItem
            Accessible.name: row.whenText + " " + row.momentText

            StateShape {
                x: 3 * Theme.grid
                anchors.verticalCenter: parent.verticalCenter
                width: 10
                height: 10
                level: row.what === RuleTrialModel.Cleared ? Theme.Normal : row.momentLevel + Theme.Info
                color: Theme.levelColor(level, Theme.scheme)
            }

            TextLabel {
                x: 8 * Theme.grid
                width: 164
                anchors.verticalCenter: parent.verticalCenter
                text: row.whenText
                font.pixelSize: Theme.fontSmall
                color: Theme.text2
            }

            TextLabel {
                x: 8 * Theme.grid + 168
                width: parent.width - x - 3 * Theme.grid
                anchors.verticalCenter: parent.verticalCenter
                text: row.momentText
                font.pixelSize: Theme.fontSmall
            }
        }
    }
}
