// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// A small count; nothing at zero.
Rectangle {
    id: root

    required property int count
    property color tone: Theme.bg3

    visible: count > 0
    implicitWidth: Math.max(implicitHeight, label.implicitWidth + 2 * Theme.grid)
    implicitHeight: 16
    radius: height / 2
    color: tone

    TextLabel {
        id: label

        anchors.centerIn: parent
        text: root.count > 99 ? "99+" : root.count
        font.pixelSize: Theme.fontTiny
        font.weight: Font.DemiBold
    }
}
