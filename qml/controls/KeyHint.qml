// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// A key as it stands on the keyboard: "A".
Rectangle {
    id: root

    required property string text

    implicitWidth: Math.max(implicitHeight, label.implicitWidth + 3 * Theme.grid)
    implicitHeight: 18
    radius: Theme.grid
    color: "transparent"
    border.width: 1
    border.color: Theme.accent

    TextLabel {
        id: label

        anchors.centerIn: parent
        text: root.text
        color: Theme.accent
        font.pixelSize: Theme.fontTiny
        font.weight: Font.DemiBold
    }
}
