// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// One page in the rail: drawing, word, and a bar when it is the current one.
T.AbstractButton {
    id: root

    required property string iconName
    property string keyText: ""
    /// What waits there; nothing is shown at zero.
    property int count: 0

    implicitHeight: 56
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.Button
    Accessible.name: root.text
    Accessible.description: root.count > 0 ? qsTr("%1 waiting").arg(root.count) : ""

    contentItem: Item {
        IconItem {
            anchors.horizontalCenter: parent.horizontalCenter
            y: 9
            width: 20
            height: 20
            name: root.iconName
            color: root.checked || root.hovered ? Theme.text : Theme.text2
        }

        Badge {
            x: parent.width / 2 + 4
            y: 4
            count: root.count
            tone: Theme.emergencyTint
        }

        TextLabel {
            anchors.horizontalCenter: parent.horizontalCenter
            y: 33
            text: root.text
            font.pixelSize: Theme.fontTiny
            font.weight: root.checked ? Font.DemiBold : Font.Normal
            color: root.checked || root.hovered ? Theme.text : Theme.text2
        }
    }

    background: Rectangle {
        color: root.checked ? Theme.bg2 : root.hovered ? Theme.bg2 : "transparent"

        Rectangle {
            width: 3
            height: parent.height
            visible: root.checked
            color: Theme.accent
        }

        FocusRing {
            shown: root.visualFocus
            radius: 0
        }
    }

    Tooltip {
        shown: root.hovered
        x: root.width + Theme.grid
        y: (root.height - height) / 2
        text: qsTr("%1 (%2)").arg(root.text).arg(root.keyText)
    }
}
