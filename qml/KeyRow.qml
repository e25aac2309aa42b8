// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// One action and its key, below the heading of its group where a group begins.
Item {
    id: root

    required property string actionTitle
    required property string keyText
    required property string group
    property bool headed: false

    implicitHeight: heading.height + 30
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1: %2").arg(root.keyText).arg(root.actionTitle)

    TextLabel {
        id: heading

        x: 4 * Theme.grid
        height: root.headed ? 32 : 0
        visible: root.headed
        text: root.group
        font.pixelSize: Theme.fontSmall
        font.weight: Font.DemiBold
        color: Theme.text2
    }

    TextLabel {
        anchors.top: heading.bottom
        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.leftMargin: 4 * Theme.grid
        anchors.right: hint.left
        anchors.rightMargin: 2 * Theme.grid
        text: root.actionTitle
    }

    KeyHint {
        id: hint

        anchors.right: parent.right
        anchors.rightMargin: 4 * Theme.grid
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 6
        text: root.keyText
    }
}
