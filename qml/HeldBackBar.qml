// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// "3 new": what waits to be shown while the rows hold still. Press: show it now.
T.AbstractButton {
    id: root

    required property int count
    required property int level
    property bool lit: true

    visible: root.count > 0
    implicitWidth: implicitContentWidth + 5 * Theme.grid
    implicitHeight: 26
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.Button
    Accessible.name: qsTr("%n new, show now", "", root.count)

    contentItem: Item {
        implicitWidth: children[0].implicitWidth

        Row {
            anchors.centerIn: parent
            spacing: 6

            StateShape {
                anchors.verticalCenter: parent.verticalCenter
                width: 12
                height: 12
                level: root.level
                color: Theme.levelColor(root.level, Theme.scheme)
            }

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                text: qsTr("%n new", "", root.count)
                font.weight: Font.DemiBold
                font.pixelSize: Theme.fontSmall
            }

            IconItem {
                anchors.verticalCenter: parent.verticalCenter
                width: 14
                height: 14
                name: "arrow-up"
                color: Theme.text
            }
        }
    }

    background: Rectangle {
        radius: 13
        color: root.hovered ? Theme.bg3 : root.lit ? Theme.accentTint : Theme.bg2
        border.width: 1
        border.color: Theme.levelColor(root.level, Theme.scheme)

        FocusRing {
            shown: root.visualFocus
            radius: 13
        }
    }
}
