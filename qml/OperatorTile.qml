// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// Who sits here.
Row {
    id: root

    required property string name
    property bool nameShown: true

    spacing: 2 * Theme.grid
    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("You are %1").arg(root.name)

    Rectangle {
        anchors.verticalCenter: parent.verticalCenter
        width: 30
        height: 30
        radius: 15
        color: Theme.accentTint
        border.width: 2
        border.color: Theme.accent

        TextLabel {
            anchors.centerIn: parent
            text: qsTr("You")
            font.pixelSize: Theme.fontTiny
            font.weight: Font.DemiBold
        }

        HoverHandler {
            id: hover
        }

        Tooltip {
            shown: hover.hovered && root.name.length > 0
            text: root.name
        }
    }

    TextLabel {
        anchors.verticalCenter: parent.verticalCenter
        visible: root.nameShown && root.name.length > 0
        width: Math.min(implicitWidth, 130)
        text: root.name
        color: Theme.text2
    }
}
