// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// The alert queue where a page needs its room: a narrow strip of shapes and ages, most urgent first, that opens to the whole queue.
Panel {
    id: root

    required property Console console
    property bool opened: false

    readonly property AlertQueueModel queue: root.console.queue

    AlertQueue {
        anchors.top: parent.top
        anchors.bottom: foot.top
        anchors.left: parent.left
        anchors.right: parent.right
        console: root.console
        visible: root.opened
    }

    TextLabel {
        id: count

        width: parent.width
        height: Theme.headerHeight
        visible: !root.opened
        text: root.queue.waiting
        font.weight: Font.DemiBold
        horizontalAlignment: Text.AlignHCenter
        verticalAlignment: Text.AlignVCenter
        Accessible.name: qsTr("%1 alerts wait").arg(root.queue.waiting)
    }

    HLine {
        anchors.top: count.bottom
        anchors.topMargin: -1
        width: parent.width
        visible: !root.opened
    }

    ListView {
        id: list

        anchors.top: count.bottom
        anchors.bottom: foot.top
        width: parent.width
        visible: !root.opened
        clip: true
        opacity: root.console.server.live ? 1 : 0.6
        model: root.queue
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        keyNavigationEnabled: false
        highlightFollowsCurrentItem: false
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Alerts, narrow")

        ScrollBar.vertical: ScrollBar {
        }

        HoverHandler {
            onHoveredChanged: root.queue.held = hovered
        }

        delegate: T.AbstractButton {
            id: mark

            required property string alertId
            required property string sourceName
            required property string code
            required property string ageText
            required property string detailText
            required property int level
            required property int alertState

            readonly property bool waits: mark.alertState === AlertListModel.Unacknowledged || mark.alertState === AlertListModel.ReturnedUnacknowledged

            width: list.width
            height: 48
            hoverEnabled: true
            focusPolicy: Qt.NoFocus
            Accessible.name: qsTr("%1: %2, %3, %4").arg(mark.sourceName).arg(mark.code).arg(mark.detailText).arg(mark.ageText)
            onClicked: root.console.selectAlert(mark.alertId)

            background: Rectangle {
                color: mark.alertId === root.console.selectedAlertId ? Theme.accentTint : mark.waits ? Theme.levelTint(mark.level + 1, Theme.scheme) : mark.hovered ? Theme.bg2 : "transparent"
            }

            contentItem: Item {
                StateShape {
                    anchors.horizontalCenter: parent.horizontalCenter
                    y: 8
                    width: 16
                    height: 16
                    level: mark.level + 1
                    filled: mark.waits
                    strokeWidth: 2
                    color: Theme.levelColor(mark.level + 1, Theme.scheme)
                }

                TextLabel {
                    anchors.horizontalCenter: parent.horizontalCenter
                    y: 27
                    text: mark.ageText
                    font.pixelSize: Theme.fontTiny
                    color: mark.waits ? Theme.text : Theme.text2
                }
            }

            Tooltip {
                shown: mark.hovered
                text: qsTr("%1 %2").arg(mark.sourceName).arg(mark.code)
            }
        }

        FocusRing {
            shown: list.activeFocus
            radius: 0
        }
    }

    Item {
        id: foot

        anchors.bottom: parent.bottom
        width: parent.width
        height: 40

        HLine {
            width: parent.width
        }

        PushButton {
            anchors.right: parent.right
            anchors.rightMargin: root.opened ? 2 * Theme.grid : Math.round((parent.width - width) / 2)
            anchors.verticalCenter: parent.verticalCenter
            implicitHeight: 28
            kind: PushButton.Quiet
            text: root.opened ? qsTr("Narrow ›") : qsTr("‹")
            description: root.opened ? qsTr("Make the queue a strip") : qsTr("Open the queue")
            onClicked: root.opened = !root.opened
        }
    }
}
