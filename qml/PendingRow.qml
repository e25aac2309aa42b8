// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// One action that waits: what, when it was done, how far it is.
Item {
    id: root

    required property string actionText
    required property string stateText
    required property string timeText

    implicitHeight: 44
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1 at %2, %3").arg(root.actionText).arg(root.timeText).arg(root.stateText)

    Column {
        x: 3 * Theme.grid
        width: parent.width - 6 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter

        TextLabel {
            width: parent.width
            text: root.actionText
        }

        TextLabel {
            width: parent.width
            text: qsTr("%1 · %2").arg(root.timeText).arg(root.stateText)
            font.pixelSize: Theme.fontSmall
            color: Theme.text2
        }
    }
}
