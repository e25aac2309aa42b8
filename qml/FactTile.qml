// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// A word above its value, in a row of such.
Item {
    id: root

    required property string label
    required property string value
    property bool warn: false

    implicitHeight: 50
    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("%1: %2").arg(root.label).arg(root.value)

    TextLabel {
        x: 3 * Theme.grid
        y: 7
        width: parent.width - x - Theme.grid
        text: root.label
        font.pixelSize: Theme.fontTiny
        color: Theme.text2
    }

    TextLabel {
        x: 3 * Theme.grid
        y: 23
        width: parent.width - x - Theme.grid
        text: root.value
        font.pixelSize: Theme.fontLarge
        font.weight: Font.DemiBold
        color: root.warn ? Theme.warning : Theme.text
    }

    Rectangle {
        anchors.right: parent.right
        width: 1
        height: parent.height
        color: Theme.line
    }
}
