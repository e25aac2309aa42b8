// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// A line that is on or off, or one of several of which one is on (`single`).
T.AbstractButton {
    id: root

    property string detail: ""
    property bool single: false

    implicitHeight: root.detail.length > 0 ? 44 : 32
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    opacity: enabled ? 1 : 0.5
    Accessible.role: root.single ? Accessible.RadioButton : Accessible.CheckBox
    Accessible.name: root.text
    Accessible.description: root.detail
    Accessible.checked: root.checked
    Accessible.checkable: true

    contentItem: Item {
        Rectangle {
            x: 3 * Theme.grid
            anchors.verticalCenter: parent.verticalCenter
            width: 18
            height: 18
            radius: root.single ? 9 : 4
            color: root.checked ? Theme.accentTint : "transparent"
            border.width: root.checked ? 2 : 1
            border.color: root.checked ? Theme.accent : Theme.text2

            IconItem {
                anchors.centerIn: parent
                width: 14
                height: 14
                visible: root.checked && !root.single
                name: "check"
                color: Theme.text
            }

            Rectangle {
                anchors.centerIn: parent
                width: 8
                height: 8
                radius: 4
                visible: root.checked && root.single
                color: Theme.accent
            }
        }

        Column {
            x: 5 * Theme.grid + 18
            width: parent.width - x - 3 * Theme.grid
            anchors.verticalCenter: parent.verticalCenter

            TextLabel {
                width: parent.width
                text: root.text
            }

            TextLabel {
                width: parent.width
                visible: root.detail.length > 0
                text: root.detail
                font.pixelSize: Theme.fontSmall
                color: Theme.text2
            }
        }
    }

    background: Rectangle {
        color: root.hovered && root.enabled ? Theme.bg2 : "transparent"

        FocusRing {
            shown: root.visualFocus
        }
    }
}
