// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// The alert queue on a page that needs its room: a narrow strip with the shape of every waiting alert, which opens into the queue.
Panel {
    id: root

    required property Console console
    property bool open: false

    readonly property AlertQueueModel queue: root.console.queue

    signal opened

    implicitWidth: root.open ? 376 : 52

    T.AbstractButton {
        id: toggle

        width: parent.width
        height: Theme.headerHeight
        hoverEnabled: true
        focusPolicy: Qt.TabFocus
        Accessible.role: Accessible.Button
        Accessible.name: root.open ? qsTr("Close the alert queue") : qsTr("Open the alert queue, %1 waiting").arg(root.queue.waiting)
        visible: !root.open
        onClicked: root.open = true

        contentItem: Item {
            Column {
                anchors.centerIn: parent

                IconItem {
                    anchors.horizontalCenter: parent.horizontalCenter
                    width: 18
                    height: 18
                    name: "alerts"
                    color: Theme.text2
                }

                TextLabel {
                    anchors.horizontalCenter: parent.horizontalCenter
                    text: root.queue.waiting
                    font.pixelSize: 11
                    font.weight: Font.DemiBold
                }
            }
        }

        background: Rectangle {
            color: toggle.hovered ? Theme.bg2 : "transparent"

            FocusRing {
                shown: toggle.visualFocus
                radius: 0
            }
        }

        Tooltip {
            shown: toggle.hovered
            text: qsTr("Open the alert queue (%1)").arg(root.console.keys.keyText("queueStrip"))
        }
    }

    ListView {
        anchors.top: toggle.bottom
        anchors.bottom: flood.top
        width: parent.width
        visible: !root.open
        clip: true
        opacity: root.console.server.live ? 1 : 0.6
        model: root.queue
        boundsBehavior: Flickable.StopAtBounds
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Alerts, narrow")

        HoverHandler {
            onHoveredChanged: root.queue.held = hovered
        }

        delegate: T.AbstractButton {
            id: mark

            required property string alertId
            required property string sourceName
            required property string code
            required property string ageText
            required property int level
            required property int alertState
            required property bool open

            readonly property bool waits: mark.alertState === AlertListModel.Unacknowledged || mark.alertState === AlertListModel.ReturnedUnacknowledged

            width: ListView.view.width
            height: 44
            hoverEnabled: true
            focusPolicy: Qt.TabFocus
            Accessible.role: Accessible.ListItem
            Accessible.name: qsTr("%1, %2, %3").arg(mark.sourceName).arg(mark.code).arg(mark.ageText)
            onClicked: {
                root.console.selectAlert(mark.alertId);
                root.open = true;
            }

            contentItem: Item {
                StateShape {
                    anchors.horizontalCenter: parent.horizontalCenter
                    y: 6
                    width: 16
                    height: 16
                    level: mark.level + 1
                    filled: mark.waits
                    strokeWidth: 2
                    color: Theme.levelColor(mark.level + 1, Theme.scheme)
                    opacity: mark.open ? 1 : 0.5
                }

                TextLabel {
                    width: parent.width
                    y: 25
                    text: mark.ageText
                    horizontalAlignment: Text.AlignHCenter
                    font.pixelSize: 10
                    color: Theme.text2
                }
            }

            background: Rectangle {
                color: mark.alertId === root.console.selectedAlertId ? Theme.accentTint : mark.waits ? Theme.levelTint(mark.level + 1, Theme.scheme) : mark.hovered ? Theme.bg2 : "transparent"

                FocusRing {
                    shown: mark.visualFocus
                    radius: 0
                }
            }

            Tooltip {
                shown: mark.hovered
                x: -width - Theme.grid
                y: 8
                text: qsTr("%1 · %2").arg(mark.sourceName).arg(mark.code)
            }
        }
    }

    Item {
        id: flood

        anchors.bottom: parent.bottom
        width: parent.width
        height: more.implicitHeight
        visible: !root.open

        FloodBar {
            id: more

            width: parent.width
            queue: root.queue
            narrow: true
        }
    }

    AlertQueue {
        anchors.fill: parent
        anchors.bottomMargin: 40
        visible: root.open
        console: root.console
        onOpened: root.opened()
    }

    PushButton {
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.grid
        anchors.horizontalCenter: parent.horizontalCenter
        visible: root.open
        text: qsTr("Narrow")
        description: qsTr("Make the queue a strip again")
        shortcutHint: root.console.keys.keyText("queueStrip")
        onClicked: root.open = false
    }

    Rectangle {
        width: 1
        height: parent.height
        color: Theme.line
    }
}
