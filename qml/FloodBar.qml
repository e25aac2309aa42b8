// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// More alerts come than one person can read: information and warnings are one row, "12 more". Press: show them, or collapse them again.
T.AbstractButton {
    id: root

    required property AlertQueueModel queue
    property bool narrow: false ///< in a strip: the shape and "+12"

    visible: root.queue.flood && (root.queue.collapsed > 0 || root.queue.expanded)
    implicitHeight: visible ? 44 : 0
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    text: root.queue.expanded ? qsTr("Collapse information and warnings") : qsTr("%1 more").arg(root.queue.collapsed)
    Accessible.role: Accessible.Button
    Accessible.name: root.queue.expanded ? root.text : qsTr("%1 more: information and warnings of a flood. Show them").arg(root.queue.collapsed)
    onClicked: root.queue.expanded = !root.queue.expanded

    contentItem: Item {
        Row {
            x: root.narrow ? (parent.width - width) / 2 : 3 * Theme.grid + 1
            anchors.verticalCenter: parent.verticalCenter
            spacing: root.narrow ? 2 : 2 * Theme.grid

            StateShape {
                anchors.verticalCenter: parent.verticalCenter
                width: root.narrow ? 10 : 16
                height: width
                level: Theme.Warning
                color: Theme.warning
            }

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                text: !root.narrow ? root.text : root.queue.expanded ? "−" : "+%1".arg(root.queue.collapsed)
                font.pixelSize: root.narrow ? Theme.fontTiny : Theme.fontBase
                font.weight: Font.DemiBold
            }

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                visible: !root.queue.expanded && !root.narrow
                text: qsTr("information and warnings, a flood")
                font.pixelSize: Theme.fontSmall
                color: Theme.text2
            }
        }
    }

    background: Rectangle {
        color: root.hovered ? Theme.bg3 : Theme.bg2

        HLine {
            width: parent.width
        }

        FocusRing {
            shown: root.visualFocus
            radius: 0
        }
    }
}
