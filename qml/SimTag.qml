// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// Says that a thing is made up.
Rectangle {
    implicitWidth: label.implicitWidth + 2 * Theme.grid
    implicitHeight: 15
    radius: 3
    color: "transparent"
    border.width: 1
    border.color: Theme.line

    TextLabel {
        id: label

        anchors.centerIn: parent
        text: qsTr("SIM")
        font.pixelSize: 10
        font.weight: Font.Medium
        color: Theme.text2
        Accessible.name: qsTr("simulated")
    }
}
