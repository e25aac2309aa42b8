// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// One conversation to switch to: incident mark, name, unread count.
T.AbstractButton {
    id: root

    required property string thread
    required property string title
    required property int unread
    required property bool isIncident

    signal picked(string thread)

    implicitWidth: implicitContentWidth + 5 * Theme.grid
    implicitHeight: 26
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    onClicked: root.picked(root.thread)
    Accessible.role: Accessible.Button
    Accessible.name: root.unread > 0 ? qsTr("Conversation with %1, %2 unread").arg(root.title).arg(root.unread) : qsTr("Conversation with %1").arg(root.title)

    contentItem: Item {
        implicitWidth: children[0].implicitWidth

        Row {
            anchors.centerIn: parent
            spacing: 6

            StateShape {
                anchors.verticalCenter: parent.verticalCenter
                width: 11
                height: 11
                visible: root.isIncident
                level: Theme.Emergency
                color: Theme.emergency
            }

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                width: Math.min(implicitWidth, 140)
                text: root.title
                font.pixelSize: Theme.fontSmall
                font.weight: root.unread > 0 ? Font.DemiBold : Font.Normal
            }

            Badge {
                anchors.verticalCenter: parent.verticalCenter
                count: root.unread
                tone: Theme.accentTint
            }
        }
    }

    background: Rectangle {
        radius: 13
        color: root.checked ? Theme.bg3 : root.hovered ? Theme.bg2 : "transparent"
        border.width: 1
        border.color: root.checked ? Theme.accent : Theme.line

        FocusRing {
            shown: root.visualFocus
            radius: 13
        }
    }
}
