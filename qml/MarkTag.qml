// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// A word in a frame: something that is to be known about a row.
Rectangle {
    id: root

    required property string text
    property color tone: Theme.text2

    implicitWidth: label.implicitWidth + 2 * Theme.grid
    implicitHeight: 16
    radius: 3
    color: "transparent"
    border.width: 1
    border.color: root.tone
    Accessible.role: Accessible.StaticText
    Accessible.name: root.text

    TextLabel {
        id: label

        anchors.centerIn: parent
        text: root.text
        font.pixelSize: Theme.fontTiny
        color: root.tone
    }
}
