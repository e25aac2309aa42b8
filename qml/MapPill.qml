// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// A short text over the map.
Rectangle {
    id: root

    required property string text

    implicitWidth: label.implicitWidth + 6 * Theme.grid
    implicitHeight: 32
    radius: Theme.radius
    color: Theme.bg1
    border.width: 1
    border.color: Theme.line

    TextLabel {
        id: label

        anchors.centerIn: parent
        text: root.text
    }
}
