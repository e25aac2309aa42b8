// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// The selected device in numbers: a gauge per channel and the trend of two of them. Press a gauge: its trend.
Panel {
    id: root

    required property Console console

    /// The operator wants to see the device on the map.
    signal showAsked(string deviceId)

    readonly property SelectedDevice device: root.console.selectedDevice
    readonly property TrendSource trend: root.console.trend
    readonly property bool compact: root.height < 360
    readonly property real gap: (root.compact ? 2 : 3) * Theme.grid
    readonly property real gaugeHeight: Math.round(Math.max(104, Math.min(240, (root.height - header.height - 3 * root.gap) * 0.5)))

    PanelHeader {
        id: header

        width: parent.width
        title: root.device.valid ? root.device.name : qsTr("No device selected")
        detail: root.device.valid ? root.device.subtitle : ""

        TextLabel {
            anchors.verticalCenter: parent.verticalCenter
            width: Math.min(implicitWidth, 200)
            visible: text.length > 0 && root.width > 560
            text: root.console.commands.latestText
            font.pixelSize: Theme.fontSmall
            color: root.console.commands.latestTone === CommandModel.Bad ? Theme.critical : Theme.text2
        }

        SimTag {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.device.valid && root.device.simulated
        }

        PushButton {
            implicitHeight: 28
            visible: root.device.valid
            kind: PushButton.Quiet
            text: root.console.commands.openCount > 0 ? qsTr("Commands (%1)").arg(root.console.commands.openCount) : qsTr("Commands")
            description: qsTr("Give this device an order (%1)").arg(root.console.keys.keyText("commands"))
            onClicked: root.openCommands()
        }

        PushButton {
            implicitHeight: 28
            implicitWidth: 28
            visible: root.device.valid && root.device.hasPosition
            kind: PushButton.Quiet
            iconName: "follow"
            description: qsTr("Show on the map; again: the view before")
            onClicked: root.showAsked(root.device.deviceId)
        }
    }

    CommandPopup {
        id: commandPopup

        parent: root
        commands: root.console.commands
        x: root.width - width - root.gap
        y: header.height
    }

    ListView {
        id: gauges

        readonly property int fitting: Math.max(1, Math.floor((width + root.gap) / (90 + root.gap)))
        readonly property int shown: Math.max(Math.min(count, fitting), 1)
        readonly property bool overflowing: count > fitting
        readonly property real cardWidth: Math.floor(Math.min(root.gaugeHeight * 1.7, (width - (shown - 1) * root.gap) / shown - (overflowing ? 10 : 0)))

        anchors.top: header.bottom
        anchors.topMargin: root.gap
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.leftMargin: root.gap
        anchors.rightMargin: root.gap
        height: root.gaugeHeight + (overflowing ? 10 : 0)
        visible: root.device.valid
        clip: true
        opacity: root.console.server.live ? 1 : 0.6
        orientation: ListView.Horizontal
        spacing: root.gap
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        model: root.console.gauges
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Gauges")

        ScrollBar.horizontal: ScrollBar {
        }

        delegate: GaugeCell {
            width: gauges.cardWidth
            height: root.gaugeHeight
            charted: channel === root.trend.first.channel
            focused: gauges.activeFocus && ListView.isCurrentItem
            onPicked: channel => root.trend.first.channel = channel
        }

        Keys.onReturnPressed: root.trend.first.channel = (gauges.currentItem as GaugeCell).channel
    }

    EmptyState {
        anchors.fill: gauges
        visible: root.device.valid && gauges.count === 0
        title: qsTr("%1 has sent no numbers yet").arg(root.device.name)
    }

    Card {
        id: trendCard

        anchors.top: gauges.bottom
        anchors.topMargin: root.gap
        anchors.bottom: parent.bottom
        anchors.bottomMargin: root.gap
        anchors.left: gauges.left
        anchors.right: gauges.right
        visible: root.device.valid && height > 70

        TextLabel {
            id: windowLabel

            x: root.gap
            y: 2 * Theme.grid + 1
            text: root.trend.windowText
            font.weight: Font.DemiBold
        }

        Row {
            anchors.left: windowLabel.right
            anchors.leftMargin: 4 * Theme.grid
            anchors.right: windows.left
            anchors.rightMargin: 2 * Theme.grid
            anchors.verticalCenter: windowLabel.verticalCenter
            spacing: 4 * Theme.grid

            LegendItem {
                id: firstLegend

                visible: root.trend.first.channel.length > 0
                color: chart.firstSeries.color
                text: qsTr("← %1").arg(root.trend.first.caption)
                room: Math.max((parent.width - parent.spacing) / 2, parent.width - parent.spacing - secondLegend.wanted)
            }

            LegendItem {
                id: secondLegend

                visible: root.trend.second.channel.length > 0
                color: chart.secondSeries.color
                text: qsTr("%1 →").arg(root.trend.second.caption)
                room: Math.max((parent.width - parent.spacing) / 2, parent.width - parent.spacing - firstLegend.wanted)
            }
        }

        SegmentedControl {
            id: windows

            anchors.right: exportButton.left
            anchors.rightMargin: 2 * Theme.grid
            y: 6
            width: Math.min(240, parent.width * 0.3)
            height: 24
            description: qsTr("Time shown")
            segments: [qsTr("1 min"), qsTr("5 min"), qsTr("1 h"), qsTr("24 h")]
            currentIndex: root.trend.window
            onPicked: index => root.trend.window = index
        }

        PushButton {
            id: exportButton

            anchors.right: parent.right
            anchors.rightMargin: 2 * Theme.grid
            anchors.verticalCenter: windows.verticalCenter
            implicitHeight: 24
            kind: PushButton.Quiet
            enabled: root.trend.first.hasData || root.trend.second.hasData
            text: qsTr("Export …")
            description: qsTr("Save what is shown as CSV; noted in the audit")
            onClicked: root.console.exportTrend()
        }

        TrendChart {
            id: chart

            opacity: root.console.server.live ? 1 : 0.6
            anchors.top: windows.bottom
            anchors.bottom: parent.bottom
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.leftMargin: root.gap
            anchors.rightMargin: root.gap
            anchors.bottomMargin: Theme.grid
            hasFirst: root.trend.first.hasData
            hasSecond: root.trend.second.hasData
            description: qsTr("%1 and %2").arg(root.trend.first.caption).arg(root.trend.second.caption)
            from: root.trend.fromMs
            to: root.trend.toMs
            fromText: root.trend.timeTicks[0]
            middleText: root.trend.timeTicks[1]
            toText: root.trend.timeTicks[2]
            firstMinimum: root.trend.first.minimum
            firstMaximum: root.trend.first.maximum
            secondMinimum: root.trend.second.minimum
            secondMaximum: root.trend.second.maximum
            firstTick: root.trend.first.tickInterval
            secondTick: root.trend.second.tickInterval
            limit: root.trend.first.limit
            limitLabel: root.trend.first.limitText
            emptyText: root.trend.loading ? qsTr("Fetching history …") : root.trend.problem.length > 0 ? root.trend.problem : root.trend.channels.length === 0 ? qsTr("This device sends nothing that can be drawn.") : qsTr("Nothing was received in this time.")
            Component.onCompleted: root.draw()
        }

        Connections {
            target: root.trend

            function onRevisionChanged() {
                root.draw();
            }
        }
    }

    EmptyState {
        anchors.top: header.bottom
        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        visible: !root.device.valid
        title: qsTr("Select a device to see its numbers")
        detail: qsTr("Press one in the list, on the map, or an alert of it.")
    }

    function openCommands() {
        if (root.device.valid)
            commandPopup.open();
    }

    function draw() {
        root.trend.fill(chart.firstSeries, 0);
        root.trend.fill(chart.secondSeries, 1);
    }
}
